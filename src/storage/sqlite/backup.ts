import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { ExpectedError, LedgerFailure } from '../../core/errors.ts';
import { syncFolder, syncPath } from '../../lib/files.ts';
import { type Database, Sqlite } from '../../lib/sqlite.ts';
import { type Standing, standingOf } from '../sql/soundness.ts';
import { damageOf } from './soundness.ts';

/** Name in `meta` of the sealed key that a backup may carry. */
export const SEALED_KEY = 'sealed-key';

/**
 * Writes a compact, consistent copy of what was committed when it began, while others go on writing, and checks it. It
 * has its name only once it is whole; a copy that is not is removed. `sealedKey` is kept in the copy alone.
 */
export function writeBackup(
  db: Database,
  path: string,
  sealedKey: string | null,
): { readonly path: string; readonly bytes: number } {
  if (existsSync(path)) {
    throw new ExpectedError('file-exists', `There is already a file ${path}.`, { hint: 'Choose another path.' });
  }
  const part = `${path}.part`;
  try {
    rmSync(part, { force: true });
    const before = standingOf(db);
    db.prepare('VACUUM INTO ?').run(part);
    const after = standingOf(db);
    finish(part, sealedKey, before, after);
    // SQLite does not sync what VACUUM INTO writes.
    syncPath(part);
    renameSync(part, path);
    syncFolder(path);
    return { path, bytes: statSync(path).size };
  } finally {
    for (const rest of ['', '-journal', '-wal', '-shm']) rmSync(part + rest, { force: true });
  }
}

function finish(part: string, sealedKey: string | null, before: Standing, after: Standing): void {
  const copy = new Sqlite(part);
  try {
    if (sealedKey !== null) copy.prepare('INSERT INTO meta (name, value) VALUES (?, ?)').run(SEALED_KEY, sealedKey);
    const problem = damageOf(copy) ?? differenceOf(standingOf(copy), before, after);
    if (problem === null) return;
    throw new LedgerFailure('ledger-corrupt', `The copy is damaged: ${problem}.`, {
      hint: 'The ledger itself may be damaged: run `xpert doctor`, and keep the backups you have.',
    });
  } finally {
    copy.close();
  }
}

/** Totals only grow: those of the copy lie between those before and after it, and where nothing was booked they are equal. */
export function differenceOf(copy: Standing, before: Standing, after: Standing): string | null {
  const isBetween = before.totals <= copy.totals && copy.totals <= after.totals;
  const isOrdered = before.sequence <= copy.sequence && copy.sequence <= after.sequence;
  if (copy.days === copy.totals && isBetween && isOrdered) return null;
  return `it has ${copy.totals} bytes, the ledger ${before.totals} before and ${after.totals} after it was written`;
}
