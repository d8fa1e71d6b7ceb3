import type { WriteConnection } from '../connections.ts';
import type { Decision, ReportDesk } from './report-desk.ts';
import type { AcceptedReport, ReportIntake } from './report-intake.ts';
import { failAll, type Item, type WriterAnswer } from './writer-items.ts';

/** Until a fold that failed is tried again because somebody waits for it. */
const RETRY_MS = 1_000;

/** Steps of folding per turn, some 5 ms, unless something comes that should not wait for the end of it. */
const STEPS_PER_TURN = 1_500;

interface Parts {
  readonly desk: ReportDesk;
  readonly intake: ReportIntake;
  /** Commits what `work` did, durably, or nothing of it. */
  atomically<T>(work: () => T): T;
  readonly failureOf: WriteConnection['failureOf'];
  nowMs(): number;
}

/** What came while reports were folded. */
export interface Arrivals {
  /** Looks for it. True if anything came: folding stops then. */
  hasCome(): boolean;
  /** Reports among it that may be answered now. */
  takeReports(): readonly Item<'reports'>[];
}

export interface ReportTurn {
  readonly answers: readonly WriterAnswer[];
  /** Of what was committed. */
  readonly accepted: readonly AcceptedReport[];
}

/**
 * The writer's turns for reports: one that answers them, one that folds those that were answered before. The second one
 * runs while there is nothing to answer and ends with answering what came meanwhile, in the same commit: as long as
 * reports come, folding costs no commit of its own.
 */
export class ReportTurns {
  readonly #use: Parts;
  /** Why reports could not be folded the last time; they are safe in the inbox, and it is tried again. */
  #failure: unknown = null;
  #failedMs = 0;

  constructor(parts: Parts) {
    this.#use = parts;
  }

  /** Folding failed: to be tried again later, not at once. */
  get isStuck(): boolean {
    return this.#failure !== null;
  }

  get failure(): unknown {
    return this.#failure;
  }

  get isTimeToRetry(): boolean {
    return this.#use.nowMs() - this.#failedMs >= RETRY_MS;
  }

  answer(items: readonly Item<'reports'>[]): ReportTurn {
    const { desk, intake, atomically } = this.#use;
    if (desk.isOverfull) return refuse(items, this.#failure ?? new Error('Reports wait to be folded.'));
    const turn = this.#decideAll(items);
    const { accepted } = turn;
    if (accepted.length === 0) return turn;
    try {
      try {
        atomically(() => desk.accept(accepted, !this.isStuck));
      } catch (error) {
        // What failed may be the folding of others, which must not become the error of these.
        if (this.isStuck) throw error;
        this.#noteFailure(error);
        intake.remember(accepted);
        atomically(() => desk.accept(accepted, false));
      }
    } catch (error) {
      return refuse(items, this.#use.failureOf(error) ?? error);
    }
    return turn;
  }

  fold(arrivals?: Arrivals): ReportTurn {
    const { desk, atomically } = this.#use;
    let reports: readonly Item<'reports'>[] = [];
    try {
      const turn = atomically(() => {
        desk.foldSome(STEPS_PER_TURN, arrivals && (() => arrivals.hasCome()));
        if (!desk.isOverfull) reports = arrivals?.takeReports() ?? [];
        const decided = this.#decideAll(reports);
        if (decided.accepted.length > 0) desk.append(decided.accepted);
        return decided;
      });
      this.#failure = null;
      return turn;
    } catch (error) {
      this.#noteFailure(error);
      // Nothing of it was committed: they are judged anew.
      return reports.length === 0 ? refuse([], error) : this.answer(reports);
    }
  }

  #decideAll(items: readonly Item<'reports'>[]): ReportTurn {
    const answers: WriterAnswer[] = [];
    const accepted: AcceptedReport[] = [];
    try {
      this.#use.intake.lookAhead(items);
    } catch (error) {
      return refuse(items, this.#use.failureOf(error) ?? error);
    }
    for (const item of items) {
      const decision = this.#decide(item);
      answers.push(decision.answer);
      if (decision.accepted !== undefined) for (const report of decision.accepted) accepted.push(report);
    }
    return { answers, accepted };
  }

  #decide({ id, sender, reports }: Item<'reports'>): { answer: WriterAnswer; accepted?: Decision['accepted'] } {
    try {
      const { outcome, accepted } = this.#use.desk.decide(sender, reports, this.#use.nowMs());
      return { answer: { id, ok: true, value: outcome }, accepted };
    } catch (error) {
      return { answer: { id, ok: false, error: this.#use.failureOf(error) ?? error } };
    }
  }

  #noteFailure(error: unknown): void {
    this.#failure = this.#use.failureOf(error) ?? error;
    this.#failedMs = this.#use.nowMs();
  }
}

function refuse(items: readonly Item<'reports'>[], error: unknown): ReportTurn {
  return { answers: failAll(items, error), accepted: [] };
}
