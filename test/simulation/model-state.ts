import type { UsageHalf } from '../../src/core/ledger/segment.ts';

export interface Bytes {
  readonly rx: bigint;
  readonly tx: bigint;
}

/** Whose bytes: of a user alone they are the user's own; with a token or peer they are claimed history, or unclaimed. */
export interface Holder {
  readonly user: string | null;
  readonly token: string | null;
  readonly peer: string | null;
  readonly inCycle: boolean;
}

/** Bytes of one holder that came under the same mark. What is shown follows from the mark; bytes never move. */
export interface Pot {
  /** Never given twice. */
  readonly id: number;
  user: string | null;
  readonly token: string | null;
  readonly peer: string | null;
  readonly mark: number;
  readonly half: UsageHalf;
  inCycle: boolean;
  readonly carriers: Map<string, { rx: bigint; tx: bigint }>;
}

/** Bytes of a pot that one token or peer moved over one carrier in one quarter of an hour. */
export interface Cell {
  readonly pot: Pot;
  readonly carrier: string;
  readonly source: Source;
  readonly quarter: number;
  rx: bigint;
  tx: bigint;
}

/** Where bytes come from. */
export type Source = { readonly token: string } | { readonly peer: string };

/** What an admin entered, cell by cell; taken where it is negative. */
export interface EntryModel {
  readonly postings: { readonly cell: Cell; readonly rx: bigint; readonly tx: bigint }[];
  readonly undoes: number | null;
  readonly aside: number | null;
  /** Owners of a peer, as they were before it and after it. */
  readonly rebinding?: RebindingModel;
  undone: boolean;
}

export interface RebindingModel {
  readonly peer: string;
  readonly fromMs: number;
  readonly before: readonly Binding[];
  readonly after: readonly Binding[];
}

/** A report or reading that was set aside, as it would have been booked. */
export interface AsideModel extends Bytes {
  readonly source: Source;
  readonly carrier: string;
  readonly fromMs: number | null;
  readonly toMs: number;
  readonly atMs: number;
  decided: 'open' | 'booking' | 'dismissal';
}

export interface Mark {
  readonly atMs: number;
  readonly users: readonly string[] | 'all';
  readonly half: UsageHalf | null;
  undone: boolean;
}

export interface PlannedReset extends Omit<Mark, 'undone'> {
  state: 'waiting' | 'done' | 'cancelled';
}

interface TokenModel {
  user: string;
  sinceMs: number;
  inCycle: boolean;
  rotated: boolean;
  released: boolean;
}

export interface Binding {
  /** Never given twice. */
  readonly id: number;
  readonly user: string;
  readonly fromMs: number;
  toMs: number | null;
  readonly claimed: boolean;
  readonly inCycle: boolean;
}

interface StreamModel {
  readonly rx: bigint;
  readonly tx: bigint;
  readonly atMs: number;
  readonly periodEndMs: number | null;
}

/** Plain data, so that `deepCopy` copies all of it. */
export interface LedgerState {
  readonly users: Map<string, { deleted: boolean }>;
  readonly tokens: Map<string, TokenModel>;
  readonly owners: Map<string, { user: string | null; bindings: Binding[] }>;
  lastBinding: number;
  readonly marks: Mark[];
  readonly planned: PlannedReset[];
  readonly pots: Pot[];
  readonly cells: Map<string, Cell>;
  /** Cells of earlier quarters are not kept: corrections are entered for a time since. */
  cellsFrom: number;
  readonly entries: EntryModel[];
  readonly keys: Map<string, string>;
  readonly streams: Map<string, StreamModel>;
  readonly services: Map<string, ServiceModel>;
  /** Boots of nodes, in the order in which they were seen first. */
  readonly boots: string[];
  readonly baselines: Map<string, { rx: bigint; tx: bigint }>;
  readonly quarantined: AsideModel[];
  tracking: boolean;
  /** Grows when tracking is switched on again: what began to be read before the last time does not count. */
  trackingPeriod: number;
  polling: PollProgress | null;
}

/** Where something was read last in its node's own order. */
export interface LastRead {
  readonly bootId: string;
  readonly uptimeMs: number;
  readonly atMs: number;
}

/** What the ledger should remember of one WireGuard interface between polls. */
export interface ServiceModel {
  last: LastRead | null;
  /** `period`: the time of tracking in which it began; in a later one it is no base. */
  lastComplete: { readonly atMs: number; readonly period: number } | null;
  everComplete: boolean;
  readonly counters: Map<string, CounterModel>;
}

/** As it was last seen to have changed. */
export interface CounterModel extends LastRead {
  readonly rx: bigint;
  readonly tx: bigint;
  readonly evidence: string;
  readonly ended: boolean;
  /** The time of tracking in which it was read: in a later one it is as if it had never been. */
  readonly period: number;
}

/** How far the poll is that is being booked, while others are called. */
export interface PollProgress {
  readonly period: number;
  readonly nowMs: number;
  readonly read: Set<string>;
  rx: bigint;
  tx: bigint;
}

export function emptyState(): LedgerState {
  return {
    users: new Map(),
    tokens: new Map(),
    owners: new Map(),
    lastBinding: 0,
    marks: [],
    planned: [],
    pots: [],
    cells: new Map(),
    cellsFrom: Number.NEGATIVE_INFINITY,
    entries: [],
    keys: new Map(),
    streams: new Map(),
    services: new Map(),
    boots: [],
    baselines: new Map(),
    quarantined: [],
    tracking: true,
    trackingPeriod: 0,
    polling: null,
  };
}

export function addTo(map: Map<string, { rx: bigint; tx: bigint }>, key: string, { rx, tx }: Bytes): void {
  const sum = map.get(key) ?? { rx: 0n, tx: 0n };
  map.set(key, { rx: sum.rx + rx, tx: sum.tx + tx });
}
