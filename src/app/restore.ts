import { copyFileSync, existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExpectedError } from '../core/errors.ts';
import { syncFolder, syncPath } from '../lib/files.ts';
import { openWithPassphrase } from '../lib/passphrase-box.ts';
import { randomId } from '../lib/random-id.ts';
import { Sqlite } from '../lib/sqlite.ts';
import { beginIncarnation, inspectBackup } from '../storage/sqlite/restore.ts';
import type { Config } from './config.ts';
import { holdDataFolder } from './data-folder.ts';

export interface Restored {
  readonly restored: string;
  /** Where the ledger before is kept; null if there was none. */
  readonly kept: string | null;
  /** From then on reports are missing. */
  readonly missingFrom: Date | null;
  /** What became of the key of stored secrets: `kept` as it was here, or `taken` from the backup. */
  readonly key: 'kept' | 'taken';
  /** The backup carries a key that was not asked for. */
  readonly hasSealedKey: boolean;
}

/**
 * Puts a backup in the place of the ledger, which is kept beside it, also if it is damaged. The copy is made ready and
 * checked before anything is touched; a process that ends on the way leaves the ledger of before.
 * @throws DataFolderInUse while a server runs; `not-found`, `backup-unusable`, `backup-foreign`, `ledger-newer`,
 * `wrong-passphrase`
 */
export async function restoreBackup(config: Config, backup: string, passphrase: string | null): Promise<Restored> {
  if (config.databaseUrl !== null)
    throw new ExpectedError('backup-elsewhere', 'PostgreSQL holds the ledger: it is restored with its own means.', {
      hint: 'Stop Xpert, run pg_restore (docs/operate/scale.md), and start it again.',
    });
  if (!existsSync(backup))
    throw new ExpectedError('not-found', `There is no file ${backup}.`, {
      hint: 'Backups lie in the folder `backups` of the data folder.',
    });
  const folder = holdDataFolder(config.dataDir, 'command');
  const ledger = config.databasePath;
  const fresh = `${ledger}.restoring`;
  try {
    copy(backup, fresh);
    const { lastAlive, sealedKey } = inspectBackup(fresh, backup);
    const key = await openKey(sealedKey, passphrase);
    beginIncarnation(fresh, { newId: () => randomId(16), nowMs: Date.now() });
    syncPath(fresh);
    const stamp = new Date().toISOString().replace(/[:.]/g, '-');
    if (key !== null) takeKey(join(config.dataDir, 'secret.key'), key, stamp);
    const kept = existsSync(ledger) ? keep(ledger, stamp) : null;
    renameSync(fresh, ledger);
    syncFolder(ledger);
    const keyIs = key === null ? 'kept' : 'taken';
    return { restored: backup, kept, missingFrom: lastAlive, key: keyIs, hasSealedKey: sealedKey !== null };
  } finally {
    for (const rest of ['', '-wal', '-shm']) rmSync(fresh + rest, { force: true });
    folder.release();
  }
}

/** With the write-ahead log beside it, if it has one: then it is a ledger that was kept, not a backup. */
function copy(from: string, to: string): void {
  for (const rest of ['-wal', '-shm']) rmSync(to + rest, { force: true });
  copyFileSync(from, to);
  if (existsSync(`${from}-wal`)) copyFileSync(`${from}-wal`, `${to}-wal`);
}

async function openKey(sealedKey: string | null, passphrase: string | null): Promise<Uint8Array | null> {
  if (passphrase === null) return null;
  if (sealedKey === null)
    throw new ExpectedError(
      'backup-without-key',
      'This backup carries no key, so no passphrase opens anything in it.',
      {
        hint: 'Nothing was changed. Restore it without a passphrase.',
      },
    );
  const key = await openWithPassphrase(sealedKey, passphrase);
  if (key !== null) return key;
  throw new ExpectedError('wrong-passphrase', 'This passphrase does not open the key in the backup.', {
    hint: 'Nothing was changed. Restore without a passphrase to keep the key that is here.',
  });
}

/** A key that is here and another one is kept, too. */
function takeKey(path: string, key: Uint8Array, stamp: string): void {
  if (existsSync(path) && !readFileSync(path).equals(key)) renameSync(path, `${path}.before-restore-${stamp}`);
  writeFileSync(`${path}.new`, key, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
}

/** Gives the ledger a second name, so that at no moment there is none under its own. */
function keep(ledger: string, stamp: string): string {
  foldLog(ledger);
  const kept = `${ledger}.before-restore-${stamp}`;
  try {
    linkSync(ledger, kept);
  } catch {
    // Some file systems know no links.
    copyFileSync(ledger, kept);
  }
  // What could not be folded goes with it: beside another file it would be wrong.
  if (existsSync(`${ledger}-wal`)) renameSync(`${ledger}-wal`, `${kept}-wal`);
  rmSync(`${ledger}-shm`, { force: true });
  return kept;
}

/** So that one file holds all of it. A damaged one is kept as it is: it may be the reason for restoring. */
function foldLog(ledger: string): void {
  if (!existsSync(`${ledger}-wal`)) return;
  try {
    const database = new Sqlite(ledger);
    try {
      database.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      database.close();
    }
  } catch {
    // Kept as it is.
  }
}
