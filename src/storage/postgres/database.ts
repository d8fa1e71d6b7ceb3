import type { LedgerFailure } from '../../core/errors.ts';
import type { Database, RunResult, Statement } from '../sql/database.ts';
import { Connection } from './connection.ts';
import { type Said, toPostgres } from './dialect.ts';
import { PostgresError } from './failures.ts';
import { type Column, insertOfColumns, selectForEach } from './many.ts';
import { type Outcome, Pipeline, type Prepared } from './pipeline.ts';
import { decoderOf, listTypeOf, toWire, toWireList, typeOf, type WireValue } from './values.ts';

/**
 * Settings of every session: names are Xpert's first, so that its `sum` is found before the server's. A client that is cut
 * off is noticed within half a minute, so that what it held is free for the next one.
 * Whoever writes sees, once a lock is free, what its holder did (`note_day_changes` has to).
 */
const SESSION = `SET search_path = xpert, pg_catalog; SET standard_conforming_strings = on; SET timezone = 'UTC';
  SET client_min_messages = warning; SET jit = off; SET bytea_output = hex; SET synchronous_commit = on;
  SET default_transaction_isolation = 'read committed';
  SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;
  SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
  SET tcp_user_timeout = 20000`;

/**
 * A PostgreSQL database that answers at once. What is written within a transaction waits until something is asked, the
 * transaction ends or a savepoint is released: a batch costs few ways to the server and back, and a write that fails is
 * told at the next of these points.
 */
export class PostgresDatabase implements Database {
  readonly pipeline: Pipeline;
  readonly #connection: Connection;
  readonly #tablesWithId = new Set<string>();
  /** By text: the server keeps what was prepared for as long as the session lives, so no text is prepared twice. */
  readonly #known = new Map<string, Known>();
  #inTransaction = false;
  #lastName = 0;

