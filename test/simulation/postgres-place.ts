import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { ManualClock } from '../../src/core/units/testing.ts';
import type { Database } from '../../src/lib/sqlite.ts';
import { CommitMark } from '../../src/storage/postgres/commit-mark.ts';
import { openForWriting, type PostgresAddress } from '../../src/storage/postgres/connections.ts';
import { PostgresDatabase } from '../../src/storage/postgres/database.ts';
import { moveTables } from '../../src/storage/postgres/move-side.ts';
import type { ReadConnection } from '../../src/storage/sql/connections.ts';
import type { MoveTable } from '../../src/storage/sql/moving.ts';
import type { Stores } from '../../src/storage/sql/stores.ts';
import { openForWriting as openFile } from '../../src/storage/sqlite/database.ts';
import { openLocalPostgresStore } from '../support/local-postgres-store.ts';
import { PostgresServer } from '../support/postgres.ts';
import { SCRATCH } from '../support/scratch.ts';
import { type Faults, throwFault } from './faults.ts';
import type { Place, PlaceStart } from './place.ts';

const TEMPLATE = 'made';

/** A server for the databases of many lives, each made from one that has the schema. */
export class PostgresPlaces {
  readonly #server: PostgresServer;
  readonly #socket: string;

  private constructor(server: PostgresServer, socket: string) {
    this.#server = server;
    this.#socket = socket;
  }

  /** `socket`: built file of the thread that holds connections. */
  static async start(socket: URL): Promise<PostgresPlaces> {
    const server = await PostgresServer.start();
    server.sql('postgres', `CREATE DATABASE ${TEMPLATE}`);
    openForWriting({ url: server.address(TEMPLATE), socket: socket.href }).close();
    server.sql(TEMPLATE, DISK_FULL);
    return new PostgresPlaces(server, socket.href);
  }

  newPlace(clock: ManualClock, faults: Faults): Place {
    return new PostgresPlace(this.#server, this.#socket, clock, faults);
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }
}

/** As the server says it when it has no room: the writer hears of it when it waits for the answer. */
const DISK_FULL = `CREATE FUNCTION public.fill_disk() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$`;

/** A database. A process that ends loses its connections; what was not committed is gone with them. */
class PostgresPlace implements Place {
  readonly isNoted = false;
  readonly #server: PostgresServer;
  readonly #socket: string;
  readonly #folder = mkdtempSync(path.join(SCRATCH, 'xpert-simulation-'));
  readonly #mark: CommitMark;
  readonly #look = openFile(':memory:');
  #url: string;
  #backups = 0;
  /** Those that SQLite has, too. */
  #tables: readonly MoveTable[] | null = null;
  /** Of the process that runs. */
  #writing: { readonly close: () => void } | null = null;
  #reading: ReadConnection | null = null;
  /** Commits before which `#look` and `#values` were read. */
  #lookedAt = -1;
  #valuesAt = -1;
  readonly #values = new Map<string, unknown>();

  constructor(server: PostgresServer, socket: string, clock: ManualClock, faults: Faults) {
    this.#server = server;
    this.#socket = socket;
    this.#url = server.newDatabase(TEMPLATE);
    this.#mark = new CommitMark(path.join(this.#folder, 'last-commit.json'), () => clock.monotonicMs());
    this.#look.pragma('foreign_keys = OFF');
    hooked = faults;
  }

