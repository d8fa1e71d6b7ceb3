import type { ChainPlace } from '../agents/chain.ts';
import type { CounterSemantics, Poll } from '../metering/collector.ts';
import type { Traffic } from '../units/bytes.ts';
import type { AdminId, NodeId, PeerId, ResetId, ScheduledResetId, ServiceId, UserId } from '../units/ids.ts';
import type { Decision, EntryOutcome, EntryUndo, NewCorrection, NewRebinding } from './entry.ts';
import type { ReportOutcome, ReportSender, UsageReport } from './report.ts';
import type { UsageHalf } from './segment.ts';

/**
 * Port: the transactional truth. Every call is one transaction; its promise resolves only after the commit is durable,
 * and rejects without having changed anything. Calls made in one turn of the event loop share a commit, but an error in
 * one never reaches another caller.
 */
export interface UsageLedger {
  /** Records the reports of one request, all or none. @throws EventIdReused, TooManyUnclaimedTokens, TrackingOff */
  recordReports(sender: ReportSender, reports: readonly UsageReport[]): Promise<ReportOutcome>;

  /** Meters and books one poll of a node, in several commits if it is large. @throws SourceIdentityTaken */
  recordPoll(poll: NodePoll): Promise<PollBooked>;
  /** A poll that gave nothing: opens a gap on the node, or keeps it open. `place`: as in PollBooked. */
  recordFailedPoll(failure: FailedPoll): Promise<ChainPlace>;
  /** Takes a reading that is not to be counted, because another reader counts: only the agent's position moves. */
  passAgentReading(nodeId: NodeId, at: Date, mark: AgentMark): Promise<void>;

  /** Sets a reset mark; shown usage of its users is exactly 0 afterwards, nothing is removed. */
  reset(request: ResetRequest): Promise<ResetMark>;
  /** Undoes a reset mark: shown usage is old plus new. @throws NotFound, AlreadyUndone */
  undoReset(id: ResetId, by: AdminId | null): Promise<ResetMark>;
  /** What a reset would do; changes nothing. */
  previewReset(request: ResetRequest): Promise<ResetEffect>;
  /** What undoing would do; changes nothing. @throws NotFound, AlreadyUndone */
  previewUndoReset(id: ResetId): Promise<ResetEffect>;
  /** Plans a reset. @throws InvalidInput unless its instant lies ahead */
  scheduleReset(request: NewScheduledReset): Promise<ScheduledReset>;
  /** @throws NotFound, ExpectedError `already-done` */
  cancelScheduledReset(id: ScheduledResetId, by: AdminId | null): Promise<ScheduledReset>;

  /**
   * Adds bytes to what was booked, or takes some, as an entry of its own. Added bytes go to the segment that was open at
   * their time; bytes are taken from where they were booked. With `preview` nothing changes and the effect is told.
   * @throws InvalidInput, NotFound, ExpectedError `more-than-booked` (usage never falls below 0), `only-days-left`, …
   */
  correct(correction: NewCorrection, preview: boolean): Promise<EntryOutcome>;
  /** Books or dismisses, once, what was set aside. @throws NotFound, ExpectedError `already-decided`, `not-bookable` */
  decide(decision: Decision, preview: boolean): Promise<EntryOutcome>;
  /**
   * Gives a time of a peer to another user, with the bytes that were booked of it, as an entry of its own. Where an instant
   * lies within a quarter of an hour, its bytes are parted by time. With `preview` nothing changes and the effect is told.
   * @throws InvalidInput, NotFound, ExpectedError `already-theirs`, `only-days-left`
   */
  rebind(rebinding: NewRebinding, preview: boolean): Promise<EntryOutcome>;
  /**
   * Undoes an entry by its opposite; a rebinding with what was counted since.
   * @throws NotFound, ExpectedError `already-undone`, `not-undoable`, `more-than-booked`, `owners-changed`
   */
  undoEntry(undo: EntryUndo, preview: boolean): Promise<EntryOutcome>;
  /** Counts what a cleanup would remove; changes nothing. `days` >= 1 keeps that many whole days of 15-minute records. */
  previewCleanup(days: number): Promise<CleanupPreview>;
  /** Days before that instant that have 15-minute records, the oldest first: what a cleanup removes. */
  daysOfRecords(before: Date): Promise<readonly number[]>;
  /** Proves that the sums of a day hold what its records add up to. @throws RecordsExceedDay if they do not */
  proveDay(day: number): Promise<void>;
  /** All that sources brought, as the days and as the totals have it, of one instant: a cleanup changes neither. */
  rawTotals(): Promise<RawTotals>;
  /**
   * Removes about `maxRows` 15-minute records, the oldest first, with what is derived from them, before an instant at
   * which a day begins; `remaining` says whether to go on. Rows of one series, segment and quarter go together. Records of
   * today stay in any case.
   */
  cleanupStep(before: Date, maxRows: number): Promise<{ readonly deleted: number; readonly remaining: boolean }>;

  /** Switches tracking; switching on makes the next reading of every series a new baseline. */
  setTracking(enabled: boolean, by: AdminId | null): Promise<TrackingState>;
  /**
   * Writes a consistent copy while work goes on, and verifies it. `path` must not exist, and does only once the copy is
   * whole. `sealedKey`: text that goes along with it.
   */
  backup(path: string, sealedKey?: string | null): Promise<{ readonly path: string; readonly bytes: number }>;
  /** Told after every commit; may be called many times a second. Returns the unsubscribe function. */
  onCommit(listener: (commit: Commit) => void): () => void;
}

