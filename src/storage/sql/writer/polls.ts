import type { ChainPlace } from '../../../core/agents/chain.ts';
import { NotFound } from '../../../core/errors.ts';
import type { NodePoll, PollBooked } from '../../../core/ledger/usage-ledger.ts';
import { countPeers, type PeerReading } from '../../../core/metering/collector.ts';
import { FLAG } from '../../../core/metering/flags.ts';
import { type CounterState, type Metered, meterReading } from '../../../core/metering/meter.ts';
import { implausibleReason } from '../../../core/metering/plausible.ts';
import { mayPassOver } from '../../../core/metering/spread.ts';
import { addTraffic, type Traffic } from '../../../core/units/bytes.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import type { NewId, PeerId, ServiceId } from '../../../core/units/ids.ts';
import type { Database } from '../database.ts';
import { ownText } from '../reading-columns.ts';
import type { AccessMarks } from './access-marks.ts';
import type { AgentMarks } from './agent-marks.ts';
import type { Attribution } from './attribution.ts';
import type { Booking } from './booking.ts';
import type { Checks } from './checks.ts';
import type { CounterRow } from './counter-row.ts';
import type { Findings } from './findings.ts';
import { LifeEnds } from './life-ends.ts';
import { counterOf, joinAddresses, type MeteredPeer, type MeterStates } from './meter-states.ts';
import { PeerBooking } from './peer-booking.ts';
import type { PollOutcomes } from './poll-outcomes.ts';
import { type PolledNode, PolledServices, type ServicePoll } from './polled-services.ts';
import type { TrackingSwitch } from './tracking.ts';

/** Largest integer of SQLite. */
const MAX_TOTAL = 2n ** 63n - 1n;

/** Readings per transaction: some 20 ms, so that reports queued meanwhile do not wait longer for their answer. */
const READINGS_PER_COMMIT = 2_000;

/** Meters polls of nodes and books what they show. */
export class PollRecorder {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #states: MeterStates;
  readonly #booking: Booking;
  readonly #tracking: TrackingSwitch;
  readonly #outcomes: PollOutcomes;
  readonly #agents: AgentMarks;
  readonly #access: AccessMarks;
  readonly #services: PolledServices;
  readonly #peerBooking: PeerBooking;
  readonly #lifeEnds: LifeEnds;
  readonly #checks: Checks;
  readonly #findings: Findings;
  readonly #newId: NewId;
  readonly #readingsPerCommit: number;
  #pollNumber = 0;
  #hasBegun = false;

  constructor(
    db: Database,
    parts: {
      readonly attribution: Attribution;
      readonly booking: Booking;
      readonly states: MeterStates;
      readonly tracking: TrackingSwitch;
      readonly outcomes: PollOutcomes;
      readonly checks: Checks;
      readonly findings: Findings;
      readonly agents: AgentMarks;
      readonly access: AccessMarks;
      readonly calendar: Calendar;
      readonly newId: NewId;
      readonly readingsPerCommit: number | undefined;
    },
  ) {
    this.#sql = prepare(db);
    this.#states = parts.states;
    this.#booking = parts.booking;
    this.#tracking = parts.tracking;
    this.#outcomes = parts.outcomes;
    this.#checks = parts.checks;
    this.#findings = parts.findings;
    this.#agents = parts.agents;
    this.#access = parts.access;
    this.#newId = parts.newId;
    this.#readingsPerCommit = parts.readingsPerCommit ?? READINGS_PER_COMMIT;
    this.#services = new PolledServices(db, parts.attribution, parts.states, parts.newId);
    this.#peerBooking = new PeerBooking(parts.attribution, parts.booking, parts.calendar);
    this.#lifeEnds = new LifeEnds(db, parts.states);
  }

