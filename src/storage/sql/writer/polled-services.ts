import { Taken } from '../../../core/errors.ts';
import type { NodePoll } from '../../../core/ledger/usage-ledger.ts';
import type { ServiceReading, SourceOrder } from '../../../core/metering/collector.ts';
import type { MeterContext } from '../../../core/metering/meter.ts';
import { type Arrival, isLater } from '../../../core/metering/order.ts';
import { startFromAge } from '../../../core/metering/start.ts';
import { NOTHING, type Traffic } from '../../../core/units/bytes.ts';
import type { NewId, PeerId } from '../../../core/units/ids.ts';
import type { Database } from '../database.ts';
import { columnsOf } from '../reading-columns.ts';
import type { CarrierState } from './attributed.ts';
import type { Attribution } from './attribution.ts';
import { keysOf, LastShown, movedBetween, onlyPeersOf, type Shown, shownBy } from './last-shown.ts';
import type { MeterStates, ServiceMeter } from './meter-states.ts';

export interface PollMark {
  /** Number of the poll in this process. */
  readonly number: number;
  /** The period of tracking in which it began to be booked: a pause meanwhile comes after all that it showed. */
  readonly trackingPeriod: number;
}

/** One service in one poll. */
export interface ServicePoll extends PollMark {
  readonly id: string;
  readonly poll: NodePoll;
  readonly reading: ServiceReading;
  readonly meter: ServiceMeter;
  readonly context: MeterContext;
  /** The whole poll is not later than the last one that showed the service. */
  readonly isStale: boolean;
  /**
   * Places of the readings that differ from those of the poll before, which showed the same peers; null: all are to be looked
   * at, and peers may be gone.
   */
  readonly movedPlaces: readonly number[] | null;
  /** To be kept for the next poll; null where that has to look at everything. */
  shown: Shown | null;
  readonly atMs: number;
  /** When it is booked: later than `atMs` for a reading that an agent kept. */
  readonly bookedAtMs: number;
  readonly carrierId: number;
  carrier(attribution: Attribution): CarrierState;
  counted: Traffic;
  before: Traffic;
  readonly newPeers: PeerId[];
  /** Speed of the node's link; null when it is not told. */
  readonly linkMbit: number | null;
  /** What peers moved, counted or set aside: to be held against the service's own counter. */
  metered: Traffic;
  /** Bytes that the service itself received since the last poll, as far as it tells. */
  ownRx: bigint;
  /** Readings that changed anything, fell without a restart, were moved back, were set aside; new handshakes. */
  moved: number;
  fell: number;
  rewound: number;
  setAside: number;
  greeted: number;
}

/** The node that is polled, as far as its services need it. */
export interface PolledNode {
  readonly slug: string;
  readonly linkMbit: number | null;
}

/** The rows of services that polls show: found by their natural identity, added at first sight, moved on at the end. */
export class PolledServices {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #attribution: Attribution;
  readonly #states: MeterStates;
  readonly #newId: NewId;
  readonly #lastShown = new LastShown();

  constructor(db: Database, attribution: Attribution, states: MeterStates, newId: NewId) {
    this.#sql = prepare(db);
    this.#attribution = attribution;
    this.#states = states;
    this.#newId = newId;
  }

  /** @throws Taken if one of the services already lives under another node: it has one reader. */
  refuseSecondReaders({ nodeId, poll }: NodePoll): void {
    for (const reading of poll.services) this.#refuseSecondReader(nodeId, reading);
  }

