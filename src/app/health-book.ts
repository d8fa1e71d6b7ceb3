import type { HealthChange, HealthRecord, HealthStore, SubjectId } from '../core/health/health-store.ts';
import type { ServiceState } from '../core/health/service-health.ts';
import type { Notice } from '../core/inventory/node-operations.ts';
import type { Calendar } from '../core/units/calendar.ts';
import type { Clock } from '../core/units/clock.ts';

interface Dependencies {
  readonly store: Pick<HealthStore, 'record' | 'standings'>;
  readonly calendar: () => Calendar;
  readonly clock: Clock;
  /** Between two looks that lie further apart nobody knows what was; milliseconds. */
  readonly longestLookMs: number;
}

interface Seen {
  readonly id: SubjectId;
  readonly state: ServiceState;
  readonly reason: Notice | null;
}

const DAYS_KEPT = 400;
const CHANGES_KEPT_MS = 90 * 86_400_000;
/** Of a server, which looks every few seconds. */
export const LONGEST_LOOK_MS = 120_000;

/** Writes down how long everything was in which state, and when that changed. */
export class HealthBook {
  readonly #use: Dependencies;
  #standings: Map<SubjectId, HealthChange> | null = null;
  /** States since the look before, and when that was, on the monotonic clock. */
  #before: { readonly states: ReadonlyMap<SubjectId, ServiceState>; readonly atMs: number } | null = null;

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
  }

  /** When a subject came into its present state; null before the first look. */
  since(id: SubjectId): Date | null {
    return this.#standings?.get(id)?.at ?? null;
  }

  /** @returns whether a state changed */
  async write(all: readonly Seen[]): Promise<boolean> {
    const { store, clock, calendar } = this.#use;
    this.#standings ??= new Map(await store.standings());
    const now = clock.now();
    // Nobody has looked yet (just started): neither a state nor a change of one.
    const seen = all.filter(({ state, reason }) => state !== 'unknown' || !isBeforeFirst(reason));
    const changes = seen.filter(({ id, state }) => this.#standings?.get(id)?.state !== state);
    const keepFromDay = calendar().dayOf(now.getTime()).number - DAYS_KEPT;
    const record: HealthRecord = {
      spent: this.#spent(now.getTime()),
      changes: changes.map((change) => ({ ...change, at: now })),
      ...{ keepFromDay, keepChangesFrom: new Date(now.getTime() - CHANGES_KEPT_MS) },
    };
    this.#before = { states: new Map(seen.map(({ id, state }) => [id, state])), atMs: clock.monotonicMs() };
    if (record.spent.length > 0 || changes.length > 0) await store.record(record);
    for (const { id, state, reason } of changes) this.#standings.set(id, { at: now, state, reason });
    return changes.length > 0;
  }

  /** The time since the look before, in the states of then, split at midnight. */
  #spent(nowMs: number): HealthRecord['spent'] {
    if (this.#before === null) return [];
    const { states, atMs } = this.#before;
    const passedMs = Math.round(this.#use.clock.monotonicMs() - atMs);
    if (passedMs <= 0 || passedMs > this.#use.longestLookMs) return [];
    const today = this.#use.calendar().dayOf(nowMs);
    const todayMs = Math.min(passedMs, nowMs - today.fromMs);
    const parts = [
      { day: today.number, ms: todayMs },
      { day: today.number - 1, ms: passedMs - todayMs },
    ].filter(({ ms }) => ms > 0);
    return parts.flatMap(({ day, ms }) => [...states].map(([id, state]) => ({ id, day, state, ms })));
  }
}

function isBeforeFirst(reason: Notice | null): boolean {
  return reason?.code === 'not-polled-yet' || reason?.code === 'not-probed-yet';
}
