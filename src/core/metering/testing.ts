import { addTraffic, NOTHING, type Traffic } from '../units/bytes.ts';
import type { PeerReading, SourceOrder } from './collector.ts';
import { hasFallen } from './counter.ts';

/** Instant at which every world begins, ms. */
export const START = Date.parse('2026-03-01T12:00:00Z');

/** Bytes that a peer moved at an instant. */
export interface Move {
  readonly atMs: number;
  readonly bytes: Traffic;
}

/** One existence of a series, with everything it really carried. */
export interface Life {
  readonly key: string;
  readonly moves: Move[];
  value: Traffic;
  /** What the ledger read last of it; null: it never did. */
  read: Traffic | null;
  /** What it showed at first sight where that is a baseline. */
  base: Traffic;
}

/** One poll, complete or cut short. */
export interface Snapshot {
  readonly atMs: number;
  readonly order: SourceOrder;
  readonly evidence: string | null;
  readonly complete: boolean;
  readonly peers: readonly { readonly reading: PeerReading; readonly life: Life }[];
}

/** A node for tests, with the truth that no poll shows: what every life of every peer really carried. */
export class World {
  nowMs = START;
  readonly lives: Life[] = [];
  readonly #living = new Map<string, Life>();
  readonly #showsStarts: boolean;
  #boot = 1;
  #bootedAtMs = START - 1_000_000;
  #interface = 1;

  constructor(showsStarts: boolean) {
    this.#showsStarts = showsStarts;
  }

  add(key: string, value: Traffic = NOTHING): void {
    if (this.#living.has(key)) return;
    const moves = value.total === 0n ? [] : [{ atMs: this.nowMs, bytes: value }];
    const life = { key, moves, value, read: null, base: NOTHING };
    this.#living.set(key, life);
    this.lives.push(life);
  }

  remove(key: string): void {
    this.#living.delete(key);
  }

  move(key: string, bytes: Traffic): void {
    const life = this.#living.get(key);
    if (life === undefined) return;
    life.value = addTraffic(life.value, bytes);
    life.moves.push({ atMs: this.nowMs, bytes });
  }

  /** All counters start again: the interface is made anew, perhaps by a boot of the whole node. */
  restart(boot: boolean): void {
    const keys = [...this.#living.keys()];
    for (const key of keys) this.remove(key);
    this.#interface += 1;
    if (boot) {
      this.#boot += 1;
      this.#bootedAtMs = this.nowMs;
    }
    for (const key of keys) this.add(key);
  }

  /**
   * The source is put back to a backup as old as that snapshot: its counters show what they showed then. Not to a newer
   * one than what it shows: nobody can tell that from traffic.
   */
  putBack(backup: Snapshot): void {
    const back = backup.peers.filter(({ life }) => this.#living.get(life.key) === life);
    if (back.some(({ reading, life }) => hasFallen(reading.traffic, life.value))) return;
    for (const { reading, life } of back) life.value = reading.traffic;
  }

  /** `cutAt`: how many peers a poll shows that was cut short. */
  snapshot(cutAt: number | null): Snapshot {
    const peers = [...this.#living.values()].map((life) => ({ reading: { key: life.key, traffic: life.value }, life }));
    return {
      atMs: this.nowMs,
      order: { bootId: `boot-${this.#boot}`, uptimeMs: this.nowMs - this.#bootedAtMs },
      evidence: this.#showsStarts ? `boot-${this.#boot}:${this.#interface}` : null,
      complete: cutAt === null,
      peers: cutAt === null ? peers : peers.slice(0, cutAt),
    };
  }
}
