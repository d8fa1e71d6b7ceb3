import type { PostgresDatabase } from './database.ts';
import { refuseNewer, WRITER_LOCK } from './migrations/migrate.ts';

/** What a process says of itself when it begins to lead: in `meta`, for the others. */
export interface LeaderCard {
  /** Of the process, made at its start. */
  readonly process: string;
  /** Where other processes reach it. */
  readonly url: string;
  readonly version: string;
  /** Tells whether two processes have the same `secret.key`, and nothing else of it. */
  readonly keyMark: string;
  readonly sinceMs: number;
}

/** Name of the card in `meta`. */
export const LEADER = 'leader';

/** A leader of whom the server hears nothing for this long leads no more: its session is closed, and the lock is free. */
const LEASE_MS = 20_000;
/** One attempt to get the lock; no longer, because its snapshot keeps the server from tidying up. */
const ATTEMPT_MS = 4_000;

const isMine = `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()
  AND classid = 0 AND objid = ${WRITER_LOCK} AND objsubid = 1)`;

/** A wait that ends without the lock is no error, and no line in the log of the server. */
const ATTEMPT = `DO $$ BEGIN
  PERFORM set_config('lock_timeout', '${ATTEMPT_MS}', true); PERFORM pg_advisory_lock(${WRITER_LOCK});
  EXCEPTION WHEN lock_not_available THEN NULL; END $$`;

/** Gets the writer's lock if it is free. */
export function tryToLead(db: PostgresDatabase): boolean {
  return db.prepare(`SELECT pg_try_advisory_lock(${WRITER_LOCK})`).pluck().get() === 1;
}

/**
 * Waits for the writer's lock for as long as it takes; the server gives it at once when the session that holds it ends.
 * @throws LedgerFailure `ledger-newer` when a newer Xpert migrated meanwhile, or the connection is lost
 */
export function waitToLead(db: PostgresDatabase): void {
  do {
    refuseNewer(db);
    db.exec(ATTEMPT);
  } while (db.prepare(isMine).pluck().get() !== 1);
}

/** From now on the session has to be heard of: a process that is paused, or hangs, loses its lead. */
export function beginLease(db: PostgresDatabase): void {
  db.exec(`SET idle_session_timeout = ${LEASE_MS}; SET idle_in_transaction_session_timeout = ${LEASE_MS}`);
}