export interface NodePoll {
  readonly nodeId: NodeId;
  readonly semantics: CounterSemantics;
  readonly opening: 'baseline' | 'count';
  readonly poll: Poll;
  /** Wall instant at which the values were taken. */
  readonly at: Date;
  readonly durationMs: number;
  /** The wall clock stepped by more than 5 minutes since the last poll. */
  readonly clockSuspect: boolean;
  /**
   * `TrackingState.period` before the values were taken: those of an earlier period do not count, whatever the clocks say.
   * Absent: nobody told, and they are taken to be of the present one.
   */
  readonly trackingPeriod?: number | undefined;
  /** Set for a reading that an agent brought. */
  readonly agent?: AgentMark;
}

/** Where a reading stands among those of its agent; the ledger moves the agent's position with it. */
export interface AgentMark {
  readonly incarnation: string;
  readonly sequence: number;
  readonly after: number;
  readonly lostBefore: boolean;
  readonly receivedAt: Date;
  /** Interval of the node: readings that lie no further apart than three of them have no gap between them. */
  readonly joinsWithinMs: number;
  readonly address: string;
  readonly version: string;
}

export interface PollBooked {
  readonly services: readonly {
    readonly serviceId: ServiceId;
    readonly name: string;
    readonly peers: number;
    readonly counted: Traffic;
    /** Seconds over which `counted` flowed; null after a baseline. */
    readonly intervalSeconds: number | null;
    /** What the counters of newly found peers already showed. */
    readonly before: Traffic;
    readonly newPeers: readonly PeerId[];
  }[];
  /** True if nothing was metered because tracking is off, or was when the values were taken. */
  readonly trackingOff: boolean;
  /** For a reading of an agent; nothing was booked for `repeated` and `missing-before`. */
  readonly place?: ChainPlace;
}

export interface FailedPoll {
  readonly nodeId: NodeId;
  readonly at: Date;
  readonly durationMs: number;
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly agent?: AgentMark;
}

export interface ResetRequest {
  readonly scope: 'all' | 'owner' | 'user';
  /** The users of a scope `owner` or `user`; empty for `all`. */
  readonly userIds: readonly UserId[];
  /** Only what was metered on our own VPN services, or only what senders reported; else both. Never with `all`. */
  readonly half?: UsageHalf | null;
  readonly by: AdminId | null;
  readonly reason: string | null;
}

/** What a reset or its undoing would do to shown usage. */
export interface ResetEffect {
  /** Users whose shown usage changes. */
  readonly users: number;
  /** Sum of the shown usage of everybody whom it concerns. */
  readonly shownBefore: Traffic;
  readonly shownAfter: Traffic;
  /** Of these, what nobody owns. */
  readonly unclaimedBefore: Traffic;
  readonly unclaimedAfter: Traffic;
  /** The users whose usage changes most, at most 100. */
  readonly most: readonly { readonly userId: UserId; readonly shownBefore: Traffic; readonly shownAfter: Traffic }[];
  /** Null: too many users to look at. */
  readonly access: AccessEffect | null;
}

/** Whose access follows, once they are judged, by their own quotas. */
export interface AccessEffect {
  /** Users who have access again, everywhere or to a part. */
  readonly restored: number;
  /** Users who lose access, everywhere or to a part. */
  readonly cutOff: number;
  /** The first 100 of those. */
  readonly names: readonly string[];
}

/** A reset at an instant to come: it happens once, at that instant also if Xpert does not run then. */
export interface NewScheduledReset {
  readonly scope: 'all' | 'owner' | 'user';
  /** Scope `owner`: the admin whose users are meant, as they are at that instant. */
  readonly ownerId: AdminId | null;
  /** The users of a scope `user`. */
  readonly userIds: readonly UserId[];
  readonly half: UsageHalf | null;
  readonly at: Date;
  readonly by: AdminId | null;
  readonly reason: string | null;
}

export interface ScheduledReset extends NewScheduledReset {
  readonly id: ScheduledResetId;
  readonly createdAt: Date;
  readonly cancelledAt: Date | null;
  /** The mark that it has set; null before, and when it was cancelled. */
  readonly resetId: ResetId | null;
}

export interface ResetMark {
  readonly id: ResetId;
  readonly scope: 'all' | 'owner' | 'user';
  /** Null: both halves of usage. */
  readonly half: UsageHalf | null;
  readonly users: number;
  readonly at: Date;
  readonly by: AdminId | null;
  readonly reason: string | null;
  readonly undoneAt: Date | null;
}

export interface CleanupPreview {
  readonly rows: number;
  readonly bytesFreed: number;
  /** From this instant on 15-minute records stay; before it only days remain. */
  readonly keepsFrom: Date;
}

/** Bytes. The two are equal, always: a total is the sum of its days. */
export interface RawTotals {
  readonly days: bigint;
  readonly totals: bigint;
}

export interface TrackingState {
  readonly enabled: boolean;
  readonly since: Date;
  /**
   * Grows when it is switched on again, also over restores: a reader notes it before it begins to read
   * (`NodePoll.trackingPeriod`).
   */
  readonly period: number;
}

export interface Commit {
  /** Grows by one with every commit that booked or changed something. */
  readonly sequence: number;
  readonly usage: boolean;
  readonly inventory: boolean;
  /** Bytes booked from reports in this commit; polls answer theirs in PollBooked. */
  readonly reported: Traffic | null;
}
