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
  /** A question that is mostly asked for many parameters at a time. Absent where every statement can be asked so, or none. */
  prepareEach?(sql: string): Statement;
  /** Undoes `work` alone if it fails within a transaction; absent where a statement that fails is undone by itself. */
  attempt?<T>(work: () => T): T;
}

/** After an error of `work` the transaction goes on as if it had not been begun. Only single statements may fail in it. */
export function attempt<T>(db: Database, work: () => T): T {
  return db.attempt === undefined ? work() : db.attempt(work);
}

export function prepareEach(db: Database, sql: string): Statement {
  return db.prepareEach?.(sql) ?? db.prepare(sql);
}

/** Parameters are given one after the other, as one list, or as an object by their names. */
export interface Statement {
  run(...params: unknown[]): RunResult;
  /** The first row; undefined if there is none. */
  get(...params: unknown[]): unknown;
  all(...params: unknown[]): unknown[];
  /** The first row for each of the given parameters, asked together; absent where asking one by one costs no more. */
  getEach?(params: readonly (readonly unknown[])[]): unknown[];
  /** As `getEach`, with all rows of each. */
  allEach?(params: readonly (readonly unknown[])[]): unknown[][];
  /**
   * Writes many rows at once: the one list of `VALUES` of this statement stands for each of them. `columns`: the values of the
   * rows, column by column. Absent where rows are best put into the text of a statement.
   */
  runColumns?(columns: readonly (readonly unknown[])[]): void;
  /**
   * Asks, and does not wait: what is returned takes the rows. All that was asked before the first of them are taken, and the ends of
   * the transaction around it, are one way to the server and back. Absent where there is no way to save.
   */
  allLater?(...params: unknown[]): () => unknown[];
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