  async open(start: PlaceStart): Promise<Stores> {
    const { store, writing, reading } = openLocalPostgresStore({
      ...{ ...start, address: this.#address, seen: this.#mark.last },
      onCommit: (seen) => this.#mark.saw(seen),
    });
    commits++;
    this.#writing = writing;
    this.#reading = reading;
    return store;
  }

  get look(): Database {
    if (this.#lookedAt === commits) return this.#look;
    const db = this.#connection.db as PostgresDatabase;
    const known = new Set(this.#look.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all());
    this.#look.transaction(() => {
      this.#tables ??= moveTables(db).filter(({ name }) => known.has(name));
      for (const table of this.#tables) copyTable(db, this.#look, table);
    })();
    this.#lookedAt = commits;
    return this.#look;
  }

  changes(): number {
    return commits;
  }

  value(sql: string, ...params: readonly (string | number)[]): unknown {
    if (this.#valuesAt !== commits) this.#values.clear();
    this.#valuesAt = commits;
    const key = JSON.stringify([sql, ...params]);
    if (!this.#values.has(key))
      this.#values.set(
        key,
        this.#connection.db
          .prepare(sql)
          .pluck()
          .get(...params),
      );
    return this.#values.get(key);
  }

  get #connection() {
    if (this.#reading === null) throw new Error('the simulated process does not run');
    return this.#reading;
  }

  stopped(): void {
    this.#reading?.close();
    this.#reading = null;
    this.#writing = null;
  }

  cut(): void {
    this.#writing?.close();
  }

  cleared(): void {}

  async backUp(store: Stores): Promise<string> {
    const file = path.join(this.#folder, `backup-${++this.#backups}.dump`);
    this.#server.dump(this.#url, file);
    // What is put back later lacks this at least.
    await store.heartbeat();
    return file;
  }

  restore(backup: string): void {
    this.#server.dropDatabase(this.#url);
    this.#url = this.#server.newDatabase();
    this.#server.load(this.#url, backup);
  }

  dispose(): void {
    this.#look.close();
    this.#server.dropDatabase(this.#url);
    rmSync(this.#folder, { recursive: true });
  }

  get #address(): PostgresAddress {
    return { url: this.#url, socket: this.#socket };
  }
}

function copyTable(from: PostgresDatabase, to: Database, { name, columns }: MoveTable): void {
  const names = columns.map((column) => `"${column.name}"`).join(', ');
  const rows = from.prepare(`SELECT ${names} FROM "${name}"`).raw().safeIntegers().all() as unknown[][];
  to.prepare(`DELETE FROM "${name}"`).run();
  if (rows.length === 0) return;
  const insert = to.prepare(`INSERT INTO "${name}" (${names}) VALUES (${columns.map(() => '?').join(', ')})`);
  for (const row of rows) insert.run(...row);
}

let hooked: Faults | null = null;
/** Of all databases: what was read after the last one still holds. */
let commits = 0;

interface PostgresStatement {
  run(...args: unknown[]): unknown;
  runColumns(columns: readonly (readonly unknown[])[]): void;
}

const texts = new WeakMap<object, { readonly sql: string; readonly db: PostgresDatabase }>();

/** The driver, not the ledger, is where a disk fails and a connection is cut: also just after a commit that nobody hears of. */
function hookDriver(): void {
  const { prepare } = PostgresDatabase.prototype;
  let isHooked = false;
  PostgresDatabase.prototype.prepare = function (sql) {
    const statement = prepare.call(this, sql);
    texts.set(statement, { sql, db: this });
    if (!isHooked) hookStatements(Object.getPrototypeOf(statement) as PostgresStatement);
    isHooked = true;
    return statement;
  };
}

function hookStatements(prototype: PostgresStatement): void {
  const { run, runColumns } = prototype;
  /** The server has no room: it says so when an answer is waited for, at the latest at the end of the transaction. */
  const failLater = (db: PostgresDatabase) => run.call(db.prepare('SELECT public.fill_disk()'));
  const strike = (statement: object): string => {
    const { sql = '', db } = texts.get(statement) ?? {};
    const fault = sql === '' ? null : (hooked?.strikes(sql) ?? null);
    if (fault === 'disk-full') failLater(db as PostgresDatabase);
    else if (fault !== null) throwFault(fault);
    return sql;
  };
  prototype.run = function (...args) {
    const sql = strike(this);
    const result = run.apply(this, args);
    const { inTransaction } = texts.get(this)?.db ?? {};
    if (inTransaction === false) commits++;
    if (sql === 'COMMIT' && hooked?.endsAtCommit()) throwFault('crash');
    return result;
  };
  prototype.runColumns = function (columns) {
    strike(this);
    runColumns.call(this, columns);
  };
}

hookDriver();
