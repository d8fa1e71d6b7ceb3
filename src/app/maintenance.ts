import type { Timers } from './system-clock.ts';

/** A small piece of upkeep; `true` = there is more to do right away. */
export interface Chore {
  readonly name: string;
  readonly everyMs: number;
  readonly run: () => Promise<boolean>;
}

interface Dependencies {
  readonly timers: Timers;
  readonly chores: readonly Chore[];
  /** A chore that failed is tried again at its next turn. */
  readonly onFailure: (chore: string, error: unknown) => void;
}

/** Pause between two steps of a chore that has more to do: reports and polls go first. */
const STEP_PAUSE_MS = 100;
/** Nothing of this is urgent at start. */
const FIRST_AFTER_MS = 10_000;

/** Keeps the house in order in small steps: never two at once, never in the way of counting. */
export class Maintenance {
  readonly #use: Dependencies;
  #cancel: () => void = () => {};
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  readonly #dueMs: number[];

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
    this.#dueMs = dependencies.chores.map(() => 0);
  }

  start(): void {
    this.#plan(FIRST_AFTER_MS);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#running;
  }

  #plan(delayMs: number): void {
    if (this.#stopped) return;
    this.#cancel = this.#use.timers.after(delayMs, () => {
      this.#running = this.#round(delayMs);
    });
  }

  /** One step of each chore that is due; `#dueMs` counts down by the time that passed. */
  async #round(passedMs: number): Promise<void> {
    let more = false;
    for (const [index, chore] of this.#use.chores.entries()) {
      const leftMs = (this.#dueMs[index] ?? 0) - passedMs;
      this.#dueMs[index] = leftMs;
      if (leftMs > 0 || this.#stopped) continue;
      const again = await this.#step(chore);
      this.#dueMs[index] = again ? 0 : chore.everyMs;
      more ||= again;
    }
    this.#plan(more ? STEP_PAUSE_MS : Math.max(STEP_PAUSE_MS, Math.min(...this.#dueMs)));
  }

  async #step(chore: Chore): Promise<boolean> {
    try {
      return await chore.run();
    } catch (error) {
      this.#use.onFailure(chore.name, error);
      return false;
    }
  }
}
