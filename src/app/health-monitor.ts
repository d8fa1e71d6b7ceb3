import { NotFound } from '../core/errors.ts';
import { type HealthStore, type StateTimes, type SubjectId, uptimeOf } from '../core/health/health-store.ts';
import type { Prober, ProbeTarget } from '../core/health/prober.ts';
import {
  type ClientSigns,
  judgeByPolls,
  judgeProbes,
  judgeService,
  nextProbeMs,
  type ProbeTrack,
  trackProbe,
} from '../core/health/service-health.ts';
import type { HealthHistory, ServiceOperations, ServiceStanding } from '../core/health/service-operations.ts';
import {
  completeProbe,
  DEFAULT_PROBE_MS,
  guessProbe,
  type KnownPlace,
  type ProbeSetting,
  pingOf,
  type ServiceProbe,
} from '../core/health/service-probe.ts';
import type { Node } from '../core/inventory/node.ts';
import type { NodeView, ServiceView, SystemNotice } from '../core/inventory/node-operations.ts';
import type { Calendar } from '../core/units/calendar.ts';
import type { Clock } from '../core/units/clock.ts';
import type { NodeId, ServiceId } from '../core/units/ids.ts';
import type { Changes } from './changes.ts';
import { HealthBook, LONGEST_LOOK_MS } from './health-book.ts';
import { type PollEnd, Scheduler } from './scheduler.ts';
import type { Timers } from './system-clock.ts';

interface Dependencies {
  readonly store: HealthStore;
  readonly prober: Prober;
  readonly views: () => Promise<NodeView[]>;
  /** The host that the owner typed for a node, and what its services are. */
  readonly placeOf: (node: Node) => KnownPlace;
  readonly signsOf: (nodeId: NodeId, identity: string) => ClientSigns | null;
  readonly calendar: () => Calendar;
  readonly clock: Clock;
  readonly longestLookMs?: number;
  readonly timers: Timers;
  readonly random: () => number;
  readonly changes: Changes;
  readonly onFailure: (error: unknown) => void;
}

interface Lane {
  readonly target: ProbeTarget;
  readonly intervalMs: number;
}

/** How often everything is looked at; probes have beats of their own. */
const LOOK_MS = 15_000;
const HISTORY_DAYS = 90;
const PROBED: PollEnd = { outcome: 'complete' };

