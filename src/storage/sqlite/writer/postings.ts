import { type Database, SqliteError } from 'better-sqlite3';
import { ExpectedError } from '../../../core/errors.ts';
import { billedBytes, ruleAt } from '../../../core/ledger/billing.ts';
import type { Amount } from '../../../core/ledger/take.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import { quarterStart } from '../../../core/units/quarter.ts';
import type { Attribution } from './attribution.ts';
import { type BookedDay, BookedDays } from './booked-days.ts';
import { ADD_SUMS, addSums, noSums, type Sums } from './sums.ts';

/** Quarter of a posting that changes a day and the total alone: no records of that day are left. */
export const DAY_ONLY = -1;

/** What an entry adds to one tally in one quarter or day; takes from it where it is negative. */
export interface Posting extends Sums {
  readonly tallyId: number;
  readonly day: number;
  /** Or `DAY_ONLY`. */
  readonly quarter: number;
  readonly flags: number;
  readonly lag: number;
  /** To be given for a day alone; in a quarter it follows from the rule that held in it. */
  markup: bigint;
  /** Day only: hours that come with the bytes, or go with them. */
  hours: number;
}

/** Where the bytes of a tally show up besides its own rows. */
interface TallyPlace {
  readonly seriesId: number;
  readonly segmentId: number;
  readonly allMark: number;
  readonly hidden: number;
  readonly carrierId: number;
  readonly place: number;
  readonly nodeId: string | null;
  readonly serviceId: string | null;
  readonly isWeighted: number;
}

/**
 * Writes postings: into records, days, totals and the sums derived from them, so that all of these stay sums of each
 * other. Nothing that an entry takes falls below 0, at any grain.
 */
export class Postings {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #calendar: Calendar;
  readonly #attribution: Attribution;
  readonly booked: BookedDays;

  constructor(db: Database, calendar: Calendar, attribution: Attribution) {
    this.#sql = prepare(db);
    this.#calendar = calendar;
    this.#attribution = attribution;
    this.booked = new BookedDays(db, calendar);
  }

  /**
   * Writes the postings of an entry. `isMove`: bytes of a series go from one holder to another, which changes no sum of
   * what was carried.
   * @throws ExpectedError `more-than-booked`, `total-too-large`
   */
  post(entryId: number, wanted: readonly Posting[], nowMs: number, isMove: boolean): void {
    const postings = merge(wanted);
    const touched = new Map<string, { postings: Posting[]; place: TallyPlace; hours: number }>();
    for (const posting of postings) {
      const place = this.#sql.place.get(posting.tallyId) as TallyPlace;
      const key = `${posting.day} ${posting.tallyId}`;
      const day = touched.get(key) ?? { postings: [], place, hours: this.#hoursOf(posting) };
      touched.set(key, day);
      day.postings.push(posting);
      if (posting.quarter !== DAY_ONLY) this.#addToQuarter(posting, place, isMove ? 0 : posting.flags);
      this.#addToTally(posting, this.#lastMs(posting, nowMs));
      this.#addToDay(posting, place, this.#lastMs(posting, nowMs));
    }
    for (const posting of postings) this.#refuseShort(posting);
    for (const { postings: ofDay, place, hours } of touched.values()) this.#settleHours(ofDay, place, hours);
    for (const { tallyId, day, quarter, flags, lag, rx, tx, undirected, markup, hours } of postings) {
      this.#sql.addPosting.run(entryId, tallyId, day, quarter, flags, lag, rx, tx, undirected, markup, hours);
    }
  }

  /**
   * Of an entry, with the sign of each turned round. Where records were cleaned up since, for the day alone: bytes are
   * taken from the records that are left where these have them, and given back to a quarter only where all are left.
   */
  opposites(entryId: number): Posting[] {
    let last: (BookedDay & { readonly tallyId: number }) | null = null;
    return (this.#sql.postings.all(entryId) as PostingRow[]).map((row) => {
      const [tallyId, day] = [Number(row.tallyId), Number(row.day)];
      if (last?.tallyId !== tallyId || last.day.number !== day) last = { ...this.booked.read(tallyId, day), tallyId };
      const [flags, lag, hours] = [Number(row.flags), Number(row.lag), Number(row.hours)];
      const sums = { rx: -row.rx, tx: -row.tx, undirected: -row.undirected, markup: -row.markup };
      const there = last.quarters.find(({ quarter }) => quarter === Number(row.quarter));
      const fits = last.isDetailed || (there !== undefined && isTakenFrom(sums, there));
      return { tallyId, day, quarter: fits ? Number(row.quarter) : DAY_ONLY, flags, lag, hours, ...sums };
    });
  }

