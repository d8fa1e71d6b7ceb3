import type { Notice } from '../inventory/node-operations.ts';
import type { Page } from '../ledger/usage-history.ts';
import type { AdminId, NodeId, PeerId, UserId } from '../units/ids.ts';
import type { AccessTarget, Clearance } from './decide.ts';
import type { SourceLimitPeer, SourceLimitState } from './source-limit.ts';

/** Whether Xpert may change anything on a node. */
export type AccessMode = 'read-only' | 'enforce';

/** Why nothing is changed anywhere, since when. */
export interface AccessPause {
  readonly reason: 'restored' | 'by-hand';
  readonly since: Date;
}

/** What is written before a system is touched: how far it will be, and what undoes it. */
export interface BegunSuspension {
  readonly peerId: PeerId;
  readonly kept: string;
  readonly isSecret: boolean;
  /** `EnforcerAbilities.countsDropped`: what its counter gains from then on is dropped. */
  readonly countsDropped: boolean;
}

/** A target on some node, as it is listed. */
export interface ListedTarget extends AccessTarget {
  readonly nodeId: NodeId;
  readonly nodeName: string;
  readonly mode: AccessMode;
}

export interface AccessQuery {
  readonly nodeId?: NodeId;
  /** Only peers of this user. */
  readonly userId?: UserId;
  /** Only users of this admin. */
  readonly ownerId?: AdminId;
  /** Only those that failed. */
  readonly failing?: boolean;
  readonly limit: number;
  readonly cursor: string | null;
}

/** Access on one node in numbers. */
export interface AccessSummary {
  readonly nodeId: NodeId;
  /** Peers whose access is to be off and is not yet, the held ones among them. */
  readonly waiting: number;
  readonly suspended: number;
  /** Those with a mark whose user has access again. */
  readonly regaining: number;
  readonly failing: number;
  /** Held by the fuse, since when. */
  readonly held: number;
  readonly heldSince: Date | null;
}

/**
 * Port: which access is wanted, and what was done about it. Every write is durable when it is answered: a system is
 * touched only after what undoes it is written.
 */
export interface AccessStore {
  /** `read-only` where nobody said otherwise. */
  mode(nodeId: NodeId): Promise<AccessMode>;
  setMode(nodeId: NodeId, mode: AccessMode, at: Date): Promise<void>;
  /** Nodes that may be changed. */
  enforced(): Promise<NodeId[]>;
  /** Peers of a node whose access is to be off, or that have a mark. */
  targets(nodeId: NodeId): Promise<AccessTarget[]>;
  list(query: AccessQuery): Promise<Page<ListedTarget>>;
  /** What there is to say of each node with marks, or with peers whose access is to be off. */
  summaries(): Promise<AccessSummary[]>;
  /**
   * Living peers that users own, of a node or (null) of all that may be changed; and those of them that wait to be cut,
   * that nobody confirmed, since `since` at the earliest.
   */
  counts(nodeId: NodeId | null, since: Date): Promise<{ readonly owned: number; readonly waiting: number }>;

  /** Notes since when access is to be off. A mark that is there stays. */
  want(peerIds: readonly PeerId[], at: Date): Promise<void>;
  /** Of marked peers that were not touched yet: the fuse holds them, or a person lets them pass. */
  clear(peerIds: readonly PeerId[], clearance: Clearance): Promise<void>;
  begin(suspensions: readonly BegunSuspension[], at: Date): Promise<void>;
  /** They are off. Those that were not begun were off already: nothing of them is ours to undo. */
  suspended(peerIds: readonly PeerId[], at: Date): Promise<void>;
  /** Access is back, or nothing of it is ours any more. */
  forget(peerIds: readonly PeerId[]): Promise<void>;
  fail(
    failures: readonly { readonly peerId: PeerId; readonly problem: Notice; readonly retryAt: Date }[],
  ): Promise<void>;

  /** Peers of a node that users own, with what is remembered of their limits in the source. */
  sourceLimits(nodeId: NodeId): Promise<SourceLimitPeer[]>;
  /** Remembers it; null: the source keeps no limit for that peer any more. */
  noteSourceLimits(
    limits: readonly { readonly peerId: PeerId; readonly state: SourceLimitState | null }[],
  ): Promise<void>;

  pause(): Promise<AccessPause | null>;
  setPause(pause: AccessPause | null): Promise<void>;
}
