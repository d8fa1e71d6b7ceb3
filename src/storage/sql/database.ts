/**
 * What the ledger asks of an SQL engine, answered at once: the writer has a thread of its own, which may wait. SQLite's
 * own driver fits it as it is. Statements are written in SQLite's SQL.
 */
export interface Database {
  readonly inTransaction: boolean;
  prepare(sql: string): Statement;
  /** All that `work` reads is of one instant, and all that it writes is there together or not at all. */
  transaction<T>(work: () => T): () => T;
  close(): unknown;
}

/** Parameters are given one after the other, as one list, or as an object by their names. */
export interface Statement {
  run(...params: unknown[]): RunResult;
  /** The first row; undefined if there is none. */
  get(...params: unknown[]): unknown;
  all(...params: unknown[]): unknown[];
  iterate(...params: unknown[]): IterableIterator<unknown>;
  /** Rows are their first column alone. */
  pluck(): this;
  /** Rows are lists. */
  raw(): this;
  /** Integers come as bigint, exact however large; else as numbers. */
  safeIntegers(toggle?: boolean): this;
}

export interface RunResult {
  /** Rows that the statement wrote. */
  readonly changes: number;
  readonly lastInsertRowid: number | bigint;
}
