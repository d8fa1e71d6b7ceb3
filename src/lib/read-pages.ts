export interface ListPage<Row> {
  /** How many rows there are in all. */
  readonly total: bigint;
  /** Rows from the offset on, in a fixed order, as many as a page holds. */
  readonly rows: readonly Row[];
}

export interface WholeList<Row> {
  readonly rows: readonly Row[];
  /** False if rows came or went while the pages were read. */
  readonly isWhole: boolean;
}

/**
 * Reads a list that is told in pages by their offset. Each page begins with the last row of the one before: a list that
 * moved meanwhile shows there, or in its total. Ends where it moved. A row stands in the list once.
 */
export async function readPages<Row>(
  readPage: (offset: number) => Promise<ListPage<Row>>,
  keyOf: (row: Row) => string,
): Promise<WholeList<Row>> {
  const rows = new Map<string, Row>();
  const first = await readPage(0);
  for (const row of first.rows) rows.set(keyOf(row), row);
  for (let last = first.rows.at(-1); last !== undefined && BigInt(rows.size) < first.total; ) {
    const page: ListPage<Row> = await readPage(rows.size - 1);
    const [overlap, ...more] = page.rows;
    const hasMoved = page.total !== first.total || overlap === undefined || keyOf(overlap) !== keyOf(last);
    const before = rows.size;
    for (const row of more) rows.set(keyOf(row), row);
    if (hasMoved || rows.size < before + more.length) return { rows: [...rows.values()], isWhole: false };
    last = more.at(-1);
  }
  return { rows: [...rows.values()], isWhole: BigInt(rows.size) === first.total };
}
