import type { Poll } from './collector.ts';

/**
 * In which period of tracking the values that a reader brings were taken, at the earliest (`NodePoll.trackingPeriod`), in
 * the order of what it did: a clock that was set says nothing about it. One per source.
 */
export class ReadingPeriods {
  #begun = 0;
  #takenAtMs: number | null = null;
  #period = 0;

  /**
   * `begun`: the period before this poll began, in which its values were taken. Those that come from a file are older than
   * the poll: it was written since the poll before, or is the same that this one read.
   */
  of(begun: number, { takenAt }: Pick<Poll, 'takenAt'>): number {
    if (takenAt === undefined) return begun;
    if (takenAt.getTime() !== this.#takenAtMs) this.#period = this.#begun;
    this.#takenAtMs = takenAt.getTime();
    this.#begun = begun;
    return this.#period;
  }
}
