import type { Database } from 'better-sqlite3';
import { ExpectedError } from '../../core/errors.ts';
import type { LedgerIncarnation } from '../../core/ledger/incarnation.ts';
import type { NewId } from '../../core/units/ids.ts';
import { Sqlite } from '../../lib/sqlite.ts';
import { openForWriting } from './database.ts';
import { APPLICATION_ID, refuseNewerFile } from './migrations/migrate.ts';
import { SEALED_KEY } from './reader/backup.ts';
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

/**
 * Makes a copy of a backup the ledger from now on (rule 18): a new incarnation; a gap on every node since the backup was
 * made, which its next reading ends; nobody is logged in; what would change access waits for the owner.
 */
export function beginIncarnation(path: string, options: { readonly newId: NewId; readonly nowMs: number }): void {
  const { newId, nowMs } = options;
  const db = openForWriting(path);
  try {
    db.transaction(() => {
      const fromMs = Math.min(nowMs, Number(db.prepare('SELECT at FROM alive').pluck().get() ?? nowMs));
      const before = readIncarnation(db);
      const restores = [...(before?.restores ?? []), { atMs: nowMs, missingFromMs: fromMs }];
      saveMeta(db, 'incarnation', { id: newId(), sinceMs: nowMs, restores } satisfies StoredIncarnation);
      saveMeta(db, 'enforcement-paused', { reason: 'restored', sinceMs: nowMs });
      db.prepare('DELETE FROM meta WHERE name = ?').run(SEALED_KEY);
      db.prepare('DELETE FROM session').run();
      db.prepare(OPEN_GAPS).run({ from: fromMs, message: gapMessage(fromMs) });
    }).immediate();
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
}

interface StoredIncarnation {
  readonly id: string;
  readonly sinceMs: number;
  readonly restores: readonly { readonly atMs: number; readonly missingFromMs: number }[];
}

/** Which life of the ledger this is; made at its first start. */
export function settleIncarnation(db: Database, newId: NewId, nowMs: number): LedgerIncarnation {
  let stored = readIncarnation(db);
  if (stored === null) {
    stored = { id: newId(), sinceMs: nowMs, restores: [] };
    saveMeta(db, 'incarnation', stored);
  }
  const restores = stored.restores.map(({ atMs, missingFromMs }) => ({
    at: new Date(atMs),
    missingFrom: new Date(missingFromMs),
  }));
  return { id: stored.id, since: new Date(stored.sinceMs), restores };
}

function readIncarnation(db: Database): StoredIncarnation | null {
  const text = db.prepare("SELECT value FROM meta WHERE name = 'incarnation'").pluck().get() as string | undefined;
  return text === undefined ? null : (JSON.parse(text) as StoredIncarnation);
}

function saveMeta(db: Database, name: string, value: unknown): void {
  db.prepare('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value').run(
    name,
    JSON.stringify(value),
  );
}

function gapMessage(fromMs: number): string {
  return `Restored from a backup of ${new Date(fromMs).toISOString()}: counters are caught up, reports since then are missing.`;
}

/** On nodes that were read before and are not in a gap already. */
const OPEN_GAPS = `
  INSERT INTO gap (node_id, from_at, reason, message)
  SELECT n.id, @from, 'not-running', @message FROM node n JOIN poll_outcome o ON o.node_id = n.id
  WHERE n.deleted_at IS NULL AND o.last_complete_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM gap g WHERE g.node_id = n.id AND g.to_at IS NULL)`;

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
