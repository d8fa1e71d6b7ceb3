import type { LedgerIncarnation } from '../../core/ledger/incarnation.ts';
import type { ZoneSince } from '../../core/units/calendar.ts';
import { randomId } from '../../lib/random-id.ts';
import { settleIncarnation, writeIncarnation } from '../sql/incarnation.ts';
import { lastAlive, settleCalendar } from '../sql/opening.ts';
import { ID_LENGTH } from '../sql/worker-messages.ts';
import type { OpenedForWriting } from '../sql/writer-service.ts';
import { openForWriting, type PostgresAddress, writeConnection } from './connections.ts';
import type { PostgresDatabase } from './database.ts';

/** A commit that took place. */
export interface SeenCommit {
  /** Of the ledger that it is in. */
  readonly incarnation: string;
  readonly sequence: number;
}

/** The last commit that this Xpert knows of. */
export interface KnownCommit extends SeenCommit {
  /** Lives of the ledger that ended in a restore: a database that is in one of them was put back. */
  readonly former: readonly string[];
}

export interface WriterStart {
  readonly address: PostgresAddress;
  /** Wanted for the panel; null: as saved. */
  readonly timeZone: string | null;
  /** Null: none is known. */
  readonly seen: KnownCommit | null;
  /** The connection of the writer before was lost. */
  readonly isRegained: boolean;
}

/** What a writer found when it opened the ledger. */
export interface FoundLedger {
  readonly zones: readonly ZoneSince[];
  readonly lastInstant: Date | null;
  readonly incarnation: LedgerIncarnation;
}

/** Opens the ledger as its only writer. @throws LedgerFailure */
export function openLedger(start: WriterStart & { readonly nowMs: number }): OpenedForWriting<FoundLedger> {
  const { address, timeZone, seen, isRegained, nowMs } = start;
  const db = openForWriting(address);
  const newId = () => randomId(ID_LENGTH);
  let incarnation = settleIncarnation(db, newId, nowMs);
  if (seen !== null && wentBack(db, incarnation, seen)) {
    db.transaction(() => writeIncarnation(db, newId, nowMs))();
    incarnation = settleIncarnation(db, newId, nowMs);
  }
  const { zones } = settleCalendar(db, timeZone, nowMs);
  const because = isRegained ? { stoppedBecause: 'PostgreSQL could not be reached.' } : {};
  return {
    connection: writeConnection(db),
    zones,
    ...because,
    found: { zones, lastInstant: lastAlive(db), incarnation },
  };
}

/** A commit is not in it any more: it was restored from a copy, or another server took over that had not all of it. */
function wentBack(db: PostgresDatabase, { id }: LedgerIncarnation, seen: KnownCommit): boolean {
  const { incarnation, sequence, former } = seen;
  if (former.includes(id)) return true;
  return id === incarnation && Number(db.prepare('SELECT sequence FROM alive').pluck().get() ?? 0) < sequence;
}
