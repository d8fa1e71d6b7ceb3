import type { Traffic } from '../../../core/units/bytes.ts';
import { limitHeapGrowth } from '../../../lib/heap-growth.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { Database, Statement } from '../database.ts';
import type { Line, SeriesState } from './attributed.ts';
import { CounterRow, CounterValues } from './counter-row.ts';
import { KeptMeters } from './kept-meters.ts';
import {
  type BindingRow,
  COUNTER_AT,
  HAS_OWNERS,
  MUTABLE,
  type PeerRow,
  type PeerWithCounter,
  prepareMeterReads,
  type StoredCounter,
} from './meter-rows.ts';
import { RowBatch } from './row-batch.ts';

/** A peer of a service that is being metered, as far as the meter needs it. */
export interface MeteredPeer {
  readonly id: string;
  name: string | null;
  /** Addresses inside the VPN, one per line: a list of its own for each peer would take twice the room. */
  allowedIps: string;
  ended: boolean;
  /** Owners in the order of time; see `binding`. */
  bindings: readonly PeerBinding[];
  /** The counter of a peer without connections: nearly all have just this one. */
  counter: CounterRow | null;
  /** Counters by the names of their connections; null = none. */
  connections: Map<string, CounterRow> | null;
  /** What the bytes of this peer are booked to, as of that generation of the attribution. */
  series: SeriesState | null;
  generation: number;
  /** Where bytes of the present owner go from an instant on; holds as long as `series` does. */
  line: { readonly line: Line; readonly sinceMs: number } | null;
  /** Number of the poll that showed the peer last. */
  seenIn: number;
}

export interface PeerBinding {
  readonly userId: string;
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly claimed: boolean;
  readonly inCycle: boolean;
}

/** What is remembered of one service between polls. */
export interface ServiceMeter {
  readonly peers: Map<string, MeteredPeer>;
  readonly values: CounterValues;
  /** False: only those peers are here that were asked for. */
  readonly isWhole: boolean;
  /**
   * Number of the last complete poll that showed the service and was looked at as a whole: those since showed the same peers.
   * 0: none in this process.
   */
  lastComplete: number;
  /** Owners changed since its peers were read. */
  hasOtherOwners: boolean;
  /** Each poll looks at all of its peers: nothing that it shows can be passed over. */
  needsAll: boolean;
}

export function counterOf(peer: MeteredPeer, connection: string): CounterRow | undefined {
  return connection === '' ? (peer.counter ?? undefined) : peer.connections?.get(connection);
}

function addCounter(peer: MeteredPeer, counter: CounterRow): void {
  if (counter.connection === '') peer.counter = counter;
  else {
    peer.connections ??= new Map();
    peer.connections.set(counter.connection, counter);
  }
}

export function removeCounter(peer: MeteredPeer, counter: CounterRow): void {
  if (counter.connection === '') peer.counter = null;
  else peer.connections?.delete(counter.connection);
  counter.release();
}

/**
 * Counters kept in memory over all services whose polls look at all peers, each of some 2 kB with its peer and what its bytes
 * are booked to: 400 MB when all are in use. Those that find no room are read from the database as a whole when they come back.
 */
const COUNTERS_KEPT = 200_000;
/** The same of services of which only peers that moved are looked at (`LastShown`): those are quickly read one by one. */
const MOVING_KEPT = 20_000;
/** From so many on, in memory at once, as much garbage beside them would be felt. */
const MANY_COUNTERS = 100_000;
/** Boot ids and start evidence: few services have more than one at a time, but sources may tell one per series. */
const TEXTS_KEPT = 20_000;

/**
 * The meter's memory: state of every counter of the services polled lately, read from the database as a whole when a
 * service is first polled. `forget` after a rollback, `forgetOwnersOf`
 * after a change of owners; `flush` before a transaction ends.
 */
