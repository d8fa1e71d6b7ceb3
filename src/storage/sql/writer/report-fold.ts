import type { Booking } from './booking.ts';
import type { FoldProgress, Inbox } from './inbox.ts';
import type { ReportBooking } from './report-booking.ts';
import type { AcceptedReport } from './report-intake.ts';

interface FoldParts {
  readonly inbox: Inbox;
  readonly reportBooking: ReportBooking;
  /** Of its own: what polls book is flushed in between. */
  readonly booking: Booking;
}

/** Some 0.2 ms: so long whatever comes meanwhile waits for the fold to stop. */
const STEPS_BETWEEN_LOOKS = 16;

/** Reports that are looked at together before they are attributed. */
const LOOK_AHEAD = 500;

const never = () => false;

/** Phases of a fold, in order; numbers are stored. */
const PHASE = { attribute: 0, keys: 1, lines: 2 } as const;

/**
 * Writes accepted reports to the tables in small steps, each of which may end a transaction. Sorted by key, neighbouring
 * steps share pages: that is what makes folding many reports cheap. Every order is determined by the reports and the
 * tables alone, so that a fold broken off (by a crash, or a transaction that failed) goes on from the progress that was
 * saved with the last commit.
 */
export class ReportFold {
  readonly reports: readonly AcceptedReport[];
  readonly #use: FoldParts;
  readonly #steps: Generator<number, void>;
  #progress: FoldProgress;

  /** `start`: progress of the same reports as last committed. `upto` 0: they are not in the inbox at all. */
  constructor(parts: FoldParts, reports: readonly AcceptedReport[], start: FoldProgress) {
    this.#use = parts;
    this.reports = reports;
    this.#progress = start;
    this.#steps = this.#run(start);
  }

  get progress(): FoldProgress {
    return this.#progress;
  }

  /**
   * To be called in a transaction, which may commit right after. Ends early where `isWanted` says that something else
   * waits. @returns true when everything is in the tables
   */
  advance(steps: number, isWanted: () => boolean = never): boolean {
    const { booking, inbox, reportBooking } = this.#use;
    let finished = false;
    let untilLook = STEPS_BETWEEN_LOOKS;
    for (let left = steps; left > 0 && !finished; ) {
      const step = this.#steps.next();
      finished = step.done === true;
      left -= step.value ?? 0;
      untilLook -= step.value ?? 0;
      if (untilLook > 0) continue;
      if (isWanted()) break;
      untilLook = STEPS_BETWEEN_LOOKS;
    }
    reportBooking.flushKeys();
    booking.flushCarriers();
    const { upto } = this.#progress;
    if (upto === 0) return finished;
    if (finished) inbox.remove(upto);
    else inbox.saveProgress(this.#progress);
    return finished;
  }

  /** Tells with each step how much it did. */
  *#run({ phase, done }: FoldProgress): Generator<number, void> {
    const { reportBooking, booking } = this.#use;
    yield* this.#attribute(phase === PHASE.attribute ? done : this.reports.length);
    if (phase <= PHASE.keys) {
      const keys = sortedKeys(this.reports);
      for (let i = phase === PHASE.keys ? done : 0; i < keys.length; i++) {
        const key = keys[i];
        if (key !== undefined) reportBooking.addKey(key);
        this.#at(PHASE.keys, i + 1);
        yield 1;
      }
    }
    let line = phase === PHASE.lines ? done : 0;
    for (const written of booking.flushInSteps(line)) {
      line += written;
      this.#at(PHASE.lines, line);
      yield written;
    }
  }

  /** Going on with a later phase needs all of this again in memory, but nothing of it twice in the tables. */
  *#attribute(done: number): Generator<number, void> {
    const { reportBooking } = this.#use;
    for (const [i, report] of this.reports.entries()) {
      if (i % LOOK_AHEAD === 0) reportBooking.lookAhead(this.reports.slice(i, i + LOOK_AHEAD));
      reportBooking.attribute(report, i >= done);
      if (i < done) continue;
      this.#at(PHASE.attribute, i + 1);
      yield 1;
    }
  }

  #at(phase: number, done: number): void {
    this.#progress = { upto: this.#progress.upto, phase, done };
  }
}

/** In the order of their hashes, by the first 32 bits: neighbours then share a page, which is all that is wanted. */
function sortedKeys(reports: readonly AcceptedReport[]): AcceptedReport[] {
  const keyed = reports.filter(({ key }) => key !== null);
  // A number holds the bits and the index: sorting numbers is 30 times as fast as comparing texts.
  const order = new Float64Array(keyed.length);
  keyed.forEach(({ key }, i) => {
    order[i] = Number.parseInt(key?.hash.slice(0, 8) ?? '0', 16) * 2 ** 21 + i;
  });
  return Array.from(order.sort(), (value) => keyed[value % 2 ** 21]).filter((report) => report !== undefined);
}
