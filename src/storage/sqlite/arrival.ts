import { copyFileSync, existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { LedgerFailure } from '../../core/errors.ts';
import { syncFolder, syncPath } from '../../lib/files.ts';
import { type Database, Sqlite } from '../../lib/sqlite.ts';
import { saveMeta } from '../sql/incarnation.ts';
import {
  batches,
  MARK,
  type Move,
  type MoveTable,
  type MoveTarget,
  type MoveValue,
  type Told,
  toldPlainly,
} from '../sql/moving.ts';
import { openForReading, openForWriting, unmovedIn } from './database.ts';
import { arrivedBy } from './moved.ts';

/** Beside its place a ledger is made ready. Nobody opens it under this name. */
const arrivingPath = (path: string): string => `${path}.arriving`;
const REST = ['', '-wal', '-shm', '-journal'];

/**
 * A ledger that moves into a file. It is made ready beside its place and takes it by one renaming, which decides: before it
 * there is no ledger here, after it there is.
 */
export class SqliteArrival implements MoveTarget {
  readonly #path: string;
  readonly #db: Database;

  private constructor(path: string, db: Database) {
    this.#path = path;
    this.#db = db;
  }

  /** @throws LedgerFailure `ledger-not-empty` if there is a ledger in the file that did not move away */
  static refuseOccupied(path: string): void {
    if (unmovedIn(path) !== null) throw notEmpty(path);
  }

  /** @throws LedgerFailure `ledger-not-empty` */
  static begin(path: string, move: Move): SqliteArrival {
    SqliteArrival.refuseOccupied(path);
    const fresh = arrivingPath(path);
    for (const rest of REST) rmSync(fresh + rest, { force: true });
    const db = openForWriting(fresh);
    // Until it is settled a crash may leave it in any state: it is begun anew then.
    db.pragma('journal_mode = MEMORY');
    db.pragma('synchronous = OFF');
    db.pragma('foreign_keys = OFF');
    saveMeta(db, MARK.arrived, move);
    return new SqliteArrival(path, db);
  }

  /** Of those of the other side. */
  tablesOf(others: readonly MoveTable[]): MoveTable[] {
    return tablesHere(this.#db, others);
  }

  rows(sql: string): Iterable<readonly MoveValue[]> {
    return rowsOf(this.#db, sql);
  }

  write({ name, columns }: MoveTable, rows: readonly (readonly MoveValue[])[]): Told {
    const names = columns.map((column) => `"${column.name}"`).join(', ');
    const insert = this.#db.prepare(`INSERT INTO "${name}" (${names}) VALUES (${columns.map(() => '?').join(', ')})`);
    this.#db.transaction(() => {
      for (const row of rows) insert.run(...row);
    })();
    return toldPlainly(rows);
  }

  *told(_table: MoveTable, sql: string): Generator<Told> {
    for (const rows of batches(this.rows(sql))) yield toldPlainly(rows);
  }

  clear({ name }: MoveTable, where: string): void {
    this.#db.prepare(`DELETE FROM "${name}" WHERE ${where}`).run();
  }

  /** All of it is on the disk. @throws LedgerFailure `move-differs` if a row refers to one that is not there */
  settle(): void {
    const broken = this.#db.pragma('foreign_key_check') as { table: string; parent: string }[];
    const [first] = broken;
    if (first !== undefined)
      throw new LedgerFailure(
        'move-differs',
        `Rows of ${first.table} refer to rows of ${first.parent} that are not there.`,
        {
          hint: 'Nothing was moved: the database is the ledger as before. Report it.',
        },
      );
    this.#db.exec('ANALYZE');
    this.#db.pragma('journal_mode = WAL');
    this.#db.close();
    for (const rest of REST.slice(1)) rmSync(arrivingPath(this.#path) + rest, { force: true });
    syncPath(arrivingPath(this.#path));
    syncFolder(this.#path);
  }

  /** Decides: from now on the ledger is in the file. @returns where a file that was in its place is kept; null if none was */
  takePlace({ atMs }: Move): string | null {
    const kept = existsSync(this.#path) ? keepAside(this.#path, atMs) : null;
    renameSync(arrivingPath(this.#path), this.#path);
    syncFolder(this.#path);
    return kept;
  }

  close(): void {
    this.#db.close();
  }
}

/** A ledger that moved away from here long ago. Its log belongs to it alone, so it is folded in first. */
function keepAside(path: string, atMs: number): string {
  const left = new Sqlite(path);
  left.pragma('wal_checkpoint(TRUNCATE)');
  left.close();
  const kept = `${path}.left-${new Date(atMs).toISOString().replace(/[:.]/g, '-')}`;
  rmSync(kept, { force: true });
  // At no moment there is no file in the place.
  try {
    linkSync(path, kept);
  } catch {
    // Some file systems know no links.
    copyFileSync(path, kept);
  }
  for (const rest of REST.slice(1)) rmSync(path + rest, { force: true });
  return kept;
}

/** What the files at `path` tell of moves into it. */
export function filesOfMove(path: string): { readonly arrived: Move | null; readonly arriving: Move | null } {
  return { arrived: moveIn(path), arriving: moveIn(arrivingPath(path)) };
}

/** True if a move into this file broke off and there is no ledger in its place. */
export function isArrivingOnly(path: string): boolean {
  return !existsSync(path) && existsSync(arrivingPath(path));
}

/** A move that broke off left it; the ledger is elsewhere. */
export function removeArriving(path: string): void {
  for (const rest of REST) rmSync(arrivingPath(path) + rest, { force: true });
}

function moveIn(path: string): Move | null {
  if (!existsSync(path)) return null;
  try {
    const db = openForReading(path);
    try {
      return arrivedBy(db);
    } finally {
      db.close();
    }
  } catch {
    return null;
  }
}

/** Those that a file has, too: what PostgreSQL has beside them is made anew from the ledger. */
export function tablesHere(db: Database, tables: readonly MoveTable[]): MoveTable[] {
  const names = new Set(db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all());
  return tables.filter(({ name }) => names.has(name));
}

export function rowsOf(db: Database, sql: string): Iterable<readonly MoveValue[]> {
  return db.prepare(sql).raw().safeIntegers().iterate() as IterableIterator<MoveValue[]>;
}

function notEmpty(path: string): LedgerFailure {
  return new LedgerFailure('ledger-not-empty', `There is a ledger in ${path} already, which has not moved.`, {
    hint: 'Move that file away, or set XPERT_TRAFFIC_DB_PATH to another one. It was not changed.',
  });
}
