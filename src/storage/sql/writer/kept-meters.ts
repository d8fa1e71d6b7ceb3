/** Peers and counters of a service. */
interface Weighed {
  readonly peers: { readonly size: number };
  readonly values: { readonly size: number };
}

/** One in so many that find no room takes that of those longest unused, so that who comes no more leaves in the end. */
const TURN = 16;

/**
 * Room for what is remembered of services between their polls. A fleet is polled round and round: were the longest unused to
 * go whenever room is short, each would be gone just before it comes again, and leave an old object to be collected. So those
 * that are here stay, and most that find no room are forgotten young.
 */
export class KeptMeters<Meter extends Weighed> {
  readonly #most: number;
  /** In the order of use. */
  readonly #meters = new Map<string, { readonly meter: Meter; readonly weight: number }>();
  #weight = 0;
  #refused = 0;

  /** @param most counters, of all services together */
  constructor(most: number) {
    this.#most = most;
  }

  /** It is the caller's until it is kept again. */
  take(serviceId: string): Meter | null {
    const kept = this.#meters.get(serviceId);
    if (kept === undefined) return null;
    this.#meters.delete(serviceId);
    this.#weight -= kept.weight;
    return kept.meter;
  }

  /** Counters of all that is kept. */
  get weight(): number {
    return this.#weight;
  }

  get(serviceId: string): Meter | undefined {
    return this.#meters.get(serviceId)?.meter;
  }

  *[Symbol.iterator](): Generator<Meter, void> {
    for (const { meter } of this.#meters.values()) yield meter;
  }

  /** Where there is room, which there is for the first one whatever it weighs. */
  keep(serviceId: string, meter: Meter): void {
    this.take(serviceId);
    const weight = weightOf(meter);
    if (!this.#hasRoomFor(weight) && ++this.#refused % TURN !== 0) return;
    for (const [id] of this.#meters) {
      if (this.#hasRoomFor(weight)) break;
      this.take(id);
    }
    this.#meters.set(serviceId, { meter, weight });
    this.#weight += weight;
  }

  clear(): void {
    this.#meters.clear();
    this.#weight = 0;
  }

  #hasRoomFor(weight: number): boolean {
    return this.#meters.size === 0 || this.#weight + weight <= this.#most;
  }
}

/** A peer without a counter takes room as well; one with many connections takes it for each. */
function weightOf({ peers, values }: Weighed): number {
  return Math.max(peers.size, values.size);
}
