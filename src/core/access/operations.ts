import type { Notice } from '../inventory/node-operations.ts';
import type { Page } from '../ledger/usage-history.ts';
import type { AdminId, NodeId, UserId } from '../units/ids.ts';
import type { AccessMode, AccessPause, AccessQuery, ListedTarget } from './access-store.ts';
import type { AccessTarget } from './decide.ts';
import type { CannotEnforce, EnforcerAbilities } from './enforcer.ts';
import type { BlownFuse, FuseLimits } from './fuse.ts';
import type { Stay } from './why.ts';

/** Why nothing is changed anywhere at the moment. */
export interface Standstill {
  readonly reason: AccessPause['reason'] | 'tracking-off' | 'clock-suspect';
  /** Null where it is not known. */
  readonly since: Date | null;
}

/** Access on one node, as people look at it. */
export interface NodeAccess {
  readonly nodeId: NodeId;
  readonly mode: AccessMode;
  /** Read-only, but for what was not there when everything was to be given back: it gets it when it is there again. */
  readonly givingBack: boolean;
  readonly can: EnforcerAbilities | CannotEnforce;
  /** Peers whose access is to be off and is not yet; those that Xpert switched off; those that could not be changed. */
  readonly waiting: number;
  readonly suspended: number;
  readonly failing: number;
  /** The last pass that failed as a whole; null since one went through. */
  readonly problem: (Notice & { readonly retryAt: Date }) | null;
  readonly fuse: BlownFuse | null;
}

/** What a pass would do now. */
export interface AccessPreview {
  readonly suspend: readonly AccessTarget[];
  readonly restore: readonly AccessTarget[];
  /** Off already by another's hand, away, or not to be switched, with the reason. */
  readonly left: readonly { readonly target: AccessTarget; readonly why: Notice }[];
  /** So many may be cut without a person's word. */
  readonly allowed: number;
}

export interface AccessState {
  readonly standstill: Standstill | null;
  readonly limits: FuseLimits;
  readonly fuses: readonly (BlownFuse & { readonly nodeId: NodeId })[];
}

/** Port: what people do about access. Implemented by app/. */
export interface AccessOperations {
  state(): Promise<AccessState>;
  list(query: AccessQuery): Promise<Page<ListedTarget>>;
  /** Peers of a user that have access although it is to be off, and why. */
  staying(userId: UserId): Promise<readonly { readonly target: ListedTarget; readonly why: Stay }[]>;
  /**
   * Before a node is removed: nobody can give back there afterwards.
   * @throws `peers-still-suspended` if Xpert suspended peers there and has not given them back
   */
  mustHoldNothing(id: NodeId): Promise<void>;
  /** @throws NotFound */
  node(id: NodeId): Promise<NodeAccess>;
  /**
   * `giveBack`: before a node becomes read-only, everything that Xpert suspended there is given back.
   * @throws NotFound; `cannot-enforce` where the source lets nobody be suspended; SourceFailure
   */
  setMode(id: NodeId, mode: AccessMode, giveBack: boolean): Promise<NodeAccess>;
  /** Looks at the node and changes nothing, whatever its mode. @throws NotFound, `cannot-enforce`, SourceFailure */
  preview(id: NodeId): Promise<AccessPreview>;
  /**
   * Lets the peers that a fuse holds be cut. `expected`: how many the person saw.
   * @throws `access-plan-changed` if there are others by now
   */
  confirm(id: NodeId, expected: number): Promise<void>;
  pause(by: AdminId | null): Promise<void>;
  resume(by: AdminId | null): Promise<void>;
  setLimits(limits: FuseLimits, by: AdminId | null): Promise<void>;
}
