import { type BillingRule, billedBytes, ruleAt } from '../../../core/ledger/billing.ts';
import type { Piece } from '../../../core/metering/spread.ts';
import type { Calendar, Day } from '../../../core/units/calendar.ts';
import { quarterStart } from '../../../core/units/quarter.ts';
import { attempt, type Database } from '../database.ts';
import { isOutOfRange } from '../out-of-range.ts';
import { AskedAhead, type Wanted } from './asked-ahead.ts';
import { type Line, NONE, type PendingRecord, type PlaceHours, withOne } from './attributed.ts';
import { prepareBooking } from './booking-statements.ts';
import { CarrierSums } from './carrier-sums.ts';
import type { Quotas } from './quotas.ts';
import type { RowBatch } from './row-batch.ts';
import { addSums, type DayRow, noSums, type Sums } from './sums.ts';

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
  readonly #db: Database;
  readonly #sql: ReturnType<typeof prepareBooking>;
  readonly #calendar: Calendar;
  readonly #knownDays = new Set<number>();
  /** Of the quarter that was booked last: mostly the next is the same. */
  #hour: QuarterHour | null = null;
  #touched: Line[] = [];
  readonly #carriers: CarrierSums;
  readonly #quotas: Quotas;
  readonly #stored: AskedAhead;
  readonly #hours: AskedAhead;
  #deltas: DayDelta[] | null = null;

  constructor(db: Database, calendar: Calendar, quotas: Quotas) {
    this.#db = db;
    this.#sql = prepareBooking(db);
    this.#calendar = calendar;
    this.#quotas = quotas;
    this.#carriers = new CarrierSums(db, () => this.#flushRecords());
    this.#stored = new AskedAhead(this.#sql.storedRecord);
    this.#hours = new AskedAhead(this.#sql.placeHours);
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
    if (line.pending.length === 0) this.#touched.push(line);
    const { quarter, flags, lag, fromMs, toMs } = piece;
    addRecord(line, { quarter, flags, lag, fromMs, toMs, rx, tx, undirected, markup: 0n });
  }

  flush(): void {
    for (const _ of this.flushInSteps());
    this.flushCarriers();
  }

  /**
   * The rows of a few tallies per step, in the order of their ids; the first `done` ones are there already. Each step
   * tells how many tallies it wrote. `flushCarriers` has to follow in the same transaction.
   */
  *flushInSteps(done = 0): Generator<number, void> {
    const lines = this.#mergeSorted(this.#touched.sort((a, b) => a.tallyId - b.tallyId));
    this.#touched = [];
    for (const line of lines.slice(0, done)) takePending(line);
    const perStep = this.#sql.plainTallies.capacity;
    for (let next = done; next < lines.length; next += perStep) {
      const some = lines.slice(next, next + perStep);
      this.#flushLines(some);
      yield some.length;
    }
  }

  /** One line per tally: there are two where the attribution was forgotten between two bookings. */
  #mergeSorted(lines: readonly Line[]): Line[] {
    const merged: Line[] = [];
    for (const line of lines) {
      const last = merged.at(-1);
      if (last?.tallyId !== line.tallyId) merged.push(line);
      else for (const record of takePending(line)) addRecord(last, record);
    }
    return merged;
  }

  /** After a rollback: what was gathered, and what is believed to be in the database, is void. */
  drop(): void {
    for (const line of this.#touched) takePending(line);
    this.#touched = [];
    const { plainTallies, tallies, plainRecords, records, plainDays, days } = this.#sql;
    for (const batch of [plainTallies, tallies, plainRecords, records, plainDays, days]) batch.drop();
    this.#carriers.drop();
    this.#knownDays.clear();
    if (this.#deltas !== null) this.#deltas = [];
  }

  /** After a correction: others wrote to the rows that are remembered here. */
  forgetActive(): void {
    this.#carriers.forgetActive();
  }

  #flushLines(lines: readonly Line[]): void {
    if (this.#hours.isWorthwhile) this.#lookAhead(lines);
    for (const line of lines) this.#bill(line);
    // The largest sums first: where they hold, those of the days and the quarters do.
    for (const line of this.#addToTallies(lines)) this.#flushLine(line);
    this.#flushRecords();
    this.#flushDays();
  }

  #flushRecords(): void {
    this.#sql.plainRecords.flush();
    this.#sql.records.flush();
  }

  #flushDays(): void {
    this.#sql.plainDays.flush();
    this.#sql.days.flush();
  }

  /** Asks together what the lines would ask one by one. */
  #lookAhead(lines: readonly Line[]): void {
    const stored: Wanted[] = [];
    const hours: Wanted[] = [];
    for (const line of lines) {
      const { segment, series, tallyId } = line;
      const { place } = series.carrier;
      const known = segment.places.find((each) => each.place === place);
      for (const { quarter, flags, lag } of line.pending) {
        const day = this.#hourOf(quarter).day.number;
        if (known?.day !== day)
          hours.push({ key: hoursKey(day, segment.id, place), by: segment, params: [day, segment.id, place] });
        if (series.carrier.rules === null) continue;
        const params = [quarter, tallyId, flags, lag];
        stored.push({ key: params.join(), by: line, params });
      }
    }
    this.#stored.ask(stored);
    this.#hours.ask(hours);
    this.#carriers.lookAhead(lines);
  }

  #flushLine(line: Line): void {
    const days: DayRow[] = [];
    for (const record of takePending(line)) {
      this.#carriers.addRecord(line.series, record);
      const { quarter, flags, lag, rx, tx, undirected, markup } = record;
      if (isPlain(record)) this.#sql.plainRecords.add(quarter, line.tallyId, flags, lag, rx, tx);
      else this.#sql.records.add(quarter, line.tallyId, flags, lag, rx, tx, undirected, markup);
      this.#addToDay(line, days, record);
      this.#quotas.add(line, this.#hourOf(quarter).day.number, record);
    }
    for (const row of days) {
      const { day, rx, tx, undirected, markup, hours, connections, lastMs } = row;
      if (isPlain(row)) this.#sql.plainDays.add(day, line.tallyId, rx, tx, hours, connections);
      else this.#sql.days.add(day, line.tallyId, rx, tx, undirected, markup, hours, connections);
      this.#carriers.addDay(line.segment, line.series, row);
      this.#deltas?.push({ segmentId: line.segment.id, day, rx, tx, undirected, markup, connections, lastMs });
    }
  }

  #bill(line: Line): void {
    const { rules } = line.series.carrier;
    if (rules === null) return;
    for (const record of line.pending) record.markup = this.#markupOf(line, record, ruleAt(rules, record.quarter));
  }

  /** What the added bytes change: a record is billed as the sum that it is, not poll by poll. */
  #markupOf({ tallyId }: Line, { quarter, flags, lag, rx, tx, undirected }: PendingRecord, rule: BillingRule): bigint {
    const key = [quarter, tallyId, flags, lag];
    const ahead = this.#stored.isWorthwhile ? this.#stored.take(key.join()) : undefined;
    const found = ahead === undefined ? this.#sql.storedRecord.get(...key) : ahead[0];
    const before = (found as Sums | undefined) ?? NOTHING_YET;
    const after = [before.rx + rx, before.tx + tx, before.undirected + undirected] as const;
    return billedBytes(rule, ...after) - (after[0] + after[1] + after[2]) - before.markup;
  }

  /** @returns those whose totals hold the sums */
  #addToTallies(lines: readonly Line[]): readonly Line[] {
    const { plainTallies, tallies } = this.#sql;
    const all = lines.map((line) => ({ line, sum: sumOf(line.pending) }));
    const plain = all.filter(({ sum }) => isPlain(sum));
    const others = plain.length === all.length ? NONE : all.filter(({ sum }) => !isPlain(sum));
    const refused = [
      ...this.#addGroup(plainTallies, plain, ({ line: { tallyId }, sum: { rx, tx, fromMs, toMs } }) =>
        plainTallies.add(tallyId, rx, tx, fromMs, toMs),
      ),
      ...this.#addGroup(tallies, others, ({ line: { tallyId }, sum: { rx, tx, undirected, markup, fromMs, toMs } }) =>
        tallies.add(tallyId, rx, tx, undirected, markup, fromMs, toMs),
      ),
    ];
    return refused.length === 0 ? lines : lines.filter((line) => !refused.includes(line));
  }

  /** Together where that pays; one by one where it does not, or where one of them is refused. @returns those refused */
  #addGroup(batch: RowBatch, group: readonly Added[], add: (one: Added) => void): readonly Line[] {
    if (group.length > 0 && group.length >= batch.fewest) {
      try {
        attempt(this.#db, () => {
          for (const one of group) add(one);
          batch.flush();
        });
        return NONE;
      } catch (error) {
        if (!isOutOfRange(error)) throw error;
        batch.drop();
      }
    }
    return group.filter(({ line, sum }) => !this.#addToTally(line, sum)).map(({ line }) => line);
  }

  /** @returns false if the total would exceed 2^63 - 1: the bytes are in quarantine then */
  #addToTally(line: Line, { rx, tx, undirected, markup, fromMs, toMs }: TallySum): boolean {
    try {
      attempt(this.#db, () => this.#sql.tally.run(rx, tx, undirected, markup, fromMs, toMs, line.tallyId));
      return true;
    } catch (error) {
      if (!isOutOfRange(error)) throw error;
      this.#sql.quarantine.run(toMs, rx, tx, undirected, line.tallyId);
      takePending(line);
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
    for (const row of this.#storedHours(day, segment.id, place)) hours |= (row as number | null) ?? 0;
    if (known === undefined) {
      const first = { place, day, hours };
      segment.places = withOne(segment.places, first);
      return first;
    }
    // Of an earlier day: its rows are written before anybody looks again.
    if (day < known.day) return { place, day, hours };
    known.day = day;
    known.hours = hours;
    return known;
  }

  #storedHours(day: number, segmentId: number, place: number): readonly unknown[] {
    const ahead = this.#hours.take(hoursKey(day, segmentId, place));
    if (ahead !== undefined) return ahead;
    this.#flushDays();
    return this.#sql.placeHours.all(day, segmentId, place);
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

function hoursKey(day: number, segmentId: number, place: number): string {
  return `${day} ${segmentId} ${place}`;
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

interface Added {
  readonly line: Line;
  readonly sum: TallySum;
}

type TallySum = Sums & { readonly fromMs: number; readonly toMs: number };

/** All of a line's records together; mostly there is one. */
function sumOf(records: readonly PendingRecord[]): TallySum {
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

function takePending(line: Line): readonly PendingRecord[] {
  const { pending } = line;
  line.pending = NONE;
  return pending;
}

function addRecord(line: Line, added: PendingRecord): void {
  for (const record of line.pending) {
    if (record.quarter !== added.quarter || record.flags !== added.flags || record.lag !== added.lag) continue;
    addSums(record, added);
    if (added.fromMs < record.fromMs) record.fromMs = added.fromMs;
    if (added.toMs > record.toMs) record.toMs = added.toMs;
    return;
  }
  line.pending = withOne(line.pending, added);
}
