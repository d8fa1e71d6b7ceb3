import type {
  CarrierDays,
  CarrierUsage,
  NodeCarried,
  PeerTotal,
  Period,
  UnclaimedSums,
  UnclaimedUsage,
  UsageSummary,
  Visibility,
} from '../../../core/ledger/usage-history.ts';
import { addTraffic, NOTHING, type Traffic } from '../../../core/units/bytes.ts';
import { type Calendar, formatDay } from '../../../core/units/calendar.ts';
import type { NodeId, PeerId, ServiceId, UserId } from '../../../core/units/ids.ts';
import { quarterOf } from '../../../core/units/quarter.ts';
import { type TrafficRow, toTraffic } from '../rows.ts';
import { OWNED, type Params, type Statements, sums, VISIBLE } from './statements.ts';

/** All days there are. */
const EVER = { first: -1_000_000, last: 1_000_000 };

/** From a chosen set of tallies `t` (with segment `g`) to their day rows `d` in the period: one lookup per day and tally. */
const TO_DAYS = `CROSS JOIN calendar_day b CROSS JOIN day d
  WHERE b.day BETWEEN @first AND @last AND d.day = b.day AND d.tally_id = t.id AND ${VISIBLE}`;

const CARRIER_COLUMNS = `c.server, c.port, c.protocol, c.service_id AS serviceId, c.node_id AS nodeId,
  EXISTS (SELECT 1 FROM node n WHERE n.id = c.node_id AND n.deleted_at IS NOT NULL) AS deleted`;
const CARRIER_GROUP = 'GROUP BY c.server, c.port, c.protocol, c.service_id, c.node_id';

/** What belongs to nobody, by token or peer. */
const NOBODYS = nobodysBy('g.token, g.peer_id');
/** The same where each of them has one segment: nothing is to be sorted, which takes some 80 bytes for each, all at once. */
const NOBODYS_SINGLE = nobodysBy('g.id');
/** So many tokens and peers of nobody are summed up in a few milliseconds. */
const FEW_UNCLAIMED = 1_000;
/** The same of sums of a carrier and a quarter: a day of 100 nodes. */
const LITTLE_TODAY = 10_000;

/** Reads of usage by user, carrier and peer, from day rows, tallies and the sums per carrier and day. */
export class UsageReader {
  readonly #sql: Statements;
  readonly #calendar: Calendar;

  constructor(sql: Statements, calendar: Calendar) {
    this.#sql = sql;
    this.#calendar = calendar;
  }

