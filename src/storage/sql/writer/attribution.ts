import type { CarrierRules, RuleSince } from '../../../core/ledger/billing.ts';
import { type AppliedReset, effectiveMark, markAt, marksOnHalf, type UsageHalf } from '../../../core/ledger/segment.ts';
import { quarterOf } from '../../../core/units/quarter.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { Database, RunResult, Statement } from '../database.ts';
import { type BillingRuleRow, billingRuleColumns, toBillingRule } from '../rows.ts';

/** Whose bytes they are: a user, or a token or peer that nobody owns; a claimed one belongs to a user since. */
export interface Holder {
  readonly userId: string | null;
  readonly token: string | null;
  readonly peerId: string | null;
  /** Segments opened now count in the running cycle. */
  readonly inCycle: boolean;
}

interface HolderState extends Holder {
  readonly half: UsageHalf;
  /** Marks that apply, undone ones too. */
  readonly resets: readonly MarkRow[];
  /** Rarely more than one; a search beats a map then, and costs less memory. */
  segments: readonly SegmentState[];
}

interface MarkRow extends AppliedReset {
  readonly all: boolean;
}

export interface SegmentState {
  readonly id: number;
  readonly mark: number;
  readonly allMark: number;
  readonly hidden: boolean;
  readonly unclaimed: boolean;
  /** For the counting of connections. Rarely more than a few. */
  places: readonly PlaceHours[];
}

/** Hours of the latest day in which a place carried bytes of a segment. */
export interface PlaceHours {
  readonly place: number;
  day: number;
  hours: number;
}

export interface CarrierState {
  readonly id: number;
  readonly place: number;
  readonly half: UsageHalf;
  /** Null: every byte is billed once. */
  readonly rules: CarrierRules | null;
}

type FoundCarrier = Pick<CarrierState, 'id' | 'place'>;

/** The VPN service whose bytes a carrier carries. */
interface CarrierService {
  readonly id: string;
  readonly nodeId: string;
  /** Its source multiplies by itself: no rule applies. */
  readonly isWeighted: boolean;
}

export interface SeriesState {
  readonly id: number;
  readonly carrier: CarrierState;
  /** No record of this series is in a later quarter; -1 = there is none at all. */
  lastQuarter: number;
  /** Known to be active in this quarter, for the counting of active series: see `CarrierSums`. */
  activeIn: number;
  activeEra: object | null;
  lines: readonly Line[];
}

/** One series in one segment (a tally), with the bytes of the running transaction that are to be added to it. */
export interface Line {
  readonly tallyId: number;
  readonly series: SeriesState;
  readonly segment: SegmentState;
  pending: readonly PendingRecord[];
}

export interface PendingRecord {
  readonly quarter: number;
  readonly flags: number;
  readonly lag: number;
  rx: bigint;
  tx: bigint;
  undirected: bigint;
  /** Known when the record is written. */
  markup: bigint;
  fromMs: number;
  toMs: number;
}

/** Whose bytes of when, and when they are booked. */
interface ExpectedPlace {
  readonly holder: Holder;
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
}

/** Bytes that are to be booked: of a peer or a token, over a carrier. */
export interface Expected {
  readonly carrier: CarrierState;
  readonly peerId: string | null;
  readonly token: string | null;
  /** Where they go; null: only the series is needed. */
  readonly line: ExpectedPlace | null;
}

type ExpectedLine = Expected & { readonly line: NonNullable<Expected['line']> };

/** 2 x 100,000 series: some 60 MB when all of them are in use. */
const SERIES_KEPT = 100_000;
/** What is of one peer alone is kept with the peer (`MeteredPeer`), where there is room for that. */
const PEERS_KEPT = 10_000;

/**
 * Finds, and where needed makes, what bytes are booked to: carrier, series, segment and tally. Keeps what it found in
 * memory; `forget` must be called after a rollback and after every change of owners or marks.
 */
export class Attribution {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #carriers = new Map<string, CarrierState>();
  readonly #series = new BoundedMap<string, SeriesState>(SERIES_KEPT);
  readonly #holders = new BoundedMap<string, HolderState>(SERIES_KEPT);
  readonly #peerSeries = new BoundedMap<string, SeriesState>(PEERS_KEPT);
  readonly #peerHolders = new BoundedMap<string, HolderState>(PEERS_KEPT);
  #allResets: readonly MarkRow[] | null = null;
  /** False while no user was ever reset alone: then nobody's marks need to be looked for. */
  #areUsersReset: boolean | null = null;
  /** Of users who are looked at ahead. */
  readonly #ownResets = new Map<string, readonly MarkRow[]>();
  #generation = 0;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /** Changes whenever what was found before must not be used any more. */
  get generation(): number {
    return this.#generation;
  }