  /** The latest instant at which these bytes may have flowed. */
  #lastMs({ quarter, day }: Posting, nowMs: number): number {
    const endMs = quarter === DAY_ONLY ? this.#calendar.day(day).toMs : quarterStart(quarter + 1);
    return Math.min(endMs - 1, nowMs);
  }

  #hoursOf({ day, tallyId }: Posting): number {
    return Number((this.#sql.day.get(day, tallyId) as { hours: bigint } | undefined)?.hours ?? 0n);
  }

  #addToTally(posting: Posting, lastMs: number): void {
    const { tallyId, rx, tx, undirected, markup } = posting;
    try {
      this.#sql.addToTally.run(rx, tx, undirected, markup, tallyId);
    } catch (error) {
      // A sum out of range becomes a floating-point number, which a STRICT table refuses.
      if (!(error instanceof SqliteError) || error.code !== 'SQLITE_CONSTRAINT_DATATYPE') throw error;
      throw new ExpectedError('total-too-large', 'The total would be larger than 2^63 - 1 bytes.', {
        hint: 'Add less, or dismiss it: no link carries that much.',
      });
    }
    if (rx + tx + undirected > 0n) this.#sql.seen.run(lastMs, lastMs, tallyId);
  }

  /** Of all postings together: rows that take may come before those that give. */
  #refuseShort(posting: Posting): void {
    const { tallyId, day, quarter } = posting;
    refuseBelowZero(posting, this.#sql.tally.get(tallyId) as Sums);
    const isWhole = quarter === DAY_ONLY;
    refuseBelowZero(posting, isWhole ? this.booked.read(tallyId, day).rest : (this.#sql.day.get(day, tallyId) as Sums));
    if (!isWhole) refuseBelowZero(posting, this.#sql.quarter.get(quarter, tallyId) as Sums);
  }

  #addToDay(posting: Posting, { allMark, hidden, carrierId }: TallyPlace, lastMs: number): void {
    const { day, tallyId, rx, tx, undirected, markup } = posting;
    const { fromMs, toMs } = this.#calendar.day(day);
    this.#sql.calendarDay.run(day, fromMs, toMs);
    this.#sql.addToDay.run(day, tallyId, rx, tx, undirected, markup);
    if (hidden !== 0) return;
    const seenMs = rx + tx + undirected > 0n ? lastMs : 0;
    this.#sql.addToCarrierDay.run(day, allMark, carrierId, rx, tx, undirected, markup, seenMs);
  }

  #addToQuarter(posting: Posting, place: TallyPlace, flags: number): void {
    const { quarter, tallyId, lag, rx, tx, undirected } = posting;
    const { seriesId, carrierId } = place;
    const markup = this.#markupOf(posting, place);
    posting.markup = markup;
    const before = this.#sql.ofSeries.get(quarter, seriesId) as bigint;
    this.#sql.addToRecord.run(quarter, tallyId, posting.flags, lag, rx, tx, undirected, markup);
    const after = before + rx + tx + undirected;
    const active = (after === 0n ? 0 : 1) - (before === 0n ? 0 : 1);
    this.#sql.addToCarrierQuarter.run(quarter, carrierId, rx, tx, undirected, markup, active, flags);
  }

  /** What the posting changes: its record is billed as the sum that it is, as all records are. */
  #markupOf({ quarter, tallyId, flags, lag, rx, tx, undirected }: Posting, place: TallyPlace): bigint {
    const { nodeId, serviceId, isWeighted } = place;
    if (nodeId === null || serviceId === null || isWeighted === 1) return 0n;
    const rules = this.#attribution.rulesOf({ id: serviceId, nodeId, isWeighted: false });
    if (rules === null) return 0n;
    const before = (this.#sql.record.get(quarter, tallyId, flags, lag) as Sums | undefined) ?? noSums();
    const after = [before.rx + rx, before.tx + tx, before.undirected + undirected] as const;
    const billed = billedBytes(ruleAt(rules, quarter), ...after);
    return billed - (after[0] + after[1] + after[2]) - before.markup;
  }

  #settleHours(ofDay: readonly Posting[], place: TallyPlace, before: number): void {
    const now = this.#renewHours(ofDay);
    for (const posting of ofDay) if (posting.quarter === DAY_ONLY) posting.hours = now ^ before;
    if (now !== before) this.#recountConnections(place, ofDay[0]?.day ?? 0);
  }

  /** Hours in which the tally carried bytes that day, as its records have it. @returns them */
  #renewHours(postings: readonly Posting[]): number {
    const { tallyId = 0, day = 0 } = postings[0] ?? {};
    const booked = this.booked.read(tallyId, day);
    let { hours } = booked;
    for (const { rx, tx, undirected, hours: own } of postings) {
      hours = rx + tx + undirected < 0n ? hours & ~own : hours | own;
    }
    if (booked.isDetailed) hours = this.#hoursOfRecords(booked);
    if (booked.rx + booked.tx + booked.undirected === 0n) hours = 0;
    this.#sql.setHours.run(hours, day, tallyId);
    return hours;
  }

  #hoursOfRecords({ quarters, day }: BookedDay): number {
    let hours = 0;
    for (const { quarter, rx, tx, undirected } of quarters) {
      if (rx + tx + undirected === 0n) continue;
      hours |= 1 << this.#calendar.hourOf(quarterStart(quarter), day);
    }
    return hours;
  }

  /** Each hour of a segment at a place is one connection, of the first row that has it. */
  #recountConnections({ segmentId, place, allMark, hidden }: TallyPlace, day: number): void {
    let seen = 0;
    for (const row of this.#sql.atPlace.all(day, segmentId, place) as PlaceRow[]) {
      const connections = bitsOf(row.hours & ~seen);
      seen |= row.hours;
      if (connections === row.connections) continue;
      this.#sql.setConnections.run(connections, day, row.tallyId);
      if (hidden === 0) this.#sql.addConnections.run(connections - row.connections, day, allMark, row.carrierId);
    }
  }
}

