import type { SourceOrder } from '../../../core/metering/collector.ts';
import type { CounterState } from '../../../core/metering/meter.ts';
import type { Traffic } from '../../../core/units/bytes.ts';

/**
 * The last reading of one counter. It lives as long as its service is polled and is written to in place: were each reading
 * kept as an object of its own, a poll of 100,000 peers would leave as many to be collected.
 */
export class CounterRow {
  readonly id: number;
  readonly peerId: string;
  /** Empty: the peer has no connections. */
  readonly connection: string;
  epoch = 1;
  startEvidence: string | null = null;
  /** Null: the source has no order. */
  bootId: string | null = null;
  ended = false;
  /** The period of tracking in which it was read. */
  trackingPeriod = 0;
  endpoint: string | null = null;
  /** Number of the poll that showed it last. */
  seenIn = 0;
  readonly #values: CounterValues;
  readonly #slot: number;

  constructor(id: number, peerId: string, connection: string, values: CounterValues, traffic: Traffic) {
    this.id = id;
    this.peerId = peerId;
    this.connection = connection;
    this.#values = values;
    this.#slot = values.add(traffic);
  }

  get traffic(): Traffic {
    return this.#values.get(this.#slot);
  }

  get atMs(): number {
    return this.#values.time(this.#slot, AT);
  }

  set atMs(ms: number) {
    this.#values.setTime(this.#slot, AT, ms);
  }

  /** 0 where there is no boot. */
  get uptimeMs(): number {
    return this.#values.time(this.#slot, UPTIME);
  }

  set uptimeMs(ms: number) {
    this.#values.setTime(this.#slot, UPTIME, ms);
  }

  /** NaN = never. */
  get handshakeMs(): number {
    return this.#values.time(this.#slot, HANDSHAKE);
  }

  set handshakeMs(ms: number) {
    this.#values.setTime(this.#slot, HANDSHAKE, ms);
  }

  /** What the meter has to know of it. `rebase`: tracking was off since. */
  state(rebase: boolean): CounterState {
    const { epoch, traffic, startEvidence, atMs, bootId, uptimeMs, ended } = this;
    const order = bootId === null ? null : { bootId, uptimeMs };
    return { epoch, traffic, startEvidence, at: new Date(atMs), order, ended, rebase };
  }

  /** A poll no longer shows its life: a reading from before that poll, if one comes yet, says nothing new of it. */
  end(atMs: number, order: SourceOrder | null): void {
    this.atMs = atMs;
    this.#setOrder(order);
    this.ended = true;
  }

  /** Its row is gone: another counter may have its place. */
  release(): void {
    this.#values.release(this.#slot);
  }

  /** Takes over a reading; texts that say the same stay the ones that are there. */
  moveTo({ epoch, traffic, startEvidence, at, order, ended }: CounterState): void {
    this.epoch = epoch;
    this.#values.set(this.#slot, traffic);
    if (this.startEvidence !== startEvidence) this.startEvidence = startEvidence;
    this.atMs = at.getTime();
    this.#setOrder(order);
    this.ended = ended;
  }

  #setOrder(order: SourceOrder | null): void {
    if (this.bootId !== (order?.bootId ?? null)) this.bootId = order?.bootId ?? null;
    this.uptimeMs = order?.uptimeMs ?? 0;
  }
}

/** rx, tx and total of each, and as many instants. */
const WIDTH = 3;
/** Places of the instants. */
const [AT, UPTIME, HANDSHAKE] = [0, 1, 2] as const;
/** In place of a direction that is not known. */
const UNKNOWN = -1n;

/**
 * Numbers of the counters of a service, side by side: bigints in objects would be made anew with every reading, and an instant
 * in a field takes three times its room.
 */
export class CounterValues {
  #bytes = new BigInt64Array(WIDTH * 16);
  #times = new Float64Array(WIDTH * 16);
  #used = 0;
  readonly #free: number[] = [];

  /** How many there are. */
  get size(): number {
    return this.#used / WIDTH - this.#free.length;
  }

  /** @returns its slot */
  add(traffic: Traffic): number {
    const slot = this.#free.pop() ?? this.#grow();
    this.set(slot, traffic);
    this.setTime(slot, AT, 0);
    this.setTime(slot, UPTIME, 0);
    this.setTime(slot, HANDSHAKE, Number.NaN);
    return slot;
  }

  #grow(): number {
    const slot = this.#used;
    this.#used += WIDTH;
    if (this.#used > this.#bytes.length) {
      const larger = this.#bytes.length * 2;
      const [bytes, times] = [new BigInt64Array(larger), new Float64Array(larger)];
      bytes.set(this.#bytes);
      times.set(this.#times);
      this.#bytes = bytes;
      this.#times = times;
    }
    return slot;
  }

  release(slot: number): void {
    this.#free.push(slot);
  }

  set(slot: number, { rx, tx, total }: Traffic): void {
    this.#bytes[slot] = rx ?? UNKNOWN;
    this.#bytes[slot + 1] = tx ?? UNKNOWN;
    this.#bytes[slot + 2] = total;
  }

  time(slot: number, place: number): number {
    return this.#times[slot + place] as number;
  }

  setTime(slot: number, place: number, ms: number): void {
    this.#times[slot + place] = ms;
  }

  get(slot: number): Traffic {
    const rx = this.#bytes[slot] as bigint;
    const tx = this.#bytes[slot + 1] as bigint;
    const total = this.#bytes[slot + 2] as bigint;
    return rx < 0n ? { rx: null, tx: null, total } : { rx, tx, total };
  }
}