  begin(poll: NodePoll, { slug, linkMbit }: PolledNode, which: PollMark, nowMs: number): ServicePoll[] {
    const arrival = { nowMs, follows: (boot: string, other: string) => this.#states.wasSeenAfter(boot, other) };
    const { trackingPeriod } = which;
    this.#states.begin();
    return eachOnce(poll.poll.services).map((reading) => {
      const row = this.#findOrAdd(poll, reading);
      const { listenPort, kind } = reading;
      const isWeighted = poll.semantics.basis === 'weighted';
      const carrier = (attribution: Attribution) =>
        attribution.carrier(slug, listenPort ?? 0, kind, { id: row.id, nodeId: poll.nodeId, isWeighted });
      const lastAt = row.lastAt === null ? null : new Date(row.lastAt);
      const order = poll.poll.order ?? null;
      const isOld = lastAt !== null && !isLater(order, poll.at, orderOf(row), lastAt, arrival);
      const isStale = isOld || (lastAt !== null && isOvertaken(poll, lastAt));
      if (!isStale && order !== null) this.#states.see(order.bootId);
      const context = this.#contextOf(poll, reading, row, { arrival, trackingPeriod });
      const before = isStale ? null : this.#lastShown.take(row.id);
      const since = isStale ? PASS_OVER_ALL : this.#since(before, poll, reading, { ...context, trackingPeriod });
      return {
        id: row.id,
        poll,
        reading,
        meter: this.#states.ofService(row.id, keysAt(reading, since.movedPlaces), since.needsAll, () =>
          before === null ? [] : keysOf(before),
        ),
        context,
        isStale,
        movedPlaces: since.movedPlaces,
        shown: since.shown,
        ...which,
        atMs: poll.at.getTime(),
        bookedAtMs: Math.max(poll.at.getTime(), poll.agent?.receivedAt.getTime() ?? 0),
        carrierId: carrier(this.#attribution).id,
        carrier,
        counted: NOTHING,
        before: NOTHING,
        newPeers: [],
        linkMbit,
        metered: NOTHING,
        ownRx: 0n,
        moved: 0,
        fell: 0,
        rewound: 0,
        setAside: 0,
        greeted: 0,
      };
    });
  }

  /** After a rollback: what was shown may not be what the counters hold. */
  forget(): void {
    this.#lastShown.forget();
  }

  /** Makes this poll the last one of the service. */
  finish({ id, poll, context, isStale, atMs, shown, trackingPeriod }: ServicePoll): void {
    if (isStale) return;
    if (shown === null) this.#lastShown.take(id);
    else this.#lastShown.keep(id, shown);
    const { order, complete } = poll.poll;
    this.#sql.moveOn.run(atMs, order?.bootId ?? null, order?.uptimeMs ?? null, id);
    if (complete) this.#sql.complete.run(atMs, atMs, context.startEvidence, trackingPeriod, id);
  }

  /** What moved since the last poll of the service. An incomplete one shows not all there is. */
  #since(
    before: Shown | null,
    { poll, semantics }: NodePoll,
    { peers }: ServiceReading,
    { startEvidence, trackingPeriod }: Pick<Shown, 'startEvidence' | 'trackingPeriod'>,
  ): Since {
    if (semantics.kind !== 'cumulative') return LOOK_AT_ALL;
    if (!poll.complete) return { ...LOOK_AT_ALL, shown: before === null ? null : onlyPeersOf(before) };
    const circumstances = { startEvidence, trackingPeriod, absence: semantics.absence };
    const shown = shownBy(columnsOf(peers), circumstances);
    if (shown === null) return LOOK_AT_ALL;
    if (before === null) return { shown, movedPlaces: null, needsAll: false };
    const movedPlaces = movedBetween(before, shown);
    const differsMuch = movedPlaces === null;
    // Once alone is a night that ends, a peer that was added: a fleet that is remembered as a whole for it fills the memory.
    return { shown: { ...shown, differsMuch }, movedPlaces, needsAll: differsMuch && before.differsMuch };
  }

  #refuseSecondReader(nodeId: string, { kind, identity, name }: ServiceReading): void {
    const first = this.#sql.findReader.get(kind, identity) as { id: string; name: string } | undefined;
    if (first === undefined || first.id === nodeId) return;
    throw new Taken(
      'source-identity-taken',
      `The service "${name}" is already read as part of the node "${first.name}"; it was not counted twice.`,
      `Delete one of the two nodes: both show the same ${kind} service (${identity}).`,
    );
  }

  #findOrAdd(poll: NodePoll, reading: ServiceReading): ServiceRow {
    const { kind, identity, name } = reading;
    const listenPort = reading.listenPort ?? null;
    const basis = poll.semantics.basis ?? 'raw';
    const found = this.#sql.findService.get(kind, identity) as ServiceRow | undefined;
    if (found === undefined) {
      const id = this.#newId();
      this.#sql.addService.run(id, poll.nodeId, kind, identity, name, listenPort, basis, poll.at.getTime());
      return { ...NEVER_READ, id, nodeId: poll.nodeId, name, listenPort, basis };
    }
    const isMoved = found.nodeId !== poll.nodeId || found.basis !== basis;
    if (isMoved || found.name !== name || found.listenPort !== listenPort) {
      this.#sql.updateService.run(poll.nodeId, name, listenPort, basis, found.id);
    }
    return found;
  }

  #contextOf(
    poll: NodePoll,
    reading: ServiceReading,
    row: ServiceRow,
    { arrival, trackingPeriod }: { readonly arrival: Arrival; readonly trackingPeriod: number },
  ): MeterContext {
    const lastComplete = row.lastCompleteAt === null ? null : new Date(row.lastCompleteAt);
    const isBase = row.trackingPeriod >= trackingPeriod;
    return {
      semantics: poll.semantics,
      at: poll.at,
      order: poll.poll.order ?? null,
      arrival,
      startEvidence: reading.startEvidence ?? startFromAgeOf(poll, reading, lastComplete, row.lastCompleteEvidence),
      lastCompleteAt: isBase ? lastComplete : null,
      lastCompleteEvidence: isBase ? row.lastCompleteEvidence : null,
      opening: row.firstCompleteAt === null ? poll.opening : 'baseline',
      clockSuspect: poll.clockSuspect,
    };
  }
}