  forget(): void {
    this.#generation++;
    this.#carriers.clear();
    this.#series.clear();
    this.#holders.clear();
    this.#peerSeries.clear();
    this.#peerHolders.clear();
    this.#allResets = null;
    this.#areUsersReset = null;
    this.#ownResets.clear();
  }

  carrier(server: string, port: number, protocol: string, service?: CarrierService): CarrierState {
    const key = `${server}\n${port}\n${protocol}\n${service?.id ?? ''}`;
    let carrier = this.#carriers.get(key);
    if (carrier === undefined) {
      const found = this.#sql.findCarrier.get(server, port, protocol, service?.id ?? '') as FoundCarrier | undefined;
      const { id, place } = found ?? this.#addCarrier(server, port, protocol, service);
      const half = service === undefined ? 'reports' : 'services';
      carrier = { id, place, half, rules: service === undefined || service.isWeighted ? null : this.rulesOf(service) };
      this.#carriers.set(key, carrier);
    }
    return carrier;
  }

  /** Rules that were set for a VPN service or its node; null if there are none. */
  rulesOf({ id, nodeId }: CarrierService): CarrierRules | null {
    const rows = this.#sql.rules.all(nodeId, id) as BillingRuleRow[];
    if (rows.length === 0) return null;
    const own = (serviceId: string | null): RuleSince[] =>
      rows.filter((row) => row.serviceId === serviceId).map((row) => ({ ...row, rule: toBillingRule(row).rule }));
    return { service: own(id), node: own(null) };
  }

