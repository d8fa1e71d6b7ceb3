import type { MovedElsewhere } from '../access/source-limit.ts';
import type { Flags } from '../metering/flags.ts';
import type { BaselineReason } from '../metering/meter.ts';
import type { Quality, QualityInterval } from '../metering/quality.ts';
import type { Traffic } from '../units/bytes.ts';
import type { AdminId, NodeId, PeerId, ResetId, ServiceId, UserId } from '../units/ids.ts';
import type { Decided, LedgerEntry } from './entry.ts';
import type { UsageReport } from './report.ts';
import type { SizeBasis } from './size-forecast.ts';
import type { ResetMark, ScheduledReset } from './usage-ledger.ts';

/** Half-open interval `[from, to)` of instants. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

/** Whose usage a reader may see: everything, or only the users of one admin. */
export type Visibility = { readonly kind: 'all' } | { readonly kind: 'owner'; readonly adminId: AdminId };

/**
 * Port: reads the ledger. Day-grained answers cover whole days of the panel's zone that touch the period. Reset marks
 * apply to everything here except `series` and `activePeers` (there a mark is a line).
 */
export interface UsageHistory {
  /**
   * Sums over everything visible (the seed's global statistics). With `seenBy` only bytes metered on our own VPN
   * services, or only bytes that senders reported for foreign servers. `period` null: everything since the mark.
   */
  summary(period: Period | null, who: Visibility, seenBy?: 'services' | 'reports'): Promise<UsageSummary>;
  /** Of a summary the bytes alone: quick, however many users there are, where everything is seen. */
  traffic(period: Period, who: Visibility): Promise<Traffic>;
  /** The busiest server:port/protocol. */
  topCarriers(period: Period, limit: number, who: Visibility): Promise<CarrierUsage[]>;
  /** The busiest holders: users, unclaimed tokens and unclaimed peers. */
  topHolders(period: Period, limit: number, who: Visibility): Promise<HolderUsage[]>;
  /** Holders page by page, with filters: the table of the Traffic Manager. */
  holders(query: HolderQuery, who: Visibility): Promise<Page<HolderUsage>>;
  /** One user's usage per server:port/protocol; null if there is no such user. */
  userCarriers(userId: UserId, period: Period): Promise<CarrierUsage[]>;
  /** Usage reported under a token that nobody owns; null if it was never seen. */
  tokenCarriers(userToken: string, period: Period): Promise<CarrierUsage[] | null>;
  /** What one peer moved, whoever it belonged to. */
  peerCarriers(peerId: PeerId, period: Period): Promise<CarrierUsage[]>;
  /** One server:port with its days; `server` in the ledger's spelling (`canonicalServer`). Null if never seen. */
  carrier(server: string, port: number, period: Period, who: Visibility): Promise<CarrierDays | null>;
  /** Usage over time for charts. Gaps are null, never 0. */
  series(query: SeriesQuery, who: Visibility): Promise<SeriesResult>;
  /** Bytes of each node since the day of the panel's zone began, whatever the marks; without nodes that carried none. */
  carriedToday(): Promise<readonly NodeCarried[]>;
  /** Distinct peers that moved bytes per bucket. */
  activePeers(
    period: Period,
    bucketSeconds: number,
  ): Promise<{ readonly from: Date[]; readonly active: (number | null)[] }>;
  /**
   * Metered totals of every peer, or of those named (after a reset: since the mark); the seed's /api/traffic. One entry
   * per peer and the user its bytes were counted for.
   */
  peerTotals(who: Visibility, peerIds?: readonly PeerId[]): Promise<PeerTotal[]>;
  userTotals(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, Traffic>>;
  /**
   * What the users of accounts moved beyond the node that has these accounts: over other nodes, and reported. By the key
   * of the account's peer; without those that are unknown or nobody's.
   */
  usageBeyond(nodeId: NodeId, keys: readonly string[]): Promise<ReadonlyMap<string, AccountBeyond>>;
  /** The same by where it is known from: what limits of panels are judged by. */
  movedElsewhere(nodeId: NodeId, keys: readonly string[]): Promise<ReadonlyMap<string, MovedElsewhere>>;
  /**
   * Reported bytes of a user, booked since then for servers that the owner does not trust, that nobody signed: at least
   * as many as there are, up to those of whole days and of what late reports may tell of.
   */
  doubtedSince(userId: UserId, since: Date): Promise<bigint>;
  /**
   * All bytes ever counted per user, whatever the marks: counters for monitoring, which never fall. What corrections took
   * away is still in them, and with whom bytes were counted they stay, whoever was given their peer since.
   */
  lifetimeTotals(): Promise<readonly { readonly userId: UserId; readonly name: string; readonly traffic: Traffic }[]>;
  unclaimed(): Promise<UnclaimedUsage>;
  /** The same in numbers. */
  unclaimedSums(): Promise<UnclaimedSums>;
  gaps(period: Period, nodeId?: NodeId): Promise<Gap[]>;
  /** The period up to now, every moment of it named by what is known: without holes, whatever the marks. */
  quality(subject: QualitySubject, period: Period): Promise<QualityInterval[]>;
  database(): Promise<DatabaseInfo>;
  /** Reset marks, newest first, undone ones too; `by`: those that this admin set. */
  resets(limit: number, cursor: string | null, by?: AdminId | null): Promise<Page<ResetMark>>;
  /**
   * One reset mark; null if there is none of that id. `by`: null, too, unless that admin set it, and all whom it resets are
   * (still) users of that admin.
   */
  reset(id: ResetId, by?: AdminId | null): Promise<ResetMark | null>;
  /** Resets that are planned, done or cancelled, the latest first; `by`: those that this admin planned. */
  scheduledResets(limit: number, cursor: string | null, by?: AdminId | null): Promise<Page<ScheduledReset>>;
  /** Implausible reports and readings that were kept and not counted, newest first. */
  quarantine(limit: number, cursor: string | null): Promise<Page<Quarantined>>;
  /** Baselines that an admin may book, newest first. */
  baselines(limit: number, cursor: string | null): Promise<Page<Baseline>>;
  /** Corrections, decisions and rebindings, newest first, undone ones too; of one user where one is named. */
  entries(query: EntryQuery, who: Visibility): Promise<Page<LedgerEntry>>;
}

/** Of one account's user. `shown`: since the reset mark in force; `ever`: whatever the marks. */
export interface AccountBeyond {
  readonly userId: UserId;
  readonly shown: bigint;
  readonly ever: bigint;
}

export interface EntryQuery {
  readonly userId: UserId | null;
  readonly limit: number;
  readonly cursor: string | null;
}

export interface UsageSummary {
  /** Distinct users and unclaimed holders with bytes in the period. */
  readonly users: number;
  /** Distinct server:port. */
  readonly servers: number;
  readonly protocols: number;
  readonly connections: number;
  readonly traffic: Traffic;
  readonly unclaimed: Traffic;
}

export interface CarrierUsage {
  readonly server: string;
  readonly port: number;
  readonly protocol: string;
  readonly serviceId: ServiceId | null;
  readonly nodeId: NodeId | null;
  /** The node was deleted; the usage stays. */
  readonly deleted: boolean;
  readonly traffic: Traffic;
  readonly connections: number;
  readonly lastUsedAt: Date;
}

export interface CarrierDays {
  readonly server: string;
  readonly port: number;
  readonly users: number;
  readonly traffic: Traffic;
  readonly connections: number;
  readonly days: readonly { readonly date: string; readonly traffic: Traffic; readonly users: number }[];
}

export interface HolderUsage {
  /** Null for unclaimed holders, which have `userToken` or `peerId`. */
  readonly userId: UserId | null;
  readonly userToken: string | null;
  readonly peerId: PeerId | null;
  readonly name: string;
  /** The user was deleted; of a peer without one: it is gone, or its node was deleted. The usage stays. */
  readonly deleted: boolean;
  readonly traffic: Traffic;
  readonly connections: number;
  readonly servers: number;
  readonly lastUsedAt: Date | null;
}

export interface HolderQuery {
  readonly period: Period;
  readonly search: string | null;
  readonly server: string | null;
  readonly port: number | null;
  readonly protocol: string | null;
  readonly sort: 'total' | 'rx' | 'tx' | 'connections' | 'name' | 'lastUsed';
  readonly descending: boolean;
  readonly limit: number;
  readonly cursor: string | null;
}

export interface Page<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
  /** Number of all matches, when known cheaply. */
  readonly total: number | null;
}

