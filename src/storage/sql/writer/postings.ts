import { ExpectedError } from '../../../core/errors.ts';
import { billedBytes, type CarrierRules, ruleAt } from '../../../core/ledger/billing.ts';
import type { Amount } from '../../../core/ledger/take.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import { quarterStart } from '../../../core/units/quarter.ts';
import type { Database } from '../database.ts';
import { isOutOfRange } from '../out-of-range.ts';
import type { Attribution } from './attribution.ts';
import { type BookedDay, BookedDays } from './booked-days.ts';
import { preparePostings } from './posting-statements.ts';
import { addSums, noSums, type Sums } from './sums.ts';

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
  readonly #sql: ReturnType<typeof preparePostings>;
  readonly #calendar: Calendar;
  readonly #attribution: Attribution;
  readonly booked: BookedDays;

  constructor(db: Database, calendar: Calendar, attribution: Attribution) {
    this.#sql = preparePostings(db);
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
    const isBalanced = isMove && postings.every(({ quarter }) => quarter !== DAY_ONLY);
    const days = new Map<string, TouchedDay>();
    for (const posting of postings) {
      const day = this.#touch(days, posting);
      day.postings.push(posting);
      if (posting.quarter !== DAY_ONLY) this.#addToQuarter(posting, day, isBalanced, isMove ? 0 : posting.flags);
      addSums(day.sums, posting);
      if (totalOf(posting) > 0n) note(day, this.#lastMs(posting, nowMs));
    }
    for (const day of days.values()) this.#addToTally(day);
    for (const day of days.values()) this.#addToDay(day);
    for (const day of days.values()) this.#refuseShort(day);
    for (const day of days.values()) this.#settleHours(day);
    for (const { tallyId, day, quarter, flags, lag, rx, tx, undirected, markup, hours } of postings) {
      this.#sql.addPosting.run(entryId, tallyId, day, quarter, flags, lag, rx, tx, undirected, markup, hours);
    }
  }

  #touch(days: Map<string, TouchedDay>, { day, tallyId }: Posting): TouchedDay {
    const key = `${day} ${tallyId}`;
    let touched = days.get(key);
    if (touched === undefined) {
      const place = this.#sql.place.get(tallyId) as TallyPlace;
      const hours = Number((this.#sql.day.get(day, tallyId) as { hours: bigint } | undefined)?.hours ?? 0n);
      const times = { firstMs: Number.POSITIVE_INFINITY, lastMs: 0 };
      touched = { tallyId, day, place, rules: this.#rulesAt(place), hours, postings: [], sums: noSums(), ...times };
      days.set(key, touched);
    }
    return touched;
  }

  #rulesAt({ nodeId, serviceId, isWeighted }: TallyPlace): CarrierRules | null {
    if (nodeId === null || serviceId === null || isWeighted === 1) return null;
    return this.#attribution.rulesOf({ id: serviceId, nodeId, isWeighted: false });
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

  /** The latest instant at which these bytes may have flowed: after now where all their time is, as the clock was set back. */
  #lastMs({ quarter, day }: Posting, nowMs: number): number {
    const { fromMs, toMs } =
      quarter === DAY_ONLY
        ? this.#calendar.day(day)
        : { fromMs: quarterStart(quarter), toMs: quarterStart(quarter + 1) };
    return Math.max(fromMs, Math.min(toMs - 1, nowMs));
  }

  #addToTally({ tallyId, sums, firstMs, lastMs }: TouchedDay): void {
    const { rx, tx, undirected, markup } = sums;
    try {
      // To ask what it changed is to wait for it, where writes wait.
      void this.#sql.addToTally.run(rx, tx, undirected, markup, tallyId).changes;
    } catch (error) {
      if (!isOutOfRange(error)) throw error;
      throw new ExpectedError('total-too-large', 'The total would be larger than 2^63 - 1 bytes.', {
        hint: 'Add less, or dismiss it: no link carries that much.',
      });
    }
    if (lastMs > 0) this.#sql.seen.run(firstMs, lastMs, tallyId);
  }

  /** Of all postings together: rows that take may come before those that give. */
  #refuseShort({ tallyId, day, sums, postings }: TouchedDay): void {
    refuseBelowZero(sums, this.#sql.tally.get(tallyId) as Sums);
    refuseBelowZero(sums, this.#sql.day.get(day, tallyId) as Sums);
    for (const posting of postings) {
      const { quarter } = posting;
      if (quarter === DAY_ONLY) refuseBelowZero(posting, this.booked.read(tallyId, day).rest);
      else refuseBelowZero(posting, this.#sql.quarter.get(quarter, tallyId) as Sums);
    }
  }

  #addToDay({ tallyId, day, place, sums, lastMs }: TouchedDay): void {
    const { rx, tx, undirected, markup } = sums;
    const { fromMs, toMs } = this.#calendar.day(day);
    this.#sql.calendarDay.run(day, fromMs, toMs);
    this.#sql.addToDay.run(day, tallyId, rx, tx, undirected, markup);
    if (place.hidden !== 0) return;
    this.#sql.addToCarrierDay.run(day, place.allMark, place.carrierId, rx, tx, undirected, markup, lastMs);
  }

  /** `isBalanced`: what one tally of the series gives another one gets, so that its carrier's sums stay. */
  #addToQuarter(posting: Posting, { place, rules }: TouchedDay, isBalanced: boolean, flags: number): void {
    const { quarter, tallyId, lag, rx, tx, undirected } = posting;
    const { seriesId, carrierId } = place;
    const markup = rules === null ? 0n : this.#markupOf(posting, rules);
    posting.markup = markup;
    if (isBalanced) {
      this.#sql.addToRecord.run(quarter, tallyId, posting.flags, lag, rx, tx, undirected, markup);
      // Rounded record by record.
      if (markup !== 0n) this.#sql.addToCarrierQuarter.run(quarter, carrierId, 0n, 0n, 0n, markup, 0, 0);
      return;
    }
    const before = this.#sql.ofSeries.get(quarter, seriesId) as bigint;
    this.#sql.addToRecord.run(quarter, tallyId, posting.flags, lag, rx, tx, undirected, markup);
    const after = before + totalOf(posting);
    const active = (after === 0n ? 0 : 1) - (before === 0n ? 0 : 1);
    this.#sql.addToCarrierQuarter.run(quarter, carrierId, rx, tx, undirected, markup, active, flags);
  }

  /** What the posting changes: its record is billed as the sum that it is, as all records are. */
  #markupOf({ quarter, tallyId, flags, lag, rx, tx, undirected }: Posting, rules: CarrierRules): bigint {
    const before = (this.#sql.record.get(quarter, tallyId, flags, lag) as Sums | undefined) ?? noSums();
    const after = [before.rx + rx, before.tx + tx, before.undirected + undirected] as const;
    const billed = billedBytes(ruleAt(rules, quarter), ...after);
    return billed - (after[0] + after[1] + after[2]) - before.markup;
  }

  #settleHours({ postings, place, day, hours: before }: TouchedDay): void {
    const now = this.#renewHours(postings);
    for (const posting of postings) if (posting.quarter === DAY_ONLY) posting.hours = now ^ before;
    if (now !== before) this.#recountConnections(place, day);
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

/** All postings of an entry to one tally and day. */
interface TouchedDay {
  readonly tallyId: number;
  readonly day: number;
  readonly place: TallyPlace;
  readonly rules: CarrierRules | null;
  /** Before the entry. */
  readonly hours: number;
  readonly postings: Posting[];
  readonly sums: Sums;
  /** First and last instant of what was added; 0 if nothing was. */
  firstMs: number;
  lastMs: number;
}

function note(day: TouchedDay, ms: number): void {
  day.firstMs = Math.min(day.firstMs, ms);
  day.lastMs = Math.max(day.lastMs, ms);
}

function totalOf({ rx, tx, undirected }: Amount): bigint {
  return rx + tx + undirected;
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

function refuseBelowZero(added: Amount, now: Sums): void {
  const isShort = (column: keyof Amount): boolean => added[column] < 0n && now[column] < 0n;
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
