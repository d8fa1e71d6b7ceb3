import type { Clock } from '../core/units/clock.ts';
import type { Timers } from './system-clock.ts';

/** Time that stands still until a test moves it: clock and timers in one. */
export class ManualTime implements Clock, Timers {
  #ms = 0;
  readonly #startedAt: number;
  #due: { readonly atMs: number; readonly run: () => void }[] = [];

  constructor(startedAt = '2026-11-20T12:00:00Z') {
    this.#startedAt = Date.parse(startedAt);
  }

  now(): Date {
    return new Date(this.#startedAt + this.#ms);
  }

  monotonicMs(): number {
    return this.#ms;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.#ms + delayMs, run };
    this.#due.push(timer);
    return () => {
      this.#due = this.#due.filter((other) => other !== timer);
    };
  }

  /** Runs everything that falls due, in order, and lets promises settle in between. */
  async advance(ms: number): Promise<void> {
    const end = this.#ms + ms;
    for (;;) {
      await settle();
      const next = this.#due.filter((timer) => timer.atMs <= end).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#due = this.#due.filter((timer) => timer !== next);
      this.#ms = Math.max(this.#ms, next.atMs);
      next.run();
    }
    this.#ms = end;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
