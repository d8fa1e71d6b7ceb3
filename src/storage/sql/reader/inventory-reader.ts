import { ExpectedError } from '../../../core/errors.ts';
import type {
  AgentState,
  InventoryCounts,
  InventoryStore,
  PeerQuery,
  PeerSums,
  PollState,
  Succession,
} from '../../../core/inventory/inventory-store.ts';
import type { Node, VpnService } from '../../../core/inventory/node.ts';
import type { Peer } from '../../../core/inventory/peer.ts';
import type { Page } from '../../../core/ledger/usage-history.ts';
import type { NodeId } from '../../../core/units/ids.ts';
import {
  type BeforeRow,
  beforeSums,
  type NodeRow,
  nodeColumns,
  type PeerRow,
  peerColumns,
  type ServiceRow,
  serviceColumns,
  toBefore,
  toDate,
  toNode,
  toPeer,
  toService,
} from '../rows.ts';
import { decodeCursor, likePattern, OWNED, type Params, type Statements, type Sync, toPage } from './statements.ts';

const peerFrom = 'FROM peer p JOIN vpn_service s ON s.id = p.service_id';

/** Of a peer `n` that may be another one's (`e`) successor. */
const SAME_NAME = 'ifnull(n.name = e.name, FALSE)';
const SAME_IPS = "(n.allowed_ips = e.allowed_ips AND n.allowed_ips <> '[]')";

/** Reads of nodes, services and peers. */
export class InventoryReader {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  nodes(): Node[] {
    return this.#sql.all<NodeRow>(`SELECT ${nodeColumns} FROM node WHERE deleted_at IS NULL ORDER BY name`).map(toNode);
  }

  node: Sync<InventoryStore['node']> = (id) => {
    const row = this.#sql.get<NodeRow>(`SELECT ${nodeColumns} FROM node WHERE id = @id`, { id });
    return row === undefined ? null : toNode(row);
  };

  services: Sync<InventoryStore['services']> = (nodeId): VpnService[] =>
    this.#sql
      .all<ServiceRow>(
        `SELECT ${serviceColumns} FROM vpn_service s JOIN node n ON n.id = s.node_id
         WHERE ${nodeId === undefined ? 'n.deleted_at IS NULL' : 's.node_id = @nodeId'} ORDER BY n.name, s.name`,
        nodeId === undefined ? {} : { nodeId },
      )
      .map(toService);

  pollStates(): PollState[] {
    return this.#sql.all<PollRow>(`SELECT ${pollColumns} FROM poll_outcome`).map(toPollState);
  }

