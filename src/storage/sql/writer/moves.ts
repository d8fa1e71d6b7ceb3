import { ExpectedError } from '../../../core/errors.ts';
import { markAt } from '../../../core/ledger/segment.ts';
import { apportion } from '../../../core/metering/spread.ts';
import { quarterStart } from '../../../core/units/quarter.ts';
import type { Database } from '../database.ts';
import type { Holder } from './attributed.ts';
import type { Attribution } from './attribution.ts';
import type { BookedDay, BookedQuarter, BookedRecord } from './booked-days.ts';
import type { PeerBinding } from './meter-states.ts';
import { bordersOf, peerHolder } from './peer-booking.ts';
import { DAY_ONLY, type Posting, type Postings } from './postings.ts';
import type { Sums } from './sums.ts';

/** What a change of owners moves. */
export interface Move {
  readonly postings: readonly Posting[];
  /** Bytes of quarters that are parted by time. */
  readonly estimated: bigint;
}

interface Owners {
  readonly before: readonly PeerBinding[];
  readonly after: readonly PeerBinding[];
}

interface Time {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Where part of a quarter or day goes: to a segment; null: it stays. */
interface Share {
  readonly segmentId: number | null;
  ms: number;
}

type Column = 'rx' | 'tx' | 'undirected';

/**
 * Finds which booked bytes of a peer go to whom when its owners change: those that a holder got because the peer was theirs
 * at that time. Bytes that somebody got for another reason (a correction for a user who did not own the peer) stay.
 */
export class Moves {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #attribution: Attribution;
  readonly #postings: Postings;

  constructor(db: Database, attribution: Attribution, postings: Postings) {
    this.#sql = prepare(db);
    this.#attribution = attribution;
    this.#postings = postings;
  }

  /** `toMs` null: whatever was booked since. @throws ExpectedError `only-days-left` */
  find(peerId: string, owners: Owners, fromMs: number, toMs: number | null, nowMs: number): Move {
    const work = new MoveOfPeer(this.#sql, this.#attribution, peerId, owners, nowMs);
    for (const tally of this.#sql.tallies.all(peerId) as TallyRow[]) {
      const endMs = toMs ?? Math.max(nowMs, tally.lastAt) + 1;
      for (const number of this.#postings.booked.daysOf(tally.id, fromMs, Math.max(endMs, fromMs + 1))) {
        work.moveDay(tally, this.#postings.booked.read(tally.id, number));
      }
    }
    return work;
  }
}

class MoveOfPeer implements Move {
  readonly postings: Posting[] = [];
  estimated = 0n;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #attribution: Attribution;
  readonly #peerId: string;
  readonly #owners: Owners;
  readonly #borders: readonly number[];
  readonly #nowMs: number;
  /** By series and segment. */
  readonly #tallies = new Map<string, number>();

  constructor(
    sql: ReturnType<typeof prepare>,
    attribution: Attribution,
    peerId: string,
    owners: Owners,
    nowMs: number,
  ) {
    this.#sql = sql;
    this.#attribution = attribution;
    this.#peerId = peerId;
    this.#owners = owners;
    this.#nowMs = nowMs;
    this.#borders = bordersOf(this.#attribution, this.#peerId, [...this.#owners.before, ...this.#owners.after]);
  }

  moveDay(tally: TallyRow, booked: BookedDay): void {
    for (const quarter of booked.quarters) this.#moveQuarter(tally, booked.day.number, quarter);
    if (booked.isDetailed) return;
    const shares = this.#shares(tally, booked.day);
    const goes = shares.filter(({ segmentId }) => segmentId !== null);
    if (goes.length === 0) return;
    if (goes.length < shares.length) throw onlyDaysLeft(booked.day);
    const there = this.#tallyOf(tally, goes.at(-1)?.segmentId ?? 0, booked.day.fromMs);
    const what = { quarter: DAY_ONLY, flags: 0, lag: 0, hours: booked.hours };
    this.#post(tally.id, there, { day: booked.day.number, ...what }, booked.rest);
  }

  #moveQuarter(tally: TallyRow, day: number, booked: BookedQuarter): void {
    const { quarter, records } = booked;
    const shares = this.#shares(tally, { fromMs: quarterStart(quarter), toMs: quarterStart(quarter + 1) });
    const [only] = shares;
    if (only === undefined || (shares.length === 1 && only.segmentId === null)) return;
    const where = { day, quarter, hours: 0 };
    if (shares.length === 1) {
      const there = this.#tallyOf(tally, only.segmentId ?? 0, quarterStart(quarter));
      for (const { flags, lag, ...sums } of records) this.#post(tally.id, there, { ...where, flags, lag }, sums);
      return;
    }
    const left = records.map((record) => ({ ...record }));
    const parts = partsOf(booked, shares);
    shares.forEach(({ segmentId }, i) => {
      const part = parts[i];
      if (segmentId === null || part === undefined) return;
      const there = this.#tallyOf(tally, segmentId, quarterStart(quarter));
      const taken = takeFromRecords(left, part);
      for (const { flags, lag, ...sums } of taken) this.#post(tally.id, there, { ...where, flags, lag }, sums);
      this.estimated += part.rx + part.tx + part.undirected;
    });
  }

  #post(fromTally: number, toTally: number, where: Omit<Posting, keyof Sums | 'tallyId'>, sums: Sums): void {
    const { rx, tx, undirected, markup } = sums;
    this.postings.push(
      { tallyId: fromTally, ...where, rx: -rx, tx: -tx, undirected: -undirected, markup: -markup },
      { tallyId: toTally, ...where, rx, tx, undirected, markup },
    );
  }

