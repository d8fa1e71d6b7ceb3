import type { Clock } from '../../core/units/clock.ts';
import { problem } from '../problem.ts';

interface Failures {
  count: number;
  /** Monotonic instant until which nothing is tried. */
  blockedUntil: number;
}

/** Mistakes that cost nothing. */
const FREE_TRIES = 5;
/** A name is blocked at most a minute, so that nobody can lock the owner out; an address a quarter of an hour. */
const MAX_BLOCK_MS = { name: 60_000, address: 900_000 } as const;
/** Names and addresses remembered; the oldest goes first. */
const MAX_REMEMBERED = 10_000;

/** Slows guessing of passwords down: every failure after the fifth doubles the wait, per name and per address. */
export class LoginGuard {
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** One try of somebody at an address. */
  attempt(name: string, address: string) {
    return { check: () => this.check(name, address), failed: () => this.failed(name, address) };
  }

  /** @throws too-many-tries with the seconds to wait */
  check(name: string, address: string): void {
    const now = this.#clock.monotonicMs();
    const until = Math.max(...keys(name, address).map(([key]) => this.#failures.get(key)?.blockedUntil ?? 0));
    if (until <= now) return;
    const retryAfterSeconds = Math.ceil((until - now) / 1000);
    throw problem('too-many-tries', `Too many wrong logins; the next try is possible in ${retryAfterSeconds} s.`, {
      retryAfterSeconds,
    });
  }

  failed(name: string, address: string): void {
    const now = this.#clock.monotonicMs();
    for (const [key, kind] of keys(name, address)) {
      const count = (this.#failures.get(key)?.count ?? 0) + 1;
      const waitMs = count < FREE_TRIES ? 0 : Math.min(1000 * 2 ** (count - FREE_TRIES), MAX_BLOCK_MS[kind]);
      this.#failures.delete(key);
      this.#failures.set(key, { count, blockedUntil: now + waitMs });
    }
    while (this.#failures.size > MAX_REMEMBERED) {
      const oldest = this.#failures.keys().next();
      if (!oldest.done) this.#failures.delete(oldest.value);
    }
  }

  succeeded(name: string, address: string): void {
    for (const [key] of keys(name, address)) this.#failures.delete(key);
  }
}

function keys(name: string, address: string): readonly (readonly [key: string, kind: 'name' | 'address'])[] {
  return [
    [`name ${name}`, 'name'],
    [`address ${address}`, 'address'],
  ];
}
