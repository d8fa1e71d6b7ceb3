/** A stream of numbers that one seed decides (mulberry32): the same seed, the same run, on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1) >>> 0;
  }

  /** At least 0, less than 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** From `min` to `max`, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.fraction() * (max - min + 1));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.int(0, from.length - 1)];
    if (picked === undefined) throw new Error('Random.pick: nothing to pick from');
    return picked;
  }

  pickOrNone<T>(from: readonly T[]): T | undefined {
    return from.length === 0 ? undefined : this.pick(from);
  }

  /** One of the keys, each as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let left = this.fraction() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    throw new Error('Random.weighted: no weights');
  }

  /** Mostly small, now and then nothing, rarely huge. */
  bytes(): bigint {
    if (this.chance(0.1)) return 0n;
    if (this.chance(0.05)) return BigInt(this.int(0, 2 ** 40));
    return BigInt(this.int(1, 10_000));
  }

  id(): string {
    let id = '';
    while (id.length < 16) id += 'abcdefghijklmnopqrstuvwxyz0123456789'[this.int(0, 35)];
    return id;
  }
}