  /** @throws LedgerFailure if the server cannot be reached or refuses */
  constructor(url: string, socketWorker: URL) {
    this.#connection = new Connection(url, socketWorker);
    this.pipeline = new Pipeline(this.#connection);
    this.exec(SESSION);
    this.learnTables();
  }

  /** To be called again after the schema changed. */
  learnTables(): void {
    const tables = this.prepare(
      `SELECT table_name FROM information_schema.columns
       WHERE table_schema = 'xpert' AND column_name = 'id' AND is_identity = 'YES'`,
    );
    for (const name of tables.pluck().all()) this.#tablesWithId.add(String(name));
    // They were said for the tables before.
    this.#known.clear();
  }

  get inTransaction(): boolean {
    return this.#inTransaction;
  }

  prepare(sql: string): PostgresStatement {
    let known = this.#known.get(sql);
    if (known === undefined) {
      known = this.#learn(sql);
      this.#known.set(sql, known);
    }
    return new PostgresStatement(this, known);
  }

  /** For a text whose columns are others each time: nothing is known of it from before. */
  prepareAnew(sql: string): PostgresStatement {
    return new PostgresStatement(this, this.#learn(sql));
  }

  #learn(sql: string): Known {
    const said = toPostgres(sql, (table) => this.#tablesWithId.has(table));
    return { said, prepared: [], ofLists: new Map() };
  }

  /** A script of statements in PostgreSQL's own words. */
  exec(script: string): void {
    this.pipeline.script(script);
  }

  /** A statement in SQLite's words as one of PostgreSQL; it has no parameters. */
  said(sql: string): string {
    return toPostgres(sql, () => false).sql;
  }

  transaction<T>(work: () => T): () => T {
    return () => {
      if (this.#inTransaction) return work();
      // It goes with the first statement, which is to see what is there then.
      this.pipeline.flush();
      this.prepare('BEGIN ISOLATION LEVEL REPEATABLE READ').run();
      try {
        const result = work();
        this.prepare('COMMIT').run();
        return result;
      } catch (error) {
        this.prepare('ROLLBACK').run();
        throw error;
      }
    };
  }

  attempt<T>(work: () => T): T {
    if (!this.#inTransaction) return work();
    const run = (sql: string) => this.prepare(sql).run();
    run('SAVEPOINT attempt');
    try {
      const result = work();
      run('RELEASE attempt');
      return result;
    } catch (error) {
      if (!(error instanceof PostgresError)) throw error;
      try {
        run('ROLLBACK TO attempt');
        run('RELEASE attempt');
      } catch (failure) {
        // It failed with what waited before it: all of the transaction did.
        if (!isWithoutSavepoint(failure)) throw failure;
      }
      throw error;
    }
  }

  /** Why nothing can be asked any more; null while the connection holds. */
  get lostBy(): LedgerFailure | null {
    return this.#connection.lostBy;
  }

  get isAway(): boolean {
    return this.#connection.isAway;
  }

  close(): void {
    this.#connection.close();
  }

  nameOfStatement(): string {
    return `s${++this.#lastName}`;
  }

  /** A commit that failed may be one that the server did not come to: the transaction is open, and has to be rolled back. */
  notReached(sql: string): void {
    if (sql === 'COMMIT') this.#inTransaction = true;
  }

  /** What a statement does to the transaction. */
  follow(sql: string): 'waits' | 'at once' {
    if (/^BEGIN\b/.test(sql)) this.#inTransaction = true;
    else if (/^(COMMIT|ROLLBACK)$/.test(sql)) {
      this.#inTransaction = false;
      // Were what waits sent and failed, the server would not come to the end of the transaction.
      if (sql === 'ROLLBACK') this.pipeline.drop();
      return 'at once';
    } else if (/^(RELEASE|ROLLBACK TO)\b/.test(sql)) return 'at once';
    return this.#inTransaction ? 'waits' : 'at once';
  }
}

/** A text, and what the server has of it. */
interface Known {
  readonly said: Said;
  /** By the types of parameters; a null fits any. */
  readonly prepared: Prepared[];
  /** The same for many at once: by how, and the types of lists. */
  readonly ofLists: Map<string, Prepared>;
}

class PostgresStatement implements Statement {
  readonly #db: PostgresDatabase;
  readonly #said: Said;
  readonly #prepared: Prepared[];
  readonly #ofLists: Map<string, Prepared>;
  #form: 'object' | 'list' | 'first' = 'object';
  #big = false;

  constructor(db: PostgresDatabase, { said, prepared, ofLists }: Known) {
    this.#db = db;
    this.#said = said;
    this.#prepared = prepared;
    this.#ofLists = ofLists;
  }

  run(...params: unknown[]): RunResult {
    const { pipeline } = this.#db;
    const when = this.#db.follow(this.#said.sql);
    const outcome = this.#add(params);
    if (when === 'at once') {
      try {
        pipeline.flush();
        refuseHiddenRollback(this.#said.sql, outcome);
      } catch (error) {
        if (error instanceof PostgresError) this.#db.notReached(this.#said.sql);
        throw error;
      }
    }
    return new Ran(pipeline, outcome);
  }

  get(...params: unknown[]): unknown {
    const [row] = this.#rows(params);
    return row;
  }

  all(...params: unknown[]): unknown[] {
    return this.#rows(params);
  }

  allLater(...params: unknown[]): () => unknown[] {
    const outcome = this.#add(params);
    return () => {
      this.#db.pipeline.flush();
      if (outcome.tag === null) throw new Error(`It was not asked, as one before it failed: ${this.#said.sql}`);
      return this.#decoded(outcome);
    };
  }

  getEach(params: readonly (readonly unknown[])[]): unknown[] {
    return this.#each(params, 'first').map(([first]) => first);
  }

  allEach(params: readonly (readonly unknown[])[]): unknown[][] {
    return this.#each(params, 'all');
  }

  runColumns(columns: readonly (readonly unknown[])[]): void {
    const lists = listsOf(columns);
    this.#addLists('columns', lists, () => insertOfColumns(this.#said.sql, lists.types.map(toColumn)));
  }

  /** One statement for all, however many they are: rows come with the number of the parameters that they are of. */
  #each(params: readonly (readonly unknown[])[], which: 'first' | 'all'): unknown[][] {
    const answers: unknown[][] = params.map(() => []);
    if (params.length === 0) return answers;
    const given = params.map((each) => this.#valuesOf(each));
    const lists = listsOf(this.#said.parameters.map((_, i) => given.map((values) => values[i])));
    const outcome = this.#addLists(which, lists, () =>
      selectForEach(this.#said.sql, lists.types.map(toColumn), params.length, which),
    );
    this.#db.pipeline.flush();
    const rows = this.#decoded(outcome, 1);
    outcome.rows.forEach(([number], i) => void answers[Number(number) - 1]?.push(rows[i]));
    return answers;
  }

  /** A list in which nothing is known needs no parameter. */
  #addLists(kind: 'columns' | 'first' | 'all', { types, values }: Lists, say: () => string): Outcome {
    const key = `${kind} ${types.join(' ')}`;
    let prepared = this.#ofLists.get(key);
    if (prepared === undefined) {
      const known = types.filter((type) => type !== 0);
      const byIndex = kind !== 'columns';
      prepared = { name: this.#db.nameOfStatement(), sql: say(), types: known, byIndex, state: 'new', columns: [] };
      this.#ofLists.set(key, prepared);
    }
    return this.#db.pipeline.add(prepared, values);
  }

  iterate(...params: unknown[]): IterableIterator<unknown> {
    return this.#rows(params)[Symbol.iterator]();
  }

  pluck(): this {
    this.#form = 'first';
    return this;
  }

  raw(): this {
    this.#form = 'list';
    return this;
  }

  safeIntegers(toggle = true): this {
    this.#big = toggle;
    return this;
  }

  #rows(params: readonly unknown[]): unknown[] {
    const outcome = this.#add(params);
    this.#db.pipeline.flush();
    return this.#decoded(outcome);
  }

  /** `from`: the first column that is asked for. */
  #decoded(outcome: Outcome, from = 0): unknown[] {
    const columns = outcome.prepared.columns.slice(from);
    const decoders = columns.map(({ type }) => decoderOf(type, this.#big));
    const decode = (row: readonly (string | null)[], i: number): unknown => {
      const text = row[from + i] ?? null;
      return text === null ? null : decoders[i]?.(text);
    };
    if (this.#form === 'first') return outcome.rows.map((row) => decode(row, 0));
    if (this.#form === 'list') return outcome.rows.map((row) => columns.map((_, i) => decode(row, i)));
    return outcome.rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, decode(row, i)])));
  }

  #add(params: readonly unknown[]): Outcome {
    const values = this.#valuesOf(params);
    return this.#db.pipeline.add(this.#preparedFor(values), values.map(toWire));
  }

  #valuesOf(params: readonly unknown[]): readonly unknown[] {
    const [first] = params;
    const given = (Array.isArray(first) || isNamed(first) ? first : params) as Readonly<
      Record<string | number, unknown>
    >;
    return this.#said.parameters.map(({ from, isNullAsked }) => {
      if (!(from in given)) throw new RangeError(`Missing parameter "${from}": ${this.#said.sql}`);
      return isNullAsked ? given[from] === null : given[from];
    });
  }