export class MeterStates {
  readonly #sql: ReturnType<typeof prepareMeterReads>;
  readonly #changed: RowBatch;
  /** To be written: a row must not be twice among those that are written at once. */
  readonly #saved = new Set<CounterRow>();
  /** Null: to be looked up. */
  #lastId: number | null = null;
  /** Of services whose polls look at all peers, and of the others. */
  readonly #whole: KeptMeters<ServiceMeter>;
  readonly #moving: KeptMeters<ServiceMeter>;
  /** Of the poll that runs, or ran last: they are told of other owners also when there is no room for them above. */
  readonly #inUse = new Map<string, ServiceMeter>();
  /** False: it was rolled back meanwhile, and they may be ahead of the disk. */
  #mayBeKept = true;
  readonly #texts = new BoundedMap<number, string>(TEXTS_KEPT);
  readonly #textIds = new BoundedMap<string, number>(TEXTS_KEPT);

  constructor(db: Database, countersKept = COUNTERS_KEPT, movingKept = Math.min(countersKept, MOVING_KEPT)) {
    this.#whole = new KeptMeters(countersKept);
    this.#moving = new KeptMeters(movingKept);
    this.#sql = prepareMeterReads(db);
    this.#changed = new RowBatch(
      db,
      3 + MUTABLE.length,
      (rows) => `INSERT INTO counter (id, peer_id, connection, ${MUTABLE.join(', ')}) VALUES ${rows}
        ON CONFLICT (id) DO UPDATE SET ${MUTABLE.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    );
  }

  /** Another poll begins. */
  begin(): void {
    this.#inUse.clear();
    this.#mayBeKept = true;
  }

  /** The poll that runs goes on with what it has: all of it that was written is on the disk. */
  forget(): void {
    this.#saved.clear();
    this.#changed.drop();
    this.#lastId = null;
    this.#whole.clear();
    this.#moving.clear();
    this.#mayBeKept = false;
    this.#texts.clear();
    this.#textIds.clear();
  }

  /**
   * @param keys those peers that are needed, all of which the last complete poll showed; null: all there are
   * @param needsAll polls of this service look at all of its peers, as a rule; absent: as before
   * @param shown where it is known, all that the last complete poll showed: asked only if that is not remembered here. To be
   * called while nothing is left to `flush`.
   */
  ofService(
    serviceId: string,
    keys: readonly string[] | null = null,
    needsAll?: boolean,
    shown: () => Iterable<string> = () => [],
  ): ServiceMeter {
    const known = this.#whole.take(serviceId) ?? this.#moving.take(serviceId);
    const meter = known === null || (keys === null && !known.isWhole) ? newMeter(keys === null) : known;
    if (needsAll !== undefined) meter.needsAll = needsAll;
    this.#inUse.set(serviceId, meter);
    if (meter === known) this.refreshOwners(serviceId, meter);
    if (keys === null && meter !== known) this.#loadAll(serviceId, meter, shown());
    else if (keys !== null && !meter.isWhole) this.#loadSome(serviceId, meter, keys);
    return meter;
  }

  #loadAll(serviceId: string, meter: ServiceMeter, shown: Iterable<string>): void {
    for (const row of this.#sql.peers.iterate(serviceId)) this.#addPeer(meter, row as PeerRow);
    this.#loadBindings(serviceId, meter);
    for (const row of this.#sql.counters.iterate(serviceId)) {
      const [key, ...stored] = row as readonly [string, ...StoredCounter];
      const peer = meter.peers.get(key);
      if (peer !== undefined) this.#addCounter(meter, peer, stored);
    }
    for (const key of shown) {
      meter.lastComplete = BEFORE_ANY;
      const counter = meter.peers.get(key)?.counter;
      if (counter) counter.seenIn = BEFORE_ANY;
    }
  }

  #loadSome(serviceId: string, meter: ServiceMeter, keys: readonly string[]): void {
    const missing = keys.filter((key) => !meter.peers.has(key)).map((key) => [serviceId, key]);
    const owned: (readonly unknown[])[] = [];
    allOf(this.#sql.peerWithCounters, missing).forEach((rows, i) => {
      for (const row of rows as PeerWithCounter[]) this.#addPeerWithCounter(meter, row);
      const [first] = rows as PeerWithCounter[];
      if (first !== undefined && Number(first[HAS_OWNERS]) === 1) owned.push(missing[i] as readonly unknown[]);
    });
    for (const row of allOf(this.#sql.bindingsOfPeer, owned).flat()) addBinding(meter, row as BindingRow);
  }

  #addPeerWithCounter(meter: ServiceMeter, row: PeerWithCounter): void {
    const [id, key, name, allowedIps, hasEnded] = row;
    const peer = meter.peers.get(key) ?? this.#addPeer(meter, [id, key, name, allowedIps, hasEnded]);
    if (row[COUNTER_AT] === null) return;
    this.#addCounter(meter, peer, row.slice(COUNTER_AT) as unknown as StoredCounter).seenIn = meter.lastComplete;
  }

  /** After a change of owners of these peers: they are read anew before anything more is booked, also of a poll that runs. */
  forgetOwnersOf(peerIds: readonly string[]): void {
    for (const peerId of peerIds) {
      const serviceId = this.#sql.serviceOf.get(peerId) as string;
      const meter = this.#inUse.get(serviceId) ?? this.#whole.get(serviceId) ?? this.#moving.get(serviceId);
      if (meter !== undefined) meter.hasOtherOwners = true;
    }
  }

  /** The same of all peers. */
  forgetAllOwners(): void {
    for (const meters of [this.#whole, this.#moving, this.#inUse.values()])
      for (const meter of meters) meter.hasOtherOwners = true;
  }

  /** To be called before a reading of the service is booked: owners may change between two transactions of a poll. */
  refreshOwners(serviceId: string, meter: ServiceMeter): void {
    if (!meter.hasOtherOwners) return;
    meter.hasOtherOwners = false;
    for (const peer of meter.peers.values()) peer.bindings = NO_BINDINGS;
    this.#loadBindings(serviceId, meter);
  }

  /** The counter of a peer that had none; it is written when it is saved. */
  newCounter({ values }: ServiceMeter, peer: MeteredPeer, connection: string, traffic: Traffic): CounterRow {
    this.#lastId ??= this.#sql.lastId.get() as number;
    const counter = new CounterRow(++this.#lastId, peer.id, connection, values, traffic);
    addCounter(peer, counter);
    return counter;
  }

  /** Writes the counter as it is then with `flush`, once, however often it was saved. */
  save(counter: CounterRow): void {
    this.#saved.add(counter);
  }

  flush(): void {
    if (this.#saved.size === 0) return;
    for (const counter of this.#saved) this.#write(counter);
    this.#saved.clear();
    this.#changed.flush();
  }

  #write(counter: CounterRow): void {
    const { id, peerId, connection, epoch, startEvidence, bootId, uptimeMs, atMs, ended } = counter;
    const { endpoint, handshakeMs, trackingPeriod } = counter;
    const { rx, tx, total } = counter.traffic;
    const start = this.#textId(startEvidence);
    const boot = this.#textId(bootId);
    const uptime = bootId === null ? null : uptimeMs;
    const handshake = Number.isNaN(handshakeMs) ? null : handshakeMs;
    // In the order of MUTABLE.
    const read = [epoch, rx, tx, total, start, boot, uptime, atMs, ended ? 1 : 0] as const;
    this.#changed.add(id, peerId, connection, ...read, endpoint, handshake, trackingPeriod);
  }

  /** A poll of this boot counts: boots are told apart by which of them was seen first. */
  see(bootId: string): void {
    this.#textId(bootId);
  }

  /** Whether a boot was seen later than another one; null where one of them was never seen. */
  wasSeenAfter(boot: string, other: string): boolean | null {
    const [id, otherId] = [this.#knownTextId(boot), this.#knownTextId(other)];
    return id === undefined || otherId === undefined ? null : id > otherId;
  }

  #knownTextId(text: string): number | undefined {
    return this.#textIds.get(text) ?? (this.#sql.findText.get(text) as number | undefined);
  }

  /** Id under which a boot id or start evidence is kept; many counters share it. */
  #textId(text: string | null): number | null {
    if (text === null) return null;
    let id = this.#textIds.get(text);
    if (id === undefined) {
      this.#sql.addText.run(text);
      id = this.#sql.findText.get(text) as number;
      this.#textIds.set(text, id);
    }
    return id;
  }

  #addPeer({ peers }: ServiceMeter, [id, key, name, allowedIps, hasEnded]: PeerRow): MeteredPeer {
    const peer: MeteredPeer = {
      id,
      name,
      allowedIps: joinAddresses(JSON.parse(allowedIps)),
      ended: Number(hasEnded) === 1,
      bindings: NO_BINDINGS,
      counter: null,
      connections: null,
      series: null,
      line: null,
      generation: -1,
      seenIn: 0,
    };
    peers.set(key, peer);
    return peer;
  }

  #loadBindings(serviceId: string, meter: ServiceMeter): void {
    for (const row of this.#sql.bindings.iterate(serviceId)) addBinding(meter, row as BindingRow);
  }

  #addCounter({ values }: ServiceMeter, peer: MeteredPeer, stored: StoredCounter): CounterRow {
    const [id, connection, epoch, rx, tx, total, startId, bootId, uptimeMs, at, ended, endpoint, handshake, period] =
      stored;
    const counter = new CounterRow(Number(id), peer.id, connection, values, { rx, tx, total });
    counter.epoch = Number(epoch);
    counter.startEvidence = this.#textOf(startId);
    counter.atMs = Number(at);
    counter.bootId = uptimeMs === null ? null : this.#textOf(bootId);
    counter.uptimeMs = Number(uptimeMs ?? 0n);
    counter.ended = ended === 1n;
    counter.trackingPeriod = Number(period);
    counter.endpoint = endpoint;
    counter.handshakeMs = handshake === null ? Number.NaN : Number(handshake);
    addCounter(peer, counter);
    return counter;
  }

  #textOf(id: bigint | null): string | null {
    if (id === null) return null;
    const key = Number(id);
    let text = this.#texts.get(key);
    if (text === undefined) {
      text = this.#sql.text.get(key) as string;
      this.#texts.set(key, text);
      this.#textIds.set(text, key);
    }
    return text;
  }

  /** The poll is booked: what was read of its services is kept for the next one, where there is room. */
  keep(): void {
    if (!this.#mayBeKept) return;
    for (const [serviceId, meter] of this.#inUse) (meter.needsAll ? this.#whole : this.#moving).keep(serviceId, meter);
    if (this.#whole.weight + this.#moving.weight > MANY_COUNTERS) limitHeapGrowth();
  }
}

/** Stands for the number of the last complete poll, whichever that was, where it is known whom it showed. */
const BEFORE_ANY = 1;

function newMeter(isWhole: boolean): ServiceMeter {
  const lastComplete = isWhole ? 0 : BEFORE_ANY;
  return {
    peers: new Map(),
    values: new CounterValues(),
    isWhole,
    lastComplete,
    hasOtherOwners: false,
    needsAll: true,
  };
}

function addBinding({ peers }: ServiceMeter, row: BindingRow): void {
  const { key, userId, fromMs, toMs, claimed, inCycle } = row;
  const peer = peers.get(key);
  if (peer === undefined) return;
  const binding = { userId, fromMs, toMs, claimed: claimed === 1, inCycle: inCycle === 1 };
  peer.bindings = [...peer.bindings, binding];
}

/** The rows for each of the given parameters. */
function allOf(statement: Statement, params: readonly (readonly unknown[])[]): unknown[][] {
  return statement.allEach?.(params) ?? params.map((each) => statement.all(...each));
}

export function joinAddresses(addresses: readonly string[]): string {
  return addresses.length === 1 ? (addresses[0] as string) : addresses.join('\n');
}

const NO_BINDINGS: readonly PeerBinding[] = [];
