import { LedgerFailure } from '../../core/errors.ts';
import type { LedgerIncarnation } from '../../core/ledger/incarnation.ts';
import { PAUSE } from '../../core/metering/gap-words.ts';
import type { ZoneSince } from '../../core/units/calendar.ts';
import { randomId } from '../../lib/random-id.ts';
import { saveMeta, settleIncarnation, writeIncarnation } from '../sql/incarnation.ts';
import { lastAlive, settleCalendar } from '../sql/opening.ts';
import { ID_LENGTH } from '../sql/worker-messages.ts';
import type { OpenedForWriting } from '../sql/writer-service.ts';
import { type KnownCommit, readCommitMark } from './commit-mark.ts';
import { openForWriting, type PostgresAddress, writeConnection } from './connections.ts';
import type { PostgresDatabase } from './database.ts';
import { beginLease, LEADER, type LeaderCard, tryToLead, waitToLead } from './leadership.ts';
import { refuseNewer } from './migrations/migrate.ts';

export interface WriterStart {
  readonly address: PostgresAddress;
  /** Wanted for the panel; null: as saved. */
  readonly timeZone: string | null;
  /** Null: none is known. */
  readonly seen: KnownCommit | null;
  /** The connection of the writer before was lost. */
  readonly isRegained: boolean;
  /** Among several processes; null: this one is alone, and one that writes already refuses it. */
  readonly candidacy: Candidacy | null;
}

/** A process that would lead. */
export interface Candidacy {
  readonly card: Omit<LeaderCard, 'sinceMs'>;
  /** Waits until it may; else another leader refuses it. */
  readonly waits: boolean;
  /** File of the last commit: it is kept up to date while this waits. */
  readonly markPath: string;
}

/** What a writer found when it opened the ledger. */
export interface FoundLedger {
  readonly zones: readonly ZoneSince[];
  readonly lastInstant: Date | null;
  readonly incarnation: LedgerIncarnation;
}

/** Opens the ledger as its only writer. @throws LedgerFailure */
export function openLedger(
  start: WriterStart & { readonly nowMs: number },
  onWaiting: () => void,
): OpenedForWriting<FoundLedger> {
  const { address, timeZone, isRegained, candidacy } = start;
  const db = candidacy === null ? openForWriting(address) : openAsLeader(address, candidacy, onWaiting);
  const seen = candidacy?.waits === true ? readCommitMark(candidacy.markPath) : start.seen;
  // Whoever waited began long before.
  const nowMs = candidacy?.waits === true ? Date.now() : start.nowMs;
  const newId = () => randomId(ID_LENGTH);
  let incarnation = settleIncarnation(db, newId, nowMs);
  if (seen !== null && wentBack(db, incarnation, seen)) {
    db.transaction(() => writeIncarnation(db, newId, nowMs))();
    incarnation = settleIncarnation(db, newId, nowMs);
  }
  if (candidacy !== null) saveMeta(db, LEADER, { ...candidacy.card, sinceMs: nowMs, backend: backendOf(db) });
  const { zones } = settleCalendar(db, timeZone, nowMs);
  const because = isRegained ? { stoppedBecause: PAUSE.database.message } : {};
  return {
    connection: writeConnection(db),
    zones,
    ...because,
    found: { zones, lastInstant: lastAlive(db), incarnation },
  };
}

/** Its transactions belong to the session that holds the lock: who lost it cannot commit anything. */
function openAsLeader(address: PostgresAddress, { waits }: Candidacy, onWaiting: () => void): PostgresDatabase {
  const db = openForWriting(address, (opened) => {
    if (tryToLead(opened)) return;
    refuseNewer(opened);
    if (!waits) throw ledWithout();
    onWaiting();
    waitToLead(opened);
  });
  beginLease(db);
  return db;
}

function ledWithout(): LedgerFailure {
  return new LedgerFailure('ledger-locked', 'Another Xpert writes to this database.', {
    hint: 'This one stands by, and passes on to it what is to be written.',
  });
}

function backendOf(db: PostgresDatabase): number {
  return Number(db.prepare('SELECT pg_backend_pid()').pluck().get());
}

/** A commit is not in it any more: it was restored from a copy, or another server took over that had not all of it. */
function wentBack(db: PostgresDatabase, { id }: LedgerIncarnation, seen: KnownCommit): boolean {
  const { incarnation, sequence, former } = seen;
  if (former.includes(id)) return true;
  return id === incarnation && Number(db.prepare('SELECT sequence FROM alive').pluck().get() ?? 0) < sequence;
}
