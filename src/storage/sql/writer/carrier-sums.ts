import { type Database, prepareEach } from '../database.ts';
import { AskedAhead, type Wanted } from './asked-ahead.ts';
import type { Line, PendingRecord, SegmentState, SeriesState } from './attributed.ts';
import { ADD_SUMS, addSums, type DayRow, noSums, type Sums } from './sums.ts';

interface CarrierDay extends Sums {
  readonly day: number;
  readonly allMark: number;
  readonly carrierId: number;
  connections: number;
  lastMs: number;
}

interface CarrierQuarter extends Sums {
  readonly quarter: number;
  readonly carrierId: number;
  active: number;
  flags: number;
}

/** Gathers what the rows of a transaction add to the sums per carrier, and writes each of these once. */
export class CarrierSums {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #flushRecords: () => void;
  /** By all_mark, then by day and carrier. */
  readonly #days = new Map<number, Map<number, CarrierDay>>();
  readonly #quarters = new Map<number, CarrierQuarter>();
  /** What series remember of their activity holds as long as this does. */
  #era = {};
  readonly #active: AskedAhead;

  /** `flushRecords` writes the records that were added and are not in the database yet. */
  constructor(db: Database, flushRecords: () => void) {
    this.#sql = prepare(db);
    this.#flushRecords = flushRecords;
    this.#active = new AskedAhead(this.#sql.bytesInQuarter);
  }

  /** Asks together what records of these lines would ask one by one. */
  lookAhead(lines: readonly Line[]): void {
    const wanted: Wanted[] = [];
    for (const { series, pending } of lines) {
      for (const { quarter } of pending) {
        const isKnown = quarter > series.lastQuarter || (series.activeIn === quarter && series.activeEra === this.#era);
        if (!isKnown) wanted.push({ key: `${quarter} ${series.id}`, by: series, params: [quarter, series.id] });
      }
    }
    this.#active.ask(wanted);
  }

  /** To be called before the record itself is written: it tells whether the series was active in the quarter. */
  addRecord(series: SeriesState, record: PendingRecord): void {
    const { quarter } = record;
    const sums = this.#quarterOf(quarter, series.carrier.id);
    addSums(sums, record);
    sums.flags |= record.flags;
    if (this.#becomesActive(series, quarter)) sums.active++;
  }

  /** A node is read many times in a quarter: the series remembers the last one in which it was active. */
  #becomesActive(series: SeriesState, quarter: number): boolean {
    if (series.activeIn === quarter && series.activeEra === this.#era) return false;
    const becomes = quarter > series.lastQuarter || !this.#wasActive(series, quarter);
    if (quarter > series.lastQuarter) series.lastQuarter = quarter;
    series.activeIn = quarter;
    series.activeEra = this.#era;
    return becomes;
  }

  #wasActive({ id }: SeriesState, quarter: number): boolean {
    const ahead = this.#active.take(`${quarter} ${id}`);
    if (ahead === undefined) this.#flushRecords();
    const bytes = ahead === undefined ? this.#sql.bytesInQuarter.get(quarter, id) : ahead[0];
    return bytes !== null && bytes !== undefined && bytes !== 0n;
  }

  /** Days of hidden segments are not in the sums. */
  addDay(segment: SegmentState, series: SeriesState, row: DayRow): void {
    if (segment.hidden) return;
    const sums = this.#dayOf(row.day, segment.allMark, series.carrier.id);
    addSums(sums, row);
    sums.connections += row.connections;
    if (row.lastMs > sums.lastMs) sums.lastMs = row.lastMs;
  }

  flush(): void {
    for (const days of this.#days.values()) {
      for (const { day, allMark, carrierId, rx, tx, undirected, markup, connections, lastMs } of days.values()) {
        this.#sql.day.run(day, allMark, carrierId, rx, tx, undirected, markup, connections, lastMs);
      }
    }
    for (const { quarter, carrierId, rx, tx, undirected, markup, active, flags } of this.#quarters.values()) {
      this.#sql.quarter.run(quarter, carrierId, rx, tx, undirected, markup, active, flags);
    }
    this.#days.clear();
    this.#quarters.clear();
  }

  /** After a rollback: what was gathered, and what is believed to be in the database, is void. */
  drop(): void {
    this.#days.clear();
    this.#quarters.clear();
    this.forgetActive();
  }

  /** After a correction, which may have taken all bytes of a series in a quarter. */
  forgetActive(): void {
    this.#era = {};
  }

  #dayOf(day: number, allMark: number, carrierId: number): CarrierDay {
    let days = this.#days.get(allMark);
    if (days === undefined) {
      days = new Map();
      this.#days.set(allMark, days);
    }
    const key = pairKey(day, carrierId);
    let sums = days.get(key);
    if (sums === undefined) {
      sums = { day, allMark, carrierId, ...noSums(), connections: 0, lastMs: 0 };
      days.set(key, sums);
    }
    return sums;
  }

  #quarterOf(quarter: number, carrierId: number): CarrierQuarter {
    const key = pairKey(quarter, carrierId);
    let sums = this.#quarters.get(key);
    if (sums === undefined) {
      sums = { quarter, carrierId, ...noSums(), active: 0, flags: 0 };
      this.#quarters.set(key, sums);
    }
    return sums;
  }
}

/** Days and quarters need 21 bits, which leaves 32 for the carrier. */
function pairKey(time: number, carrierId: number): number {
  return time * 2 ** 32 + carrierId;
}

function prepare(db: Database) {
  return {
    day: db.prepare(
      `INSERT INTO carrier_day (day, all_mark, carrier_id, rx, tx, undirected, markup, connections, last_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET ${ADD_SUMS}, connections = connections + excluded.connections,
         last_at = max(last_at, excluded.last_at)`,
    ),
    quarter: db.prepare(
      `INSERT INTO carrier_quarter (quarter, carrier_id, rx, tx, undirected, markup, active, flags)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET ${ADD_SUMS}, active = active + excluded.active, flags = flags | excluded.flags`,
    ),
    // Tally by tally: never through all rows of the quarter, however few there were when the plan was made. A series of
    // which a correction took all bytes was not active.
    bytesInQuarter: prepareEach(
      db,
      `SELECT (SELECT sum((SELECT sum(r.total) FROM record r WHERE r.quarter = ? AND r.tally_id = t.id)) FROM tally t
         WHERE t.series_id = s.id) FROM series s WHERE s.id = ?`,
    )
      .pluck()
      .safeIntegers(),
  };
}
