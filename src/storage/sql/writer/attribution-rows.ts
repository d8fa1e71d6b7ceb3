import { effectiveMark, markAt, type UsageHalf } from '../../../core/ledger/segment.ts';
import { quarterOf } from '../../../core/units/quarter.ts';
import { type Database, prepareEach, type RunResult, type Statement } from '../database.ts';
import { billingRuleColumns } from '../rows.ts';
import {
  type CarrierState,
  type Holder,
  type HolderState,
  type MarkRow,
  NONE,
  type SegmentState,
  type SeriesName,
  type SeriesState,
} from './attributed.ts';

/** A statement that asks for a row, and the parameters for this one. */
export interface Question {
  readonly find: Statement;
  readonly params: readonly unknown[];
}

export type SeriesRow = readonly [id: number, lastAt: number | null];
export type SegmentRow = readonly [id: number, allMark: number, hidden: number];
/** A series and its newest tally; nulls where it has none. */
export type SeriesTallyRow = readonly [
  seriesId: number,
  tallyId: number | null,
  seriesLastAt: number | null,
  ...segment: SegmentRow,
  mark: number,
  inCycle: number,
  userId: string | null,
  token: string | null,
  peerId: string | null,
  half: UsageHalf,
];

/** A tally as it is in the database, with whose bytes are in it. */
export interface StoredTally extends Holder {
  readonly id: number;
  readonly segment: SegmentRow;
  readonly mark: number;
  readonly half: UsageHalf;
}

/**
 * Rows that bytes are booked to, in the database: asks for them and makes them. What is made is sent at once; who takes the
 * answer waits for it, so that several are sent before the first one is asked for.
 */
export class AttributionRows {
  readonly sql: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.sql = prepare(db);
  }

  seriesQuestion({ carrier, peerId, token }: SeriesName): Question {
    const { findPeerSeries, findTokenSeries } = this.sql;
    return { find: peerId === null ? findTokenSeries : findPeerSeries, params: [peerId ?? token, carrier.id] };
  }

  /** The same, with its newest tally. */
  seriesTallyQuestion({ carrier, peerId, token }: SeriesName): Question {
    const { peerSeriesTally, tokenSeriesTally } = this.sql;
    return { find: peerId === null ? tokenSeriesTally : peerSeriesTally, params: [peerId ?? token, carrier.id] };
  }

  addSeries({ carrier, peerId, token }: SeriesName): () => number {
    return added(this.sql.addSeries.run(carrier.id, peerId, token));
  }

  segmentQuestion({ userId, token, peerId, inCycle, half }: HolderState, mark: number): Question {
    const cycle = inCycle ? 1 : 0;
    const { findOwnSegment, findTokenSegment, findPeerSegment } = this.sql;
    if (token !== null) return { find: findTokenSegment, params: [token, userId, mark, cycle] };
    if (peerId !== null) return { find: findPeerSegment, params: [peerId, userId, mark, cycle] };
    return { find: findOwnSegment, params: [userId, mark, half] };
  }

  openSegment(holder: HolderState, mark: number, nowMs: number): () => SegmentState {
    const { userId, token, peerId } = holder;
    let allMark = 0;
    for (const { id, all } of holder.resets) if (all && id <= mark && id > allMark) allMark = id;
    const hidden = effectiveMark(holder.resets.filter(({ all }) => !all)) > mark;
    const claimedAt = userId !== null && (token !== null || peerId !== null) ? nowMs : null;
    const ran = this.sql.addSegment.run(
      userId,
      token,
      peerId,
      mark,
      allMark,
      hidden ? 1 : 0,
      holder.inCycle ? 1 : 0,
      nowMs,
      claimedAt,
      holder.half,
    );
    const id = added(ran);
    return () => ({ id: id(), mark, allMark, hidden, unclaimed: userId === null, places: NONE });
  }

  addTally(series: SeriesState, segment: SegmentState, fromMs: number): () => number {
    return added(this.sql.addTally.run(series.id, segment.id, fromMs, fromMs));
  }
}

export function toSeries([id, lastAt]: SeriesRow, carrier: CarrierState): SeriesState {
  const lastQuarter = lastAt === null ? -1 : quarterOf(lastAt);
  return { id, carrier, lastQuarter, activeIn: -1, activeEra: null, lines: NONE };
}

export function toTally(row: SeriesTallyRow): StoredTally | null {
  const [, id, , segmentId, allMark, hidden, mark, inCycle, userId, token, peerId, half] = row;
  if (id === null) return null;
  return { id, segment: [segmentId, allMark, hidden], mark, half, userId, token, peerId, inCycle: inCycle === 1 };
}

export function toSegment([id, allMark, hidden]: SegmentRow, { userId }: HolderState, mark: number): SegmentState {
  return { id, mark, allMark, hidden: hidden === 1, unclaimed: userId === null, places: NONE };
}

