import type { CarrierRules } from '../../../core/ledger/billing.ts';
import type { AppliedReset, UsageHalf } from '../../../core/ledger/segment.ts';

/** Whose bytes they are: a user, or a token or peer that nobody owns; a claimed one belongs to a user since. */
export interface Holder {
  readonly userId: string | null;
  readonly token: string | null;
  readonly peerId: string | null;
  /** Segments opened now count in the running cycle. */
  readonly inCycle: boolean;
}

/** What is remembered of a holder, for one half of the usage. */
export interface HolderState extends Holder {
  readonly half: UsageHalf;
  /** Marks that apply, undone ones too. */
  readonly resets: readonly MarkRow[];
  /** Rarely more than one; a search beats a map then, and costs less memory. */
  segments: readonly SegmentState[];
}

export interface MarkRow extends AppliedReset {
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

/** What a series is of: a peer or a token, over a carrier. */
export interface SeriesName {
  readonly carrier: CarrierState;
  readonly peerId: string | null;
  readonly token: string | null;
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

/** Shared by all who have nothing yet. */
export const NONE: readonly never[] = [];

/** Mostly the only one. A list that is pushed to takes room for 17, and there is one of these for each peer. */
export function withOne<T>(list: readonly T[], one: T): readonly T[] {
  return list.length === 0 ? [one] : [...list, one];
}

/** In place of the one that the series had where its holder was forgotten meanwhile, and so its segment is another object. */
export function addLine(tallyId: number, series: SeriesState, segment: SegmentState): Line {
  const line: Line = { tallyId, series, segment, pending: NONE };
  const others = series.lines.filter((other) => other.tallyId !== tallyId);
  series.lines = withOne(others, line);
  return line;
}

/** Names a series within the ledger. */
export function seriesKey({ carrier, peerId, token }: SeriesName): string {
  return peerId === null ? `t${carrier.id}\n${token}` : `p${carrier.id}\n${peerId}`;
}

export function holderKey({ userId, token, peerId, inCycle }: Holder, half: UsageHalf): string {
  return `${userId ?? ''}\n${token ?? ''}\n${peerId ?? ''}\n${inCycle}\n${half}`;
}
