interface Waiting {
  readonly group: string;
  readonly enter: () => void;
}

/**
 * Room for so many at once, of which one group has half at most; whoever comes later waits in line. Room goes to the group
 * that has least of it: one whose members hang keeps no other group from its turn.
 */
export class Slots {
  readonly #waiting = new Set<Waiting>();
  readonly #taken = new Map<string, number>();
  readonly #mostOfOne: number;
  #free: number;

  constructor(count: number) {
    this.#free = count;
    this.#mostOfOne = Math.ceil(count / 2);
  }

  /** @returns false when the signal ended before there was room: then nothing is to be given back */
  async take(group: string, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    if (this.#hasRoom(group)) {
      this.#enter(group);
      return true;
    }
    return await new Promise<boolean>((resolve) => {
      const one = {
        group,
        enter: () => {
          signal.removeEventListener('abort', leave);
          resolve(true);
        },
      };
      const leave = () => {
        this.#waiting.delete(one);
        resolve(false);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.add(one);
    });
  }

  give(group: string): void {
    this.#free += 1;
    const left = this.#of(group) - 1;
    if (left === 0) this.#taken.delete(group);
    else this.#taken.set(group, left);
    const next = this.#next();
    if (next === null) return;
    this.#waiting.delete(next);
    this.#enter(next.group);
    next.enter();
  }

  /** Of the group with the least room the one that has waited longest. */
  #next(): Waiting | null {
    let next: Waiting | null = null;
    for (const one of this.#waiting) {
      if (!this.#hasRoom(one.group)) continue;
      if (next === null || this.#of(one.group) < this.#of(next.group)) next = one;
    }
    return next;
  }

  #hasRoom(group: string): boolean {
    return this.#free > 0 && this.#of(group) < this.#mostOfOne;
  }

  #enter(group: string): void {
    this.#free -= 1;
    this.#taken.set(group, this.#of(group) + 1);
  }

  #of(group: string): number {
    return this.#taken.get(group) ?? 0;
  }
}
