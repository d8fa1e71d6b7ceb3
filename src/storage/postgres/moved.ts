import { LedgerFailure } from '../../core/errors.ts';
import { saveMeta } from '../sql/incarnation.ts';
import { MARK, type Move, type MovedTo } from '../sql/moving.ts';
import type { PostgresDatabase } from './database.ts';

type MarkName = (typeof MARK)[keyof typeof MARK];

/** Null: there is no such mark. The schema has to be there. */
export function readMark(db: PostgresDatabase, name: 'moved-to' | 'leaving'): MovedTo | null;
export function readMark(db: PostgresDatabase, name: MarkName): Move | null;
export function readMark(db: PostgresDatabase, name: MarkName): Move | null {
  const value = db.prepare('SELECT value FROM meta WHERE name = ?').pluck().get(name);
  return value === undefined ? null : (JSON.parse(String(value)) as Move);
}

export function removeMark(db: PostgresDatabase, name: MarkName): void {
  db.prepare('DELETE FROM meta WHERE name = ?').run(name);
}

/** From this commit on the database is not opened, unless the file did not arrive. */
export function markLeaving(db: PostgresDatabase, move: MovedTo): void {
  saveMeta(db, MARK.leaving, move);
}

/** The ledger is elsewhere. */
export function markMoved(db: PostgresDatabase, move: MovedTo): void {
  db.transaction(() => {
    saveMeta(db, MARK.movedTo, move);
    removeMark(db, MARK.leaving);
  })();
}

/** @throws LedgerFailure `ledger-moved`, `ledger-leaving`, `ledger-arriving`: the ledger is not in this database, or may not be */
export function refuseElsewhere(db: PostgresDatabase): void {
  const moved = readMark(db, MARK.movedTo);
  if (moved !== null)
    throw new LedgerFailure('ledger-moved', `The ledger moved to ${placeAndTime(moved)}.`, {
      hint: 'Start Xpert there without XPERT_DATABASE_URL. The database was not changed; it holds what was counted until then.',
    });
  const leaving = readMark(db, MARK.leaving);
  if (leaving !== null)
    throw new LedgerFailure('ledger-leaving', `The ledger was being moved to ${placeAndTime(leaving)}.`, {
      hint: 'Start Xpert on that machine, with this address: it finds out which of both is the ledger. If the file is lost, see docs/operate/scale.md.',
    });
  if (readMark(db, MARK.arriving) !== null)
    throw new LedgerFailure(
      'ledger-arriving',
      'A ledger is being moved into this database, and not all of it is there.',
      { hint: 'Wait for `xpert migrate` to end; if it was broken off, run it again.' },
    );
}

const placeAndTime = ({ place, atMs }: MovedTo): string => `${place} on ${new Date(atMs).toISOString()}`;
