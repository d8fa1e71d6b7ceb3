import { closeSync, existsSync, fsyncSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { ExpectedError, LedgerFailure } from '../../../core/errors.ts';

/**
 * Writes a compact, consistent copy of what was committed when it began, while others go on writing, and checks it.
 * A copy that is not whole is removed.
 */
export function writeBackup(db: Database, path: string): { readonly path: string; readonly bytes: number } {
  if (existsSync(path)) {
    throw new ExpectedError('file-exists', `There is already a file ${path}.`, { hint: 'Choose another path.' });
  }
  try {
    db.prepare('VACUUM INTO ?').run(path);
    verify(path);
    sync(path);
    sync(dirname(path));
    return { path, bytes: statSync(path).size };
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}

function verify(path: string): void {
  const copy = new Sqlite(path, { readonly: true });
  try {
    const result = copy.pragma('quick_check(1)', { simple: true });
    if (result === 'ok') return;
    throw new LedgerFailure('ledger-corrupt', `The copy is damaged: ${String(result)}.`, {
      hint: 'The ledger itself may be damaged: run `xpert doctor`, and keep the backups you have.',
    });
  } finally {
    copy.close();
  }
}

/** SQLite does not sync what VACUUM INTO writes. */
function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
