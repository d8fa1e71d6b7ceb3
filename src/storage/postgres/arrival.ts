import { LedgerFailure } from '../../core/errors.ts';
import { batches, MARK, type Move, type MoveTable, type MoveTarget, type MoveValue, type Told } from '../sql/moving.ts';
import { openUnfinished, type PostgresAddress } from './connections.ts';
import { copyLines } from './copy-lines.ts';
import type { PostgresDatabase } from './database.ts';
import { isMade, migrate } from './migrations/migrate.ts';
import { moveTables, quoted, readSession, rowsOf } from './move-side.ts';
import { readMark, removeMark } from './moved.ts';

/**
 * A ledger that moves into a database that is empty, or was left by this ledger. From the first commit on until `finish`
 * nobody can open it there: a move that breaks off is begun anew.
 */
export class PostgresArrival implements MoveTarget {
  readonly #db: PostgresDatabase;
  readonly #constraints: readonly { readonly table: string; readonly name: string; readonly definition: string }[];
  readonly tables: readonly MoveTable[];

  private constructor(db: PostgresDatabase) {
    this.#db = db;
    readSession(db);
    this.tables = moveTables(db);
    this.#constraints = db.prepare(FOREIGN_KEYS).all() as { table: string; name: string; definition: string }[];
    const drops = this.#constraints.map(
      ({ table, name }) => `ALTER TABLE ${quoted(table)} DROP CONSTRAINT ${quoted(name)};`,
    );
    db.exec(drops.join('\n'));
  }

  /** `cameBy`: the move by which the ledger came to where it is now. @throws LedgerFailure `ledger-not-empty` */
  static begin(address: PostgresAddress, move: Move, cameBy: Move | null): PostgresArrival {
    const db = openUnfinished(address);
    try {
      if (isMade(db)) {
        if (!isArriving(db) && !wasLeft(db, move, cameBy)) throw notEmpty();
        db.exec('DROP SCHEMA xpert CASCADE');
      }
      const mark = JSON.stringify(move).replaceAll("'", "''");
      migrate(db, `INSERT INTO meta (name, value) VALUES ('${MARK.arriving}', '${mark}');`);
      return new PostgresArrival(db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  rows(sql: string): Iterable<readonly MoveValue[]> {
    return rowsOf(this.#db, sql);
  }

  /** The lines of a COPY, which the server takes while the next ones are made. */
  write({ name, columns }: MoveTable, rows: readonly (readonly MoveValue[])[]): Told {
    const names = columns.map((column) => quoted(column.name)).join(', ');
    const text = Buffer.from(copyLines(rows), 'utf8');
    this.#db.pipeline.copyIn(`COPY ${quoted(name)} (${names}) FROM STDIN`, text);
    return { text, rows: rows.length };
  }

  /** The lines of a COPY the other way: for what is no fraction the server's text of a value is ours. */
  *told({ columns }: MoveTable, sql: string): Generator<Told> {
    if (columns.every(({ type }) => TOLD_ALIKE.has(type))) {
      yield* this.#db.pipeline.copyOut(`COPY (${this.#db.said(sql)}) TO STDOUT`);
      return;
    }
    for (const rows of batches(this.rows(sql))) {
      yield { text: Buffer.from(copyLines(rows), 'utf8'), rows: rows.length };
    }
  }

  clear({ name }: MoveTable, where: string): void {
    this.#db.exec(`DELETE FROM ${quoted(name)} WHERE ${where}`);
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
    removeMark(this.#db, MARK.arriving);
  }

  close(): void {
    this.#db.close();
  }
}

/** Finishes an arrival whose old place was given up. @returns false if it is another move, or none that arrives */
export function finishArrival(address: PostgresAddress, { id }: Move): boolean {
  const db = openUnfinished(address);
  try {
    if (readMark(db, MARK.arriving)?.id !== id) return false;
    removeMark(db, MARK.arriving);
    return true;
  } finally {
    db.close();
  }
}

const isArriving = (db: PostgresDatabase): boolean => readMark(db, MARK.arriving) !== null;

/** The same ledger was here, and is elsewhere now: what is left of it here may go. */
function wasLeft(db: PostgresDatabase, { incarnation }: Move, cameBy: Move | null): boolean {
  const left = readMark(db, MARK.movedTo) ?? readMark(db, MARK.leaving);
  return left !== null && (left.incarnation === incarnation || left.id === cameBy?.id);
}

function notEmpty(): LedgerFailure {
  return new LedgerFailure('ledger-not-empty', 'There is a ledger in this database already.', {
    hint: 'Name an empty database. This one was not changed.',
  });
}

/** Types whose values have one text, by `copyLines` and by the server. */
const TOLD_ALIKE: ReadonlySet<string> = new Set(['smallint', 'integer', 'bigint', 'text', 'bytea']);

const IDENTITIES = `SELECT table_name AS table, column_name AS column FROM information_schema.columns
  WHERE table_schema = 'xpert' AND is_identity = 'YES'`;

const FOREIGN_KEYS = `SELECT c.relname AS table, k.conname AS name, pg_get_constraintdef(k.oid) AS definition
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = k.connamespace
  WHERE k.contype = 'f' AND n.nspname = 'xpert'`;
