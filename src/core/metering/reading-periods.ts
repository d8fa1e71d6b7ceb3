import type { Poll } from './collector.ts';

/**
 * In which period of tracking the values that a reader brings were taken, at the earliest (`NodePoll.trackingPeriod`), in
 * the order of what it did: a clock that was set says nothing about it. One per source.
 */
export class ReadingPeriods {
  /** Of the poll before; null: there was none. */
  #begun: number | undefined | null = null;
  #takenAtMs: number | null = null;
  #period: number | undefined;

  /**
   * `begun`: the period before this poll began, in which its values were taken. Those that come from a file are older than
   * the poll: it was written since the poll before, or is the same that this one read. Of the first file nothing but its
   * date tells whether it was written since tracking came back (`since`; null: that is not known, and is taken to be so).
   * Undefined: nobody told the period.
   */
  of(begun: number | undefined, { takenAt }: Pick<Poll, 'takenAt'>, since: Date | null = null): number | undefined {
    if (takenAt === undefined) return begun;
    if (this.#begun === null) this.#period = since === null || takenAt >= since ? begun : 0;
    else if (takenAt.getTime() !== this.#takenAtMs) this.#period = this.#begun;
    this.#takenAtMs = takenAt.getTime();
    this.#begun = begun;
    return this.#period;
  }
}
