/** A row of a long table that is on its way: light, as scrolling makes hundreds. */
export function WaitingRow({ columns }: { readonly columns: number }) {
  return (
    <tr className="waits" aria-busy="true">
      <td colSpan={columns} />
    </tr>
  );
}
