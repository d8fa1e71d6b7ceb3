import { ExpectedError } from '../../core/errors.ts';
import type { NewId } from '../../core/units/ids.ts';
import { type Database, Sqlite } from '../../lib/sqlite.ts';
import { writeIncarnation } from '../sql/incarnation.ts';
import { SEALED_KEY } from './backup.ts';
import { openForWriting } from './database.ts';
import { APPLICATION_ID, refuseNewerFile } from './migrations/migrate.ts';
import { damageOf } from './soundness.ts';

export interface FoundBackup {
  /** When the last commit in it was made; null: it was never written to. */
  readonly lastAlive: Date | null;
  /** The key of its secrets, sealed with a passphrase, if it carries one. */
  readonly sealedKey: string | null;
}

/**
 * Looks at a copy of a backup; `shownAs` is what the person calls it.
 * @throws ExpectedError `backup-unusable`, `backup-foreign`; LedgerFailure `ledger-newer`
 */
export function inspectBackup(path: string, shownAs: string): FoundBackup {
  return withUsable(path, shownAs, (db) => {
    refuseForeign(db, shownAs);
    refuseNewerFile(db);
    const damage = damageOf(db);
    if (damage !== null) throw unusable(shownAs, `it is damaged: ${damage}`);
    const at = db.prepare('SELECT at FROM alive').pluck().get() as number | undefined;
    const sealedKey = db.prepare('SELECT value FROM meta WHERE name = ?').pluck().get(SEALED_KEY) as string | undefined;
    return { lastAlive: at ? new Date(at) : null, sealedKey: sealedKey ?? null };
  });
}

/** Makes a copy of a backup the ledger from now on. */
export function beginIncarnation(path: string, options: { readonly newId: NewId; readonly nowMs: number }): void {
  const { newId, nowMs } = options;
  const db = openForWriting(path);
  try {
    db.transaction(() => {
      writeIncarnation(db, newId, nowMs);
      db.prepare('DELETE FROM meta WHERE name = ?').run(SEALED_KEY);
    }).immediate();
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}

function refuseForeign(db: Database, path: string): void {
  if (Number(db.pragma('application_id', { simple: true })) === APPLICATION_ID) return;
  const isOriginal = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'traffic_usage'").get() !== undefined;
  throw new ExpectedError('backup-foreign', `${path} is an SQLite database, but no backup of this Xpert.`, {
    hint: isOriginal
      ? 'It is a file of the original Xpert: set XPERT_TRAFFIC_DB_PATH to it, and it is imported at the next start.'
      : 'Nothing was changed. Backups lie in the folder `backups` of the data folder.',
  });
}

function withUsable<T>(path: string, shownAs: string, look: (db: Database) => T): T {
  let db: Database | null = null;
  try {
    db = new Sqlite(path, { fileMustExist: true });
    return look(db);
  } catch (error) {
    if (error instanceof ExpectedError) throw error;
    throw unusable(shownAs, error instanceof Error ? error.message : String(error));
  } finally {
    db?.close();
  }
}

function unusable(path: string, why: string): ExpectedError {
  return new ExpectedError('backup-unusable', `${path} cannot be restored: ${why}.`, {
    hint: 'Nothing was changed. Take another backup.',
  });
}