  /** Everything of a summary but `users` and `unclaimed`, which need the holders; see Standings. */
  carrierSummary(period: Period | null, seenBy?: 'services' | 'reports'): Omit<UsageSummary, 'users' | 'unclaimed'> {
    const rows = this.#sql.allBig<TrafficRow & { server: string; port: bigint; protocol: string; connections: bigint }>(
      `SELECT c.server, c.port, c.protocol, ${sums('v')}, sum(v.connections) AS connections
       FROM carrier_day v JOIN carrier c ON c.id = v.carrier_id
       WHERE v.day BETWEEN @first AND @last AND v.all_mark >= ${ALL_MARK} ${seen(seenBy)}
       GROUP BY c.id`,
      this.#days(period),
    );
    const moved = rows.filter(({ rx, tx, undirected }) => rx + tx + undirected !== 0n);
    return {
      servers: new Set(moved.map(({ server, port }) => `${server}:${port}`)).size,
      protocols: new Set(moved.map(({ protocol }) => protocol)).size,
      connections: Number(moved.reduce((sum, { connections }) => sum + connections, 0n)),
      traffic: moved.map(toTraffic).reduce(addTraffic, NOTHING),
    };
  }

  /** Summary over the users of one admin. */
  ownerSummary(period: Period | null, adminId: string, seenBy?: 'services' | 'reports'): UsageSummary {
    const rows = this.#sql.allBig<TrafficRow & OwnerRow>(
      `SELECT g.user_id AS userId, c.server, c.port, c.protocol, ${sums('d')}, sum(d.connections) AS connections
       FROM user u CROSS JOIN segment g ON g.user_id = u.id JOIN tally t ON t.segment_id = g.id
       JOIN series s ON s.id = t.series_id JOIN carrier c ON c.id = s.carrier_id ${TO_DAYS}
         AND ${OWNED} ${seen(seenBy)}
       GROUP BY g.user_id, c.server, c.port, c.protocol`,
      { ...this.#days(period), owner: adminId },
    );
    return {
      users: new Set(rows.map(({ userId }) => userId)).size,
      servers: new Set(rows.map(({ server, port }) => `${server}:${port}`)).size,
      protocols: new Set(rows.map(({ protocol }) => protocol)).size,
      connections: Number(rows.reduce((sum, { connections }) => sum + connections, 0n)),
      traffic: rows.map(toTraffic).reduce(addTraffic, NOTHING),
      unclaimed: NOTHING,
    };
  }

  topCarriers(period: Period, limit: number, who: Visibility): CarrierUsage[] {
    const days = this.#days(period);
    if (who.kind === 'owner') {
      const rows = this.#carriersOf(
        `user u CROSS JOIN segment g ON g.user_id = u.id JOIN tally t ON t.segment_id = g.id
         JOIN series s ON s.id = t.series_id`,
        `AND ${OWNED}`,
        { ...days, owner: who.adminId },
      );
      return rows.slice(0, limit);
    }
    return this.#sql
      .allBig<CarrierRow>(
        `SELECT ${CARRIER_COLUMNS}, ${sums('v')}, sum(v.connections) AS connections, max(v.last_at) AS lastAt
         FROM carrier_day v JOIN carrier c ON c.id = v.carrier_id
         WHERE v.day BETWEEN @first AND @last AND v.all_mark >= ${ALL_MARK}
         ${CARRIER_GROUP} HAVING sum(v.rx + v.tx + v.undirected) <> 0
         ORDER BY sum(v.rx + v.tx + v.undirected) DESC LIMIT @limit`,
        { ...days, limit },
      )
      .map(toCarrierUsage);
  }

  userCarriers(userId: UserId, period: Period): CarrierUsage[] {
    return this.#carriersOf(
      'segment g JOIN tally t ON t.segment_id = g.id JOIN series s ON s.id = t.series_id',
      'AND g.user_id = @userId',
      { ...this.#days(period), userId },
    );
  }

  tokenCarriers(token: string, period: Period): CarrierUsage[] | null {
    const seen = this.#sql.get('SELECT 1 FROM segment WHERE token = @token AND user_id IS NULL', { token });
    if (seen === undefined) return null;
    return this.#carriersOf(
      'segment g JOIN tally t ON t.segment_id = g.id JOIN series s ON s.id = t.series_id',
      'AND g.token = @token AND g.user_id IS NULL',
      { ...this.#days(period), token },
    );
  }

  peerCarriers(peerId: PeerId, period: Period): CarrierUsage[] {
    return this.#carriersOf(
      'series s JOIN tally t ON t.series_id = s.id JOIN segment g ON g.id = t.segment_id',
      'AND s.peer_id = @peerId',
      { ...this.#days(period), peerId },
    );
  }

  carrier(server: string, port: number, period: Period, who: Visibility): CarrierDays | null {
    const known = this.#sql.get('SELECT 1 FROM carrier WHERE server = @server AND port = @port', { server, port });
    if (known === undefined) return null;
    const own = who.kind === 'owner' ? `AND g.user_id IN (SELECT u.id FROM user u WHERE ${OWNED})` : '';
    const from = `FROM carrier c JOIN series s ON s.carrier_id = c.id JOIN tally t ON t.series_id = s.id
      JOIN segment g ON g.id = t.segment_id ${TO_DAYS} AND c.server = @server AND c.port = @port ${own}`;
    const holder = "ifnull(g.user_id, '') || char(10) || iif(g.user_id IS NULL, ifnull(g.token, g.peer_id), '')";
    const params = { ...this.#days(period), server, port, ...(who.kind === 'owner' ? { owner: who.adminId } : {}) };
    const days = this.#sql.allBig<TrafficRow & { day: bigint; users: bigint; connections: bigint }>(
      `SELECT d.day, ${sums('d')}, count(DISTINCT ${holder}) AS users, sum(d.connections) AS connections
       ${from} GROUP BY d.day ORDER BY d.day`,
      params,
    );
    const users = this.#sql.get<{ n: number }>(`SELECT count(DISTINCT ${holder}) AS n ${from}`, params)?.n ?? 0;
    return {
      server,
      port,
      users,
      traffic: days.map(toTraffic).reduce(addTraffic, NOTHING),
      connections: Number(days.reduce((sum, { connections }) => sum + connections, 0n)),
      days: days.map((row) => ({
        date: formatDay(Number(row.day)),
        traffic: toTraffic(row),
        users: Number(row.users),
      })),
    };
  }

  peerTotals(who: Visibility, peerIds?: readonly PeerId[]): PeerTotal[] {
    const named = peerIds === undefined ? 'TRUE' : 'p.id IN (SELECT value FROM json_each(@ids))';
    const params: Params = {
      ...(peerIds === undefined ? {} : { ids: JSON.stringify(peerIds) }),
      ...(who.kind === 'all' ? {} : { owner: who.adminId }),
    };
    const counted = this.#sql.allBig<TrafficRow & Omit<PeerTotal, 'traffic'>>(
      `SELECT p.id AS peerId, p.service_id AS serviceId, v.node_id AS nodeId, g.user_id AS userId, ${sums('t')}
       FROM peer p JOIN vpn_service v ON v.id = p.service_id JOIN series s ON s.peer_id = p.id
       JOIN tally t ON t.series_id = s.id JOIN segment g ON g.id = t.segment_id
       WHERE ${named} AND ${VISIBLE} GROUP BY p.id, v.id, g.user_id`,
      params,
    );
    const present = this.#sql.all<Omit<PeerTotal, 'traffic'>>(
      `SELECT p.id AS peerId, p.service_id AS serviceId, v.node_id AS nodeId, p.user_id AS userId
       FROM peer p JOIN vpn_service v ON v.id = p.service_id WHERE ${named}`,
      params,
    );
    const totals = new Map<string, PeerTotal>();
    for (const row of present) totals.set(`${row.peerId} ${row.userId ?? ''}`, { ...row, traffic: NOTHING });
    for (const { peerId, serviceId, nodeId, userId, ...row } of counted) {
      totals.set(`${peerId} ${userId ?? ''}`, { peerId, serviceId, nodeId, userId, traffic: toTraffic(row) });
    }
    const all = [...totals.values()];
    if (who.kind === 'all') return all;
    const own = new Set(
      this.#sql.all<{ id: string }>(`SELECT u.id FROM user u WHERE ${OWNED}`, params).map((u) => u.id),
    );
    return all.filter(({ userId }) => userId !== null && own.has(userId));
  }

  userTotals(userIds: readonly UserId[]): ReadonlyMap<UserId, Traffic> {
    const rows = this.#sql.allBig<TrafficRow & { userId: UserId }>(
      `SELECT g.user_id AS userId, ${sums('t')} FROM segment g JOIN tally t ON t.segment_id = g.id
       WHERE g.user_id IN (SELECT value FROM json_each(@ids)) AND ${VISIBLE} GROUP BY g.user_id`,
      { ids: JSON.stringify(userIds) },
    );
    const totals = new Map<UserId, Traffic>(userIds.map((id) => [id, NOTHING]));
    for (const row of rows) totals.set(row.userId, toTraffic(row));
    return totals;
  }

  lifetimeTotals(): { readonly userId: UserId; readonly name: string; readonly traffic: Traffic }[] {
    return this.#sql
      .allBig<TrafficRow & { userId: UserId; name: string }>(
        `SELECT u.id AS userId, u.name, ${sums('t')} FROM user u JOIN segment g ON g.user_id = u.id
         JOIN (SELECT segment_id, rx, tx, undirected, markup FROM tally
           UNION ALL SELECT t.segment_id, -min(p.rx, 0), -min(p.tx, 0), -min(p.undirected, 0), 0
           FROM posting p JOIN tally t ON t.id = p.tally_id JOIN entry e ON e.id = p.entry_id AND e.kind <> 'rebinding'
           UNION ALL SELECT t.segment_id, -p.rx, -p.tx, -p.undirected, -p.markup
           FROM posting p JOIN tally t ON t.id = p.tally_id JOIN entry e ON e.id = p.entry_id AND e.kind = 'rebinding'
         ) t ON t.segment_id = g.id GROUP BY u.id`,
      )
      .map(({ userId, name, ...row }) => ({ userId, name, traffic: toTraffic(row) }));
  }

  carriedToday(nowMs: number): NodeCarried[] {
    const rows = this.#sql.allBig<TrafficRow & { nodeId: NodeId }>(
      `SELECT c.node_id AS nodeId, ${sums('q')} FROM carrier_quarter q JOIN carrier c ON c.id = q.carrier_id
       WHERE q.quarter >= @first AND c.node_id IS NOT NULL GROUP BY c.node_id`,
      this.#today(nowMs),
    );
    return rows.map((row) => ({ nodeId: row.nodeId, traffic: toTraffic(row) }));
  }

  /** Whether summing up the day takes longer than a moment. */
  hasMuchToday(nowMs: number): boolean {
    const sql = `SELECT 1 FROM carrier_quarter WHERE quarter >= @first LIMIT 1 OFFSET ${LITTLE_TODAY}`;
    return this.#sql.get(sql, this.#today(nowMs)) !== undefined;
  }

  #today(nowMs: number): { first: number } {
    return { first: quarterOf(this.#calendar.dayOf(nowMs).fromMs) };
  }

  unclaimed(): UnclaimedUsage {
    const rows = this.#sql.allBig<TrafficRow & UnclaimedRow>(
      `SELECT n.token, n.peer_id AS peerId, n.rx, n.tx, n.undirected, n.markup, n.firstAt, n.lastAt, p.key, p.name,
         o.name AS nodeName, ifnull(p.ended_at, o.deleted_at) AS endedAt
       FROM (${NOBODYS}) n LEFT JOIN peer p ON p.id = n.peer_id LEFT JOIN vpn_service s ON s.id = p.service_id
         LEFT JOIN node o ON o.id = s.node_id
       ORDER BY n.rx + n.tx + n.undirected DESC`,
    );
    const tokens: UnclaimedUsage['tokens'][number][] = [];
    const peers: UnclaimedUsage['peers'][number][] = [];
    for (const row of rows) {
      const { token, peerId, key, name, nodeName } = row;
      const times = { firstAt: new Date(Number(row.firstAt)), lastAt: new Date(Number(row.lastAt)) };
      const endedAt = row.endedAt === null ? null : new Date(Number(row.endedAt));
      if (token !== null) tokens.push({ userToken: token, traffic: toTraffic(row), ...times });
      else if (peerId !== null && key !== null)
        peers.push({ peerId, key, name, nodeName, endedAt, traffic: toTraffic(row), ...times });
    }
    return { traffic: rows.map(toTraffic).reduce(addTraffic, NOTHING), tokens, peers };
  }

  unclaimedSums(): UnclaimedSums {
    const nobodys = this.#hasNobodySeveral() ? NOBODYS : NOBODYS_SINGLE;
    const row = this.#sql.getBig<TrafficRow & { tokens: bigint; peers: bigint }>(
      `SELECT count(token) AS tokens, count(peer_id) AS peers, ${sums('n')} FROM (${nobodys}) n`,
    );
    const { tokens = 0n, peers = 0n } = row ?? {};
    return { traffic: row === undefined ? NOTHING : toTraffic(row), tokens: Number(tokens), peers: Number(peers) };
  }

  /** Each has one segment of a mark: those of other marks can be seen after a reset of all was undone. */
  #hasNobodySeveral(): boolean {
    const other = `SELECT 1 FROM segment g WHERE g.user_id IS NULL AND ${VISIBLE} AND g.mark <> ${ALL_MARK} LIMIT 1`;
    return this.#sql.get(other) !== undefined;
  }

  /** Whether summing up what belongs to nobody takes longer than a moment. */
  hasManyUnclaimed(): boolean {
    return this.#sql.get(`SELECT 1 FROM segment WHERE user_id IS NULL LIMIT 1 OFFSET ${FEW_UNCLAIMED}`) !== undefined;
  }

  #carriersOf(from: string, condition: string, params: Params): CarrierUsage[] {
    return this.#sql
      .allBig<CarrierRow>(
        `SELECT ${CARRIER_COLUMNS}, ${sums('d')}, sum(d.connections) AS connections,
           max(min(t.last_at, b.to_at - 1)) AS lastAt
         FROM ${from} JOIN carrier c ON c.id = s.carrier_id ${TO_DAYS} ${condition} ${CARRIER_GROUP}
         HAVING sum(d.rx + d.tx + d.undirected) <> 0
         ORDER BY sum(d.rx + d.tx + d.undirected) DESC`,
        params,
      )
      .map(toCarrierUsage);
  }

  #days(period: Period | null): { first: number; last: number } {
    if (period === null) return EVER;
    const { first, last } = this.#calendar.daysTouching(period.from.getTime(), period.to.getTime());
    return { first: first.number, last: last.number };
  }
}

