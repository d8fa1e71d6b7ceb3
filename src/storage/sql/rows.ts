import type { Admin, ApiToken, Role, Scope } from '../../core/identity/identity-store.ts';
import type { Node, Opening, UsersPolicy, VpnService } from '../../core/inventory/node.ts';
import type { Peer, User } from '../../core/inventory/peer.ts';
import type { BillingRule, BillingRuleEntry } from '../../core/ledger/billing.ts';
import type { ResetMark, ScheduledReset } from '../../core/ledger/usage-ledger.ts';
import type { LinkConfig } from '../../core/links/link-store.ts';
import type { StateReason, UserState } from '../../core/quota/user-state.ts';
import type { Traffic } from '../../core/units/bytes.ts';
import type { AdminId, ApiTokenId, NodeId, PeerId, ResetId, ServiceId, UserId } from '../../core/units/ids.ts';
import { quarterStart } from '../../core/units/quarter.ts';

/** Sums of bytes as a row holds them; read with safe integers. */
export interface TrafficRow {
  readonly rx: bigint;
  readonly tx: bigint;
  readonly undirected: bigint;
  /** Billed bytes minus counted ones; absent in what is not billed. */
  readonly markup?: bigint;
}

/** Directions are known only where no byte came without one. */
export function toTraffic({ rx, tx, undirected, markup = 0n }: TrafficRow): Traffic {
  const total = rx + tx + undirected;
  const traffic = undirected === 0n ? { rx, tx, total } : { rx: null, tx: null, total };
  return markup === 0n ? traffic : { ...traffic, billed: total + markup };
}

export function toDate(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}

export interface NodeRow {
  readonly id: NodeId;
  readonly name: string;
  readonly slug: string;
  readonly description: string;
  readonly kind: string;
  readonly options: string;
  readonly pollIntervalMs: number;
  readonly opening: Opening;
  readonly usersPolicy: UsersPolicy;
  readonly linkMbit: number | null;
  readonly tags: string;
  readonly createdAt: number;
  readonly deletedAt: number | null;
}

export const nodeColumns = `id, name, slug, description, kind, options, poll_interval_ms AS pollIntervalMs, opening,
  users_policy AS usersPolicy, link_mbit AS linkMbit, tags, created_at AS createdAt, deleted_at AS deletedAt`;

export function toNode({ kind, options, tags, createdAt, deletedAt, ...row }: NodeRow): Node {
  return {
    ...row,
    source: { kind, options: JSON.parse(options) },
    tags: JSON.parse(tags),
    createdAt: new Date(createdAt),
    deletedAt: toDate(deletedAt),
  };
}

export interface ServiceRow {
  readonly id: ServiceId;
  readonly nodeId: NodeId;
  readonly kind: string;
  readonly identity: string;
  readonly name: string;
  readonly listenPort: number | null;
  readonly basis: VpnService['basis'];
  readonly firstSeenAt: number;
  readonly firstCompleteAt: number | null;
  readonly lastCompleteAt: number | null;
}

export const serviceColumns = `s.id, s.node_id AS nodeId, s.kind, s.identity, s.name, s.listen_port AS listenPort, s.basis,
  s.first_seen_at AS firstSeenAt, s.first_complete_at AS firstCompleteAt, s.last_complete_at AS lastCompleteAt`;

export function toService(row: ServiceRow): VpnService {
  return {
    ...row,
    firstSeenAt: new Date(row.firstSeenAt),
    firstCompleteAt: toDate(row.firstCompleteAt),
    lastCompleteAt: toDate(row.lastCompleteAt),
  };
}

export interface PeerRow extends BeforeRow {
  readonly id: PeerId;
  readonly serviceId: ServiceId;
  readonly nodeId: NodeId;
  readonly key: string;
  readonly name: string | null;
  readonly allowedIps: string;
  readonly endpoint: string | null;
  readonly lastHandshakeAt: bigint | null;
  readonly firstSeenAt: bigint;
  readonly lastSeenAt: bigint;
  readonly endedAt: bigint | null;
  readonly userId: UserId | null;
}

/** What counters showed before we watched; null: they are none. */
export interface BeforeRow {
  readonly beforeSums: string | null;
}

/** In two halves each, as one text: each baseline fits 63 bits, the sum of several need not. */
export const beforeSums = ['rx', 'tx', 'undirected']
  .map((name) => `sum(b.${name} >> 32) || ' ' || sum(b.${name} & 4294967295)`)
  .join(" || ' ' || ");

