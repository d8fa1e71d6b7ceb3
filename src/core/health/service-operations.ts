import type { NodeView, ServiceView, SystemNotice } from '../inventory/node-operations.ts';
import type { NodeId, ServiceId } from '../units/ids.ts';
import type { HealthChange, HealthDay, SubjectId } from './health-store.ts';
import type { ProbeResult } from './prober.ts';
import type { ServiceHealth } from './service-health.ts';
import type { ProbeSetting, ServiceProbe } from './service-probe.ts';

/** A VPN service as people look at it. */
export interface ServiceStanding {
  readonly service: ServiceView;
  readonly view: NodeView;
  readonly health: ServiceHealth;
  /** In this state since; null while nobody looked. */
  readonly since: Date | null;
  readonly probe: ServiceProbe;
  /** The owner set the probe; else it is a guess. */
  readonly isSet: boolean;
  /** Share of the known time of the last 90 days in which clients could connect, 0 to 1; null if nothing is known. */
  readonly uptime: number | null;
}

/** Days with a look at it, and the latest changes of state. */
export interface HealthHistory {
  readonly days: readonly HealthDay[];
  readonly changes: readonly HealthChange[];
  readonly uptime: number | null;
}

/** Port: the health of VPN services in the running product. Implemented by app/. */
export interface ServiceOperations {
  /** `views`: where the caller has just asked for them. */
  standings(views?: readonly NodeView[]): Promise<ServiceStanding[]>;
  /** @throws NotFound */
  standing(id: ServiceId): Promise<ServiceStanding>;
  /** The last `days` days of the panel's zone, today included. */
  history(id: SubjectId, days: number): Promise<HealthHistory>;
  /** Time of the last ping of the host that a node is read at, ms; null for this machine and without an answer. */
  pingMs(id: NodeId): number | null;
  /** @throws NotFound, InvalidInput */
  setProbe(id: ServiceId, setting: ProbeSetting): Promise<ServiceStanding>;
  /** Asks once, stores nothing. @throws NotFound, InvalidInput */
  tryProbe(
    id: ServiceId,
    setting: ProbeSetting,
  ): Promise<{ readonly probe: ServiceProbe; readonly result: ProbeResult | null }>;
  /** Services that clients cannot use. */
  notices(): Promise<readonly SystemNotice[]>;
}
