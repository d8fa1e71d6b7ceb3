import { setTimeout as delay } from 'node:timers/promises';
import { ExpectedError, LedgerFailure } from '../core/errors.ts';
import { type CleanupJob, type CleanupState, totalsProblem } from '../core/ledger/cleanup-job.ts';
import { BYTES_PER } from '../core/ledger/size-forecast.ts';
import type { UsageLedger } from '../core/ledger/usage-ledger.ts';
import type { Clock } from '../core/units/clock.ts';
import type { AdminId } from '../core/units/ids.ts';

type CleanupLedger = Pick<UsageLedger, 'previewCleanup' | 'daysOfRecords' | 'proveDay' | 'rawTotals' | 'cleanupStep'>;

interface Dependencies {
  readonly ledger: CleanupLedger;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Told when a job begins, moves on and ends. */
  readonly onChange: (job: CleanupJob) => void;
  readonly onFailure: (error: unknown) => void;
}

/** Rows that one step removes: a few milliseconds in which no report is answered. */
const STEP_ROWS = 1_000;
/** Between two steps at least; longer where steps take long, so that the writer has most of its time for reports. */
const SHORTEST_PAUSE_MS = 10;
/** Of the time of steps. */
const PAUSE_SHARE = 2;

/** Removes old 15-minute records: one job at a time, in small steps, proven before and after. */
export class CleanupJobs {
  readonly #use: Dependencies;
  readonly #wait: (ms: number) => Promise<unknown>;
  #job: CleanupJob | null = null;
  #ended: Promise<CleanupJob> | null = null;
  #cancelled = false;
  #closing = false;

  constructor(dependencies: Dependencies, wait: (ms: number) => Promise<unknown> = delay) {
    this.#use = dependencies;
    this.#wait = wait;
  }

  /** The job that runs, or else the last one since the start; null if there was none. */
  get job(): CleanupJob | null {
    return this.#job;
  }

  get isRunning(): boolean {
    return this.#job !== null && this.#job.endedAt === null;
  }

  /** @throws ExpectedError `cleanup-running`, InvalidInput */
  async start(days: number, by: AdminId | null): Promise<CleanupJob> {
    this.#refuseSecond();
    const { rows, keepsFrom } = await this.#use.ledger.previewCleanup(days);
    this.#refuseSecond();
    this.#cancelled = false;
    const job: CleanupJob = {
      ...{ id: this.#use.newId(), days, keepsFrom, state: 'proving', rows, deleted: 0, bytesFreed: 0 },
      ...{ startedAt: this.#use.clock.now(), endedAt: null, by, error: null, totals: null },
    };
    this.#set(job);
    this.#ended = this.#run(keepsFrom);
    return job;
  }

  /** How the running job ended; it never rejects. Null if none was started. */
  async ended(): Promise<CleanupJob | null> {
    return await this.#ended;
  }

  /** Ends the running job after its present step. @returns how it ended; null if none runs */
  async cancel(): Promise<CleanupJob | null> {
    if (!this.isRunning) return null;
    this.#cancelled = true;
    return await this.ended();
  }

  /** The process ends: nobody waits for what is being compared, and how it ends is nobody's news. */
  close(): void {
    this.#cancelled = true;
    this.#closing = true;
  }

  #refuseSecond(): void {
    if (!this.isRunning) return;
    throw new ExpectedError('cleanup-running', 'A cleanup is running already.', {
      hint: 'Wait until it is done, or cancel it.',
    });
  }

  async #run(keepsFrom: Date): Promise<CleanupJob> {
    const { ledger } = this.#use;
    try {
      const before = await ledger.rawTotals();
      const isProven = await this.#prove(keepsFrom);
      if (isProven) await this.#remove(keepsFrom);
      const after = await ledger.rawTotals();
      const problem = totalsProblem(before, after);
      if (problem !== null) throw totalsDiffer(problem);
      this.#change({ totals: { before: before.totals, after: after.totals } });
      return this.#end(this.#cancelled ? 'cancelled' : 'done', null);
    } catch (error) {
      if (this.#closing) return this.#end('cancelled', null);
      this.#use.onFailure(error);
      return this.#end('failed', error);
    }
  }

  /** @returns false if it was cancelled meanwhile */
  async #prove(keepsFrom: Date): Promise<boolean> {
    for (const day of await this.#use.ledger.daysOfRecords(keepsFrom)) {
      if (this.#cancelled) return false;
      await this.#use.ledger.proveDay(day);
    }
    return !this.#cancelled;
  }

  async #remove(keepsFrom: Date): Promise<void> {
    const { ledger, clock } = this.#use;
    this.#change({ state: 'removing' });
    while (!this.#cancelled) {
      const startedMs = clock.monotonicMs();
      const { deleted, remaining } = await ledger.cleanupStep(keepsFrom, STEP_ROWS);
      this.#progress(deleted);
      if (!remaining) return;
      await this.#wait(Math.max(SHORTEST_PAUSE_MS, PAUSE_SHARE * (clock.monotonicMs() - startedMs)));
    }
  }

  #progress(step: number): void {
    const deleted = (this.#job?.deleted ?? 0) + step;
    this.#change({ deleted, bytesFreed: deleted * BYTES_PER.record });
  }

  #end(state: CleanupState, error: unknown): CleanupJob {
    return this.#change({ state, endedAt: this.#use.clock.now(), error: error === null ? null : wordsOf(error) });
  }

  #change(change: Partial<CleanupJob>): CleanupJob {
    if (this.#job === null) throw new Error('no cleanup was started');
    return this.#set({ ...this.#job, ...change });
  }

  #set(job: CleanupJob): CleanupJob {
    this.#job = job;
    this.#use.onChange(job);
    return job;
  }
}

function totalsDiffer(problem: string): LedgerFailure {
  return new LedgerFailure('cleanup-totals-differ', `After the cleanup ${problem}.`, {
    hint: 'Stop Xpert, keep a copy of the file, and restore the newest backup (`xpert restore`). Please report this.',
  });
}

function wordsOf(error: unknown): CleanupJob['error'] {
  if (error instanceof ExpectedError) return { code: error.code, message: error.message, hint: error.hint ?? null };
  return { code: 'internal-error', message: 'The cleanup failed.', hint: 'The log has the details.' };
}
