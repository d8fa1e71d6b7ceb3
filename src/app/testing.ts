import type { SettingsStore } from '../core/settings/settings-store.ts';
import { ManualClock } from '../core/units/testing.ts';
import type { Timers } from './system-clock.ts';

/** Time that stands still until a test moves it: a manual clock with timers. */
export class ManualTime extends ManualClock implements Timers {
  #due: { readonly atMs: number; readonly run: () => void }[] = [];

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.monotonicMs() + delayMs, run };
    this.#due.push(timer);
    return () => {
      this.#due = this.#due.filter((other) => other !== timer);
    };
  }

  /** Runs everything that falls due, in order, and lets promises settle in between. */
  override async advance(ms: number): Promise<void> {
    const endMs = this.monotonicMs() + ms;
    for (;;) {
      await settle();
      const next = this.#due.filter((timer) => timer.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#due = this.#due.filter((timer) => timer !== next);
      super.advance(Math.max(0, next.atMs - this.monotonicMs()));
      next.run();
    }
    super.advance(endMs - this.monotonicMs());
  }
}

/** Settings that answer as late as stored ones: others get their turn in between. */
export function settingsInMemory(): SettingsStore {
  const values = new Map<string, string>();
  return {
    async get(name) {
      await settle();
      return JSON.parse(values.get(name) ?? 'null') as unknown;
    },
    async set(name, value) {
      await settle();
      values.set(name, JSON.stringify(value));
    },
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
