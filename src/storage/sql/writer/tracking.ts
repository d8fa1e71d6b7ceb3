import type { TrackingState } from '../../../core/ledger/usage-ledger.ts';
import type { Database } from '../database.ts';

/** Whether anything is counted, as saved in the ledger. */
export class TrackingSwitch {
  readonly #sql: ReturnType<typeof prepare>;
  #state: { enabled: boolean; sinceMs: number; resumedMs: number | null };

  constructor(db: Database, nowMs: number) {
    this.#sql = prepare(db);
    const saved = this.#sql.read.get() as string | undefined;
    this.#state = saved === undefined ? { enabled: true, sinceMs: nowMs, resumedMs: null } : JSON.parse(saved);
    if (saved === undefined) this.#sql.write.run(JSON.stringify(this.#state));
  }

  get enabled(): boolean {
    return this.#state.enabled;
  }

  /** True for a reading from before tracking was last switched on again: it is no base for counting. */
  isBeforeResumption(atMs: number): boolean {
    return this.#state.resumedMs !== null && atMs < this.#state.resumedMs;
  }

  get state(): TrackingState {
    return { enabled: this.#state.enabled, since: new Date(this.#state.sinceMs) };
  }

  /** @returns false if it is so already */
  set(enabled: boolean, nowMs: number): boolean {
    if (enabled === this.#state.enabled) return false;
    const state = { enabled, sinceMs: nowMs, resumedMs: enabled ? startOfSecond(nowMs) : this.#state.resumedMs };
    this.#sql.write.run(JSON.stringify(state));
    this.#state = state;
    return true;
  }

  /** After a rollback. */
  reload(): void {
    this.#state = JSON.parse(this.#sql.read.get() as string);
  }
}

/** Sources date their readings in whole seconds: one of the second in which tracking came back is of after that. */
function startOfSecond(ms: number): number {
  return ms - (ms % 1000);
}

function prepare(db: Database) {
  return {
    read: db.prepare("SELECT value FROM meta WHERE name = 'tracking'").pluck(),
    write: db.prepare(
      "INSERT INTO meta (name, value) VALUES ('tracking', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
    ),
  };
}