  /**
   * `nowMs`: the wall clock when the poll arrived. Each `yield` ends a transaction. The service's own row is written in the last
   * one: a poll that breaks off before that leaves counters that were read, and a service whose last complete poll is the one
   * before.
   */
  *record(given: NodePoll, nowMs: number): Generator<void, PollBooked> {
    this.#hasBegun = false;
    const node = this.#sql.findNode.get(given.nodeId) as PolledNode | undefined;
    if (node === undefined) throw new NotFound('node', given.nodeId);
    const place = this.#agents.placeOf(given);
    if (place === 'repeated' || place === 'missing-before') return { services: [], trackingOff: false, place };
    const poll = this.#agents.inOrder(given);
    if (!this.#isTracked(poll)) {
      this.#outcomes.saveUncounted(poll);
      this.#agents.move(poll, 'counting');
      return { services: [], trackingOff: true, ...placeOf(given, place) };
    }
    this.#services.refuseSecondReaders(poll);
    this.#hasBegun = true;
    const trackingPeriod = this.#tracking.period;
    const number = ++this.#pollNumber;
    this.#peerBooking.drop();
    const services = this.#services.begin(poll, node, { number, trackingPeriod }, nowMs);
    let left = this.#readingsPerCommit;
    for (const _ of this.#work(services)) {
      if (--left > 0) continue;
      this.#flush();
      yield;
      left = this.#readingsPerCommit;
    }
    for (const service of services) {
      this.#services.finish(service);
      // What did not move was not looked at: it is still as the poll showed it that looked at everything.
      const hasLookedAtAll = !service.isStale && poll.poll.complete && service.movedPlaces === null;
      if (hasLookedAtAll) service.meter.lastComplete = number;
    }
    this.#checks.take(poll, services, trackingPeriod);
    this.#findings.take(services);
    if (place === 'lost-before') this.#noteLost(poll);
    this.#outcomes.save(poll);
    this.#agents.move(poll, 'counting');
    this.#flush();
    this.#states.keep();
    return { services: services.map(toBooked), trackingOff: false, ...placeOf(given, place) };
  }

  /** The last poll was not refused: it has touched what is remembered. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** After a rollback nothing in memory may be ahead of the disk. */
  forget(): void {
    this.#services.forget();
    this.#states.forget();
  }