/** Probes services and nodes, judges them, and keeps how healthy they were. */
export class HealthMonitor implements ServiceOperations {
  readonly #use: Dependencies;
  readonly #scheduler: Scheduler<PollEnd, SubjectId>;
  readonly #book: HealthBook;
  readonly #tracks = new Map<SubjectId, ProbeTrack>();
  #lanes: ReadonlyMap<SubjectId, Lane> = new Map();
  #sums: ReadonlyMap<SubjectId, StateTimes> = new Map();
  #cancel: () => void = () => {};
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
    const { clock, timers, random, onFailure, store, calendar, longestLookMs = LONGEST_LOOK_MS } = dependencies;
    this.#book = new HealthBook({ store, calendar, clock, longestLookMs });
    this.#scheduler = new Scheduler<PollEnd, SubjectId>({
      ...{ clock, timers, random },
      poll: (id, signal) => this.#probe(id, signal),
      onBug: (_id, error) => onFailure(error),
    });
  }

  start(): void {
    this.#scheduler.start();
    this.#lookLater(0);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#scheduler.stop();
    await this.#looking;
  }

  async standings(given?: readonly NodeView[]): Promise<ServiceStanding[]> {
    const [views, set] = await Promise.all([given ?? this.#use.views(), this.#use.store.probes()]);
    const now = this.#use.clock.now();
    return views.flatMap((view) => {
      const place = this.#use.placeOf(view.node);
      return view.services.map((service) => this.#judge(view, service, set.get(service.id), place, now));
    });
  }

  async standing(id: ServiceId): Promise<ServiceStanding> {
    const found = (await this.standings()).find(({ service }) => service.id === id);
    if (found === undefined) throw new NotFound('VPN service', id, 'GET /api/v1/services lists them.');
    return found;
  }

  async history(id: SubjectId, count: number): Promise<HealthHistory> {
    const { store, calendar, clock } = this.#use;
    const { first, last } = calendar().lastDays(count, clock.now().getTime());
    const [days, changes] = await Promise.all([store.days(id, first.number, last.number), store.changes(id, 100)]);
    return { days, changes, uptime: uptimeOf(days.reduce(addTimes, NO_TIME)) };
  }

  pingMs(id: NodeId): number | null {
    const track = this.#tracks.get(id) ?? null;
    const { state, latencyMs } = judgeProbes(track, DEFAULT_PROBE_MS, this.#use.clock.now());
    return state === 'up' || state === 'degraded' ? latencyMs : null;
  }

  async setProbe(id: ServiceId, setting: ProbeSetting): Promise<ServiceStanding> {
    const before = await this.standing(id);
    await this.#use.store.setProbe(id, setting.kind === 'automatic' ? null : this.#complete(setting, before));
    this.#tracks.delete(id);
    this.#lanes = await this.#wanted();
    this.#retime();
    await this.#scheduler.pollNow(id);
    this.#use.changes.tell('nodes');
    return await this.standing(id);
  }

  async tryProbe(id: ServiceId, setting: ProbeSetting): ReturnType<ServiceOperations['tryProbe']> {
    const standing = await this.standing(id);
    const probe = this.#complete(setting, standing);
    if (probe.target === null) return { probe, result: null };
    return { probe, result: await this.#use.prober.probe(probe.target, AbortSignal.timeout(30_000)) };
  }

  async notices(): Promise<readonly SystemNotice[]> {
    return (await this.standings()).flatMap(noticeOf);
  }

  /** Judges everything once and writes down what it shows. */
  async look(): Promise<void> {
    const { store, clock, calendar, views: readViews } = this.#use;
    const views = await readViews();
    this.#lanes = await this.#wanted(views);
    for (const id of this.#tracks.keys()) if (!this.#lanes.has(id)) this.#tracks.delete(id);
    this.#retime();
    const standings = await this.standings(views);
    const hasChanged = await this.#book.write([
      ...views.map(({ node, state, reason }) => {
        return { id: node.id, state: state === 'error' ? ('unknown' as const) : state, reason };
      }),
      ...standings.map(({ service, health: { state, reason } }) => ({ id: service.id, state, reason })),
    ]);
    const { first, last } = calendar().lastDays(HISTORY_DAYS, clock.now().getTime());
    this.#sums = await store.sums(first.number, last.number);
    if (hasChanged) this.#use.changes.tell('nodes', 'notices');
  }

  #lookLater(delayMs: number): void {
    this.#cancel = this.#use.timers.after(delayMs, () => {
      this.#looking = this.look()
        .catch(this.#use.onFailure)
        .then(() => {
          if (!this.#isStopped) this.#lookLater(LOOK_MS);
        });
    });
  }

  #judge(
    view: NodeView,
    service: ServiceView,
    set: ServiceProbe | undefined,
    place: KnownPlace,
    now: Date,
  ): ServiceStanding {
    const probe = set ?? guessProbe(service, place);
    const byPolls = judgeByPolls(view, service, this.#use.signsOf(view.node.id, service.publicKey));
    const track = this.#tracks.get(service.id) ?? null;
    const byProbes = probe.target === null ? null : judgeProbes(track, probe.intervalMs, now);
    const times = this.#sums.get(service.id);
    return {
      ...{ service, view, probe },
      health: judgeService(byPolls, byProbes),
      since: this.#book.since(service.id),
      isSet: set !== undefined,
      uptime: times === undefined ? null : uptimeOf(times),
    };
  }

  #complete(setting: ProbeSetting, { service, view }: ServiceStanding): ServiceProbe {
    const place = this.#use.placeOf(view.node);
    return setting.kind === 'automatic' ? guessProbe(service, place) : completeProbe(setting, service, place);
  }

  /** What is to be probed now. */
  async #wanted(given?: readonly NodeView[]): Promise<ReadonlyMap<SubjectId, Lane>> {
    const [views, set] = await Promise.all([given ?? this.#use.views(), this.#use.store.probes()]);
    const lanes = new Map<SubjectId, Lane>();
    for (const { node, services } of views) {
      const place = this.#use.placeOf(node);
      const ping = pingOf(place.host);
      if (ping !== null) lanes.set(node.id, { target: ping, intervalMs: DEFAULT_PROBE_MS });
      for (const service of services) {
        const { target, intervalMs } = set.get(service.id) ?? guessProbe(service, place);
        if (target !== null) lanes.set(service.id, { target, intervalMs });
      }
    }
    return lanes;
  }

  #retime(): void {
    const lanes = [...this.#lanes].map(([id, { intervalMs }]) => {
      return { id, pollIntervalMs: nextProbeMs(intervalMs, this.#tracks.get(id) ?? null) };
    });
    this.#scheduler.update(lanes);
  }

  async #probe(id: SubjectId, signal: AbortSignal): Promise<PollEnd> {
    const lane = this.#lanes.get(id);
    if (lane === undefined) return PROBED;
    try {
      const result = await this.#use.prober.probe(lane.target, signal);
      const before = this.#tracks.get(id) ?? null;
      const track = trackProbe(before, result, this.#use.clock.now());
      this.#tracks.set(id, track);
      if (nextProbeMs(lane.intervalMs, before) !== nextProbeMs(lane.intervalMs, track)) this.#retime();
    } catch (error) {
      // Broken off by us: that says nothing about the target.
      if (!signal.aborted) throw error;
    }
    return PROBED;
  }
}

const NO_TIME: StateTimes = { upMs: 0, degradedMs: 0, downMs: 0, unknownMs: 0 };

function addTimes(sum: StateTimes, more: StateTimes): StateTimes {
  return {
    upMs: sum.upMs + more.upMs,
    degradedMs: sum.degradedMs + more.degradedMs,
    downMs: sum.downMs + more.downMs,
    unknownMs: sum.unknownMs + more.unknownMs,
  };
}

/** What polls show is said with the node already. */
function noticeOf({ view: { node }, service, health, probe, since }: ServiceStanding): SystemNotice[] {
  const { state, reason } = health;
  if (probe.target === null || reason === null || (state !== 'down' && state !== 'degraded')) return [];
  const about = { key: `service:${service.id}`, serviceId: service.id, nodeId: node.id, nodeName: node.name, since };
  const severity = state === 'down' ? 'error' : 'warning';
  const code = `service-${state}`;
  const topic = reason.code.startsWith('certificate-') ? 'certificate-wrong' : code;
  return [{ ...about, severity, code, topic, message: `${service.name}: ${reason.message}`, hint: reason.hint }];
}
