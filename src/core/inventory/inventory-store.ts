import type { Page } from '../ledger/usage-history.ts';
import type { SourceNotice } from '../metering/collector.ts';
import type { EntitlementChange } from '../quota/quota-store.ts';
import type { UserState } from '../quota/user-state.ts';
import type { Traffic } from '../units/bytes.ts';
import type { AdminId, NodeId, PeerId, PlanId, ServiceId, UserId } from '../units/ids.ts';
import type { Node, VpnService } from './node.ts';
import type { Peer, User } from './peer.ts';

/**
 * Port: nodes, services, peers, users and bindings. Reads see every write that was answered before them.
 * Deleting never shrinks history: rows stay, marked deleted.
 */
export interface InventoryStore {
  nodes(): Promise<Node[]>;
  node(id: NodeId): Promise<Node | null>;
  /** @throws NameTaken if a living node has the name. */
  addNode(node: NewNode): Promise<Node>;
  updateNode(
    id: NodeId,
    change: Partial<
      Pick<NewNode, 'name' | 'description' | 'source' | 'pollIntervalMs' | 'usersPolicy' | 'linkMbit' | 'tags'>
    >,
  ): Promise<Node>;
  deleteNode(id: NodeId, at: Date): Promise<void>;
  services(nodeId?: NodeId): Promise<VpnService[]>;
  pollStates(): Promise<PollState[]>;
  /** Agents that brought readings, the latest first; of one node or of all. */
  agents(nodeId?: NodeId): Promise<AgentState[]>;

  peers(query: PeerQuery): Promise<Page<Peer>>;
  /** Of each of these nodes that has peers. May take a moment, and holds nobody up. */
  peerSums(nodeIds: readonly NodeId[]): Promise<PeerSums[]>;
  peer(id: PeerId): Promise<Peer | null>;
  /** By id, or by key, when that key is on one service only. @throws Ambiguous */
  findPeer(text: string): Promise<Peer | null>;
  /** Peers without an owner that may continue an ended one of the same service: a regenerated key, a renamed account. */
  successions(): Promise<Succession[]>;
  /**
   * Gives peers to users from an instant on. History of an unowned peer goes to the user as claimed, outside the
   * running cycle unless `countInCycle`. One transaction.
   */
  assignPeers(assignments: readonly Assignment[]): Promise<void>;