  /** What began to be read before tracking came back may be from before that. */
  #isTracked({ trackingPeriod }: NodePoll): boolean {
    const { enabled, period } = this.#tracking;
    return enabled && (trackingPeriod ?? period) >= period;
  }

  #flush(): void {
    this.#peerBooking.bookGathered();
    this.#states.flush();
    this.#booking.flush();
  }

  /** The agent has lost readings: what flowed meanwhile is in this one, but nobody knows when it flowed. */
  #noteLost(poll: NodePoll): void {
    const fromMs = poll.agent === undefined ? null : this.#agents.lastMs(poll.nodeId, poll.agent);
    if (fromMs === null) return;
    this.#outcomes.addGap(poll.nodeId, fromMs, poll.at.getTime(), 'Readings in the spool of the agent were lost.');
  }

  /** One reading, or one life that ended, per step. */
  *#work(services: readonly ServicePoll[]): Generator<void, void> {
    for (const service of services) {
      if (service.isStale) continue;
      for (const reading of readingsOf(service)) {
        this.#read(service, reading);
        yield;
      }
    }
    for (const service of services) if (service.movedPlaces === null) yield* this.#lifeEnds.afterPoll(service);
  }

  #read(service: ServicePoll, reading: PeerReading): void {
    this.#states.refreshOwners(service.id, service.meter);
    const peer = service.meter.peers.get(reading.key) ?? this.#addPeer(service, reading);
    peer.seenIn = service.number;
    this.#updatePeer(peer, reading);
    const connection = reading.connection ?? '';
    let counter = counterOf(peer, connection);
    const state = this.#stateOf(service, counter);
    if (counter !== undefined) counter.seenIn = service.number;
    // More than a total can hold, 8 EiB: no counter of this world. The peer is there, its value is not believed.
    if (reading.traffic.total > MAX_TOTAL) return;
    const metered = meterReading(state, reading, service.context);
    if (metered === 'stale') {
      service.shown = null;
      return;
    }
    this.#takeShown(peer, reading);
    const isNewlyOver = reading.isOver === true && (metered !== 'unchanged' || counter?.ended === false);
    const sinceMs = isNewlyOver ? this.#lifeEnds.unseenSinceMs(service, counter) : 0;
    if (metered !== 'unchanged') {
      const { next } = metered;
      counter ??= this.#states.newCounter(service.meter, peer, ownText(connection), next.traffic);
      counter.seenIn = service.number;
      counter.moveTo(next);
      counter.trackingPeriod = service.trackingPeriod;
      if (takePresence(counter, reading)) service.greeted++;
      this.#states.save(counter);
      this.#book(service, peer, metered, reading.isOff);
    } else if (counter !== undefined) this.#updatePresence(service, counter, reading);
    if (isNewlyOver && counter !== undefined) this.#lifeEnds.end(service, peer, counter, sinceMs);
  }

  #stateOf({ meter, context, trackingPeriod }: ServicePoll, counter: CounterRow | undefined): CounterState | null {
    if (counter === undefined) return null;
    const state = counter.state(counter.trackingPeriod < trackingPeriod);
    const { lastCompleteAt, semantics } = context;
    if (semantics.absence === 'ended' || lastCompleteAt === null || counter.atMs >= lastCompleteAt.getTime())
      return state;
    // Its instant was left unwritten while it stood still; the last complete poll showed it all the same.
    const wasShown = meter.lastComplete > 0 && counter.seenIn >= meter.lastComplete;
    return wasShown ? { ...state, at: lastCompleteAt } : state;
  }

  #updatePresence(service: ServicePoll, counter: CounterRow, reading: PeerReading): void {
    const { endpoint } = counter;
    const hasGreeted = takePresence(counter, reading);
    if (hasGreeted) service.greeted++;
    if (hasGreeted || counter.endpoint !== endpoint) this.#states.save(counter);
  }

  #addPeer(service: ServicePoll, reading: PeerReading): MeteredPeer {
    const id = this.#newId();
    const allowedIps = reading.allowedIps ?? [];
    const name = reading.name === undefined ? null : ownText(reading.name);
    const { id: serviceId, atMs } = service;
    this.#sql.addPeer.run(id, serviceId, reading.key, name, JSON.stringify(allowedIps), atMs, atMs);
    const peer: MeteredPeer = {
      id,
      name,
      allowedIps: ownText(joinAddresses(allowedIps)),
      ended: false,
      bindings: [],
      counter: null,
      connections: null,
      series: null,
      line: null,
      generation: -1,
      seenIn: service.number,
    };
    service.meter.peers.set(ownText(reading.key), peer);
    service.newPeers.push(id as PeerId);
    return peer;
  }

  #updatePeer(peer: MeteredPeer, reading: PeerReading): void {
    const name = reading.name ?? peer.name;
    const allowedIps = this.#allowedIpsOf(peer, reading);
    if (!peer.ended && name === peer.name && allowedIps === peer.allowedIps) return;
    const addresses = allowedIps === '' ? [] : allowedIps.split('\n');
    this.#sql.updatePeer.run(name, JSON.stringify(addresses), peer.id);
    peer.name = name === null ? null : ownText(name);
    peer.allowedIps = ownText(allowedIps);
    peer.ended = false;
  }

  /** What Xpert took from a suspended peer is still the peer's. */
  #allowedIpsOf(peer: MeteredPeer, { allowedIps }: PeerReading): string {
    if (allowedIps === undefined) return peer.allowedIps;
    const isTaken = allowedIps.length === 0 && peer.allowedIps !== '' && this.#access.isTouched(peer.id);
    return isTaken ? peer.allowedIps : joinAddresses(allowedIps);
  }

  /** Only where the addresses themselves are shown: elsewhere a switch says no more than the pass sees itself. */
  #takeShown({ id }: MeteredPeer, { isOff, allowedIps }: PeerReading): void {
    if (isOff === undefined || allowedIps === undefined || isOff !== (allowedIps.length === 0)) return;
    this.#access.takeShown(id, !isOff);
  }

  #book(service: ServicePoll, peer: MeteredPeer, metered: Metered, isOff: boolean | undefined): void {
    const { counted, before, flags } = metered;
    service.moved++;
    if ((flags & FLAG.resetByOther) !== 0) service.fell++;
    if ((flags & FLAG.rewound) !== 0) service.rewound++;
    if (before !== null) {
      service.before = addTraffic(service.before, before);
      const { rx, tx, undirected } = parts(before);
      this.#sql.addBaseline.run(peer.id, service.atMs, metered.baseline, rx, tx, undirected);
    }
    const fromMs = metered.from?.getTime() ?? null;
    if ((flags & FLAG.possibleLoss) !== 0) this.#noteLoss(peer.id, service.atMs, metered);
    if (counted.total === 0n) return;
    if (this.#access.takeNote(peer.id, fromMs, counted.total, isOff)) return;
    service.metered = addTraffic(service.metered, counted);
    const wrong = implausibleReason(counted, { fromMs, toMs: service.atMs }, service.linkMbit);
    if (wrong !== null) {
      const { rx, tx, undirected } = parts(counted);
      this.#sql.quarantine.run(service.atMs, wrong, peer.id, service.id, fromMs, flags, rx, tx, undirected);
      service.setAside++;
      return;
    }
    this.#peerBooking.gather(service, peer, counted, fromMs, flags);
    service.counted = addTraffic(service.counted, counted);
  }

  /** The interval in which bytes may be missing, where records of what was counted would not say it of all of it. */
  #noteLoss(peerId: string, toMs: number, { counted, from, flags }: Metered): void {
    if (from === null) return;
    const fromMs = from.getTime();
    if (counted.total > 0n && !mayPassOver(counted.total, { fromMs, toMs })) return;
    this.#sql.addLoss.run(peerId, fromMs, toMs, flags);
  }
}

