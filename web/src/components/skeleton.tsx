/** One waiting bar; `width` in px. */
export function Bar({ width }: { readonly width: number }) {
  return <span className="sk" style={{ inlineSize: width, maxInlineSize: '100%' }} />;
}

export interface SkeletonRowsProps {
  readonly rows: number;
  /** Width of the bar in each column; 0 leaves it empty. Negative: right-aligned. */
  readonly columns: readonly number[];
  readonly className?: string;
  /** Columns that a phone does not show, by index. */
  readonly hidden?: readonly number[];
}

/** Rows of a table that is waiting, in its real columns. */
export function SkeletonRows({ rows, columns, className, hidden = [] }: SkeletonRowsProps) {
  return Array.from({ length: rows }, (_, row) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: rows without identity
    <tr key={row} className={className} aria-busy="true">
      {columns.map((width, column) => (
        <td
          // biome-ignore lint/suspicious/noArrayIndexKey: columns without identity
          key={column}
          className={`${width < 0 ? 'r' : ''} ${hidden.includes(column) ? 'hide-s' : ''}`}
        >
          {width === 0 ? null : <Bar width={Math.abs(width) * (1 - ((row * 7 + column) % 4) * 0.08)} />}
        </td>
      ))}
    </tr>
  ));
}

export function SkeletonLines({ lines = 3 }: { readonly lines?: number }) {
  return (
    <div className="pad sk-lines" aria-busy="true">
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines without identity
        <Bar key={line} width={320 - ((line * 5) % 4) * 48} />
      ))}
    </div>
  );
}

/** The page of one user or node that is waiting: its head, its chart and the first blocks below. */
export function SkeletonPage() {
  return (
    <>
      <section className="card">
        <SkeletonLines lines={2} />
      </section>
      <section className="card">
        <header aria-busy="true">
          <Bar width={128} />
        </header>
        <div className="pad chart-wait" aria-busy="true" />
      </section>
      <section className="card c7">
        <SkeletonLines lines={5} />
      </section>
      <section className="card c5">
        <SkeletonLines lines={5} />
      </section>
    </>
  );
}