interface PostingRow extends Sums {
  readonly tallyId: bigint;
  readonly day: bigint;
  readonly quarter: bigint;
  readonly flags: bigint;
  readonly lag: bigint;
  readonly hours: bigint;
}

interface PlaceRow {
  readonly tallyId: number;
  readonly carrierId: number;
  readonly hours: number;
  readonly connections: number;
}

/** One posting per record (or day), without those that add nothing. */
function merge(postings: readonly Posting[]): Posting[] {
  const merged = new Map<string, Posting>();
  for (const posting of postings) {
    const { tallyId, day, quarter, flags, lag } = posting;
    const key = `${tallyId} ${day} ${quarter} ${flags} ${lag}`;
    const known = merged.get(key);
    if (known === undefined) merged.set(key, { ...posting });
    else {
      addSums(known, posting);
      known.hours |= posting.hours;
    }
  }
  return [...merged.values()].filter(({ rx, tx, undirected }) => rx !== 0n || tx !== 0n || undirected !== 0n);
}

/** True if what is taken is there. */
function isTakenFrom(sums: Sums, there: Sums): boolean {
  const isSo = (column: keyof Amount): boolean => sums[column] <= 0n && there[column] + sums[column] >= 0n;
  return isSo('rx') && isSo('tx') && isSo('undirected');
}

function refuseBelowZero(posting: Posting, now: Sums): void {
  const isShort = (column: keyof Amount): boolean => posting[column] < 0n && now[column] < 0n;
  if (!isShort('rx') && !isShort('tx') && !isShort('undirected')) return;
  throw new ExpectedError('more-than-booked', 'More would be taken than is booked at that time.', {
    hint: 'Undo what took or moved these bytes since then first, or name another time: `xpert correction list`.',
  });
}

function bitsOf(mask: number): number {
  let bits = 0;
  for (let left = mask; left !== 0; left &= left - 1) bits++;
  return bits;
}

