import type { Database } from 'better-sqlite3';
import type { CounterState } from '../../../core/metering/meter.ts';
import type { Line, SeriesState } from './attribution.ts';

/** A peer of a service that is being metered, as far as the meter needs it. */
export interface MeteredPeer {
  readonly id: string;
  name: string | null;
  allowedIps: readonly string[];
  ended: boolean;
  /** Owners in the order of time; see `binding`. */
  bindings: readonly PeerBinding[];
  readonly counters: Map<string, CounterRow>;
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

export interface CounterRow {
  readonly id: number;
  state: CounterState;
  endpoint: string | null;
  handshakeMs: number | null;
  seenIn: number;
}

/** What is remembered of one service between polls. */
export interface ServiceMeter {
  readonly peers: Map<string, MeteredPeer>;
}

/** Counters kept in memory over all services: some 100 MB when all are in use; the longest unused service goes first. */
const COUNTERS_KEPT = 300_000;

/**
 * The meter's memory: state of every counter of the services polled lately, read from the database as a whole when a
 * service is first polled. `forget` after a rollback and after every change of owners.
 */
export class MeterStates {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #services = new Map<string, ServiceMeter>();
  readonly #texts = new Map<number, string>();
  readonly #textIds = new Map<string, number>();

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  forget(): void {
    this.#services.clear();
    this.#texts.clear();
    this.#textIds.clear();
  }

  ofService(serviceId: string): ServiceMeter {
    const known = this.#services.get(serviceId);
    if (known !== undefined) {
      // Moved to the end: the map's order is the order of use.
      this.#services.delete(serviceId);
      this.#services.set(serviceId, known);
      return known;
    }
    const meter = { peers: this.#loadPeers(serviceId) };
    this.#loadBindings(serviceId, meter);
    this.#loadCounters(serviceId, meter);
    this.#services.set(serviceId, meter);
    this.#makeRoom();
    return meter;
  }

  /** After a change of owners: the services of these peers are read anew when they are polled next. */
  forgetServicesOf(peerIds: readonly string[]): void {
    for (const peerId of peerIds) this.#services.delete(this.#sql.serviceOf.get(peerId) as string);
  }

  /** Id under which a boot id or start evidence is kept; many counters share it. */
  textId(text: string | null): number | null {
    if (text === null) return null;
    let id = this.#textIds.get(text);
    if (id === undefined) {
      this.#sql.addText.run(text);
      id = this.#sql.findText.get(text) as number;
      this.#textIds.set(text, id);
    }
    return id;
  }

  #loadPeers(serviceId: string): Map<string, MeteredPeer> {
    const peers = new Map<string, MeteredPeer>();
    for (const row of this.#sql.peers.iterate(serviceId)) {
      const { id, key, name, allowedIps, ended } = row as PeerRow;
      peers.set(key, {
        id,
        name,
        allowedIps: JSON.parse(allowedIps),
        ended: ended === 1,
        bindings: NO_BINDINGS,
        counters: new Map(),
        series: null,
        line: null,
        generation: -1,
        seenIn: 0,
      });
    }
    return peers;
  }

  #loadBindings(serviceId: string, { peers }: ServiceMeter): void {
    for (const row of this.#sql.bindings.iterate(serviceId)) {
      const { key, userId, fromMs, toMs, claimed, inCycle } = row as BindingRow;
      const peer = peers.get(key);
      if (peer === undefined) continue;
      const binding = { userId, fromMs, toMs, claimed: claimed === 1, inCycle: inCycle === 1 };
      peer.bindings = [...peer.bindings, binding];
    }
  }

  #loadCounters(serviceId: string, { peers }: ServiceMeter): void {
    for (const row of this.#sql.counters.iterate(serviceId)) {
      const counter = row as StoredCounter;
      peers.get(counter.key)?.counters.set(counter.connection, {
        id: Number(counter.id),
        state: this.#toState(counter),
        endpoint: counter.endpoint,
        handshakeMs: counter.handshake === null ? null : Number(counter.handshake),
        seenIn: 0,
      });
    }
  }

  #toState(row: StoredCounter): CounterState {
    const bootId = this.#textOf(row.bootId);
    return {
      epoch: Number(row.epoch),
      traffic: { rx: row.rx, tx: row.tx, total: row.total },
      startEvidence: this.#textOf(row.startId),
      at: new Date(Number(row.at)),
      order: bootId === null || row.uptimeMs === null ? null : { bootId, uptimeMs: Number(row.uptimeMs) },
      ended: row.ended === 1n,
      rebase: false,
    };
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

  #makeRoom(): void {
    let kept = 0;
    for (const { peers } of this.#services.values()) kept += peers.size;
    for (const [serviceId, { peers }] of this.#services) {
      if (kept <= COUNTERS_KEPT || this.#services.size === 1) return;
      this.#services.delete(serviceId);
      kept -= peers.size;
    }
  }
}

const NO_BINDINGS: readonly PeerBinding[] = [];

interface PeerRow {
  readonly id: string;
  readonly key: string;
  readonly name: string | null;
  readonly allowedIps: string;
  readonly ended: number;
}

interface BindingRow {
  readonly key: string;
  readonly userId: string;
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly claimed: number;
  readonly inCycle: number;
}

interface StoredCounter {
  readonly id: bigint;
  readonly key: string;
  readonly connection: string;
  readonly epoch: bigint;
  readonly rx: bigint | null;
  readonly tx: bigint | null;
  readonly total: bigint;
  readonly startId: bigint | null;
  readonly bootId: bigint | null;
  readonly uptimeMs: bigint | null;
  readonly at: bigint;
  readonly ended: bigint;
  readonly endpoint: string | null;
  readonly handshake: bigint | null;
}

function prepare(db: Database) {
  return {
    peers: db.prepare(
      `SELECT id, key, name, allowed_ips AS allowedIps, ended_at IS NOT NULL AS ended FROM peer WHERE service_id = ?`,
    ),
    bindings: db.prepare(
      `SELECT p.key, b.user_id AS userId, b.from_at AS fromMs, b.to_at AS toMs, b.claimed, b.in_cycle AS inCycle
       FROM peer p JOIN binding b ON b.peer_id = p.id AND b.voided_by IS NULL
       WHERE p.service_id = ? ORDER BY b.from_at, b.id`,
    ),
    counters: db
      .prepare(
        `SELECT c.id, p.key, c.connection, c.epoch, c.rx, c.tx, c.total, c.start_id AS startId, c.boot_id AS bootId,
           c.uptime_ms AS uptimeMs, c.at, c.ended, c.endpoint, c.last_handshake_at AS handshake
         FROM peer p JOIN counter c ON c.peer_id = p.id WHERE p.service_id = ?`,
      )
      .safeIntegers(),
    serviceOf: db.prepare('SELECT service_id FROM peer WHERE id = ?').pluck(),
    text: db.prepare('SELECT text FROM evidence WHERE id = ?').pluck(),
    findText: db.prepare('SELECT id FROM evidence WHERE text = ?').pluck(),
    addText: db.prepare('INSERT OR IGNORE INTO evidence (text) VALUES (?)'),
  };
}
