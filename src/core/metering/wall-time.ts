import type { Clock } from '../units/clock.ts';

/** A wall clock that is off by more than this against the monotonic one has stepped. */
export const STEP_MS = 300_000;

/** How long a stepped wall clock has to keep pace before it is believed. */
const SETTLE_MS = 600_000;

/**
 * Wall instants for intervals (rule 16): the wall clock while it keeps pace with the monotonic one. After a step they go
 * on by the monotonic clock from the last good instant and are suspect, until the wall clock is back or has kept pace
 * with its new time for ten minutes. Small corrections are followed, but never backwards.
 */
export class WallTime {
  readonly #clock: Clock;
  /** Last good wall instant, and the monotonic one it was seen at. */
  #good: Anchor;
  /** Where a stepped wall clock went to and has been going on from. */
  #stepped: Anchor | null = null;
  #lastMs: number;

  /** `lastKnown`: latest instant of the ledger; a wall clock far before it went back while nobody looked. */
  constructor(clock: Clock, lastKnown: Date | null = null) {
    this.#clock = clock;
    const wallMs = clock.now().getTime();
    const knownMs = lastKnown?.getTime() ?? wallMs;
    this.#lastMs = Math.max(wallMs, knownMs);
    this.#good = { wallMs: this.#lastMs, monotonicMs: clock.monotonicMs() };
  }

  read(): { readonly at: Date; readonly suspect: boolean } {
    const wallMs = this.#clock.now().getTime();
    const monotonicMs = this.#clock.monotonicMs();
    const now = { wallMs, monotonicMs };
    if (keepsPace(this.#good, now) && this.#lastMs - wallMs <= STEP_MS) return this.#trust(now, this.#lastMs);
    // A step backwards that has settled is the one case in which instants go back, too.
    if (this.#hasSettled(now)) return this.#trust(now, wallMs);
    if (this.#stepped === null || !keepsPace(this.#stepped, now)) this.#stepped = now;
    this.#lastMs = Math.max(this.#lastMs, expected(this.#good, monotonicMs));
    return { at: new Date(this.#lastMs), suspect: true };
  }

  #trust(now: Anchor, floorMs: number): { readonly at: Date; readonly suspect: false } {
    this.#good = now;
    this.#stepped = null;
    this.#lastMs = Math.max(now.wallMs, floorMs);
    return { at: new Date(this.#lastMs), suspect: false };
  }

  #hasSettled(now: Anchor): boolean {
    const since = this.#stepped;
    return since !== null && keepsPace(since, now) && now.monotonicMs - since.monotonicMs >= SETTLE_MS;
  }
}

interface Anchor {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

function expected(anchor: Anchor, monotonicMs: number): number {
  return anchor.wallMs + Math.round(monotonicMs - anchor.monotonicMs);
}

function keepsPace(anchor: Anchor, now: Anchor): boolean {
  return Math.abs(now.wallMs - expected(anchor, now.monotonicMs)) <= STEP_MS;
}