export function markOf({ resets }: HolderState, fromMs: number, toMs: number): number {
  return resets.length === 0 ? 0 : markAt(resets, fromMs, toMs);
}

function added(ran: RunResult): () => number {
  return () => Number(ran.lastInsertRowid);
}

interface ResetRow {
  readonly id: number;
  readonly at: number;
  readonly undone: number;
  readonly scope: string;
  readonly half: UsageHalf | null;
}

export function toMark(row: unknown): MarkRow {
  const { id, at, undone, scope, half } = row as ResetRow;
  return { id, atMs: at, undone: undone === 1, all: scope === 'all', half };
}

function prepare(db: Database) {
  const mark = 'SELECT id, at, undone_at IS NOT NULL AS undone, scope, half FROM reset';
  const segment = 'SELECT id, all_mark, hidden FROM segment';
  const series = 'SELECT s.id, (SELECT max(t.last_at) FROM tally t WHERE t.series_id = s.id) FROM series s';
  // The newest tally: there is one more with every reset, and nearly always it is the one that is booked to.
  const newest = `SELECT s.id, t.id, (SELECT max(x.last_at) FROM tally x WHERE x.series_id = s.id), g.id, g.all_mark, g.hidden,
      g.mark, g.in_cycle, g.user_id, g.token, g.peer_id, g.half
    FROM series s LEFT JOIN tally t ON t.series_id = s.id AND t.id = (SELECT max(x.id) FROM tally x WHERE x.series_id = s.id)
    LEFT JOIN segment g ON g.id = t.segment_id`;
  return {
    findCarrier: db.prepare(
      `SELECT id, place FROM carrier WHERE server = ? AND port = ? AND protocol = ? AND ifnull(service_id, '') = ?`,
    ),
    rules: db.prepare(
      `SELECT ${billingRuleColumns} FROM billing_rule b
       WHERE b.node_id = ? AND (b.service_id IS NULL OR b.service_id = ?) ORDER BY b.from_quarter`,
    ),
    findPlace: db.prepare('SELECT place FROM carrier WHERE server = ? AND port = ? LIMIT 1'),
    addCarrier: db.prepare(
      'INSERT INTO carrier (server, port, protocol, node_id, service_id, place) VALUES (?, ?, ?, ?, ?, 0)',
    ),
    setPlace: db.prepare('UPDATE carrier SET place = ? WHERE id = ?'),
    // Rows as arrays: each of these is asked once for every user who comes back.
    findTokenSeries: db.prepare(`${series} WHERE s.token = ? AND s.carrier_id = ?`).raw(),
    findPeerSeries: db.prepare(`${series} WHERE s.peer_id = ? AND s.carrier_id = ?`).raw(),
    tokenSeriesTally: prepareEach(db, `${newest} WHERE s.token = ? AND s.carrier_id = ?`).raw(),
    peerSeriesTally: prepareEach(db, `${newest} WHERE s.peer_id = ? AND s.carrier_id = ?`).raw(),
    addSeries: db.prepare('INSERT INTO series (carrier_id, peer_id, token) VALUES (?, ?, ?)'),
    findTally: prepareEach(db, 'SELECT id FROM tally WHERE series_id = ? AND segment_id = ?').pluck(),
    addTally: db.prepare('INSERT INTO tally (series_id, segment_id, first_at, last_at) VALUES (?, ?, ?, ?)'),
    allResets: db.prepare(`${mark} WHERE scope = 'all'`),
    userResets: prepareEach(db, `${mark} WHERE id IN (SELECT reset_id FROM reset_target WHERE user_id = ?)`),
    areUsersReset: db.prepare('SELECT EXISTS (SELECT 1 FROM reset_target)').pluck(),
    findOwnSegment: prepareEach(
      db,
      `${segment} WHERE user_id = ? AND token IS NULL AND peer_id IS NULL AND mark = ? AND half = ?`,
    ).raw(),
    // Claimed segments of one holder may share a mark (claimed, given back, claimed again): the newest takes late bytes.
    // The plus keeps SQLite from an index on null values: that would read the segments of all holders.
    findTokenSegment: prepareEach(
      db,
      `${segment} WHERE token = ? AND +user_id IS ? AND mark = ? AND in_cycle = ? ORDER BY id DESC LIMIT 1`,
    ).raw(),
    findPeerSegment: prepareEach(
      db,
      `${segment} WHERE peer_id = ? AND +user_id IS ? AND mark = ? AND in_cycle = ? ORDER BY id DESC LIMIT 1`,
    ).raw(),
    addSegment: db.prepare(
      `INSERT INTO segment (user_id, token, peer_id, mark, all_mark, hidden, in_cycle, opened_at, claimed_at,
         half) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
  };
}
