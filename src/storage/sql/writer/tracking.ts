import type { TrackingState } from '../../../core/ledger/usage-ledger.ts';
import type { Database } from '../database.ts';

/** Whether anything is counted, as saved in the ledger. */
export class TrackingSwitch {
  readonly #sql: ReturnType<typeof prepare>;
  #state: { readonly enabled: boolean; readonly sinceMs: number; readonly period: number };

  constructor(db: Database, nowMs: number) {
    this.#sql = prepare(db);
    const saved = this.#sql.read.get() as string | undefined;
    this.#state = saved === undefined ? { enabled: true, sinceMs: nowMs, period: 0 } : JSON.parse(saved);
    if (saved === undefined) this.#sql.write.run(JSON.stringify(this.#state));
  }

  get enabled(): boolean {
    return this.#state.enabled;
  }

  /** What was read in an earlier one is no base for counting. */
  get period(): number {
    return this.#state.period;
  }

  get state(): TrackingState {
    const { enabled, sinceMs, period } = this.#state;
    return { enabled, since: new Date(sinceMs), period };
  }

  /** @returns false if it is so already */
  set(enabled: boolean, nowMs: number): boolean {
    if (enabled === this.#state.enabled) return false;
    const { period } = this.#state;
    const state = { enabled, sinceMs: nowMs, period: enabled ? numberAfter(period, nowMs) : period };
    this.#sql.write.run(JSON.stringify(state));
    this.#state = state;
    return true;
  }

  /** After a rollback. */
  reload(): void {
    this.#state = JSON.parse(this.#sql.read.get() as string);
  }
}

/**
 * Greater than every number before, in this ledger and in those that a restore took back: an agent may hold readings that bear
 * theirs, and were they counted up, a time of tracking after a restore could bear the number of one that is lost.
 */
function numberAfter(period: number, nowMs: number): number {
  return Math.max(period + 1, nowMs);
}

function prepare(db: Database) {
  return {
    read: db.prepare("SELECT value FROM meta WHERE name = 'tracking'").pluck(),
    write: db.prepare(
      "INSERT INTO meta (name, value) VALUES ('tracking', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
    ),
  };
}