  #addCarrier(server: string, port: number, protocol: string, service?: CarrierService): FoundCarrier {
    const sibling = this.#sql.findPlace.get(server, port) as { place: number } | undefined;
    const id = Number(
      this.#sql.addCarrier.run(server, port, protocol, service?.nodeId ?? null, service?.id ?? null).lastInsertRowid,
    );
    const place = sibling?.place ?? id;
    this.#sql.setPlace.run(place, id);
    return { id, place };
  }

  seriesOfToken(token: string, carrier: CarrierState): SeriesState {
    return this.#seriesOf(seriesKey({ carrier, peerId: null, token }), carrier, this.#sql.findTokenSeries, null, token);
  }

  seriesOfPeer(peerId: string, carrier: CarrierState): SeriesState {
    return this.#seriesOf(seriesKey({ carrier, peerId, token: null }), carrier, this.#sql.findPeerSeries, peerId, null);
  }

  #seriesOf(key: string, carrier: CarrierState, find: Statement, peerId: string | null, token: string | null) {
    const known = peerId === null ? this.#series : this.#peerSeries;
    let series = known.get(key);
    if (series !== undefined) return series;
    const [id, lastAt] = (find.get(peerId ?? token, carrier.id) as [number, number | null] | undefined) ?? NOT_FOUND;
    series = newSeries(id ?? this.#addSeries(carrier, peerId, token)(), carrier, lastAt);
    known.set(key, series);
    return series;
  }

  #addSeries(carrier: CarrierState, peerId: string | null, token: string | null): () => number {
    return added(this.#sql.addSeries.run(carrier.id, peerId, token));
  }

  /** Whether `lookAhead` saves anything: where each question is a way to a server. */
  get looksAhead(): boolean {
    return this.#sql.findTally.getEach !== undefined;
  }

  /**
   * Finds or makes together what `seriesOfToken`, `seriesOfPeer` and `line` would find or make one after the other. To be
   * called for bytes that are booked in the same transaction, or after a crash before anything else is.
   */
  lookAhead(expected: readonly Expected[]): void {
    const withLines = expected.flatMap((one) => (one.line === null ? [] : [{ ...one, line: one.line }]));
    this.#seriesAhead(expected);
    this.#marksAhead(withLines.map(({ line }) => line.holder.userId));
    this.#segmentsAhead(withLines);
    this.#talliesAhead(withLines);
  }

  #seriesAhead(expected: readonly Expected[]): void {
    const { findPeerSeries, findTokenSeries } = this.#sql;
    for (const find of [findPeerSeries, findTokenSeries]) {
      const known = find === findPeerSeries ? this.#peerSeries : this.#series;
      const missing = new Map<string, Expected>();
      for (const one of expected) {
        const key = seriesKey(one);
        if ((one.peerId !== null) === (find === findPeerSeries) && known.get(key) === undefined) missing.set(key, one);
      }
      const all = [...missing];
      const found = find.getEach?.(all.map(([, { peerId, token, carrier }]) => [peerId ?? token, carrier.id])) ?? [];
      // All are sent before the first id is asked for.
      const ids = all.map(([, { carrier, peerId, token }], i) => {
        const row = found[i] as [number, number | null] | undefined;
        return row === undefined ? this.#addSeries(carrier, peerId, token) : () => row[0];
      });
      all.forEach(([key, { carrier }], i) => {
        const row = found[i] as [number, number | null] | undefined;
        known.set(key, newSeries(ids[i]?.() as number, carrier, row?.[1] ?? null));
      });
    }
  }

  /** Resets of users alone, where there are any. */
  #marksAhead(userIds: readonly (string | null)[]): void {
    this.#ownResets.clear();
    this.#areUsersReset ??= this.#sql.areUsersReset.get() === 1;
    if (!this.#areUsersReset) return;
    const users = [...new Set(userIds.filter((id) => id !== null))];
    const found = this.#sql.userResets.allEach?.(users.map((id) => [id])) ?? [];
    users.forEach((id, i) => void this.#ownResets.set(id, (found[i] ?? []).map(toMark)));
  }

  #segmentsAhead(expected: readonly ExpectedLine[]): void {
    const missing = new Map<string, { readonly holder: HolderState; readonly mark: number; readonly nowMs: number }>();
    for (const { carrier, line } of expected) {
      const holder = this.#stateOf(line.holder, carrier.half);
      const mark = markOf(holder, line.fromMs, line.toMs);
      if (holder.segments.some((segment) => segment.mark === mark)) continue;
      const key = `${holderKey(line.holder, carrier.half)}\n${mark}`;
      if (!missing.has(key)) missing.set(key, { holder, mark, nowMs: line.nowMs });
    }
    const all = [...missing.values()];
    const found = new Map<(typeof all)[number], SegmentRow>();
    const { findOwnSegment, findTokenSegment, findPeerSegment } = this.#sql;
    for (const find of [findOwnSegment, findTokenSegment, findPeerSegment]) {
      const some = all.filter(({ holder, mark }) => this.#segmentQuestion(holder, mark).find === find);
      const rows = find.getEach?.(some.map(({ holder, mark }) => this.#segmentQuestion(holder, mark).params)) ?? [];
      some.forEach((one, i) => void (rows[i] !== undefined && found.set(one, rows[i] as SegmentRow)));
    }
    const segments = all.map((one) => {
      const row = found.get(one);
      return row === undefined
        ? this.#openSegment(one.holder, one.mark, one.nowMs)
        : () => toSegment(row, one.holder, one.mark);
    });
    all.forEach(({ holder }, i) => {
      holder.segments = withOne(holder.segments, segments[i]?.() as SegmentState);
    });
  }

  #talliesAhead(expected: readonly ExpectedLine[]): void {
    const missing = new Map<
      string,
      { readonly series: SeriesState; readonly segment: SegmentState; readonly fromMs: number }
    >();
    for (const one of expected) {
      const { holder, fromMs, toMs, nowMs } = one.line;
      const series = this.#knownSeries(one);
      const segment = this.segment(holder, series.carrier.half, fromMs, toMs, nowMs);
      const key = `${series.id} ${segment.id}`;
      if (!missing.has(key) && !series.lines.some((line) => line.segment === segment))
        missing.set(key, { series, segment, fromMs });
    }
    const all = [...missing.values()];
    const found = this.#sql.findTally.getEach?.(all.map(({ series, segment }) => [series.id, segment.id])) ?? [];
    const ids = all.map(({ series, segment, fromMs }, i) => {
      const id = found[i] as number | undefined;
      return id === undefined ? this.#addTally(series, segment, fromMs) : () => id;
    });
    all.forEach(({ series, segment }, i) => {
      series.lines = withOne(series.lines, { tallyId: ids[i]?.() as number, series, segment, pending: NONE });
    });
  }

  #knownSeries({ carrier, peerId, token }: Expected): SeriesState {
    return peerId === null ? this.seriesOfToken(token as string, carrier) : this.seriesOfPeer(peerId, carrier);
  }

  #addTally(series: SeriesState, segment: SegmentState, fromMs: number): () => number {
    return added(this.#sql.addTally.run(series.id, segment.id, fromMs, fromMs));
  }

  /** The tally for bytes that a series carried for a holder in `[fromMs, toMs)`. */
  line(series: SeriesState, holder: Holder, fromMs: number, toMs: number, nowMs: number): Line {
    const segment = this.segment(holder, series.carrier.half, fromMs, toMs, nowMs);
    for (const line of series.lines) if (line.segment === segment) return line;
    const found = this.#sql.findTally.get(series.id, segment.id) as number | undefined;
    const tallyId = found ?? this.#addTally(series, segment, fromMs)();
    const line: Line = { tallyId, series, segment, pending: NONE };
    series.lines = withOne(series.lines, line);
    return line;
  }

  /** Marks on a holder's half of usage, undone ones too. */
  marks(holder: Holder, half: UsageHalf): readonly AppliedReset[] {
    return this.#stateOf(holder, half).resets;
  }

  /** The segment for bytes of a holder in `[fromMs, toMs)`; opened if there is none yet. */
  segment(holder: Holder, half: UsageHalf, fromMs: number, toMs: number, nowMs: number): SegmentState {
    return this.#segmentAt(this.#stateOf(holder, half), fromMs, toMs, nowMs);
  }

  /** From this instant on an instant belongs to the newest segment of the holder. */
  lastResetMs(holder: Holder, half: UsageHalf): number {
    return Math.max(0, ...this.#stateOf(holder, half).resets.map(({ atMs }) => atMs));
  }

  #stateOf(holder: Holder, half: UsageHalf): HolderState {
    const key = holderKey(holder, half);
    const { userId, token, peerId, inCycle } = holder;
    // The segments of a user are of all their peers, and have to be the same ones for all.
    const known = userId === null && peerId !== null ? this.#peerHolders : this.#holders;
    let state = known.get(key);
    if (state === undefined) {
      const resets = marksOnHalf(this.#resetsOf(userId), half);
      state = { userId, token, peerId, inCycle, half, resets, segments: NONE };
      known.set(key, state);
    }
    return state;
  }

  #resetsOf(userId: string | null): readonly MarkRow[] {
    this.#allResets ??= this.#sql.allResets.all().map(toMark);
    this.#areUsersReset ??= this.#sql.areUsersReset.get() === 1;
    if (userId === null || !this.#areUsersReset) return this.#allResets;
    const own = this.#ownResets.get(userId) ?? this.#sql.userResets.all(userId).map(toMark);
    return own.length === 0 ? this.#allResets : [...this.#allResets, ...own];
  }

  #segmentAt(holder: HolderState, fromMs: number, toMs: number, nowMs: number): SegmentState {
    const mark = markOf(holder, fromMs, toMs);
    for (const segment of holder.segments) if (segment.mark === mark) return segment;
    const segment = this.#findSegment(holder, mark) ?? this.#openSegment(holder, mark, nowMs)();
    holder.segments = withOne(holder.segments, segment);
    return segment;
  }

  #findSegment(holder: HolderState, mark: number): SegmentState | undefined {
    const { find, params } = this.#segmentQuestion(holder, mark);
    const row = find.get(...params) as SegmentRow | undefined;
    return row === undefined ? undefined : toSegment(row, holder, mark);
  }

  #segmentQuestion({ userId, token, peerId, inCycle, half }: HolderState, mark: number) {
    const cycle = inCycle ? 1 : 0;
    const { findOwnSegment, findTokenSegment, findPeerSegment } = this.#sql;
    if (token !== null) return { find: findTokenSegment, params: [token, userId, mark, cycle] };
    if (peerId !== null) return { find: findPeerSegment, params: [peerId, userId, mark, cycle] };
    return { find: findOwnSegment, params: [userId, mark, half] };
  }

  /** It is sent at once; who takes the answer waits for it. */
  #openSegment(holder: HolderState, mark: number, nowMs: number): () => SegmentState {
    const { userId, token, peerId } = holder;
    let allMark = 0;
    for (const { id, all } of holder.resets) if (all && id <= mark && id > allMark) allMark = id;
    const hidden = effectiveMark(holder.resets.filter(({ all }) => !all)) > mark;
    const claimedAt = userId !== null && (token !== null || peerId !== null) ? nowMs : null;
    const ran = this.#sql.addSegment.run(
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
}

