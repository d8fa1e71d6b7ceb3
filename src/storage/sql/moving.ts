/**
 * What a move between engines needs of either side. Statements are in SQLite's words, as everywhere; rows come as lists,
 * integers as bigint.
 */
export interface MoveSide {
  rows(sql: string): Iterable<readonly MoveValue[]>;
}

/** Rows in the words of a side: the same for the same rows, and for no others in columns of these types. */
export interface Told {
  readonly text: string | Uint8Array;
  readonly rows: number;
}

/** The side that is filled. Constraints between tables rest until it is settled. */
export interface MoveTarget extends MoveSide {
  /** Returns what was written in its own words. A failure may be told by whatever is asked next. */
  write(table: MoveTable, rows: readonly (readonly MoveValue[])[]): Told;
  /** What a statement brings of this table, read back, in the words that `write` has for it. */
  told(table: MoveTable, sql: string): Iterable<Told>;
  /** Removes the rows of which the condition holds. */
  clear(table: MoveTable, where: string): void;
}

/** A table of the ledger, and those of its columns that are written. */
export interface MoveTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Columns of its primary key: the order of its rows on both sides. */
  readonly key: readonly string[];
}

export type MoveValue = bigint | number | string | Uint8Array | null;

/** Rows that are written or read together: some hundred KB. */
const TOGETHER = 5_000;

export function* batches(rows: Iterable<readonly MoveValue[]>): Generator<(readonly MoveValue[])[]> {
  let batch: (readonly MoveValue[])[] = [];
  for (const row of rows) {
    if (batch.push(row) < TOGETHER) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Rows in words that every side can say: each value and its kind. */
export function toldPlainly(rows: readonly (readonly MoveValue[])[]): Told {
  let text = '';
  for (const row of rows) {
    for (const value of row) text += textOf(value);
    text += '\n';
  }
  return { text, rows: rows.length };
}

function textOf(value: MoveValue): string {
  if (value === null) return 'n;';
  if (typeof value === 'string') return `s${value.length}:${value};`;
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('hex')};`;
  return `${value};`;
}

/** One move, told from others of the same ledger: it may go there and back again. */
export interface Move {
  readonly id: string;
  /** Of the ledger; it stays the same life. */
  readonly incarnation: string;
  readonly atMs: number;
}

/** Where a ledger went that was here. */
export interface MovedTo extends Move {
  /** An address without password, or a file. */
  readonly place: string;
}

/** Names in `meta` that say where a ledger is. They stay behind when it moves. */
export const MARK = {
  /** It is elsewhere now: this is not opened. */
  movedTo: 'moved-to',
  /** It moves in, and not all of it is here: this is not opened. */
  arriving: 'arriving',
  /** It may have arrived elsewhere: the file there says. */
  leaving: 'leaving',
  /** The move by which it came. */
  arrived: 'arrived',
} as const;

/** And who leads among several processes on a database. */
const MARKS = [...Object.values(MARK), 'leader'].map((name) => `'${name}'`);

/** Rows of a table that are part of the ledger. */
export const belongsToLedger = ({ name }: Pick<MoveTable, 'name'>): string =>
  name === 'meta' ? `"name" NOT IN (${MARKS.join(', ')})` : '1 = 1';

/** Tables that are large: rows of one day (of a table's own reckoning) are copied together, and most days are closed. */
export const chunked: Readonly<Record<string, { readonly column: string; readonly per: number }>> = {
  record: { column: 'quarter', per: 96 },
  carrier_quarter: { column: 'quarter', per: 96 },
  day: { column: 'day', per: 1 },
  carrier_day: { column: 'day', per: 1 },
  signed_day: { column: 'day', per: 1 },
  report_key: { column: 'day', per: 1 },
};