/** Those that have to be looked at. */
function* readingsOf({ reading: { peers }, movedPlaces }: ServicePoll): Generator<PeerReading, void> {
  if (movedPlaces === null) return yield* peers;
  for (const place of movedPlaces) {
    const reading = peers.at(place);
    if (reading !== undefined) yield reading;
  }
}

/** For whoever brought it. */
function placeOf({ agent }: NodePoll, place: ChainPlace): Pick<PollBooked, 'place'> {
  return agent === undefined ? {} : { place };
}

function toBooked({
  id,
  reading,
  counted,
  before,
  newPeers,
  context,
  atMs,
}: ServicePoll): PollBooked['services'][number] {
  const last = context.lastCompleteAt;
  return {
    serviceId: id as ServiceId,
    name: reading.name,
    peers: countPeers(reading.peers),
    counted,
    intervalSeconds: last === null ? null : Math.max(0, atMs - last.getTime()) / 1000,
    before,
    newPeers,
  };
}

/** What a source no longer tells stays as it was last told. @returns true if there was a handshake since */
function takePresence(counter: CounterRow, { endpoint, lastHandshakeAt }: PeerReading): boolean {
  if (endpoint !== undefined && counter.endpoint !== endpoint) counter.endpoint = ownText(endpoint);
  const handshakeMs = lastHandshakeAt?.getTime() ?? counter.handshakeMs;
  if (Object.is(handshakeMs, counter.handshakeMs)) return false;
  counter.handshakeMs = handshakeMs;
  return true;
}

function parts({ rx, tx, total }: Traffic): { rx: bigint; tx: bigint; undirected: bigint } {
  return rx === null || tx === null ? { rx: 0n, tx: 0n, undirected: total } : { rx, tx, undirected: 0n };
}

function prepare(db: Database) {
  return {
    findNode: db.prepare('SELECT slug, link_mbit AS linkMbit FROM node WHERE id = ? AND deleted_at IS NULL'),
    addPeer: db.prepare(
      `INSERT INTO peer (id, service_id, key, name, allowed_ips, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    updatePeer: db.prepare('UPDATE peer SET name = ?, allowed_ips = ?, ended_at = NULL WHERE id = ?'),
    addBaseline: db.prepare('INSERT INTO baseline (peer_id, at, reason, rx, tx, undirected) VALUES (?, ?, ?, ?, ?, ?)'),
    addLoss: db.prepare('INSERT INTO loss (peer_id, from_at, to_at, flags) VALUES (?, ?, ?, ?)'),
    quarantine: db.prepare(
      `INSERT INTO quarantine (at, reason, peer_id, service_id, from_at, flags, rx, tx, undirected)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
  };
}
