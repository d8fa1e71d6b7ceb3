import { setTimeout as delay } from 'node:timers/promises';
import { ExpectedError } from '../core/errors.ts';
import type { DayComparison, HistoryRebuild } from '../core/ledger/history-rebuild.ts';
import type { HistoryShipping } from '../core/ledger/history-shipping.ts';
import type { HistoryRebuilding } from '../core/settings/operations.ts';
import type { Calendar } from '../core/units/calendar.ts';
import type { Clock } from '../core/units/clock.ts';
import { counted } from '../core/units/counted.ts';

interface Dependencies {
  readonly compareDay: (day: number, mends: boolean) => Promise<DayComparison | null>;
  readonly shipping: () => Promise<HistoryShipping | null>;
  readonly calendar: () => Promise<Calendar>;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly onFailure: (error: unknown) => void;
}

/** Between two looks where it cannot be told yet. */
const PAUSE_MS = 250;
/** A mirror that cannot be compared for so long is in trouble. */
const PATIENCE_MS = 120_000;

/** Compares days with their mirror, and makes those anew that differ: one job at a time, a day after the other. */
export class HistoryRebuilds implements HistoryRebuilding {
  readonly #use: Dependencies;
  readonly #wait: (ms: number) => Promise<unknown>;
  #job: HistoryRebuild | null = null;
  #ended: Promise<HistoryRebuild> | null = null;
  #cancelled = false;

  constructor(dependencies: Dependencies, wait: (ms: number) => Promise<unknown> = delay) {
    this.#use = dependencies;
    this.#wait = wait;
  }

  get job(): HistoryRebuild | null {
    return this.#job;
  }