type SegmentRow = readonly [id: number, allMark: number, hidden: number];

function toSegment([id, allMark, hidden]: SegmentRow, { userId }: HolderState, mark: number): SegmentState {
  return { id, mark, allMark, hidden: hidden === 1, unclaimed: userId === null, places: NONE };
}

function markOf({ resets }: HolderState, fromMs: number, toMs: number): number {
  return resets.length === 0 ? 0 : markAt(resets, fromMs, toMs);
}

function newSeries(id: number, carrier: CarrierState, lastAt: number | null): SeriesState {
  const lastQuarter = lastAt === null ? -1 : quarterOf(lastAt);
  return { id, carrier, lastQuarter, activeIn: -1, activeEra: null, lines: NONE };
}

function seriesKey({ carrier, peerId, token }: Pick<Expected, 'carrier' | 'peerId' | 'token'>): string {
  return peerId === null ? `t${carrier.id}\n${token}` : `p${carrier.id}\n${peerId}`;
}

function holderKey({ userId, token, peerId, inCycle }: Holder, half: UsageHalf): string {
  return `${userId ?? ''}\n${token ?? ''}\n${peerId ?? ''}\n${inCycle}\n${half}`;
}

/** The id of a row that was added: asking for it may wait for a server, so that several are added first. */
function added(ran: RunResult): () => number {
  return () => Number(ran.lastInsertRowid);
}

