import { LedgerFailure } from '../../core/errors.ts';
import type { Database } from '../../lib/sqlite.ts';
import { saveMeta } from '../sql/incarnation.ts';
import { MARK, type Move, type MovedTo } from '../sql/moving.ts';

/** From this commit on the file is not opened for writing any more. */
export function markMoved(db: Database, moved: MovedTo): void {
  saveMeta(db, MARK.movedTo, moved);
}

/** Null: it is here. */
export function movedTo(db: Database): MovedTo | null {
  return readMark<MovedTo>(db, MARK.movedTo);
}

/** The move by which the ledger came into this file; null: it began here. */
export function arrivedBy(db: Database): Move | null {
  return readMark<Move>(db, MARK.arrived);
}

function readMark<T>(db: Database, name: string): T | null {
  const isMade = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").get() !== undefined;
  const value = isMade ? db.prepare('SELECT value FROM meta WHERE name = ?').pluck().get(name) : undefined;
  return value === undefined ? null : (JSON.parse(String(value)) as T);
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
