import type { HolderQuery, HolderUsage, Page, Period, Visibility } from '../../../core/ledger/usage-history.ts';
import { NOTHING, type Traffic } from '../../../core/units/bytes.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import type { PeerId, UserId } from '../../../core/units/ids.ts';
import { type TrafficRow, toTraffic } from '../rows.ts';
import { decodeCursor, encodeCursor, OWNED, type Params, type Statements, sums, VISIBLE } from './statements.ts';

/** Reads of holders: users, and tokens and peers that nobody owns, with what they used in a period. */
export class HolderReader {
  readonly #sql: Statements;
  readonly #calendar: Calendar;

  constructor(sql: Statements, calendar: Calendar) {
    this.#sql = sql;
    this.#calendar = calendar;
  }

  holders(query: HolderQuery, who: Visibility): Page<HolderUsage> {
    const all = this.#all(query.period, query, who).sort(comparison(query));
    const start = Number(decodeCursor(query.cursor)?.[0] ?? 0);
    const end = start + query.limit;
    return {
      items: all.slice(start, end),
      nextCursor: end < all.length ? encodeCursor([end]) : null,
      total: all.length,
    };
  }

  top(period: Period, limit: number, who: Visibility): HolderUsage[] {
    const filter = { search: null, server: null, port: null, protocol: null };
    return this.#all(period, filter, who)
      .sort(comparison({ sort: 'total', descending: true }))
      .slice(0, limit);
  }

  /** Distinct holders with bytes, and the bytes that nobody owns. */
  presence(
    period: Period | null,
    seenBy?: 'services' | 'reports',
  ): { readonly users: number; readonly unclaimed: Traffic } {
    const seen = seenBy === undefined ? '' : `AND c.service_id IS ${seenBy === 'services' ? 'NOT' : ''} NULL`;
    const days = period === null ? null : this.#days(period);
    const within = days === null ? '' : 'AND d.day BETWEEN @first AND @last';
    const rows = this.#sql.allBig<TrafficRow & { isUser: bigint; holders: bigint }>(
      `SELECT g.user_id IS NOT NULL AS isUser, ${sums(days === null ? 't' : 'd')},
         count(DISTINCT iif(g.user_id IS NULL, ifnull('t' || g.token, 'p' || g.peer_id), g.user_id)) AS holders
       FROM ${days === null ? 'tally t' : 'day d JOIN tally t ON t.id = d.tally_id'} JOIN segment g ON g.id = t.segment_id JOIN series s ON s.id = t.series_id
       JOIN carrier c ON c.id = s.carrier_id WHERE ${VISIBLE} ${seen} ${within} AND t.total <> 0 GROUP BY 1`,
      days ?? {},
    );
    const unclaimed = rows.find(({ isUser }) => isUser === 0n);
    return {
      users: Number(rows.reduce((sum, { holders }) => sum + holders, 0n)),
      unclaimed: unclaimed === undefined ? NOTHING : toTraffic(unclaimed),
    };
  }

  /** Sums of the segments that no mark hides, over some days, and the state of the tables that they belong to. */
  segmentSums(first: number, last: number): { readonly sequence: number; readonly sums: SegmentSums[] } {
    return this.#sql.db.transaction(() => {
      const sequence = this.#sql.get<{ sequence: number }>('SELECT sequence FROM alive')?.sequence ?? 0;
      const rows = this.#sql.allBig<HolderRow & { segmentId: bigint; markup: bigint }>(
        `SELECT g.id AS segmentId, g.user_id AS userId, iif(g.user_id IS NULL, g.token, NULL) AS token,
           iif(g.user_id IS NULL, g.peer_id, NULL) AS peerId, ${sums('d')}, sum(d.connections) AS connections,
           max(min(t.last_at, b.to_at - 1)) AS lastAt
         FROM day d JOIN calendar_day b ON b.day = d.day JOIN tally t ON t.id = d.tally_id
         JOIN segment g ON g.id = t.segment_id
         WHERE d.day BETWEEN @first AND @last AND ${VISIBLE} GROUP BY g.id`,
        { first, last },
      );
      const all = rows.map(({ segmentId, token, connections, lastAt, ...row }) => ({
        ...row,
        segmentId: Number(segmentId),
        userToken: token,
        connections: Number(connections),
        lastMs: Number(lastAt),
      }));
      return { sequence, sums: all };
    })();
  }

  /** Whose segment it is; null if a mark hides it. */
  visibleHolder(segmentId: number): Pick<HolderUsage, 'userId' | 'userToken' | 'peerId'> | null {
    const row = this.#sql.get<Pick<HolderUsage, 'userId' | 'userToken' | 'peerId'>>(
      `SELECT g.user_id AS userId, iif(g.user_id IS NULL, g.token, NULL) AS userToken,
         iif(g.user_id IS NULL, g.peer_id, NULL) AS peerId FROM segment g WHERE g.id = @segmentId AND ${VISIBLE}`,
      { segmentId },
    );
    return row ?? null;
  }

  /** Distinct server:port with bytes of the holder since the beginning of a day. */
  countServers({ userId, userToken, peerId }: HolderUsage, firstDay: number): number {
    const holder =
      userId !== null
        ? 'g.user_id = @id'
        : userToken !== null
          ? 'g.token = @id AND g.user_id IS NULL'
          : 'g.peer_id = @id AND g.user_id IS NULL';
    const sinceMs = this.#calendar.day(firstDay).fromMs;
    return (
      this.#sql.get<{ n: number }>(
        `SELECT count(DISTINCT c.place) AS n FROM segment g JOIN tally t ON t.segment_id = g.id
         JOIN series s ON s.id = t.series_id JOIN carrier c ON c.id = s.carrier_id
         WHERE ${holder} AND ${VISIBLE} AND t.last_at >= @sinceMs AND t.total <> 0`,
        { id: userId ?? userToken ?? peerId, sinceMs },
      )?.n ?? 0
    );
  }

  #days(period: Period): { first: number; last: number } {
    const { first, last } = this.#calendar.daysTouching(period.from.getTime(), period.to.getTime());
    return { first: first.number, last: last.number };
  }

  #all(
    period: Period,
    filter: Pick<HolderQuery, 'search' | 'server' | 'port' | 'protocol'>,
    who: Visibility,
  ): HolderUsage[] {
    const where = [VISIBLE];
    const params: Record<string, Params[string]> = this.#days(period);
    const add = (name: string, value: string | number | null, condition: string): void => {
      if (value === null) return;
      where.push(condition);
      params[name] = value;
    };
    add('server', filter.server, 'c.server = @server');
    add('port', filter.port, 'c.port = @port');
    add('protocol', filter.protocol, 'c.protocol = @protocol');
    add('owner', who.kind === 'owner' ? who.adminId : null, `g.user_id IN (SELECT u.id FROM user u WHERE ${OWNED})`);
    const rows = this.#sql.allBig<HolderRow>(
      `SELECT g.user_id AS userId, iif(g.user_id IS NULL, g.token, NULL) AS token,
         iif(g.user_id IS NULL, g.peer_id, NULL) AS peerId, ${sums('d')}, sum(d.connections) AS connections,
         count(DISTINCT c.place) AS servers, max(min(t.last_at, b.to_at - 1)) AS lastAt
       FROM day d JOIN calendar_day b ON b.day = d.day JOIN tally t ON t.id = d.tally_id
       JOIN segment g ON g.id = t.segment_id JOIN series s ON s.id = t.series_id JOIN carrier c ON c.id = s.carrier_id
       WHERE d.day BETWEEN @first AND @last AND ${where.join(' AND ')}
       GROUP BY 1, 2, 3`,
      params,
    );
    const named = this.named(rows.map(toHolder));
    return filter.search === null ? named : named.filter(({ name }) => contains(name, filter.search ?? ''));
  }

  /** Gives holders the names that people know them by. */
  named(holders: readonly HolderUsage[]): HolderUsage[] {
    const users = this.#names(
      `SELECT id, name, deleted_at IS NOT NULL AS deleted FROM user WHERE id IN (SELECT value FROM json_each(@ids))`,
      holders.flatMap(({ userId }) => userId ?? []),
    );
    const peers = this.#names(
      `SELECT p.id, ifnull(p.name, p.key) AS name, (p.ended_at IS NOT NULL OR n.deleted_at IS NOT NULL) AS deleted
       FROM peer p JOIN vpn_service s ON s.id = p.service_id JOIN node n ON n.id = s.node_id
       WHERE p.id IN (SELECT value FROM json_each(@ids))`,
      holders.flatMap(({ peerId }) => peerId ?? []),
    );
    return holders.map((holder) => {
      const known = users.get(holder.userId ?? '') ?? peers.get(holder.peerId ?? '');
      return { ...holder, name: known?.name ?? holder.userToken ?? '', deleted: known?.deleted === 1 };
    });
  }

  #names(sql: string, ids: readonly string[]): Map<string, NameRow> {
    if (ids.length === 0) return new Map();
    const rows = this.#sql.all<NameRow>(sql, { ids: JSON.stringify(ids) });
    return new Map(rows.map((row) => [row.id, row]));
  }
}

