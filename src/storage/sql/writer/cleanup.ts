import { DEDUPLICATION_DAYS } from '../../../core/ledger/report.ts';
import { FLAG } from '../../../core/metering/flags.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import { quarterOf, quarterStart } from '../../../core/units/quarter.ts';
import { CleanedMark } from '../cleaned.ts';
import type { Database } from '../database.ts';

/** Report keys looked at per step of the sweep: about a millisecond. */
const KEYS_PER_STEP = 1_000;

/** Removes what may go: old 15-minute records when asked, report keys past their window by itself. */
export class Cleanup {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #calendar: Calendar;
  readonly #mark: CleanedMark;
  #sweptTo: Buffer = Buffer.alloc(0);

  constructor(db: Database, calendar: Calendar) {
    this.#sql = prepare(db);
    this.#calendar = calendar;
    this.#mark = new CleanedMark(db);
  }

  /**
   * Days, totals and marks stay. The quarters of carriers, which are sums of the records, go with them: first all
   * records, so that no chart shows a sum whose records are there and itself is not; at last what is known of their
   * quality besides.
   */
  step(beforeMs: number, maxRows: number, nowMs: number): { readonly deleted: number; readonly remaining: boolean } {
    const bound = quarterOf(Math.min(beforeMs, this.#calendar.dayOf(nowMs).fromMs));
    const last = this.#sql.lastOfStep.get(bound, maxRows - 1) as RecordKey | undefined;
    if (last !== undefined) {
      this.#keepSigned(last);
      // Whole sums only: without the row that it corrects, a row that takes away would be left alone.
      const { changes } = this.#sql.deleteUpTo.run(last.quarter, last.tallyId);
      this.#mark.moveTo(quarterStart(bound));
      return { deleted: changes, remaining: true };
    }
    this.#keepSigned({ quarter: bound - 1, tallyId: Number.MAX_SAFE_INTEGER });
    const { changes } = this.#sql.deleteBefore.run(bound);
    if (changes > 0) this.#mark.moveTo(quarterStart(bound));
    const remaining = this.#removeCarrierQuarters(bound, maxRows - changes);
    return { deleted: changes, remaining: remaining || this.#removeLosses(quarterStart(bound), maxRows) };
  }

  /** Records tell which reports were signed, days do not: what they tell is added up before they go. */
  #keepSigned({ quarter: last, tallyId }: RecordKey): void {
    let next = this.#sql.nextQuarter.get(Number.MIN_SAFE_INTEGER) as number | undefined;
    while (next !== undefined && next <= last) {
      const day = this.#calendar.dayOf(quarterStart(next));
      const end = quarterOf(day.toMs - 1);
      this.#sql.keepSigned.run(day.number, next, Math.min(end, last), last, tallyId);
      next = this.#sql.nextQuarter.get(end + 1) as number | undefined;
    }
  }

  /** @returns whether some are left */
  #removeCarrierQuarters(bound: number, maxRows: number): boolean {
    const { nextCarrierQuarter, deleteCarrierQuarters } = this.#sql;
    const next = nextCarrierQuarter.get(bound, Math.max(0, maxRows)) as CarrierQuarterKey | undefined;
    deleteCarrierQuarters.run(next?.quarter ?? bound, next?.carrierId ?? 0);
    return next !== undefined;
  }

  /** They are written in the order of time: those from before the first one that stays. @returns whether some are left */
  #removeLosses(beforeMs: number, maxRows: number): boolean {
    const kept = (this.#sql.lossAfter.get(beforeMs) as number | undefined) ?? Number.MAX_SAFE_INTEGER;
    return this.#sql.deleteLosses.run(kept, maxRows).changes === maxRows;
  }

  /**
   * Walks through the report keys in the order of their hashes, a step per call, and removes those past the window.
   * An index by day would cost every report as much as the key itself.
   */
  sweepKeys(nowMs: number): void {
    const oldest = Math.floor(nowMs / 86_400_000) - DEDUPLICATION_DAYS - 1;
    const end = this.#sql.keyAfter.get(this.#sweptTo, KEYS_PER_STEP) as Buffer | undefined;
    this.#sql.deleteKeys.run(this.#sweptTo, end ?? LAST_KEY, oldest);
    this.#sweptTo = end ?? Buffer.alloc(0);
  }
}

/** First instant whose records stay when `days` whole days are kept. */
export function keepsFromMs(calendar: Calendar, days: number, nowMs: number): number {
  return calendar.lastDays(days, nowMs).first.fromMs;
}

interface RecordKey {
  readonly quarter: number;
  readonly tallyId: number;
}

interface CarrierQuarterKey {
  readonly quarter: number;
  readonly carrierId: number;
}

const LAST_KEY = Buffer.alloc(13, 0xff);

function prepare(db: Database) {
  return {
    lastOfStep: db.prepare(
      `SELECT quarter, tally_id AS tallyId FROM record WHERE quarter < ?
       ORDER BY quarter, tally_id, flags, lag LIMIT 1 OFFSET ?`,
    ),
    deleteUpTo: db.prepare('DELETE FROM record WHERE (quarter, tally_id) <= (?, ?)'),
    deleteBefore: db.prepare('DELETE FROM record WHERE quarter < ?'),
    nextQuarter: db.prepare('SELECT quarter FROM record WHERE quarter >= ? ORDER BY quarter LIMIT 1').pluck(),
    keepSigned: db.prepare(
      `INSERT INTO signed_day (day, tally_id, rx, tx, undirected, markup)
       SELECT CAST(? AS INTEGER), r.tally_id, sum(r.rx), sum(r.tx), sum(r.undirected), sum(r.markup)
       FROM record r CROSS JOIN tally t ON t.id = r.tally_id CROSS JOIN series s ON s.id = t.series_id
       CROSS JOIN carrier c ON c.id = s.carrier_id
       WHERE r.quarter BETWEEN ? AND ? AND (r.quarter, r.tally_id) <= (?, ?) AND c.service_id IS NULL
         AND r.flags & ${FLAG.unverified} = 0
       GROUP BY r.tally_id
       ON CONFLICT DO UPDATE SET rx = rx + excluded.rx, tx = tx + excluded.tx,
         undirected = undirected + excluded.undirected, markup = markup + excluded.markup`,
    ),
    nextCarrierQuarter: db.prepare(
      `SELECT quarter, carrier_id AS carrierId FROM carrier_quarter WHERE quarter < ?
       ORDER BY quarter, carrier_id LIMIT 1 OFFSET ?`,
    ),
    deleteCarrierQuarters: db.prepare('DELETE FROM carrier_quarter WHERE (quarter, carrier_id) < (?, ?)'),
    lossAfter: db.prepare('SELECT id FROM loss WHERE to_at >= ? ORDER BY id LIMIT 1').pluck(),
    deleteLosses: db.prepare('DELETE FROM loss WHERE id IN (SELECT id FROM loss WHERE id < ? ORDER BY id LIMIT ?)'),
    keyAfter: db.prepare('SELECT hash FROM report_key WHERE hash >= ? ORDER BY hash LIMIT 1 OFFSET ?').pluck(),
    deleteKeys: db.prepare('DELETE FROM report_key WHERE hash >= ? AND hash < ? AND day < ?'),
  };
}
