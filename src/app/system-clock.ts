import { performance } from 'node:perf_hooks';
import type { Clock } from '../core/units/clock.ts';

/** Runs something later; its own port, so that tests of the scheduler need not wait. */
export interface Timers {
  /** @returns a function that cancels it. The wait alone does not keep the process alive. */
  after(delayMs: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};

export const systemTimers: Timers = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
