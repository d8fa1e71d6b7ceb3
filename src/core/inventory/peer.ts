import type { StateReason, UserState } from '../quota/user-state.ts';
import type { AdminId, NodeId, PeerId, ServiceId, UserId } from '../units/ids.ts';

/** One credential on one VPN service. */
export interface Peer {
  readonly id: PeerId;
  readonly serviceId: ServiceId;
  readonly nodeId: NodeId;
  /** Key within the service: WireGuard public key, Xray email, … */
  readonly key: string;
  readonly name: string | null;
  readonly allowedIps: readonly string[];
  readonly endpoint: string | null;
  readonly lastHandshakeAt: Date | null;
  readonly firstSeenAt: Date;
  /** Last complete poll that showed it. */
  readonly lastSeenAt: Date;
  /** It was absent from a complete poll; null while it is there. */
  readonly endedAt: Date | null;
  readonly userId: UserId | null;
  /** What the counter showed before we watched; never counted. */
  readonly beforeXpert: { readonly rx: bigint; readonly tx: bigint; readonly total: bigint } | null;
}

/** The person we account to. */
export interface User {
  readonly id: UserId;
  readonly name: string;
  /** Names the user in reports; older tokens stay aliases. */
  readonly userToken: string;
  /** Opens subscription links and the user's page; secret. */
  readonly linkToken: string;
  readonly telegramId: number | null;
  /** Free word from an import (`user`, `owner`); no rights follow from it. */
  readonly role: string;
  readonly email: string | null;
  readonly note: string;
  /** Free words to group users by. */
  readonly tags: readonly string[];
  /** The admin whose user this is; null: the owner's (also while there is no owner account yet). */
  readonly ownerId: AdminId | null;
  /** False: suspended by an admin's hand. */
  readonly active: boolean;
  readonly state: UserState;
  readonly stateReason: StateReason | null;
  readonly stateSince: Date;
  readonly createdAt: Date;
  readonly deletedAt: Date | null;
}
