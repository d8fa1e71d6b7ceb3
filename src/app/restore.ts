import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { ExpectedError } from '../core/errors.ts';
import type { Config } from './config.ts';
import { holdDataFolder } from './data-folder.ts';

/**
 * Puts a backup in the place of the ledger, which is kept beside it. The copy is checked before anything is touched.
 * @throws DataFolderInUse while a server runs
 */
export async function restoreBackup(
  config: Config,
  backup: string,
): Promise<{ readonly restored: string; readonly kept: string | null }> {
  const folder = holdDataFolder(config.dataDir, 'command');
  try {
    verify(backup);
    const ledger = config.databasePath;
    const fresh = `${ledger}.restoring`;
    copyFileSync(backup, fresh);
    const kept = existsSync(ledger) ? keep(ledger) : null;
    renameSync(fresh, ledger);
    return { restored: backup, kept };
  } finally {
    folder.release();
  }
}

function verify(path: string): void {
  if (!existsSync(path))
    throw new ExpectedError('not-found', `There is no file ${path}.`, {
      hint: 'Backups lie in the folder `backups` of the data folder.',
    });
  let problem: string | null = null;
  try {
    const database = new Database(path, { readonly: true });
    try {
      const result = database.pragma('integrity_check(1)', { simple: true });
      const isLedger = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'record'").get();
      if (result !== 'ok') problem = `it is damaged: ${String(result)}`;
      else if (isLedger === undefined) problem = 'it is not a ledger of Xpert';
    } finally {
      database.close();
    }
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  if (problem === null) return;
  throw new ExpectedError('backup-unusable', `${path} cannot be restored: ${problem}.`, {
    hint: 'Nothing was changed. Take another backup.',
  });
}

/** Folds the write-ahead log into the file, so that one file holds all of it, and moves it away. */
function keep(ledger: string): string {
  const database = new Database(ledger);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  const kept = `${ledger}.before-restore-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  renameSync(ledger, kept);
  for (const rest of [`${ledger}-wal`, `${ledger}-shm`]) rmSync(rest, { force: true });
  return kept;
}
