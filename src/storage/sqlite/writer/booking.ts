import { type BillingRule, billedBytes, ruleAt } from '../../../core/ledger/billing.ts';
import type { Piece } from '../../../core/metering/spread.ts';
import type { Calendar, Day } from '../../../core/units/calendar.ts';
import { quarterStart } from '../../../core/units/quarter.ts';
import { type Database, SqliteError } from '../../../lib/sqlite.ts';
import type { Line, PendingRecord, PlaceHours } from './attribution.ts';
import { CarrierSums } from './carrier-sums.ts';
import type { Quotas } from './quotas.ts';
import { ADD_PLAIN_SUMS, ADD_SUMS, addSums, type DayRow, noSums, type Sums } from './sums.ts';

/** What a flush added to the day rows of a segment, for those who keep sums beside the database. */
export interface DayDelta extends Readonly<Sums> {
  readonly segmentId: number;
  readonly day: number;
  readonly connections: number;
  readonly lastMs: number;
}

/**
 * Gathers the bytes of a transaction and writes each touched row once, in the order of its key: records, days, tallies
 * and the sums per carrier. Nothing is in the database before `flush`.
 */
export class Booking {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #calendar: Calendar;
  readonly #knownDays = new Set<number>();
  /** Of the quarter that was booked last: mostly the next is the same. */
  #hour: QuarterHour | null = null;
  #touched: Line[] = [];
  readonly #carriers: CarrierSums;
  readonly #quotas: Quotas;
  #deltas: DayDelta[] | null = null;

  constructor(db: Database, calendar: Calendar, quotas: Quotas) {
    this.#sql = prepare(db);
    this.#calendar = calendar;
    this.#quotas = quotas;
    this.#carriers = new CarrierSums(db);
  }

  /** Whether deltas are wanted; they cost memory and messages. */
  set isWatched(watched: boolean) {
    this.#deltas = watched ? (this.#deltas ?? []) : null;
  }

  /** What was flushed since they were last taken. */
  takeDeltas(): readonly DayDelta[] {
    const deltas = this.#deltas;
    if (deltas === null || deltas.length === 0) return NO_DELTAS;
    this.#deltas = [];
    return deltas;
  }

  add(line: Line, piece: Piece, rx: bigint, tx: bigint, undirected: bigint): void {
    const { pending } = line;
    if (pending.length === 0) this.#touched.push(line);
    const { quarter, flags, lag, fromMs, toMs } = piece;
    addRecord(pending, { quarter, flags, lag, fromMs, toMs, rx, tx, undirected, markup: 0n });
  }

  flush(): void {
    for (const _ of this.flushInSteps());
    this.flushCarriers();
  }

  /**
   * The rows of one tally per step, in the order of their ids; the first `done` ones are there already. `flushCarriers`
   * has to follow in the same transaction.
   */
  *flushInSteps(done = 0): Generator<void, void> {
    const lines = this.#mergeSorted(this.#touched.sort((a, b) => a.tallyId - b.tallyId));
    this.#touched = [];
    for (const [i, line] of lines.entries()) {
      if (i >= done) {
        this.#flushLine(line);
        yield;
      } else takePending(line);
    }
  }