  peers(query: PeerQuery): Page<Peer> {
    const { where, params } = peerFilter(query);
    const position = decodeCursor(query.cursor)?.[0] ?? 0;
    const rows = this.#sql.allBig<PeerRow & { position: bigint }>(
      `SELECT p.rowid AS position, ${peerColumns} ${peerFrom}
       WHERE ${where} AND p.rowid > @position ORDER BY p.rowid LIMIT @limit`,
      { ...params, position, limit: query.limit + 1 },
    );
    const total = this.#sql.get<{ n: number }>(`SELECT count(*) AS n ${peerFrom} WHERE ${where}`, params)?.n ?? null;
    return toPage(rows, query.limit, total, toPeer, (row) => [Number(row.position)]);
  }

  peerSums(nodeIds: readonly NodeId[]): PeerSums[] {
    const ids = { ids: JSON.stringify(nodeIds) };
    const living = this.#sql.all<{ nodeId: NodeId; serviceId: string; n: number }>(
      `SELECT s.node_id AS nodeId, s.id AS serviceId, count(*) AS n FROM json_each(@ids) w JOIN vpn_service s ON s.node_id = w.value
         JOIN peer p ON p.service_id = s.id WHERE p.ended_at IS NULL GROUP BY s.node_id, s.id`,
      ids,
    );
    const before = this.#sql.all<BeforeRow & { nodeId: NodeId }>(
      `SELECT s.node_id AS nodeId, ${beforeSums} AS beforeSums
       FROM json_each(@ids) w JOIN vpn_service s ON s.node_id = w.value JOIN peer p ON p.service_id = s.id
         JOIN baseline b ON b.peer_id = p.id WHERE b.reason = 'before-xpert' GROUP BY s.node_id`,
      ids,
    );
    const beforeOf = new Map(before.map((row) => [row.nodeId, toBefore(row)]));
    return [...new Set([...living.map(({ nodeId }) => nodeId), ...beforeOf.keys()])].map((nodeId) => {
      const ofNode = living.filter((row) => row.nodeId === nodeId);
      return {
        nodeId,
        peers: ofNode.reduce((sum, { n }) => sum + n, 0),
        peersOfServices: Object.fromEntries(ofNode.map(({ serviceId, n }) => [serviceId, n])),
        beforeXpert: beforeOf.get(nodeId) ?? null,
      };
    });
  }

  agents: Sync<InventoryStore['agents']> = (nodeId) =>
    this.#sql
      .all<AgentRow>(
        `SELECT node_id AS nodeId, incarnation, sequence, state, seen_at AS seenAt, address, version FROM agent
         WHERE ${nodeId === undefined ? 'TRUE' : 'node_id = @nodeId'} ORDER BY seen_at DESC`,
        nodeId === undefined ? {} : { nodeId },
      )
      .map((row) => ({ ...row, seenAt: new Date(row.seenAt) }));

  peer: Sync<InventoryStore['peer']> = (id) => {
    const row = this.#sql.getBig<PeerRow>(`SELECT ${peerColumns} ${peerFrom} WHERE p.id = @id`, { id });
    return row === undefined ? null : toPeer(row);
  };

  /** Living peers go before ended ones of the same key. */
  findPeer(text: string): Peer | null {
    const byId = this.#sql.getBig<PeerRow>(`SELECT ${peerColumns} ${peerFrom} WHERE p.id = @text`, { text });
    if (byId !== undefined) return toPeer(byId);
    const byKey = this.#sql.allBig<PeerRow>(`SELECT ${peerColumns} ${peerFrom} WHERE p.key = @text`, { text });
    const living = byKey.filter(({ endedAt }) => endedAt === null);
    const candidates = living.length > 0 ? living : byKey;
    const [first, second] = candidates;
    if (second !== undefined) {
      throw new ExpectedError('ambiguous', `The key "${text}" is on ${candidates.length} services.`, {
        hint: `Name the peer by its id: ${candidates.map(({ id }) => id).join(', ')}.`,
      });
    }
    return first === undefined ? null : toPeer(first);
  }

  /** By names and by addresses apart, so that each is looked up: of two lists every one with every one takes seconds. */
  successions(): Succession[] {
    return this.#sql
      .all<Omit<Succession, 'sameName' | 'sameAllowedIps'> & { sameName: number; sameIps: number }>(
        `WITH ended AS MATERIALIZED (
           SELECT p.id, p.service_id, p.name, p.allowed_ips FROM peer p JOIN user u ON u.id = p.user_id
           WHERE p.ended_at IS NOT NULL AND u.deleted_at IS NULL),
         pair AS (
           SELECT n.id AS new_id, e.id AS ended_id FROM peer n JOIN ended e ON e.name = n.name AND e.service_id = n.service_id
           WHERE n.user_id IS NULL AND n.ended_at IS NULL
           UNION
           SELECT n.id, e.id FROM peer n JOIN ended e ON e.allowed_ips = n.allowed_ips AND e.service_id = n.service_id
           WHERE n.user_id IS NULL AND n.ended_at IS NULL AND n.allowed_ips <> '[]')
         SELECT e.user_id AS userId, e.id AS endedId, n.id AS successorId, ${SAME_NAME} AS sameName, ${SAME_IPS} AS sameIps
         FROM pair JOIN peer n ON n.id = pair.new_id JOIN peer e ON e.id = pair.ended_id
         WHERE n.first_seen_at >= e.last_seen_at ORDER BY n.first_seen_at, n.id, e.ended_at DESC`,
      )
      .map(({ sameName, sameIps, ...row }) => ({ ...row, sameName: sameName === 1, sameAllowedIps: sameIps === 1 }));
  }

  counts: Sync<InventoryStore['counts']> = (ownerId): InventoryCounts => {
    const params: Params = ownerId === undefined ? {} : { owner: ownerId };
    const owned = ownerId === undefined ? 'TRUE' : OWNED;
    const users = this.#sql.get<{ users: number; active: number }>(
      `SELECT count(*) AS users, ifnull(sum(u.active), 0) AS active FROM user u WHERE u.deleted_at IS NULL AND ${owned}`,
      params,
    );
    const peers = this.#sql.get<{ peers: number; assigned: number }>(
      `SELECT count(*) AS peers, count(p.user_id) AS assigned ${peerFrom} JOIN node n ON n.id = s.node_id
       LEFT JOIN user u ON u.id = p.user_id WHERE p.ended_at IS NULL AND n.deleted_at IS NULL AND ${owned}`,
      params,
    );
    return {
      users: users?.users ?? 0,
      activeUsers: users?.active ?? 0,
      peers: peers?.peers ?? 0,
      assignedPeers: peers?.assigned ?? 0,
    };
  };

  peerCounts: Sync<InventoryStore['peerCounts']> = (userIds) =>
    new Map(
      this.#sql
        .all<{ userId: Peer['userId'] & string; n: number }>(
          `SELECT p.user_id AS userId, count(*) AS n FROM peer p
           WHERE p.ended_at IS NULL AND p.user_id IN (SELECT value FROM json_each(@ids)) GROUP BY p.user_id`,
          { ids: JSON.stringify(userIds) },
        )
        .map(({ userId, n }) => [userId, n]),
    );

  peersOnline: Sync<InventoryStore['peersOnline']> = (since, ownerId) =>
    this.#sql.get<{ n: number }>(
      `SELECT count(DISTINCT p.id) AS n ${peerFrom} JOIN node n ON n.id = s.node_id JOIN counter c ON c.peer_id = p.id
       LEFT JOIN user u ON u.id = p.user_id
       WHERE p.ended_at IS NULL AND n.deleted_at IS NULL AND c.last_handshake_at >= @since
         AND ${ownerId === undefined ? 'TRUE' : OWNED}`,
      { since: since.getTime(), ...(ownerId === undefined ? {} : { owner: ownerId }) },
    )?.n ?? 0;
}

