import { RecordsExceedDay } from '../../../core/errors.ts';
import type { RawTotals } from '../../../core/ledger/usage-ledger.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import { quarterOf, quarterStart } from '../../../core/units/quarter.ts';
import { standingOf } from '../soundness.ts';
import type { Statements } from './statements.ts';

/** What shows, before 15-minute records go and after, that the sums which stay hold all of it. */
export class CleanupProof {
  readonly #sql: Statements;
  readonly #calendar: Calendar;

  constructor(sql: Statements, calendar: Calendar) {
    this.#sql = sql;
    this.#calendar = calendar;
  }

  /** From one day with records to the next: as many steps as there are such days, however many records. */
  daysOfRecords(beforeMs: number): number[] {
    const bound = quarterOf(beforeMs);
    const days: number[] = [];
    for (let from = 0; ; ) {
      const first = this.#sql.get<{ quarter: number | null }>(
        'SELECT min(quarter) AS quarter FROM record WHERE quarter >= @from AND quarter < @bound',
        { from, bound },
      )?.quarter;
      if (first == null) return days;
      const { number, to } = this.#bounds(quarterStart(first));
      days.push(number);
      from = Math.max(first + 1, to);
    }
  }

  /**
   * A day may hold more than its records: some went in an earlier cleanup, or it came from another ledger. Never less, but
   * for entries that took away in quarters that went earlier.
   * @throws RecordsExceedDay
   */
  proveDay(day: number): void {
    const bounds = this.#storedDay(day);
    const { fromMs, toMs } = bounds ?? this.#calendar.day(day);
    const rows = this.#sql.get<{ n: number }>(EXCEEDING, { day, from: quarterOf(fromMs), to: quarterOf(toMs) })?.n ?? 0;
    if (rows > 0) throw new RecordsExceedDay(new Date(day * 86_400_000).toISOString().slice(0, 10), rows);
  }

  rawTotals(): RawTotals {
    const { days, totals } = standingOf(this.#sql.db);
    return { days, totals };
  }

  #bounds(ms: number): { readonly number: number; readonly to: number } {
    const stored = this.#sql.get<{ day: number; toMs: number }>(
      'SELECT day, to_at AS toMs FROM calendar_day WHERE from_at <= @ms AND to_at > @ms',
      { ms },
    );
    if (stored !== undefined) return { number: stored.day, to: quarterOf(stored.toMs) };
    const day = this.#calendar.dayOf(ms);
    return { number: day.number, to: quarterOf(day.toMs) };
  }

  #storedDay(day: number): { fromMs: number; toMs: number } | undefined {
    return this.#sql.get('SELECT from_at AS fromMs, to_at AS toMs FROM calendar_day WHERE day = @day', { day });
  }
}

const EXCEEDING = `
  SELECT count(*) AS n FROM (
    SELECT tally_id, sum(rx) AS rx, sum(tx) AS tx, sum(undirected) AS undirected
    FROM record WHERE quarter >= @from AND quarter < @to GROUP BY tally_id) r
  LEFT JOIN day d ON d.day = @day AND d.tally_id = r.tally_id
  LEFT JOIN (SELECT tally_id, sum(min(rx, 0)) AS rx, sum(min(tx, 0)) AS tx, sum(min(undirected, 0)) AS undirected
    FROM posting WHERE day = @day GROUP BY tally_id) less ON less.tally_id = r.tally_id
  WHERE d.tally_id IS NULL OR d.rx - ifnull(less.rx, 0) < r.rx OR d.tx - ifnull(less.tx, 0) < r.tx
    OR d.undirected - ifnull(less.undirected, 0) < r.undirected`;