  /** One line per tally: there are two where the attribution was forgotten between two bookings. */
  #mergeSorted(lines: readonly Line[]): Line[] {
    const merged: Line[] = [];
    for (const line of lines) {
      const last = merged.at(-1);
      if (last?.tallyId !== line.tallyId) merged.push(line);
      else for (const record of takePending(line)) addRecord(last.pending, record);
    }
    return merged;
  }

  /** After a rollback: what was gathered, and what is believed to be in the database, is void. */
  drop(): void {
    for (const line of this.#touched) takePending(line);
    this.#touched = [];
    this.#carriers.drop();
    this.#knownDays.clear();
    if (this.#deltas !== null) this.#deltas = [];
  }

  /** After a correction: others wrote to the rows that are remembered here. */
  forgetActive(): void {
    this.#carriers.forgetActive();
  }

  #flushLine(line: Line): void {
    const { rules } = line.series.carrier;
    if (rules !== null) {
      for (const record of line.pending) record.markup = this.#markupOf(line, record, ruleAt(rules, record.quarter));
    }
    const records = takePending(line);
    // The largest sum first: where it holds, those of the day and the quarter do.
    if (!this.#addToTally(line, sumOf(records))) return;
    const days: DayRow[] = [];
    for (const record of records) {
      this.#carriers.addRecord(line.series, record);
      const { quarter, flags, lag, rx, tx, undirected, markup } = record;
      if (isPlain(record)) this.#sql.plainRecord.run(quarter, line.tallyId, flags, lag, rx, tx);
      else this.#sql.record.run(quarter, line.tallyId, flags, lag, rx, tx, undirected, markup);
      this.#addToDay(line, days, record);
      this.#quotas.add(line, this.#hourOf(quarter).day.number, record);
    }
    for (const row of days) {
      const { day, rx, tx, undirected, markup, hours, connections, lastMs } = row;
      if (isPlain(row)) this.#sql.plainDay.run(day, line.tallyId, rx, tx, hours, connections);
      else this.#sql.day.run(day, line.tallyId, rx, tx, undirected, markup, hours, connections);
      this.#carriers.addDay(line.segment, line.series, row);
      this.#deltas?.push({ segmentId: line.segment.id, day, rx, tx, undirected, markup, connections, lastMs });
    }
  }

  /** What the added bytes change: a record is billed as the sum that it is, not poll by poll. */
  #markupOf({ tallyId }: Line, { quarter, flags, lag, rx, tx, undirected }: PendingRecord, rule: BillingRule): bigint {
    const before = (this.#sql.storedRecord.get(quarter, tallyId, flags, lag) as Sums | undefined) ?? NOTHING_YET;
    const after = [before.rx + rx, before.tx + tx, before.undirected + undirected] as const;
    return billedBytes(rule, ...after) - (after[0] + after[1] + after[2]) - before.markup;
  }

  /** @returns false if the total would exceed 2^63 - 1: the bytes are in quarantine then */
  #addToTally({ tallyId }: Line, sum: Sums & { readonly fromMs: number; readonly toMs: number }): boolean {
    try {
      const { rx, tx, undirected, markup, fromMs, toMs } = sum;
      if (isPlain(sum)) this.#sql.plainTally.run(rx, tx, fromMs, toMs, tallyId);
      else this.#sql.tally.run(rx, tx, undirected, markup, fromMs, toMs, tallyId);
      return true;
    } catch (error) {
      // A sum out of range becomes a floating-point number, which a STRICT table refuses.
      if (!(error instanceof SqliteError) || error.code !== 'SQLITE_CONSTRAINT_DATATYPE') throw error;
      this.#sql.quarantine.run(sum.toMs, sum.rx, sum.tx, sum.undirected, tallyId);
      return false;
    }
  }

  #addToDay(line: Line, days: DayRow[], record: PendingRecord): void {
    const { day, bit } = this.#hourOf(record.quarter);
    const lastMs = Math.min(record.toMs, day.toMs - 1);
    let row = days.length === 0 ? undefined : days.find((each) => each.day === day.number);
    if (row === undefined) {
      this.#rememberDay(day.number);
      const { rx, tx, undirected, markup } = record;
      row = { day: day.number, rx, tx, undirected, markup, hours: 0, connections: 0, lastMs };
      days.push(row);
    } else {
      addSums(row, record);
      row.lastMs = Math.max(row.lastMs, lastMs);
    }
    if ((row.hours & bit) !== 0) return;
    row.hours |= bit;
    const place = this.#placeHours(line, day.number);
    if ((place.hours & bit) !== 0) return;
    place.hours |= bit;
    row.connections++;
  }

  /** Quarters never straddle hours or days of any zone, so that their first instant tells both. */
  #hourOf(quarter: number): QuarterHour {
    if (this.#hour?.quarter !== quarter) {
      const startMs = quarterStart(quarter);
      const day = this.#calendar.dayOf(startMs);
      this.#hour = { quarter, day, bit: 1 << this.#calendar.hourOf(startMs, day) };
    }
    return this.#hour;
  }

  /** Hours in which this segment carried bytes at the line's place on that day; the latest day is kept in memory. */
  #placeHours({ segment, series }: Line, day: number): PlaceHours {
    const { place } = series.carrier;
    const known = segment.places.find((each) => each.place === place);
    if (known?.day === day) return known;
    let hours = 0;
    for (const row of this.#sql.placeHours.all(day, segment.id, place)) hours |= row as number;
    if (known === undefined) {
      const first = { place, day, hours };
      segment.places.push(first);
      return first;
    }
    // Of an earlier day: its rows are written before anybody looks again.
    if (day < known.day) return { place, day, hours };
    known.day = day;
    known.hours = hours;
    return known;
  }

  #rememberDay(number: number): void {
    if (this.#knownDays.has(number)) return;
    const { fromMs, toMs } = this.#calendar.day(number);
    this.#sql.calendarDay.run(number, fromMs, toMs);
    this.#knownDays.add(number);
  }

  /** The sums per carrier of the lines flushed so far. */
  flushCarriers(): void {
    this.#carriers.flush();
  }
}

