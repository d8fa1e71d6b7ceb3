import { type Database, Sqlite, type Statement } from '../../src/lib/sqlite.ts';

/** How often each table was written to, or may have been, by all connections of this process. */
const writes = new Map<string, number>();

/** Grows when one of these tables may have changed. */
export function writesTo(tables: readonly string[]): number {
  return tables.reduce((sum, table) => sum + (writes.get(table) ?? 0), writes.get('') ?? 0);
}

/** Another file, or what another connection did: anything may have changed. */
export function anythingWritten(): void {
  writes.set('', (writes.get('') ?? 0) + 1);
}

const WRITE = /\b(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|REPLACE\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)\s+"?(\w+)/i;
const written = new Map<string, string | null>();

/** The table that a statement writes to; null: it only reads. */
function tableWrittenBy(sql: string): string | null {
  let table = written.get(sql);
  if (table === undefined) {
    table = WRITE.exec(sql)?.[1] ?? null;
    written.set(sql, table);
  }
  return table;
}

const MODES = ['pluck', 'raw', 'safeIntegers'] as const;
type Mode = (typeof MODES)[number];

/** Statements of a connection by their text and modes. */
const prepared = new WeakMap<Database, Map<string, Statement>>();

/**
 * Prepares a statement when it is used first, and once for a connection, whoever asks for it. A simulated process lives for some
 * seconds of the simulation and uses a small part of the some hundred statements that the ledger has; a real one prepares them
 * all once.
 */
class LateStatement {
  readonly database: Database;
  readonly source: string;
  readonly #prepare: (sql: string) => Statement;
  readonly #modes = new Set<Mode>();
  readonly #table: string | null;
  #statement: Statement | null = null;

  constructor(database: Database, source: string, prepare: (sql: string) => Statement) {
    this.database = database;
    this.source = source;
    this.#prepare = prepare;
    this.#table = tableWrittenBy(source);
  }

  run(...params: unknown[]): unknown {
    this.#write();
    return (this.#statement ?? this.#ready()).run(...params);
  }

  get(...params: unknown[]): unknown {
    this.#write();
    return (this.#statement ?? this.#ready()).get(...params);
  }

  all(...params: unknown[]): unknown[] {
    this.#write();
    return (this.#statement ?? this.#ready()).all(...params);
  }

  iterate(...params: unknown[]): IterableIterator<unknown> {
    return (this.#statement ?? this.#ready()).iterate(...params);
  }

  pluck(toggle = true): this {
    return this.#with('pluck', toggle);
  }

  raw(toggle = true): this {
    return this.#with('raw', toggle);
  }

  safeIntegers(toggle = true): this {
    return this.#with('safeIntegers', toggle);
  }

  #write(): void {
    if (this.#table !== null) writes.set(this.#table, (writes.get(this.#table) ?? 0) + 1);
  }

  #with(mode: Mode, toggle: boolean): this {
    if (toggle) this.#modes.add(mode);
    else this.#modes.delete(mode);
    this.#statement = null;
    return this;
  }

  #ready(): Statement {
    let known = prepared.get(this.database);
    if (known === undefined) {
      known = new Map();
      prepared.set(this.database, known);
    }
    const modes = MODES.filter((mode) => this.#modes.has(mode));
    const key = `${modes} ${this.source}`;
    let statement = known.get(key);
    if (statement === undefined) {
      statement = this.#prepare(this.source);
      for (const mode of modes) statement[mode](true);
      known.set(key, statement);
    }
    this.#statement = statement;
    return statement;
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
