import type { Clock } from '../../core/units/clock.ts';
import { problem } from '../problem.ts';

/** Addresses counted within one second; more than that at once are let through rather than remembered. */
const MAX_ADDRESSES = 100_000;

/** At most `perSecond` requests in each second per address. */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #counts = new Map<string, number>();
  #second = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
  }

  /** @throws too-many-requests */
  take(address: string): void {
    const second = Math.floor(this.#clock.monotonicMs() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#counts.clear();
    }
    const count = (this.#counts.get(address) ?? 0) + 1;
    if (count > this.#perSecond) {
      throw problem('too-many-requests', `More than ${this.#perSecond} requests in a second came from this address.`, {
        retryAfterSeconds: 1,
      });
    }
    if (count > 1 || this.#counts.size < MAX_ADDRESSES) this.#counts.set(address, count);
  }
}
