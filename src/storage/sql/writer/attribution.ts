import type { CarrierRules, RuleSince } from '../../../core/ledger/billing.ts';
import { type AppliedReset, marksOnHalf, type UsageHalf } from '../../../core/ledger/segment.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { Database } from '../database.ts';
import { type BillingRuleRow, toBillingRule } from '../rows.ts';
import {
  addLine,
  type CarrierState,
  type Holder,
  type HolderState,
  holderKey,
  type Line,
  type MarkRow,
  NONE,
  type SegmentState,
  type SeriesName,
  type SeriesState,
  seriesKey,
  withOne,
} from './attributed.ts';
import {
  AttributionRows,
  markOf,
  type SegmentRow,
  type SeriesRow,
  toMark,
  toSegment,
  toSeries,
} from './attribution-rows.ts';
import { type Expected, LookAhead } from './look-ahead.ts';

type FoundCarrier = Pick<CarrierState, 'id' | 'place'>;

/** The VPN service whose bytes a carrier carries. */
interface CarrierService {
  readonly id: string;
  readonly nodeId: string;
  /** Its source multiplies by itself: no rule applies. */
  readonly isWeighted: boolean;
}

/** 2 x 100,000 series: some 60 MB when all of them are in use. */
const SERIES_KEPT = 100_000;
/** What is of one peer alone is kept with the peer (`MeteredPeer`), where there is room for that. */
const PEERS_KEPT = 10_000;

/**
 * Finds, and where needed makes, what bytes are booked to: carrier, series, segment and tally. Keeps what it found in
 * memory; `forget` must be called after a rollback and after every change of owners or marks.
 */
export class Attribution {
  readonly #rows: AttributionRows;
  readonly #ahead: LookAhead;
  readonly #carriers = new Map<string, CarrierState>();
  readonly #series = new BoundedMap<string, SeriesState>(SERIES_KEPT);
  readonly #holders = new BoundedMap<string, HolderState>(SERIES_KEPT);
  readonly #peerSeries = new BoundedMap<string, SeriesState>(PEERS_KEPT);
  readonly #peerHolders = new BoundedMap<string, HolderState>(PEERS_KEPT);
  #allResets: readonly MarkRow[] | null = null;
  /** False while no user was ever reset alone: then nobody's marks need to be looked for. */
  #areUsersReset: boolean | null = null;
  /** Of users who are just being looked at ahead. */
  readonly #ownMarks = new Map<string, readonly MarkRow[]>();
  #generation = 0;

