/** Stands for the rows of a windowed table that are out of sight. */
export function RowSpacer({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height === 0) return null;
  return (
    <tr className="spacer">
      <td colSpan={columns} style={{ blockSize: height }} />
    </tr>
  );
}