export interface SeriesQuery {
  readonly period: Period;
  /** 900, 3600 or 86400 (days of the panel's zone). */
  readonly bucketSeconds: number;
  readonly by: 'total' | 'node' | 'protocol' | 'user';
  /** Only this user's bytes. */
  readonly userId: UserId | null;
  readonly nodeId: NodeId | null;
  /** Series beyond this number are summed as "others". */
  readonly maxSeries: number;
}

export interface SeriesResult {
  readonly bucketSeconds: number;
  readonly from: Date[];
  readonly series: readonly {
    /** Node id, protocol or user id; `others`; `total`. */
    readonly id: string;
    readonly name: string;
    /** The node or user was deleted; the usage stays. */
    readonly deleted: boolean;
    /** Null where nothing is known: the whole bucket lies in gaps of that node. */
    readonly traffic: (Traffic | null)[];
    readonly flags: Flags[];
    /** Each bucket in one word. */
    readonly quality: Quality[];
  }[];
  readonly gaps: Gap[];
  readonly marks: readonly { readonly at: Date; readonly kind: 'reset'; readonly label: string }[];
}

export interface PeerTotal {
  readonly peerId: PeerId;
  readonly serviceId: ServiceId;
  readonly nodeId: NodeId;
  readonly userId: UserId | null;
  readonly traffic: Traffic;
}