  constructor(db: Database) {
    this.#rows = new AttributionRows(db);
    this.#ahead = new LookAhead(this.#rows, {
      knownSeries: (name) => this.#knownSeries(name).get(seriesKey(name)),
      remember: (name, series) => this.#knownSeries(name).set(seriesKey(name), series),
      seriesOf: (name) => this.#seriesOf(name),
      knowsHolder: (holder, half) => this.#knownHolders(holder).get(holderKey(holder, half)) !== undefined,
      stateOf: (holder, half) => this.#stateOf(holder, half),
      segmentAt: (holder, fromMs, toMs, nowMs) => this.#segmentAt(holder, fromMs, toMs, nowMs),
      areUsersReset: () => this.#isAnybodyReset(),
      ownMarks: this.#ownMarks,
    });
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
    this.#ownMarks.clear();
  }

  carrier(server: string, port: number, protocol: string, service?: CarrierService): CarrierState {
    const key = `${server}\n${port}\n${protocol}\n${service?.id ?? ''}`;
    let carrier = this.#carriers.get(key);
    if (carrier === undefined) {
      const found = this.#rows.sql.findCarrier.get(server, port, protocol, service?.id ?? '') as
        | FoundCarrier
        | undefined;
      const { id, place } = found ?? this.#addCarrier(server, port, protocol, service);
      const half = service === undefined ? 'reports' : 'services';
      carrier = { id, place, half, rules: service === undefined || service.isWeighted ? null : this.rulesOf(service) };
      this.#carriers.set(key, carrier);
    }
    return carrier;
  }

  /** Rules that were set for a VPN service or its node; null if there are none. */
  rulesOf({ id, nodeId }: CarrierService): CarrierRules | null {
    const rows = this.#rows.sql.rules.all(nodeId, id) as BillingRuleRow[];
    if (rows.length === 0) return null;
    const own = (serviceId: string | null): RuleSince[] =>
      rows.filter((row) => row.serviceId === serviceId).map((row) => ({ ...row, rule: toBillingRule(row).rule }));
    return { service: own(id), node: own(null) };
  }

  #addCarrier(server: string, port: number, protocol: string, service?: CarrierService): FoundCarrier {
    const sibling = this.#rows.sql.findPlace.get(server, port) as { place: number } | undefined;
    const id = Number(
      this.#rows.sql.addCarrier.run(server, port, protocol, service?.nodeId ?? null, service?.id ?? null)
        .lastInsertRowid,
    );
    const place = sibling?.place ?? id;
    this.#rows.sql.setPlace.run(place, id);
    return { id, place };
  }

  seriesOfToken(token: string, carrier: CarrierState): SeriesState {
    return this.#seriesOf({ carrier, peerId: null, token });
  }

  seriesOfPeer(peerId: string, carrier: CarrierState): SeriesState {
    return this.#seriesOf({ carrier, peerId, token: null });
  }

  #seriesOf(name: SeriesName): SeriesState {
    const known = this.#knownSeries(name);
    const key = seriesKey(name);
    let series = known.get(key);
    if (series !== undefined) return series;
    const { find, params } = this.#rows.seriesQuestion(name);
    const row: SeriesRow = (find.get(...params) as SeriesRow | undefined) ?? [this.#rows.addSeries(name)(), null];
    series = toSeries(row, name.carrier);
    known.set(key, series);
    return series;
  }

  #knownSeries({ peerId }: SeriesName): BoundedMap<string, SeriesState> {
    return peerId === null ? this.#series : this.#peerSeries;
  }

  /** Whether asking together saves anything with this engine. */
  get looksAhead(): boolean {
    return this.#ahead.isWorthwhile;
  }

  /**
   * Finds or makes together what `seriesOfToken`, `seriesOfPeer` and `line` would find or make one after the other. To be
   * called for bytes that are booked in the same transaction, or after a crash before anything else is; not for series that
   * the caller has at hand: were they forgotten here, there would be two of one.
   */
  lookAhead(expected: readonly Expected[]): void {
    this.#ahead.look(expected);
  }

  /** The tally for bytes that a series carried for a holder in `[fromMs, toMs)`. */
  line(series: SeriesState, holder: Holder, fromMs: number, toMs: number, nowMs: number): Line {
    const segment = this.segment(holder, series.carrier.half, fromMs, toMs, nowMs);
    for (const line of series.lines) if (line.segment === segment) return line;
    const found = this.#rows.sql.findTally.get(series.id, segment.id) as number | undefined;
    const tallyId = found ?? this.#rows.addTally(series, segment, fromMs)();
    return addLine(tallyId, series, segment);
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
    const known = this.#knownHolders(holder);
    let state = known.get(key);
    if (state === undefined) {
      const { userId, token, peerId, inCycle } = holder;
      const resets = marksOnHalf(this.#resetsOf(userId), half);
      state = { userId, token, peerId, inCycle, half, resets, segments: NONE };
      known.set(key, state);
    }
    return state;
  }

  /** The segments of a user are of all their peers, and have to be the same ones for all. */
  #knownHolders({ userId, peerId }: Holder): BoundedMap<string, HolderState> {
    return userId === null && peerId !== null ? this.#peerHolders : this.#holders;
  }

  #resetsOf(userId: string | null): readonly MarkRow[] {
    this.#allResets ??= this.#rows.sql.allResets.all().map(toMark);
    if (userId === null || !this.#isAnybodyReset()) return this.#allResets;
    const own = this.#ownMarks.get(userId) ?? this.#rows.sql.userResets.all(userId).map(toMark);
    return own.length === 0 ? this.#allResets : [...this.#allResets, ...own];
  }

  #isAnybodyReset(): boolean {
    this.#areUsersReset ??= this.#rows.sql.areUsersReset.get() === 1;
    return this.#areUsersReset;
  }

  #segmentAt(holder: HolderState, fromMs: number, toMs: number, nowMs: number): SegmentState {
    const mark = markOf(holder, fromMs, toMs);
    for (const segment of holder.segments) if (segment.mark === mark) return segment;
    const segment = this.#findSegment(holder, mark) ?? this.#rows.openSegment(holder, mark, nowMs)();
    holder.segments = withOne(holder.segments, segment);
    return segment;
  }

  #findSegment(holder: HolderState, mark: number): SegmentState | undefined {
    const { find, params } = this.#rows.segmentQuestion(holder, mark);
    const row = find.get(...params) as SegmentRow | undefined;
    return row === undefined ? undefined : toSegment(row, holder, mark);
  }
}