  /**
   * Where the bytes of a tally in a time go, by how long the peer was its holder's then: parts that go to one segment are
   * one share. None if the holder did not own the peer at all. A holder's segments are told apart by their marks, where
   * these tell.
   */
  #shares(tally: TallyRow, { fromMs, toMs }: Time): Share[] {
    const endMs = this.#nowMs > fromMs ? Math.min(toMs, this.#nowMs) : toMs;
    const owned = this.#cut(fromMs, endMs).filter((piece) => isHolder(tally, this.#holder('before', piece)));
    const marked = owned.filter((piece) => this.#markOf(this.#holder('before', piece), piece) === tally.mark);
    const shares: Share[] = [];
    for (const piece of marked.length > 0 ? marked : owned) {
      const segmentId = this.#destination(tally, piece);
      const known = shares.find((share) => share.segmentId === segmentId);
      if (known === undefined) shares.push({ segmentId, ms: piece.toMs - piece.fromMs });
      else known.ms += piece.toMs - piece.fromMs;
    }
    return shares;
  }

  #destination(tally: TallyRow, piece: Time): number | null {
    const holder = this.#holder('after', piece);
    if (isHolder(tally, holder)) return null;
    return this.#attribution.segment(holder, 'services', piece.fromMs, piece.toMs, this.#nowMs).id;
  }

  #holder(when: 'before' | 'after', piece: Time): Holder {
    return peerHolder(this.#peerId, this.#owners[when], piece);
  }

  #markOf(holder: Holder, { fromMs, toMs }: Time): number {
    return markAt(this.#attribution.marks(holder, 'services'), fromMs, toMs);
  }

  #cut(fromMs: number, toMs: number): Time[] {
    const inside = this.#borders.filter((ms) => ms > fromMs && ms < toMs);
    const starts = [fromMs, ...inside];
    return starts.map((startMs, i) => ({ fromMs: startMs, toMs: inside[i] ?? toMs }));
  }

  #tallyOf({ seriesId }: TallyRow, segmentId: number, atMs: number): number {
    const key = `${seriesId} ${segmentId}`;
    let id = this.#tallies.get(key);
    if (id === undefined) {
      this.#sql.addTally.run(seriesId, segmentId, atMs, atMs);
      id = this.#sql.findTally.get(seriesId, segmentId) as number;
      this.#tallies.set(key, id);
    }
    return id;
  }
}

interface TallyRow {
  readonly id: number;
  readonly seriesId: number;
  readonly userId: string | null;
  readonly peerId: string | null;
  readonly mark: number;
  readonly lastAt: number;
}

function isHolder({ userId, peerId }: TallyRow, holder: Holder): boolean {
  return userId === holder.userId && peerId === holder.peerId;
}

/** Each direction by time, with largest remainder. */
function partsOf(sums: Sums, shares: readonly Share[]): Sums[] {
  const weights = shares.map(({ ms }) => BigInt(ms));
  const [rx, tx, undirected] = (['rx', 'tx', 'undirected'] as const).map((column) => apportion(sums[column], weights));
  return shares.map((_share, i) => ({
    rx: rx?.[i] ?? 0n,
    tx: tx?.[i] ?? 0n,
    undirected: undirected?.[i] ?? 0n,
    markup: 0n,
  }));
}

/**
 * Takes a part of a quarter out of its records, in proportion to what is in them. Records of what was taken earlier, which
 * are negative, stay: the others hold at least as much as the quarter.
 */
function takeFromRecords(left: (BookedRecord & Sums)[], part: Sums): BookedRecord[] {
  const [rx, tx, undirected] = (['rx', 'tx', 'undirected'] as const).map((column) => takeColumn(left, column, part));
  return left.map((record, i) => {
    const taken = { rx: rx?.[i] ?? 0n, tx: tx?.[i] ?? 0n, undirected: undirected?.[i] ?? 0n };
    const [bytes, all] = [totalOf(taken), totalOf(record) + totalOf(taken)];
    const markup = all === 0n ? 0n : (record.markup * bytes) / all;
    record.markup -= markup;
    return { flags: record.flags, lag: record.lag, ...taken, markup };
  });
}

function takeColumn(left: (BookedRecord & Sums)[], column: Column, part: Sums): bigint[] {
  if (part[column] === 0n) return [];
  const taken = apportion(
    part[column],
    left.map((record) => (record[column] > 0n ? record[column] : 0n)),
  );
  for (const [i, record] of left.entries()) record[column] -= taken[i] ?? 0n;
  return taken;
}

function totalOf({ rx, tx, undirected }: Pick<Sums, Column>): bigint {
  return rx + tx + undirected;
}

function onlyDaysLeft({ fromMs, toMs }: Time): ExpectedError {
  const [from, to] = [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
  return new ExpectedError('only-days-left', `Of the day from ${from} to ${to} only the sum is left.`, {
    hint: 'Name the beginning of that day, or of the next one: a day without records goes as a whole.',
  });
}

function prepare(db: Database) {
  return {
    tallies: db.prepare(
      `SELECT t.id, t.series_id AS seriesId, g.user_id AS userId, g.peer_id AS peerId, g.mark, t.last_at AS lastAt
       FROM series s JOIN tally t ON t.series_id = s.id JOIN segment g ON g.id = t.segment_id
       WHERE s.peer_id = ? ORDER BY t.id`,
    ),
    addTally: db.prepare(
      'INSERT INTO tally (series_id, segment_id, first_at, last_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    ),
    findTally: db.prepare('SELECT id FROM tally WHERE series_id = ? AND segment_id = ?').pluck(),
  };
}
