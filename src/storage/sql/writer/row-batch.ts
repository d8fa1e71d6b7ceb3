import type { Database, Statement } from '../database.ts';

/** Rows in the text of a statement. Fewer cost more calls; with more a row hardly costs less, and a rest that fills none costs more. */
const ROWS_PER_TEXT = 16;
/** Rows of a statement that takes them column by column: fewer cost more ways to the server. */
const ROWS_PER_COLUMNS = 1_000;

type Value = bigint | number | string | Uint8Array | null;

/** How many rows a batch writes at once on this engine. */
function rowsAtOnce(statement: Statement): number {
  return statement.runColumns === undefined ? ROWS_PER_TEXT : ROWS_PER_COLUMNS;
}

/**
 * Writes many rows of one shape: a quarter of the time of a small upsert goes into calling it. Rows are written in the
 * order in which they were added; nothing of the last ones is in the database before `flush`. No two rows that are written at
 * once may be the same one of the table.
 */
export class RowBatch {
  /** Null: rows are given column by column. */
  readonly #many: Statement | null;
  readonly #one: Statement;
  readonly #width: number;
  readonly #capacity: number;
  #values: Value[] = [];

  /** `sql` makes the statement of some rows, each of which is `(?, …)` of `width` values. */
  constructor(db: Database, width: number, sql: (rows: string) => string) {
    const row = `(${Array(width).fill('?').join(', ')})`;
    this.#one = db.prepare(sql(row));
    this.#capacity = rowsAtOnce(this.#one);
    const isInText = this.#one.runColumns === undefined;
    this.#many = isInText ? db.prepare(sql(Array(this.#capacity).fill(row).join(', '))) : null;
    this.#width = width;
  }

  /** How many rows it writes at once. */
  get capacity(): number {
    return this.#capacity;
  }

  /** So many it writes better than one by one. */
  get fewest(): number {
    return this.#many === null ? 1 : this.#capacity;
  }

  /** @throws what any of the rows written with it is refused for: none of these is there then */
  add(...row: readonly Value[]): void {
    for (const value of row) this.#values.push(value);
    if (this.#values.length < this.#capacity * this.#width) return;
    const values = this.#values;
    this.#values = [];
    if (this.#many === null) this.#runColumns(values);
    else this.#many.run(values);
  }

  flush(): void {
    const values = this.#values;
    if (values.length === 0) return;
    this.#values = [];
    if (this.#many === null) this.#runColumns(values);
    else for (let at = 0; at < values.length; at += this.#width) this.#one.run(values.slice(at, at + this.#width));
  }

  #runColumns(values: readonly Value[]): void {
    const columns: Value[][] = Array.from({ length: this.#width }, () => []);
    values.forEach((value, i) => void columns[i % this.#width]?.push(value));
    this.#one.runColumns?.(columns);
  }

  /** After a rollback. */
  drop(): void {
    this.#values = [];
  }
}
