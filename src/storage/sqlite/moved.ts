import { LedgerFailure } from '../../core/errors.ts';
import type { Database } from '../../lib/sqlite.ts';
import { saveMeta } from '../sql/incarnation.ts';

const MOVED_TO = 'moved-to';

/** Where a ledger went that is kept elsewhere now. */
export interface MovedTo {
  /** An address without password. */
  readonly place: string;
  readonly incarnation: string;
  readonly atMs: number;
}

/** From this commit on the file is not opened for writing any more. */
export function markMoved(db: Database, moved: MovedTo): void {
  saveMeta(db, MOVED_TO, moved);
}

/** Null: it is here. */
export function movedTo(db: Database): MovedTo | null {
  const isMade = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").get() !== undefined;
  const value = isMade ? db.prepare('SELECT value FROM meta WHERE name = ?').pluck().get(MOVED_TO) : undefined;
  return value === undefined ? null : (JSON.parse(String(value)) as MovedTo);
}

/** @throws LedgerFailure `ledger-moved` */
export function refuseMoved(db: Database): void {
  const moved = movedTo(db);
  if (moved === null) return;
  throw new LedgerFailure(
    'ledger-moved',
    `The ledger moved to ${moved.place} on ${new Date(moved.atMs).toISOString()}.`,
    {
      hint: 'Set XPERT_DATABASE_URL to that address. The file was not changed; it holds what was counted until then.',
    },
  );
}