/** Shared by all who have nothing yet. */
export const NONE: readonly never[] = [];

/** Mostly the only one. A list that is pushed to takes room for 17, and there is one of these for each peer. */
export function withOne<T>(list: readonly T[], one: T): readonly T[] {
  return list.length === 0 ? [one] : [...list, one];
}

const NOT_FOUND = [null, null] as const;

interface ResetRow {
  readonly id: number;
  readonly at: number;
  readonly undone: number;
  readonly scope: string;
  readonly half: UsageHalf | null;
}

function toMark(row: unknown): MarkRow {
  const { id, at, undone, scope, half } = row as ResetRow;
  return { id, atMs: at, undone: undone === 1, all: scope === 'all', half };
}

function prepare(db: Database) {
  const mark = 'SELECT id, at, undone_at IS NOT NULL AS undone, scope, half FROM reset';
  const segment = 'SELECT id, all_mark, hidden FROM segment';
  const series = 'SELECT s.id, (SELECT max(t.last_at) FROM tally t WHERE t.series_id = s.id) FROM series s';
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
    addSeries: db.prepare('INSERT INTO series (carrier_id, peer_id, token) VALUES (?, ?, ?)'),
    findTally: db.prepare('SELECT id FROM tally WHERE series_id = ? AND segment_id = ?').pluck(),
    addTally: db.prepare('INSERT INTO tally (series_id, segment_id, first_at, last_at) VALUES (?, ?, ?, ?)'),
    allResets: db.prepare(`${mark} WHERE scope = 'all'`),
    userResets: db.prepare(`${mark} WHERE id IN (SELECT reset_id FROM reset_target WHERE user_id = ?)`),
    areUsersReset: db.prepare('SELECT EXISTS (SELECT 1 FROM reset_target)').pluck(),
    findOwnSegment: db
      .prepare(`${segment} WHERE user_id = ? AND token IS NULL AND peer_id IS NULL AND mark = ? AND half = ?`)
      .raw(),
    // Claimed segments of one holder may share a mark (claimed, given back, claimed again): the newest takes late bytes.
    // The plus keeps SQLite from an index on null values: that would read the segments of all holders.
    findTokenSegment: db
      .prepare(`${segment} WHERE token = ? AND +user_id IS ? AND mark = ? AND in_cycle = ? ORDER BY id DESC LIMIT 1`)
      .raw(),
    findPeerSegment: db
      .prepare(`${segment} WHERE peer_id = ? AND +user_id IS ? AND mark = ? AND in_cycle = ? ORDER BY id DESC LIMIT 1`)
      .raw(),
    addSegment: db.prepare(
      `INSERT INTO segment (user_id, token, peer_id, mark, all_mark, hidden, in_cycle, opened_at, claimed_at,
         half) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
  };
}