interface AgentRow extends Omit<AgentState, 'seenAt'> {
  readonly seenAt: number;
}

interface PollRow extends Omit<PollState, 'lastAttemptAt' | 'lastCompleteAt' | 'notices'> {
  readonly lastAttemptAt: number;
  readonly lastCompleteAt: number | null;
  readonly notices: string;
}

const pollColumns = `node_id AS nodeId, last_attempt_at AS lastAttemptAt, last_complete_at AS lastCompleteAt,
  last_duration_ms AS lastDurationMs, outcome, failures, code, message, hint, notices`;

function toPollState(row: PollRow): PollState {
  return {
    ...row,
    lastAttemptAt: new Date(row.lastAttemptAt),
    lastCompleteAt: toDate(row.lastCompleteAt),
    notices: JSON.parse(row.notices),
  };
}

function peerFilter(query: PeerQuery): { where: string; params: Params } {
  const where = ['EXISTS (SELECT 1 FROM node n WHERE n.id = s.node_id AND n.deleted_at IS NULL)'];
  const params: Record<string, string> = {};
  const filter = (value: string | undefined, name: string, condition: string): void => {
    if (value === undefined) return;
    where.push(condition);
    params[name] = value;
  };
  filter(query.nodeId, 'nodeId', 's.node_id = @nodeId');
  filter(query.serviceId, 'serviceId', 'p.service_id = @serviceId');
  filter(query.userId, 'userId', 'p.user_id = @userId');
  filter(query.ownerId, 'owner', `EXISTS (SELECT 1 FROM user u WHERE u.id = p.user_id AND ${OWNED})`);
  const pattern = query.search === undefined ? undefined : likePattern(query.search);
  filter(
    pattern,
    'pattern',
    `(p.name LIKE @pattern ESCAPE '\\' OR p.key LIKE @pattern ESCAPE '\\' OR p.allowed_ips LIKE @pattern ESCAPE '\\'
      OR EXISTS (SELECT 1 FROM user u WHERE u.id = p.user_id AND u.name LIKE @pattern ESCAPE '\\'))`,
  );
  if (query.unassigned === true) where.push('p.user_id IS NULL');
  if (query.withEnded !== true) where.push('p.ended_at IS NULL');
  return { where: where.join(' AND '), params };
}