  /**
   * Sorted otherwise than by name: as it stood up to some seconds ago, and the same for all pages of one walk. The total
   * comes with the first page alone.
   */
  users(query: UserQuery): Promise<Page<User>>;
  user(id: UserId): Promise<User | null>;
  /** By id, name, current or former user_token. */
  findUser(text: string): Promise<User | null>;
  /** By current or former user_token alone: what a report or a statistics path names. */
  userByToken(userToken: string): Promise<User | null>;
  /** The living user whose links have this secret. */
  userByLinkToken(linkToken: string): Promise<User | null>;
  /** Creates the user and claims usage already reported under the token. @throws NameTaken, TokenTaken */
  addUser(user: NewUser): Promise<User>;
  /** All of them or none. @throws NameTaken, TokenTaken */
  addUsers(users: readonly NewUser[]): Promise<void>;
  updateUser(
    id: UserId,
    change: Partial<Pick<NewUser, 'name' | 'telegramId' | 'email' | 'note' | 'tags' | 'role' | 'active' | 'ownerId'>>,
  ): Promise<User>;
  deleteUser(id: UserId, at: Date): Promise<void>;
  /** New user_token; the old one stays an alias of this user for ever. */
  rotateUserToken(id: UserId, userToken: string): Promise<User>;
  counts(ownerId?: AdminId): Promise<InventoryCounts>;
  /** Living peers of each user; users without peers may be absent. */
  peerCounts(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, number>>;
  /** The latest handshake of a user's peers (or its like), or bytes reported for the user; users never seen are absent. */
  lastSeen(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, Date>>;
  /** Living peers with a handshake (or its like) at or after `since`. */
  peersOnline(since: Date, ownerId?: AdminId): Promise<number>;
}

/** What the peers of one node are together. */
export interface PeerSums {
  readonly nodeId: NodeId;
  /** Living ones. */
  readonly peers: number;
  /** The same of each VPN service that has some, by its id. */
  readonly peersOfServices: Readonly<Record<string, number>>;
  /** What the counters of all of them, also of those that are gone, showed before we watched; null: nothing. */
  readonly beforeXpert: Traffic | null;
}

export interface NewNode
  extends Omit<Node, 'id' | 'slug' | 'deletedAt' | 'linkMbit' | 'tags'>,
    Partial<Pick<Node, 'linkMbit' | 'tags'>> {
  /** Slug wanted by an import; otherwise made from the name. */
  readonly slug?: string;
}

export interface PeerQuery {
  readonly nodeId?: NodeId;
  readonly serviceId?: ServiceId;
  readonly userId?: UserId;
  readonly ownerId?: AdminId;
  readonly unassigned?: boolean;
  readonly search?: string;
  /** Without it, ended peers are left out. */
  readonly withEnded?: boolean;
  readonly limit: number;
  readonly cursor: string | null;
}

export interface Assignment {
  readonly peerId: PeerId;
  /** Null takes the peer from its user. */
  readonly userId: UserId | null;
  readonly from: Date;
  readonly countInCycle: boolean;
}

/** A guess, to be accepted by an admin: never acted upon by itself. */
export interface Succession {
  readonly userId: UserId;
  readonly endedId: PeerId;
  readonly successorId: PeerId;
  readonly sameName: boolean;
  readonly sameAllowedIps: boolean;
}

export interface UserQuery {
  /** Only users of this admin. */
  readonly ownerId?: AdminId;
  readonly search?: string;
  readonly state?: UserState;
  readonly tag?: string;
  readonly planId?: PlanId;
  /** Default: by name. */
  readonly sort?: UserSort;
  readonly descending?: boolean;
  readonly limit: number;
  /** Of the same filter, sort and direction. */
  readonly cursor: string | null;
}

/**
 * `used`, `share`: of the quota that is nearest to its end, in its running cycle; `total`: since the last reset; `expires`:
 * when access ends; `seen`: see `lastSeen`. Users of whom it is not known come last, whatever the direction.
 */
export const USER_SORTS = ['name', 'used', 'share', 'total', 'expires', 'seen'] as const;
export type UserSort = (typeof USER_SORTS)[number];

export interface NewUser {
  readonly name: string;
  readonly userToken: string;
  readonly linkToken: string;
  readonly telegramId: number | null;
  readonly role: string;
  readonly note: string;
  /** Null: the owner's. */
  readonly ownerId: AdminId | null;
  readonly active: boolean;
  readonly createdAt: Date;
  readonly countInCycle: boolean;
  /** False: whoever makes the user may not give away what was reported under the token; it is taken then. Default: true. */
  readonly mayClaim?: boolean;
  readonly email?: string | null;
  readonly tags?: readonly string[];
  /** What the user is entitled to from the beginning; absent: to everything. */
  readonly entitlement?: EntitlementChange;
}

export interface InventoryCounts {
  readonly users: number;
  readonly activeUsers: number;
  readonly peers: number;
  readonly assignedPeers: number;
}

/** One life of an agent's spool, as the ledger knows it. */
export interface AgentState {
  readonly nodeId: NodeId;
  readonly incarnation: string;
  /** Last sequence taken. */
  readonly sequence: number;
  readonly state: 'counting' | 'standby';
  /** When the last reading arrived. */
  readonly seenAt: Date;
  /** Where it came from. */
  readonly address: string;
  readonly version: string;
}

/** How reading a node goes, from its last polls. */
export interface PollState {
  readonly nodeId: NodeId;
  readonly lastAttemptAt: Date;
  readonly lastCompleteAt: Date | null;
  readonly lastDurationMs: number;
  /** `complete`, `incomplete` or `failed`. */
  readonly outcome: 'complete' | 'incomplete' | 'failed';
  /** Polls in a row that were not complete. */
  readonly failures: number;
  readonly code: string | null;
  readonly message: string | null;
  readonly hint: string | null;
  readonly notices: readonly SourceNotice[];
}