  #preparedFor(values: readonly unknown[]): Prepared {
    const types = values.map(typeOf);
    const fits = ({ types: known }: Prepared) => types.every((type, i) => type === 0 || type === known[i]);
    let prepared = this.#prepared.find(fits);
    if (prepared === undefined) {
      prepared = { name: this.#db.nameOfStatement(), sql: this.#said.sql, types, state: 'new', columns: [] };
      this.#prepared.push(prepared);
    }
    return prepared;
  }
}

/** Values of several columns, as the wire has them. */
interface Lists {
  /** 0: nothing in it is known. */
  readonly types: readonly number[];
  readonly values: readonly WireValue[];
}

function listsOf(columns: readonly (readonly unknown[])[]): Lists {
  const types = columns.map(listTypeOf);
  const values = columns.flatMap((column, i) => (types[i] === 0 ? [] : [toWireList(types[i] as number, column)]));
  return { types, values };
}

const toColumn = (type: number): Column => (type === 0 ? 'nulls' : 'values');

function isNamed(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}

/** What a write did; to ask is to wait for it. */
class Ran implements RunResult {
  readonly #pipeline: Pipeline;
  readonly #outcome: Outcome;

  constructor(pipeline: Pipeline, outcome: Outcome) {
    this.#pipeline = pipeline;
    this.#outcome = outcome;
  }

  get changes(): number {
    this.#pipeline.flush();
    return Number(/\d+$/.exec(this.#outcome.tag ?? '')?.[0] ?? 0);
  }

  get lastInsertRowid(): number {
    this.#pipeline.flush();
    const id = this.#outcome.rows.at(-1)?.[0];
    if (id === undefined || id === null) throw new Error(`no id: ${this.#outcome.prepared.sql}`);
    return Number(id);
  }
}

function isWithoutSavepoint(failure: unknown): boolean {
  return failure instanceof PostgresError && failure.code === '3B001';
}

/** A transaction in which something failed is rolled back by COMMIT, without an error. */
function refuseHiddenRollback(sql: string, { tag }: Outcome): void {
  if (sql === 'COMMIT' && tag !== 'COMMIT') throw new PostgresError('25P02', 'the transaction was rolled back', sql);
}
