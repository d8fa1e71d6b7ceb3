import type { Notice } from '../inventory/node-operations.ts';
import type { NodeId, ServiceId } from '../units/ids.ts';
import type { ServiceState } from './service-health.ts';
import type { ServiceProbe } from './service-probe.ts';

/** A node or a VPN service. */
export type SubjectId = NodeId | ServiceId;

/** Port: what to probe, and how healthy everything was. */
export interface HealthStore {
  /** Probes that the owner set, of services of living nodes. */
  probes(): Promise<ReadonlyMap<ServiceId, ServiceProbe>>;
  /** Null: guessed again. @throws NotFound */
  setProbe(id: ServiceId, probe: ServiceProbe | null): Promise<void>;
  record(record: HealthRecord): Promise<void>;
  /** Days of the panel's zone from `first` to `last`, in order; days in which nobody looked are absent. */
  days(id: SubjectId, first: number, last: number): Promise<HealthDay[]>;
  /** The same summed over the days, for every subject with any. */
  sums(first: number, last: number): Promise<ReadonlyMap<SubjectId, StateTimes>>;
  /** Changes of state, the latest first. */
  changes(id: SubjectId, limit: number): Promise<HealthChange[]>;
  /** The last change of every subject. */
  standings(): Promise<ReadonlyMap<SubjectId, HealthChange>>;
}

/** How long something was in each state, ms. Time in which Xpert did not run is in none. */
export interface StateTimes {
  readonly upMs: number;
  readonly degradedMs: number;
  readonly downMs: number;
  readonly unknownMs: number;
}

export interface HealthDay extends StateTimes {
  /** Number of the day, as `Calendar` counts. */
  readonly day: number;
}

export interface HealthChange {
  readonly at: Date;
  readonly state: ServiceState;
  readonly reason: Notice | null;
}

/** What one look at everything adds. */
export interface HealthRecord {
  readonly spent: readonly {
    readonly id: SubjectId;
    readonly day: number;
    readonly state: ServiceState;
    readonly ms: number;
  }[];
  readonly changes: readonly ({ readonly id: SubjectId } & HealthChange)[];
  /** Days before it and changes before it are forgotten. */
  readonly keepFromDay: number;
  readonly keepChangesFrom: Date;
}

/** Share of the known time in which clients could connect, 0 to 1; null if nothing is known. */
export function uptimeOf({ upMs, degradedMs, downMs }: StateTimes): number | null {
  const known = upMs + degradedMs + downMs;
  return known === 0 ? null : (upMs + degradedMs) / known;
}