export interface NodeCarried {
  readonly nodeId: NodeId;
  readonly traffic: Traffic;
}

/** Usage that belongs to nobody, over how many tokens and peers. */
export interface UnclaimedSums {
  readonly traffic: Traffic;
  readonly tokens: number;
  readonly peers: number;
}

export interface UnclaimedUsage {
  readonly traffic: Traffic;
  readonly tokens: readonly {
    readonly userToken: string;
    readonly traffic: Traffic;
    readonly firstAt: Date;
    readonly lastAt: Date;
  }[];
  readonly peers: readonly {
    readonly peerId: PeerId;
    readonly key: string;
    readonly name: string | null;
    readonly nodeName: string | null;
    /** The peer or its node is gone since; null while both are there. */
    readonly endedAt: Date | null;
    readonly traffic: Traffic;
    readonly firstAt: Date;
    readonly lastAt: Date;
  }[];
}

/** Whose intervals are named. */
export type QualitySubject =
  | { readonly kind: 'node'; readonly id: NodeId }
  | { readonly kind: 'peer'; readonly id: PeerId }
  | { readonly kind: 'user'; readonly id: UserId };

export interface Gap {
  readonly nodeId: NodeId;
  readonly serviceId: ServiceId | null;
  readonly from: Date;
  /** Null while it lasts. */
  readonly to: Date | null;
  /** Its node was deleted in it: no reading came after it. */
  readonly isLast: boolean;
  readonly reason: string;
  readonly message: string;
}

export interface DatabaseInfo {
  readonly records: number;
  readonly days: number;
  readonly users: number;
  readonly servers: number;
  readonly bytes: number;
  /** Bytes the file grew by per day, over the last 7 days; null when there is less than a day of data. */
  readonly growthPerDay: number | null;
  readonly oldestRecord: Date | null;
  /** What a forecast of the size can be based on; null before the first whole day with records is over. */
  readonly sizeBasis: SizeBasis | null;
}

export interface Quarantined {
  readonly id: string;
  readonly at: Date;
  readonly reason: string;
  readonly traffic: Traffic;
  /** The report as sent; null if a poll showed it. */
  readonly report: Omit<UsageReport, 'rx' | 'tx'> | null;
  /** The peer whose reading it was; null for a report. */
  readonly peerId: PeerId | null;
  /** Null while nobody decided. */
  readonly decided: Decided | null;
}

/** What a counter already showed where counting began, and what was therefore not counted. */
export interface Baseline {
  readonly id: string;
  readonly peerId: PeerId;
  readonly at: Date;
  readonly reason: Exclude<BaselineReason, 'tracking-off'>;
  readonly traffic: Traffic;
  readonly decided: Decided | null;
}
