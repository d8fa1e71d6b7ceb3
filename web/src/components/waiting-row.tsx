interface WaitingRowProps {
  readonly columns: number;
  /** Its place among all rows of the list, from 0: readers tell it while the row is on its way, too. */
  readonly index: number;
}

/** A row of a long table that is on its way: light, as scrolling makes hundreds. */
export function WaitingRow({ columns, index }: WaitingRowProps) {
  return (
    <tr className="waits" aria-rowindex={index + 2} aria-busy="true">
      <td colSpan={columns} />
    </tr>
  );
}