function prepare(db: Database) {
  const big = (sql: string) => db.prepare(sql).safeIntegers();
  return {
    day: big('SELECT rx, tx, undirected, hours FROM day WHERE day = ? AND tally_id = ?'),
    tally: big('SELECT rx, tx, undirected FROM tally WHERE id = ?'),
    quarter: big(
      `SELECT sum(rx) AS rx, sum(tx) AS tx, sum(undirected) AS undirected FROM record
       WHERE quarter = ? AND tally_id = ?`,
    ),
    ofSeries: big(
      `SELECT ifnull(sum(r.total), 0) FROM tally t CROSS JOIN record r ON r.quarter = ? AND r.tally_id = t.id
       WHERE t.series_id = ?`,
    ).pluck(),
    place: db.prepare(
      `SELECT t.series_id AS seriesId, g.id AS segmentId, g.all_mark AS allMark, g.hidden, c.id AS carrierId, c.place,
         c.node_id AS nodeId, c.service_id AS serviceId, ifnull(v.basis = 'weighted', 0) AS isWeighted
       FROM tally t JOIN segment g ON g.id = t.segment_id JOIN series s ON s.id = t.series_id
       JOIN carrier c ON c.id = s.carrier_id LEFT JOIN vpn_service v ON v.id = c.service_id WHERE t.id = ?`,
    ),
    addToTally: db.prepare(
      'UPDATE tally SET rx = rx + ?, tx = tx + ?, undirected = undirected + ?, markup = markup + ? WHERE id = ?',
    ),
    record: big(
      `SELECT rx, tx, undirected, markup FROM record WHERE quarter = ? AND tally_id = ? AND flags = ? AND lag = ?`,
    ),
    seen: db.prepare('UPDATE tally SET first_at = min(first_at, ?), last_at = max(last_at, ?) WHERE id = ?'),
    calendarDay: db.prepare('INSERT OR IGNORE INTO calendar_day (day, from_at, to_at) VALUES (?, ?, ?)'),
    addToDay: db.prepare(
      `INSERT INTO day (day, tally_id, rx, tx, undirected, markup, hours, connections) VALUES (?, ?, ?, ?, ?, ?, 0, 0)
       ON CONFLICT DO UPDATE SET ${ADD_SUMS}`,
    ),
    addToCarrierDay: db.prepare(
      `INSERT INTO carrier_day (day, all_mark, carrier_id, rx, tx, undirected, markup, connections, last_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?) ON CONFLICT DO UPDATE SET ${ADD_SUMS}, last_at = max(last_at, excluded.last_at)`,
    ),
    addToRecord: db.prepare(
      `INSERT INTO record (quarter, tally_id, flags, lag, rx, tx, undirected, markup) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET ${ADD_SUMS}`,
    ),
    addToCarrierQuarter: db.prepare(
      `INSERT INTO carrier_quarter (quarter, carrier_id, rx, tx, undirected, markup, active, flags)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET ${ADD_SUMS}, active = active + excluded.active, flags = flags | excluded.flags`,
    ),
    setHours: db.prepare('UPDATE day SET hours = ? WHERE day = ? AND tally_id = ?'),
    atPlace: db.prepare(
      `SELECT d.tally_id AS tallyId, s.carrier_id AS carrierId, d.hours, d.connections FROM tally t
       JOIN series s ON s.id = t.series_id JOIN carrier c ON c.id = s.carrier_id
       CROSS JOIN day d ON d.day = ? AND d.tally_id = t.id
       WHERE t.segment_id = ? AND c.place = ? ORDER BY d.tally_id`,
    ),
    setConnections: db.prepare('UPDATE day SET connections = ? WHERE day = ? AND tally_id = ?'),
    addConnections: db.prepare(
      'UPDATE carrier_day SET connections = connections + ? WHERE day = ? AND all_mark = ? AND carrier_id = ?',
    ),
    addPosting: db.prepare(
      `INSERT INTO posting (entry_id, tally_id, day, quarter, flags, lag, rx, tx, undirected, markup, hours)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET ${ADD_SUMS}, hours = (hours | excluded.hours) - (hours & excluded.hours)`,
    ),
    postings: big(
      `SELECT tally_id AS tallyId, day, quarter, flags, lag, rx, tx, undirected, markup, hours FROM posting
       WHERE entry_id = ? ORDER BY tally_id, day, quarter`,
    ),
  };
}