  async start(days: { readonly first: number; readonly last: number }, mends: boolean): Promise<HistoryRebuild> {
    if ((await this.#use.shipping()) === null) throw noMirror();
    const yesterday = await this.#yesterday();
    if (this.#job?.endedAt === null) throw running();
    this.#cancelled = false;
    this.#job = {
      ...{ id: this.#use.newId(), firstDay: days.first, lastDay: Math.min(days.last, yesterday), mends },
      ...{ state: 'comparing', missingDays: 0, comparedDays: 0, rows: 0, differentRows: 0, differentDays: [] },
      ...{ startedAt: this.#use.clock.now(), endedAt: null, error: null },
    };
    this.#ended = this.#run(this.#job);
    return this.#job;
  }

  /** How the running one ended; it never rejects. Null if none was started. */
  async ended(): Promise<HistoryRebuild | null> {
    return await this.#ended;
  }

  async cancel(): Promise<HistoryRebuild | null> {
    if (this.#job?.endedAt !== null) return null;
    this.#cancelled = true;
    return await this.ended();
  }

  async #yesterday(): Promise<number> {
    return (await this.#use.calendar()).dayOf(this.#use.clock.now().getTime()).number - 1;
  }

  async #run({ firstDay, lastDay, mends }: HistoryRebuild): Promise<HistoryRebuild> {
    try {
      if (!(await this.#filled(firstDay, lastDay))) return this.#end('cancelled', null);
      this.#change({ state: 'comparing' });
      for (let day = firstDay; day <= lastDay; day++) {
        const found = await this.#compared(day, mends);
        if (found === null) return this.#end('cancelled', null);
        this.#note(day, found);
      }
      return mends ? await this.#verify() : this.#end('done', null);
    } catch (error) {
      if (this.#cancelled) return this.#end('cancelled', null);
      this.#use.onFailure(error);
      return this.#end('failed', error);
    }
  }

  /** Waits until the mirror has these days, for as long as more of them come. @returns false if it was cancelled meanwhile */
  async #filled(firstDay: number, lastDay: number): Promise<boolean> {
    let before = '';
    for (let waitedMs = 0; !this.#cancelled; waitedMs += PAUSE_MS) {
      const { missing, waiting, failure } = await this.#missing(firstDay, lastDay);
      if (missing === 0 && (waiting === 0 || this.#job?.state !== 'filling')) return true;
      this.#change({ state: 'filling', missingDays: missing });
      const now = missing > 0 ? `${missing} ${waiting}` : 'sending';
      if (now !== before) waitedMs = 0;
      before = now;
      // While reports of days that are over come, something always waits; it counts as sent.
      if (waitedMs >= PATIENCE_MS && missing === 0 && failure === null) return true;
      if (waitedMs >= PATIENCE_MS) throw notTold(failure?.message ?? null);
      await this.#wait(PAUSE_MS);
    }
    return false;
  }

  /** How many of these days the mirror does not have. */
  async #missing(firstDay: number, lastDay: number) {
    const shipping = await this.#use.shipping();
    if (shipping === null) throw noMirror();
    const days = Math.max(0, lastDay - firstDay + 1);
    const later = (await this.#yesterday()) - lastDay;
    return { ...shipping, missing: Math.min(days, Math.max(0, (shipping.missingDays ?? days) - later)) };
  }

  #note(day: number, { rows, different, foreign }: DayComparison): void {
    const job = this.#job as HistoryRebuild;
    const differs = different + foreign > 0;
    this.#change({
      comparedDays: job.comparedDays + 1,
      rows: job.rows + rows,
      differentRows: job.differentRows + Math.max(different, foreign),
      differentDays: differs ? [...job.differentDays, day] : job.differentDays,
    });
    if (foreign > 0 && job.mends) throw foreignRows(foreign);
  }

  /** What was mended is to be in the mirror itself, not only on the way there. */
  async #verify(): Promise<HistoryRebuild> {
    this.#change({ state: 'verifying' });
    for (const day of this.#job?.differentDays ?? []) {
      for (;;) {
        const found = await this.#compared(day, false);
        if (found === null) return this.#end('cancelled', null);
        if (found.different + found.foreign > 0) throw stillDifferent();
        if (found.waiting === 0) break;
        await this.#wait(PAUSE_MS);
      }
    }
    return this.#end('done', null);
  }

  /** Waits until it can be told. @returns null if it was cancelled meanwhile */
  async #compared(day: number, mends: boolean): Promise<DayComparison | null> {
    for (let waitedMs = 0; ; waitedMs += PAUSE_MS) {
      if (this.#cancelled) return null;
      const found = await this.#use.compareDay(day, mends);
      if (found !== null) return found;
      if (waitedMs >= PATIENCE_MS) throw notTold((await this.#use.shipping())?.failure?.message ?? null);
      await this.#wait(PAUSE_MS);
    }
  }

  #end(state: HistoryRebuild['state'], error: unknown): HistoryRebuild {
    return this.#change({ state, endedAt: this.#use.clock.now(), error: error === null ? null : wordsOf(error) });
  }

  #change(change: Partial<HistoryRebuild>): HistoryRebuild {
    this.#job = { ...(this.#job as HistoryRebuild), ...change };
    return this.#job;
  }
}

function noMirror(): ExpectedError {
  return new ExpectedError('history-none', 'No mirror of history is kept.', {
    hint: 'Set XPERT_CLICKHOUSE_URL: history is then mirrored in ClickHouse.',
  });
}

function running(): ExpectedError {
  return new ExpectedError('history-rebuild-running', 'History is being compared already.', {
    hint: 'Wait until that is done, or cancel it.',
  });
}

function notTold(why: string | null): ExpectedError {
  const message = `History cannot be compared with ClickHouse at present.${why === null ? '' : ` ${why}`}`;
  return new ExpectedError('history-not-compared', message, {
    hint: 'Run `xpert doctor`; try again when history is shipped.',
  });
}

function foreignRows(rows: number): ExpectedError {
  return new ExpectedError(
    'history-foreign',
    `ClickHouse has ${counted(rows, 'row of that day that is', 'rows of that day that are')} not of this ledger.`,
    {
      hint: 'Drop the table in ClickHouse (xpert_history; of a cluster xpert_history_shard on all servers): all days are then sent again.',
    },
  );
}

function stillDifferent(): ExpectedError {
  return new ExpectedError('history-differs', 'A day differs again after it was made anew.', {
    hint: 'See that nothing else writes to the tables in ClickHouse, and try again.',
  });
}

function wordsOf(error: unknown): HistoryRebuild['error'] {
  if (error instanceof ExpectedError) return { code: error.code, message: error.message, hint: error.hint ?? null };
  return { code: 'internal-error', message: 'History could not be compared.', hint: 'The log has the details.' };
}
