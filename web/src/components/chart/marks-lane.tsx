import { useFormat } from '../../lib/use-format.ts';
import { Icon, type IconName } from '../icon.tsx';
import type { ChartData, ChartMark } from './model.ts';
import { AXIS_PX, END_PX } from './plot.ts';

const ICONS: Readonly<Record<ChartMark['kind'], IconName>> = {
  ...{ reset: 'reset', gap: 'gap', late: 'clock', doubt: 'warn', state: 'limit', plan: 'edit' },
};
/** Words need this much room, an icon this much. */
const WORD_PX = 132;
const ICON_PX = 18;
/** Narrower lanes have icons alone. */
const LEAST_WIDTH = 560;

interface Placed {
  readonly mark: ChartMark;
  readonly left: number;
  /** Of marks that have no room beside it; each once. */
  readonly more: ReadonlySet<string>;
}

/** The lane above a plot: what happened when, in icons and, where there is room, words. What comes too close joins the one before. */
export function MarksLane({ data, width }: { readonly data: ChartData; readonly width: number }) {
  const begin = data.starts[0] ?? 0;
  const end = (data.starts.at(-1) ?? 0) + data.bucketSeconds;
  const plot = width - AXIS_PX - END_PX;
  const x = (seconds: number) =>
    AXIS_PX + (plot * (Math.min(end, Math.max(begin, seconds)) - begin)) / (end - begin || 1);
  const inSight = data.marks.filter(({ from, to }) => from <= end && (to ?? from) >= begin);
  const placed = place(inSight.map((mark) => ({ mark, left: x(mark.from) })));
  return (
    <ul className="lane">
      {placed.map((one, index) => {
        const roomAfter = (placed[index + 1]?.left ?? width) - one.left;
        const roomBefore = one.left - (placed[index - 1]?.left ?? 0);
        const side = width < LEAST_WIDTH ? null : sideOf(roomBefore, roomAfter);
        const { kind, from, to, label } = one.mark;
        const span = to === null ? 0 : x(to) - one.left;
        return <Mark key={`${kind}${from}${label}`} {...one} side={side} width={width} span={span} />;
      })}
    </ul>
  );
}

function place(marks: readonly Omit<Placed, 'more'>[]): Placed[] {
  const placed: Placed[] = [];
  for (const { mark, left } of marks) {
    const before = placed.at(-1);
    if (before === undefined || left >= before.left + ICON_PX) placed.push({ mark, left, more: new Set() });
    else placed[placed.length - 1] = joined(before, mark);
  }
  return placed;
}

/** What somebody did is named before what a node did. */
const RANK: readonly ChartMark['kind'][] = ['reset', 'state', 'plan', 'gap', 'doubt', 'late'];

function joined({ mark, left, more }: Placed, next: ChartMark): Placed {
  const [first, second] = RANK.indexOf(next.kind) < RANK.indexOf(mark.kind) ? [next, mark] : [mark, next];
  const others = new Set([...more, second.label]);
  others.delete(first.label);
  return { mark: first, left, more: others };
}

/** On which side of a mark its words stand. The last one is mostly near the end, where there is room before it alone. */
function sideOf(roomBefore: number, roomAfter: number): 'before' | 'after' | null {
  if (roomAfter >= WORD_PX) return 'after';
  return roomBefore >= 2 * WORD_PX ? 'before' : null;
}

interface MarkProps extends Placed {
  /** Null: no words. */
  readonly side: 'before' | 'after' | null;
  /** Of the lane, and of the time that the mark lasts. */
  readonly width: number;
  readonly span: number;
}

function Mark({ mark, left, more, side, width, span }: MarkProps) {
  const format = useFormat();
  const { kind, label } = mark;
  const isTurned = side === 'before';
  return (
    <li
      className={isTurned ? 'turned' : undefined}
      style={isTurned ? { right: width - left - ICON_PX } : { left }}
      title={[label, ...more].join('\n')}
    >
      <Icon name={ICONS[kind]} />
      <span className={side === null ? 'vh' : ''}>
        {label}
        {more.size > 0 ? <span aria-hidden="true"> +{format.count(more.size)}</span> : null}
      </span>
      {more.size > 0 ? <span className="vh">, {[...more].join(', ')}</span> : null}
      {span > 2 ? <i style={{ width: span }} /> : null}
    </li>
  );
}
