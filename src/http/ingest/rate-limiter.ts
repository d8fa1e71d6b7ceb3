import type { Clock } from '../../core/units/clock.ts';
import { problem } from '../problem.ts';

/** Addresses counted within one second; more than that at once are let through rather than remembered. */
const MAX_ADDRESSES = 100_000;

/**
 * At most `perSecond` in each second per address. A batch is taken whole, and paid off afterwards: until then nothing more
 * is taken from there, so that an address brings no more in batches than one by one.
 */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #counts = new Map<string, number>();
  /** First second in which something is taken again. */
  readonly #paidOff = new Map<string, number>();
  #second = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
  }

  /** @throws too-many-requests */
  take(address: string): void {
    const second = this.#now();
    const waitSeconds = (this.#paidOff.get(address) ?? second) - second;
    const count = (this.#counts.get(address) ?? 0) + 1;
    if (waitSeconds > 0 || count > this.#perSecond) {
      throw problem('too-many-requests', `More than ${this.#perSecond} reports a second came from this address.`, {
        retryAfterSeconds: Math.max(1, waitSeconds),
      });
    }
    if (count > 1 || this.#counts.size < MAX_ADDRESSES) this.#counts.set(address, count);
  }

  /** What a request that was taken brought beyond the one that it counted for. */
  charge(address: string, more: number): void {
    if (more <= 0) return;
    const second = this.#now();
    const until = this.#paidOff.get(address);
    if (until !== undefined && !this.#counts.has(address)) {
      // Taken before what is being paid off was known: it comes on top.
      this.#paidOff.set(address, until + Math.ceil(more / this.#perSecond));
      return;
    }
    const count = (this.#counts.get(address) ?? 1) + more;
    this.#counts.set(address, count);
    if (count > this.#perSecond) this.#paidOff.set(address, second + Math.ceil(count / this.#perSecond));
  }

  #now(): number {
    const second = Math.floor(this.#clock.monotonicMs() / 1000);
    if (second === this.#second) return second;
    this.#second = second;
    this.#counts.clear();
    for (const [address, until] of this.#paidOff) if (until <= second) this.#paidOff.delete(address);
    return second;
  }
}