const NO_DELTAS: readonly DayDelta[] = [];
const NOTHING_YET = noSums();

interface QuarterHour {
  readonly quarter: number;
  readonly day: Day;
  /** The hour of that day, as in `day.hours`. */
  readonly bit: number;
}

/** Both directions are known and billed as they are: nearly always, and statements that touch only these are quicker. */
function isPlain({ undirected, markup }: Sums): boolean {
  return undirected === 0n && markup === 0n;
}

/** All of a line's records together; mostly there is one. */
function sumOf(records: readonly PendingRecord[]): Sums & { readonly fromMs: number; readonly toMs: number } {
  const [only] = records;
  if (only !== undefined && records.length === 1) return only;
  const sum = { ...noSums(), fromMs: Number.POSITIVE_INFINITY, toMs: 0 };
  for (const record of records) {
    addSums(sum, record);
    if (record.fromMs < sum.fromMs) sum.fromMs = record.fromMs;
    if (record.toMs > sum.toMs) sum.toMs = record.toMs;
  }
  return sum;
}

function takePending(line: Line): PendingRecord[] {
  const { pending } = line;
  line.pending = [];
  return pending;
}

function addRecord(pending: PendingRecord[], added: PendingRecord): void {
  for (const record of pending) {
    if (record.quarter !== added.quarter || record.flags !== added.flags || record.lag !== added.lag) continue;
    addSums(record, added);
    if (added.fromMs < record.fromMs) record.fromMs = added.fromMs;
    if (added.toMs > record.toMs) record.toMs = added.toMs;
    return;
  }
  pending.push(added);
}

function prepare(db: Database) {
  return {
    record: db.prepare(
      `INSERT INTO record (quarter, tally_id, flags, lag, rx, tx, undirected, markup) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET ${ADD_SUMS}`,
    ),
    plainRecord: db.prepare(
      `INSERT INTO record (quarter, tally_id, flags, lag, rx, tx) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET ${ADD_PLAIN_SUMS}`,
    ),
    storedRecord: db
      .prepare(
        'SELECT rx, tx, undirected, markup FROM record WHERE quarter = ? AND tally_id = ? AND flags = ? AND lag = ?',
      )
      .safeIntegers(),
    day: db.prepare(
      `INSERT INTO day (day, tally_id, rx, tx, undirected, markup, hours, connections) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET ${ADD_SUMS},
         hours = hours | excluded.hours, connections = connections + excluded.connections`,
    ),
    plainDay: db.prepare(
      `INSERT INTO day (day, tally_id, rx, tx, hours, connections) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET ${ADD_PLAIN_SUMS},
         hours = hours | excluded.hours, connections = connections + excluded.connections`,
    ),
    plainTally: db.prepare(
      `UPDATE tally SET rx = rx + ?, tx = tx + ?, first_at = min(first_at, ?), last_at = max(last_at, ?) WHERE id = ?`,
    ),
    tally: db.prepare(
      `UPDATE tally SET rx = rx + ?, tx = tx + ?, undirected = undirected + ?, markup = markup + ?,
         first_at = min(first_at, ?), last_at = max(last_at, ?) WHERE id = ?`,
    ),
    quarantine: db.prepare(
      `INSERT INTO quarantine (at, reason, report, peer_id, rx, tx, undirected)
       SELECT ?, 'total-too-large',
         iif(s.token IS NULL, NULL, json_object('userToken', s.token, 'server', c.server, 'port', c.port,
           'protocol', c.protocol, 'mode', 'delta', 'stream', '', 'eventId', NULL, 'periodStart', NULL,
           'periodEnd', NULL)), s.peer_id, ?, ?, ?
       FROM tally t JOIN series s ON s.id = t.series_id JOIN carrier c ON c.id = s.carrier_id WHERE t.id = ?`,
    ),
    calendarDay: db.prepare('INSERT OR IGNORE INTO calendar_day (day, from_at, to_at) VALUES (?, ?, ?)'),
    // CROSS JOIN: from the segment on; never through all rows of the day, or all series of the place, however few there were
    // when SQLite made its plan.
    placeHours: db
      .prepare(
        `SELECT d.hours FROM tally t
         CROSS JOIN series s ON s.id = t.series_id CROSS JOIN carrier c ON c.id = s.carrier_id
         CROSS JOIN day d ON d.day = ? AND d.tally_id = t.id
         WHERE t.segment_id = ? AND c.place = ?`,
      )
      .pluck(),
  };
}
