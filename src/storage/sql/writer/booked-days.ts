import type { Calendar, Day } from '../../../core/units/calendar.ts';
import { quarterOf } from '../../../core/units/quarter.ts';
import type { Database } from '../database.ts';
import { addSums, noSums, type Sums } from './sums.ts';

/** What is booked of one tally on one day. */
export interface BookedDay extends Readonly<Sums> {
  readonly day: Day;
  readonly hours: number;
  readonly quarters: readonly BookedQuarter[];
  /** What the day holds beyond its records: they were cleaned up, or never were (taken over from elsewhere). */
  readonly rest: Readonly<Sums>;
  /** There is no such rest. */
  readonly isDetailed: boolean;
}

export interface BookedQuarter extends Sums {
  readonly quarter: number;
  flags: number;
  lag: number;
  /** Its rows. */
  readonly records: BookedRecord[];
}

export interface BookedRecord extends Readonly<Sums> {
  readonly flags: number;
  readonly lag: number;
}

/** Reads what is booked of single tallies, a few lookups at a time, however many rows the time has. */
export class BookedDays {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #calendar: Calendar;

  constructor(db: Database, calendar: Calendar) {
    this.#sql = prepare(db);
    this.#calendar = calendar;
  }

  read(tallyId: number, dayNumber: number): BookedDay {
    const day = this.#calendar.day(dayNumber);
    const row = this.#sql.day.get(dayNumber, tallyId) as (Sums & { hours: bigint }) | undefined;
    const quarters: BookedQuarter[] = [];
    const sums = sumsOf(row ?? noSums());
    const rest = { ...sums };
    const range = { first: quarterOf(day.fromMs), last: quarterOf(day.toMs - 1), tally: tallyId };
    for (const each of this.#sql.records.all(range) as RecordRow[]) {
      const last = quarters.at(-1);
      const [quarter, flags, lag] = [Number(each.quarter), Number(each.flags), Number(each.lag)];
      const record = { ...sumsOf(each), flags, lag };
      if (last?.quarter !== quarter) quarters.push({ ...sumsOf(each), quarter, flags, lag, records: [record] });
      else {
        last.records.push(record);
        addSums(last, each);
        last.flags |= flags;
        last.lag = Math.max(last.lag, lag);
      }
      subtract(rest, each);
    }
    const isDetailed = rest.rx === 0n && rest.tx === 0n && rest.undirected === 0n;
    return { ...sums, day, hours: Number(row?.hours ?? 0n), quarters, rest, isDetailed };
  }

  /** The days of a tally that have bytes and touch `[fromMs, toMs)`. */
  daysOf(tallyId: number, fromMs: number, toMs: number): number[] {
    const { first, last } = this.#calendar.daysTouching(fromMs, toMs);
    return this.#sql.days.all(first.number, last.number, tallyId) as number[];
  }
}

interface RecordRow extends Sums {
  readonly quarter: bigint;
  readonly flags: bigint;
  readonly lag: bigint;
}

function sumsOf({ rx, tx, undirected, markup }: Sums): Sums {
  return { rx, tx, undirected, markup };
}

function subtract(from: Sums, sums: Sums): void {
  from.rx -= sums.rx;
  from.tx -= sums.tx;
  from.undirected -= sums.undirected;
  from.markup -= sums.markup;
}

function prepare(db: Database) {
  return {
    day: db.prepare('SELECT rx, tx, undirected, markup, hours FROM day WHERE day = ? AND tally_id = ?').safeIntegers(),
    // CROSS JOIN: a lookup per day and quarter, never through all rows of the time.
    days: db
      .prepare(
        `SELECT d.day FROM calendar_day b CROSS JOIN day d ON d.day = b.day
         WHERE b.day BETWEEN ? AND ? AND d.tally_id = ? ORDER BY d.day`,
      )
      .pluck(),
    records: db
      .prepare(
        `WITH RECURSIVE n (quarter) AS (
         SELECT CAST(@first AS INTEGER) UNION ALL SELECT quarter + 1 FROM n WHERE quarter < @last)
       SELECT r.quarter, r.flags, r.lag, r.rx, r.tx, r.undirected, r.markup
       FROM n CROSS JOIN record r ON r.quarter = n.quarter AND r.tally_id = @tally ORDER BY r.quarter`,
      )
      .safeIntegers(),
  };
}
