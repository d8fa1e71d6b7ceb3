/** Timers that wait for the simulated clock: `setTimeout` of this process, so a simulation has a process of its own. */
export class Timers {
  #nowMs = 0;
  #lastId = 0;
  readonly #waiting = new Map<number, { readonly dueMs: number; readonly call: () => void }>();

  install(): void {
    const start = (call: () => void, ms = 0) => {
      const id = ++this.#lastId;
      this.#waiting.set(id, { dueMs: this.#nowMs + ms, call });
      return { id, unref: () => {}, ref: () => {} };
    };
    const stop = (timer: { readonly id: number } | null | undefined) => {
      if (timer) this.#waiting.delete(timer.id);
    };
    Object.assign(globalThis, { setTimeout: start, clearTimeout: stop });
  }

  /** Calls what is due, in order. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const due = [...this.#waiting]
        .filter(([, { dueMs }]) => dueMs <= endMs)
        .sort(([, a], [, b]) => a.dueMs - b.dueMs);
      const [first] = due;
      if (first === undefined) break;
      const [id, { dueMs, call }] = first;
      this.#waiting.delete(id);
      this.#nowMs = dueMs;
      call();
    }
    this.#nowMs = endMs;
  }

  /** The process has ended. */
  clear(): void {
    this.#waiting.clear();
  }
}
