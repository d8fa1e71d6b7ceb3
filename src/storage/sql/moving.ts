/**
 * What a move between engines needs of either side. Statements are in SQLite's words, as everywhere; rows come as lists,
 * integers as bigint.
 */
export interface MoveSide {
  rows(sql: string): Iterable<readonly MoveValue[]>;
}

/** The side that is filled. Constraints between tables rest until it is settled. */
export interface MoveTarget extends MoveSide {
  write(table: MoveTable, rows: readonly (readonly MoveValue[])[]): void;
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
