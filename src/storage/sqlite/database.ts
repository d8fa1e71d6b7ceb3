import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { LedgerFailure } from '../../core/errors.ts';
import { type Database, Sqlite } from '../../lib/sqlite.ts';
import { readIncarnation } from '../sql/incarnation.ts';
import type { MovedTo } from '../sql/moving.ts';
import { CHECKPOINT_PAGES } from './disk-room.ts';
import { ledgerFailureOf } from './failures.ts';
import { APPLICATION_ID, migrate, refuseNewerFile } from './migrations/migrate.ts';
import { movedTo, refuseMoved } from './moved.ts';

/** How long opening and writing wait for another program that holds the file. */
const BUSY_TIMEOUT_MS = 5_000;

/** Opens the ledger for writing, making or migrating it. @throws LedgerFailure */
export function openForWriting(path: string): Database {
  return failuresNaming(path, () => {
    if (path !== ':memory:' && !existsSync(dirname(path))) throw noSuchFolder(path);
    const db = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS });
    try {
      refuseForeignFile(db, path);
      refuseNewerFile(db);
      refuseMoved(db);
      db.pragma('page_size = 4096');
      db.pragma('journal_mode = WAL');
      // An answer is given only after fdatasync of the write-ahead log.
      db.pragma('synchronous = FULL');
      db.pragma('foreign_keys = ON');
      db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
      // 32 MiB hold what a busy day writes to: today's day rows and the running quarter of 100,000 users.
      db.pragma('cache_size = -32768');
      db.pragma('temp_store = MEMORY');
      migrate(db);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** Opens a ledger that is there for reading only; it sees every commit made before each of its statements. */
export function openForReading(path: string): Database {
  return failuresNaming(path, () => {
    const db = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    db.pragma('cache_size = -8192');
    db.pragma('temp_store = MEMORY');
    // Reads of that much go through the page cache of the system instead of copies: worth 30 % on long scans. What is mapped and
    // was read counts as memory of the process, however large the file is.
    db.pragma('mmap_size = 67108864');
    return db;
  });
}

/** A file of another program, or of the original Xpert, is never written to. */
function refuseForeignFile(db: Database, path: string): void {
  const tables = Number(db.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").pluck().get());
  const application = Number(db.pragma('application_id', { simple: true }));
  if (tables === 0 || application === APPLICATION_ID) return;
  throw new LedgerFailure('ledger-foreign', `${path} is an SQLite database, but not one of Xpert.`, {
    hint: 'Set XPERT_TRAFFIC_DB_PATH to another path, or move the file away. It was not changed.',
  });
}

/** Where a ledger that was here went; null: it is here, there is none, or it cannot be read. */
export function whereMoved(path: string): MovedTo | null {
  if (!existsSync(path)) return null;
  try {
    const db = openForReading(path);
    try {
      return movedTo(db);
    } finally {
      db.close();
    }
  } catch {
    return null;
  }
}

/** A ledger in this file that moved nowhere, ours or one of the original Xpert; null: there is none, or it cannot be read. */
export function unmovedIn(path: string): 'ledger' | 'original' | null {
  if (!existsSync(path)) return null;
  try {
    if (isOriginalFile(path)) return 'original';
    const db = openForReading(path);
    try {
      const isOurs = Number(db.pragma('application_id', { simple: true })) === APPLICATION_ID;
      return isOurs && readIncarnation(db) !== null && movedTo(db) === null ? 'ledger' : null;
    } finally {
      db.close();
    }
  } catch {
    return null;
  }
}

/** True if the file is a database of the original Xpert: it has its table and is not ours. */
export function isOriginalFile(path: string): boolean {
  if (path === ':memory:' || !existsSync(path)) return false;
  return failuresNaming(path, () => {
    const db = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      if (Number(db.pragma('application_id', { simple: true })) === APPLICATION_ID) return false;
      const table = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'traffic_usage'").get();
      return table !== undefined;
    } finally {
      db.close();
    }
  });
}

function noSuchFolder(path: string): LedgerFailure {
  return new LedgerFailure('ledger-unreachable', `The ledger cannot be opened: there is no folder ${dirname(path)}.`, {
    hint: 'Make the folder, or set XPERT_DATA_DIR or XPERT_TRAFFIC_DB_PATH to one that is there.',
  });
}

/** What fails because of the file is told as a LedgerFailure that names it. */
export function failuresNaming<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const failure = ledgerFailureOf(error);
    if (failure === null || failure === error) throw error;
    throw new LedgerFailure(failure.code, `${failure.message} (${path})`, { hint: failure.hint ?? '', cause: error });
  }
}