/** Of a peer with several connections the one with the latest handshake. A life that goes on was seen by the last complete poll. */
export const peerColumns = `p.id, p.service_id AS serviceId, s.node_id AS nodeId, p.key, p.name, p.allowed_ips AS allowedIps,
  (SELECT c.endpoint FROM counter c WHERE c.peer_id = p.id ORDER BY c.last_handshake_at DESC, c.id DESC LIMIT 1) AS endpoint,
  (SELECT max(c.last_handshake_at) FROM counter c WHERE c.peer_id = p.id) AS lastHandshakeAt,
  p.first_seen_at AS firstSeenAt,
  iif(EXISTS (SELECT 1 FROM counter c WHERE c.peer_id = p.id AND c.ended = 0),
    max(p.last_seen_at, ifnull(s.last_complete_at, 0)), p.last_seen_at) AS lastSeenAt,
  p.ended_at AS endedAt, p.user_id AS userId,
  (SELECT ${beforeSums} FROM baseline b WHERE b.peer_id = p.id AND b.reason = 'before-xpert') AS beforeSums`;

export function toPeer(row: PeerRow): Peer {
  const { id, serviceId, nodeId, key, name, allowedIps, endpoint, userId } = row;
  return {
    id,
    serviceId,
    nodeId,
    key,
    name,
    allowedIps: JSON.parse(allowedIps),
    endpoint,
    lastHandshakeAt: row.lastHandshakeAt === null ? null : new Date(Number(row.lastHandshakeAt)),
    firstSeenAt: new Date(Number(row.firstSeenAt)),
    lastSeenAt: new Date(Number(row.lastSeenAt)),
    endedAt: row.endedAt === null ? null : new Date(Number(row.endedAt)),
    userId,
    beforeXpert: toBefore(row),
  };
}

export function toBefore({ beforeSums }: BeforeRow): Peer['beforeXpert'] {
  if (beforeSums === null) return null;
  const halves = beforeSums.split(' ').map(BigInt);
  const [rx, tx, undirected] = [0, 2, 4].map((at) => ((halves[at] ?? 0n) << 32n) + (halves[at + 1] ?? 0n));
  if (rx === undefined || tx === undefined || undirected === undefined) return null;
  return { rx, tx, total: rx + tx + undirected };
}

export interface UserRow {
  readonly id: UserId;
  readonly name: string;
  readonly userToken: string;
  readonly linkToken: string;
  readonly telegramId: number | null;
  readonly role: string;
  readonly note: string;
  readonly ownerId: AdminId | null;
  readonly email: string | null;
  readonly tags: string;
  readonly active: number;
  readonly state: UserState;
  readonly stateReason: StateReason | null;
  readonly stateSince: number;
  readonly createdAt: number;
  readonly deletedAt: number | null;
}

/** The token of a deleted user may have gone to another: then there is none to show. */
export const userColumns = `u.id, u.name,
  ifnull((SELECT k.token FROM user_token k WHERE k.user_id = u.id AND k.rotated_at IS NULL), '') AS userToken,
  u.link_token AS linkToken, u.telegram_id AS telegramId, u.role, u.note, u.owner_id AS ownerId, u.email, u.tags, u.active,
  u.state, u.state_reason AS stateReason, u.state_since AS stateSince,
  u.created_at AS createdAt, u.deleted_at AS deletedAt`;

export function toUser(row: UserRow): User {
  return {
    ...row,
    tags: JSON.parse(row.tags) as string[],
    active: row.active === 1,
    stateSince: new Date(row.stateSince),
    createdAt: new Date(row.createdAt),
    deletedAt: toDate(row.deletedAt),
  };
}

export interface AdminRow {
  readonly id: AdminId;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: number;
  readonly disabledAt: number | null;
}

export const adminColumns = 'a.id, a.name, a.role, a.created_at AS createdAt, a.disabled_at AS disabledAt';

export function toAdmin({ id, name, role, createdAt, disabledAt }: AdminRow): Admin {
  return { id, name, role, createdAt: new Date(createdAt), disabledAt: toDate(disabledAt) };
}

export interface ApiTokenRow {
  readonly id: ApiTokenId;
  readonly name: string;
  readonly scopes: string;
  readonly adminId: AdminId | null;
  readonly nodeId: string | null;
  readonly servers: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
  readonly revokedAt: number | null;
}