function nobodysBy(group: string): string {
  return `SELECT g.token, g.peer_id, ${sums('t')}, min(t.first_at) AS firstAt, max(t.last_at) AS lastAt
    FROM segment g CROSS JOIN tally t ON t.segment_id = g.id WHERE g.user_id IS NULL AND ${VISIBLE}
    GROUP BY ${group} HAVING sum(t.rx + t.tx + t.undirected) <> 0`;
}

/** Highest mark of scope `all` in force. */
const ALL_MARK = "(SELECT ifnull(max(r.id), 0) FROM reset r WHERE r.scope = 'all' AND r.undone_at IS NULL)";

function seen(by?: 'services' | 'reports'): string {
  if (by === undefined) return '';
  return by === 'services' ? 'AND c.service_id IS NOT NULL' : 'AND c.service_id IS NULL';
}

function toCarrierUsage(row: CarrierRow): CarrierUsage {
  const { server, port, protocol, serviceId, nodeId, deleted, connections, lastAt } = row;
  return {
    server,
    port: Number(port),
    protocol,
    serviceId,
    nodeId,
    deleted: deleted === 1n,
    traffic: toTraffic(row),
    connections: Number(connections),
    lastUsedAt: new Date(Number(lastAt)),
  };
}

interface CarrierRow extends TrafficRow {
  readonly server: string;
  readonly port: bigint;
  readonly protocol: string;
  readonly serviceId: ServiceId | null;
  readonly nodeId: NodeId | null;
  readonly deleted: bigint;
  readonly connections: bigint;
  readonly lastAt: bigint;
}

interface OwnerRow {
  readonly userId: string;
  readonly server: string;
  readonly port: bigint;
  readonly protocol: string;
  readonly connections: bigint;
}

interface UnclaimedRow {
  readonly token: string | null;
  readonly peerId: PeerId | null;
  readonly firstAt: bigint;
  readonly lastAt: bigint;
  /** Of the peer; null for a token. */
  readonly key: string | null;
  readonly name: string | null;
  readonly nodeName: string | null;
  readonly endedAt: bigint | null;
}