/** Of a service that a reading shows twice the first is taken: the other one would count the same bytes again. */
function eachOnce(services: readonly ServiceReading[]): readonly ServiceReading[] {
  const seen = new Set<string>();
  return services.filter(({ kind, identity }) => {
    const which = JSON.stringify([kind, identity]);
    const isFirst = !seen.has(which);
    seen.add(which);
    return isFirst;
  });
}

interface Since extends Pick<ServicePoll, 'movedPlaces' | 'shown'> {
  /** What this source shows cannot be compared, or is told in another order each time; absent: that does not tell. */
  readonly needsAll?: boolean;
}

const LOOK_AT_ALL: Since = { movedPlaces: null, shown: null, needsAll: true };
/** Of a stale poll nothing is booked. */
const PASS_OVER_ALL: Since = { movedPlaces: [], shown: null };

function keysAt({ peers }: ServiceReading, places: readonly number[] | null): string[] | null {
  return places?.flatMap((place) => peers.at(place)?.key ?? []) ?? null;
}

/** A kept reading of a source without an order, which another reader of the service has read since. */
function isOvertaken({ agent, poll, at }: NodePoll, lastAt: Date): boolean {
  return agent !== undefined && poll.order === undefined && at < lastAt;
}

function startFromAgeOf(
  { poll, at }: NodePoll,
  { age }: ServiceReading,
  lastAt: Date | null,
  evidence: string | null,
): string | null {
  if (age === undefined || !poll.complete) return null;
  return startFromAge(age, at, lastAt === null ? null : { at: lastAt, evidence });
}

interface ServiceRow {
  readonly id: string;
  readonly nodeId: string;
  readonly name: string;
  readonly listenPort: number | null;
  readonly basis: string;
  readonly firstCompleteAt: number | null;
  readonly lastCompleteAt: number | null;
  readonly lastCompleteEvidence: string | null;
  /** Of the last complete poll. */
  readonly trackingPeriod: number;
  readonly lastAt: number | null;
  readonly lastBootId: string | null;
  readonly lastUptimeMs: number | null;
}

const NEVER_READ = {
  firstCompleteAt: null,
  lastCompleteAt: null,
  lastCompleteEvidence: null,
  trackingPeriod: 0,
  lastAt: null,
  lastBootId: null,
  lastUptimeMs: null,
} as const;

function orderOf({ lastBootId, lastUptimeMs }: ServiceRow): SourceOrder | null {
  return lastBootId === null || lastUptimeMs === null ? null : { bootId: lastBootId, uptimeMs: lastUptimeMs };
}

function prepare(db: Database) {
  return {
    findReader: db.prepare(
      `SELECT n.id, n.name FROM vpn_service s JOIN node n ON n.id = s.node_id
       WHERE s.kind = ? AND s.identity = ? AND n.deleted_at IS NULL`,
    ),
    findService: db.prepare(
      `SELECT id, node_id AS nodeId, name, listen_port AS listenPort, basis, first_complete_at AS firstCompleteAt,
         last_complete_at AS lastCompleteAt, last_complete_evidence AS lastCompleteEvidence,
         tracking_period AS trackingPeriod,
         last_at AS lastAt, last_boot_id AS lastBootId, last_uptime_ms AS lastUptimeMs
       FROM vpn_service WHERE kind = ? AND identity = ?`,
    ),
    addService: db.prepare(
      `INSERT INTO vpn_service (id, node_id, kind, identity, name, listen_port, basis, first_seen_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    updateService: db.prepare('UPDATE vpn_service SET node_id = ?, name = ?, listen_port = ?, basis = ? WHERE id = ?'),
    moveOn: db.prepare('UPDATE vpn_service SET last_at = ?, last_boot_id = ?, last_uptime_ms = ? WHERE id = ?'),
    complete: db.prepare(
      `UPDATE vpn_service SET first_complete_at = ifnull(first_complete_at, ?), last_complete_at = ?,
         last_complete_evidence = ?, tracking_period = ? WHERE id = ?`,
    ),
  };
}
