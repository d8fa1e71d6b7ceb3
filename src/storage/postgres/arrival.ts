import { LedgerFailure } from '../../core/errors.ts';
import { readIncarnation } from '../sql/incarnation.ts';
import { openUnfinished, type PostgresAddress } from './connections.ts';
import type { PostgresDatabase } from './database.ts';
import { ARRIVING, isMade, migrate } from './migrations/migrate.ts';

/** A table and those of its columns that are written, as PostgreSQL names them. */
export interface ArrivalTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** A value as a ledger elsewhere has it. */
export type ArrivalValue = bigint | number | string | Uint8Array | null;

/**
 * A ledger that moves into an empty database. From the first commit on until `finish` nobody can open it there: a move that
 * breaks off is begun anew.
 */
export class Arrival {
  readonly #db: PostgresDatabase;
  readonly #constraints: readonly { readonly table: string; readonly name: string; readonly definition: string }[];
  readonly tables: readonly ArrivalTable[];

  private constructor(db: PostgresDatabase) {
    this.#db = db;
    this.tables = tablesOf(db);
    this.#constraints = db.prepare(FOREIGN_KEYS).all() as { table: string; name: string; definition: string }[];
    const drops = this.#constraints.map(
      ({ table, name }) => `ALTER TABLE ${quoted(table)} DROP CONSTRAINT ${quoted(name)};`,
    );
    db.exec(drops.join('\n'));
  }

  /** @throws LedgerFailure `ledger-not-empty` if there is a ledger already that did not arrive in part only */
  static begin(address: PostgresAddress): Arrival {
    const db = openUnfinished(address);
    try {
      if (isMade(db)) {
        if (!isArriving(db)) throw notEmpty();
        db.exec('DROP SCHEMA xpert CASCADE');
      }
      migrate(db, `INSERT INTO meta (name, value) VALUES ('${ARRIVING}', 'true');`);
      return new Arrival(db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** One statement per call: a column after the other, in one transaction. */
  write({ name, columns }: ArrivalTable, rows: readonly (readonly ArrivalValue[])[]): void {
    const names = columns.map((column) => quoted(column.name)).join(', ');
    const lists = columns.map(({ type }) => `CAST(? AS ${type}[])`).join(', ');
    this.#db
      .prepare(
        `INSERT INTO ${quoted(name)} (${names}) OVERRIDING SYSTEM VALUE SELECT ${names} FROM unnest(${lists}) AS x (${names})`,
      )
      .run(columns.map((_, i) => listText(rows.map((row) => row[i] ?? null))));
  }

  count(table: string): number {
    return Number(
      this.#db
        .prepare(`SELECT count(*) FROM ${quoted(table)}`)
        .pluck()
        .get(),
    );
  }

  /** Rows of a statement in SQLite's words; integers are bigint. */
  rows(sql: string): unknown[] {
    return this.#db.prepare(sql).raw().safeIntegers().all();
  }

  /** Constraints again, ids from the next one on, and what the planner has to know. */
  settle(): void {
    const adds = this.#constraints.map(
      ({ table, name, definition }) => `ALTER TABLE ${quoted(table)} ADD CONSTRAINT ${quoted(name)} ${definition};`,
    );
    const identities = this.#db.prepare(IDENTITIES).all() as { table: string; column: string }[];
    const sequences = identities.map(
      ({ table, column }) =>
        `SELECT setval(pg_get_serial_sequence('xpert.${quoted(table)}', '${column}'), (SELECT max(${quoted(column)}) FROM ${quoted(table)}));`,
    );
    this.#db.exec([...adds, ...sequences].join('\n'));
    this.#db.exec('ANALYZE');
  }

  /** From now on it can be opened. */
  finish(): void {
    this.#db.prepare('DELETE FROM meta WHERE name = ?').run(ARRIVING);
  }

  close(): void {
    this.#db.close();
  }
}

/** Finishes an arrival whose old place was given up. @returns false if it is another ledger, or none that arrives */
export function finishArrival(address: PostgresAddress, incarnation: string): boolean {
  const db = openUnfinished(address);
  try {
    if (!isArriving(db) || readIncarnation(db)?.id !== incarnation) return false;
    db.prepare('DELETE FROM meta WHERE name = ?').run(ARRIVING);
    return true;
  } finally {
    db.close();
  }
}

function isArriving(db: PostgresDatabase): boolean {
  return db.prepare('SELECT 1 FROM meta WHERE name = ?').get(ARRIVING) !== undefined;
}

function notEmpty(): LedgerFailure {
  return new LedgerFailure('ledger-not-empty', 'There is a ledger in this database already.', {
    hint: 'Name an empty database. This one was not changed.',
  });
}

function tablesOf(db: PostgresDatabase): ArrivalTable[] {
  const tables = new Map<string, { name: string; type: string }[]>();
  for (const row of db.prepare(COLUMNS).all()) {
    const { table, column, type } = row as { table: string; column: string; type: string };
    const columns = tables.get(table) ?? [];
    columns.push({ name: column, type });
    tables.set(table, columns);
  }
  return [...tables].map(([name, columns]) => ({ name, columns }));
}

const COLUMNS = `SELECT c.table_name AS table, c.column_name AS column, c.data_type AS type
  FROM information_schema.columns c JOIN information_schema.tables t
    ON t.table_schema = c.table_schema AND t.table_name = c.table_name
  WHERE c.table_schema = 'xpert' AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'
    AND c.table_name <> 'schema_version' ORDER BY c.table_name, c.ordinal_position`;

const IDENTITIES = `SELECT table_name AS table, column_name AS column FROM information_schema.columns
  WHERE table_schema = 'xpert' AND is_identity = 'YES'`;

const FOREIGN_KEYS = `SELECT c.relname AS table, k.conname AS name, pg_get_constraintdef(k.oid) AS definition
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = k.connamespace
  WHERE k.contype = 'f' AND n.nspname = 'xpert'`;

const quoted = (name: string): string => `"${name}"`;

/** A list as PostgreSQL reads it (its documentation, 8.15.2). */
function listText(values: readonly ArrivalValue[]): string {
  return `{${values.map(elementText).join(',')}}`;
}

function elementText(value: ArrivalValue): string {
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array) return `"\\\\x${Buffer.from(value).toString('hex')}"`;
  if (typeof value !== 'string') return String(value);
  return `"${value.replace(/[\\"]/g, '\\$&')}"`;
}