export const apiTokenColumns = `t.id, t.name, t.scopes, t.admin_id AS adminId, t.node_id AS nodeId, t.servers,
  t.created_at AS createdAt, t.last_used_at AS lastUsedAt, t.revoked_at AS revokedAt`;

export function toApiToken(row: ApiTokenRow): ApiToken {
  return {
    id: row.id,
    name: row.name,
    scopes: JSON.parse(row.scopes) as Scope[],
    adminId: row.adminId,
    nodeId: row.nodeId,
    servers: JSON.parse(row.servers) as string[],
    createdAt: new Date(row.createdAt),
    lastUsedAt: toDate(row.lastUsedAt),
    revokedAt: toDate(row.revokedAt),
  };
}

export interface ResetRow {
  readonly rowId: number;
  readonly id: ResetId;
  readonly scope: ResetMark['scope'];
  readonly half: ResetMark['half'];
  readonly users: number;
  readonly at: number;
  readonly by: AdminId | null;
  readonly reason: string | null;
  readonly undoneAt: number | null;
}

export const resetColumns = `id AS rowId, public_id AS id, scope, half, users, at, admin_id AS "by", reason, undone_at AS undoneAt`;

export function toResetMark({ id, scope, half, users, at, by, reason, undoneAt }: ResetRow): ResetMark {
  return { id, scope, half, users, at: new Date(at), by, reason, undoneAt: toDate(undoneAt) };
}

export interface ScheduledResetRow extends Omit<ScheduledReset, 'at' | 'createdAt' | 'cancelledAt' | 'userIds'> {
  readonly rowId: number;
  readonly dueAt: number;
  readonly createdAt: number;
  readonly cancelledAt: number | null;
  readonly userIds: string;
}

export const scheduledResetColumns = `s.id AS rowId, s.public_id AS id, s.scope, s.half, s.owner_id AS ownerId,
  s.user_ids AS userIds, s.due_at AS dueAt, s.created_at AS createdAt, s.admin_id AS "by", s.reason,
  s.cancelled_at AS cancelledAt, (SELECT r.public_id FROM reset r WHERE r.id = s.reset_id) AS resetId`;

export function toScheduledReset({ rowId: _, dueAt, createdAt, cancelledAt, userIds, ...row }: ScheduledResetRow) {
  return {
    ...row,
    userIds: JSON.parse(userIds) as UserId[],
    at: new Date(dueAt),
    createdAt: new Date(createdAt),
    cancelledAt: toDate(cancelledAt),
  } satisfies ScheduledReset;
}

export interface BillingRuleRow {
  readonly id: number;
  readonly nodeId: NodeId;
  readonly serviceId: ServiceId | null;
  readonly fromQuarter: number;
  readonly thousandths: number | null;
  readonly direction: BillingRule['direction'] | null;
  readonly setAt: number;
  readonly by: AdminId | null;
}

export const billingRuleColumns = `b.id, b.node_id AS nodeId, b.service_id AS serviceId, b.from_quarter AS fromQuarter,
  b.thousandths, b.direction, b.set_at AS setAt, b.admin_id AS "by"`;

export function toBillingRule(row: BillingRuleRow): BillingRuleEntry {
  const { id, nodeId, serviceId, fromQuarter, thousandths, direction, setAt, by } = row;
  return {
    id: String(id),
    nodeId,
    serviceId,
    from: new Date(quarterStart(fromQuarter)),
    rule: thousandths === null || direction === null ? null : { thousandths, direction },
    setAt: new Date(setAt),
    by,
  };
}

export interface LinkRow extends Omit<LinkConfig, 'createdAt'> {
  readonly createdAt: number;
}

/** Without the sealed text. */
export const linkColumns = `l.id, l.name, l.protocol, l.server, l.port, l.user_id AS userId, l.owner_id AS ownerId,
  (SELECT u.name FROM user u WHERE u.id = l.user_id) AS userName, l.created_at AS createdAt`;

export function toLink({ createdAt, ...row }: LinkRow): LinkConfig {
  return { ...row, createdAt: new Date(createdAt) };
}

/** Number of a row that people know by it as a text; 0, which none has, for any other text. */
export function toRowId(id: string): number {
  return /^[1-9]\d{0,14}$/.test(id) ? Number(id) : 0;
}
