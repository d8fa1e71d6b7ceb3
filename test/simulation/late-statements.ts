import { type Database, Sqlite, type Statement } from '../../src/lib/sqlite.ts';

type Mode = (statement: Statement) => unknown;

/**
 * Prepares a statement when it is used first. A simulated process lives for some seconds of the simulation and uses a small
 * part of the some hundred statements that the ledger has; a real one prepares them all once.
 */
class LateStatement {
  readonly database: Database;
  readonly source: string;
  readonly #prepare: (sql: string) => Statement;
  readonly #modes: Mode[] = [];
  #statement: Statement | null = null;

  constructor(database: Database, source: string, prepare: (sql: string) => Statement) {
    this.database = database;
    this.source = source;
    this.#prepare = prepare;
  }

  run(...params: unknown[]): unknown {
    return this.#ready().run(...params);
  }

  get(...params: unknown[]): unknown {
    return this.#ready().get(...params);
  }

  all(...params: unknown[]): unknown[] {
    return this.#ready().all(...params);
  }

  iterate(...params: unknown[]): IterableIterator<unknown> {
    return this.#ready().iterate(...params);
  }

  pluck(toggle = true): this {
    return this.#with((statement) => statement.pluck(toggle));
  }

  raw(toggle = true): this {
    return this.#with((statement) => statement.raw(toggle));
  }

  safeIntegers(toggle = true): this {
    return this.#with((statement) => statement.safeIntegers(toggle));
  }

  #with(mode: Mode): this {
    if (this.#statement === null) this.#modes.push(mode);
    else mode(this.#statement);
    return this;
  }

  #ready(): Statement {
    if (this.#statement === null) {
      this.#statement = this.#prepare(this.source);
      for (const mode of this.#modes) mode(this.#statement);
    }
    return this.#statement;
  }
}

/** As the driver makes them, for hooks below what the ledger holds: also those of its transactions. */
export const driverStatement = prototypeOf<{ readonly source: string; run(...args: unknown[]): unknown }>();

const { prepare } = Sqlite.prototype;
Sqlite.prototype.prepare = function (this: Database, sql: string) {
  return new LateStatement(this, sql, (text) => prepare.call(this, text)) as unknown as Statement;
} as typeof prepare;

/** What `prepare` gives to the ledger. */
export const ledgerStatement = LateStatement.prototype;

function prototypeOf<T>(): T {
  const db = new Sqlite(':memory:');
  const prototype = Object.getPrototypeOf(db.prepare('SELECT 1')) as T;
  db.close();
  return prototype;
}