interface NameRow {
  readonly id: string;
  readonly name: string;
  readonly deleted: number;
}

/** What one segment used in some days. */
export interface SegmentSums extends Required<TrafficRow>, Pick<HolderUsage, 'userId' | 'userToken' | 'peerId'> {
  readonly segmentId: number;
  readonly connections: number;
  readonly lastMs: number;
}

interface HolderRow extends TrafficRow {
  readonly userId: UserId | null;
  readonly token: string | null;
  readonly peerId: PeerId | null;
  readonly connections: bigint;
  readonly servers: bigint;
  readonly lastAt: bigint;
}

function toHolder(row: HolderRow): HolderUsage {
  return {
    userId: row.userId,
    userToken: row.token,
    peerId: row.peerId,
    name: '',
    deleted: false,
    traffic: toTraffic(row),
    connections: Number(row.connections),
    servers: Number(row.servers),
    lastUsedAt: new Date(Number(row.lastAt)),
  };
}

function contains(name: string, search: string): boolean {
  return name.toLowerCase().includes(search.toLowerCase());
}

/** Equal ones in some fixed order, so that pages do not overlap. */
export function comparison({
  sort,
  descending,
}: Pick<HolderQuery, 'sort' | 'descending'>): (a: HolderUsage, b: HolderUsage) => number {
  const sign = descending ? -1 : 1;
  return (a, b) => {
    const order = sort === 'name' ? compare(a.name, b.name) : compare(sortValueOf(a, sort), sortValueOf(b, sort));
    return order === 0 ? compare(idOf(a), idOf(b)) : sign * order;
  };
}

function sortValueOf(holder: HolderUsage, sort: Exclude<HolderQuery['sort'], 'name'>): bigint | number {
  const { rx, tx, total }: Traffic = holder.traffic;
  if (sort === 'connections') return holder.connections;
  if (sort === 'lastUsed') return holder.lastUsedAt?.getTime() ?? 0;
  if (sort === 'rx') return rx ?? -1n;
  return sort === 'tx' ? (tx ?? -1n) : total;
}

function idOf({ userId, userToken, peerId }: HolderUsage): string {
  return userId ?? userToken ?? peerId ?? '';
}

function compare<T extends bigint | number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
