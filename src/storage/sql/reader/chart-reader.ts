import type { Gap, Period, SeriesQuery, SeriesResult, Visibility } from '../../../core/ledger/usage-history.ts';
import { addTraffic, NOTHING, type Traffic } from '../../../core/units/bytes.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import { QUARTER_MS, quarterOf } from '../../../core/units/quarter.ts';
import type { FarAnswer, FarDay } from '../mirror/far-days.ts';
import { type TrafficRow, toTraffic } from '../rows.ts';
import { type Buckets, type CountedNode, makeBuckets, quartersOf, unknownBuckets } from './buckets.ts';
import { bucketQualities, carryingNodes } from './chart-quality.ts';
import type { LedgerReader } from './ledger-reader.ts';
import type { MirrorReader } from './mirror-reader.ts';
import { edgesOfRecords } from './record-edges.ts';
import { OWNED, type Params, type Statements, sums } from './statements.ts';

/** Bytes of one chart line in one quarter (or, for whole days, at the day's first quarter). */
interface Point extends TrafficRow {
  readonly quarter: bigint;
  readonly line: string | null;
  readonly flags: bigint;
}

interface Line {
  readonly traffic: (Traffic | null)[];
  readonly flags: number[];
  total: bigint;
}

/** Gaps of the nodes that carry a user; times in which Xpert counted nothing at all, reports neither, concern everybody. */
function concerns(nodes: ReadonlySet<string> | undefined) {
  return ({ nodeId, reason }: Gap) => reason === 'not-running' || reason === 'tracking-off' || nodes?.has(nodeId);
}

/**
 * Usage over time, whatever the marks. Sums per carrier and quarter serve charts of everything; charts of users are drawn
 * from records, or from day rows where a bucket is a day.
 */
export class ChartReader {
  readonly #sql: Statements;
  readonly #calendar: Calendar;
  readonly #ledger: LedgerReader;
  readonly #mirror: MirrorReader;

  constructor(sql: Statements, calendar: Calendar, ledger: LedgerReader, mirror: MirrorReader) {
    this.#sql = sql;
    this.#calendar = calendar;
    this.#ledger = ledger;
    this.#mirror = mirror;
  }

  /** `far`: what a mirror answered for days long ago; they are read from the tables where it does not fit them any more. */
  series(query: SeriesQuery, who: Visibility, nowMs: number, far: FarAnswer | null = null): SeriesResult {
    const buckets = makeBuckets(query.period, query.bucketSeconds, this.#calendar);
    const points =
      far === null ? () => this.#points(query, who, buckets, null) : this.#atOnce(query, who, buckets, far);
    const lines = this.#collect(buckets, points());
    if (query.by === 'total' && !lines.has('total')) lines.set('total', emptyLine(buckets));
    const gone = this.#daysWithoutRecords(query, who, buckets);
    for (const id of gone.keys()) if (!lines.has(id)) lines.set(id, emptyLine(buckets));
    const gaps = this.#ledger.gaps(query.period, query.nodeId ?? undefined);
    const nodes = this.#countedNodes().filter(({ id }) => query.nodeId === null || query.nodeId === id);
    const shown = strongest(lines, query.maxSeries, buckets);
    const carrying =
      query.userId === null
        ? carryingNodes(this.#sql, query.by, [...shown.keys()])
        : carryingNodes(this.#sql, 'user', [query.userId]);
    const names = this.#names(query.by, [...shown.keys()]);
    return {
      bucketSeconds: buckets.seconds,
      from: buckets.fromMs.map((ms) => new Date(ms)),
      series: [...shown].map(([id, { traffic, flags }]) => {
        const nodesOfLine = query.userId === null ? carrying.get(id) : carrying.get(query.userId);
        const own = nodesOfLine === undefined ? nodes : nodes.filter((node) => nodesOfLine.has(node.id));
        const unknown = unknownBuckets(buckets, own, gaps, nowMs);
        const days = id === 'others' ? unionOf(gone) : gone.get(id);
        const isUnknown = unknown.map((each, i) => each || days?.has(this.#dayOfBucket(buckets, i)) === true);
        const line = { traffic: traffic.map(known(isUnknown)), flags };
        const gapsOfLine = nodesOfLine === undefined ? gaps : gaps.filter(({ nodeId }) => nodesOfLine.has(nodeId));
        return {
          id,
          ...(names.get(id) ?? { name: id, deleted: false }),
          ...line,
          quality: bucketQualities(buckets, line, gapsOfLine, nowMs),
        };
      }),
      gaps: query.userId === null ? gaps : gaps.filter(concerns(carrying.get(query.userId))),
      marks: this.#marks(query),
    };
  }

  activePeers(period: Period, bucketSeconds: number, nowMs: number) {
    const buckets = makeBuckets(period, bucketSeconds, this.#calendar);
    const active = buckets.fromMs.map(() => 0);
    const { first, last } = quartersOf(buckets);
    if (buckets.seconds === 900) {
      const rows = this.#sql.all<{ quarter: number; active: number }>(
        `SELECT q.quarter, sum(q.active) AS active FROM carrier_quarter q JOIN carrier c ON c.id = q.carrier_id
         WHERE q.quarter BETWEEN @first AND @last AND c.service_id IS NOT NULL GROUP BY q.quarter`,
        { first, last },
      );
      for (const row of rows) active[buckets.indexOf(row.quarter)] = row.active;
    } else {
      buckets.fromMs.forEach((fromMs, i) => {
        active[i] = this.#activeBetween(fromMs, buckets.fromMs[i + 1] ?? buckets.endMs, buckets.seconds === 86_400);
      });
    }
    const unknown = unknownBuckets(buckets, this.#countedNodes(), this.#ledger.gaps(period), nowMs);
    const query = { ...EVERYTHING, period, bucketSeconds };
    const gone = this.#daysWithoutRecords(query, { kind: 'all' }, buckets).get('total');
    const isUnknown = (i: number) => unknown[i] === true || gone?.has(this.#dayOfBucket(buckets, i)) === true;
    return {
      from: buckets.fromMs.map((ms) => new Date(ms)),
      active: active.map((count, i) => (count === 0 && isUnknown(i) ? null : count)),
    };
  }

  #activeBetween(fromMs: number, toMs: number, wholeDay: boolean): number {
    const rows = wholeDay ? 'day d' : 'record d';
    const when = wholeDay ? 'd.day = @first' : 'd.quarter BETWEEN @first AND @last';
    const params = wholeDay
      ? { first: this.#calendar.dayOf(fromMs).number }
      : { first: quarterOf(fromMs), last: quarterOf(toMs - 1) };
    return (
      this.#sql.get<{ n: number }>(
        `SELECT count(DISTINCT s.peer_id) AS n FROM ${rows} JOIN tally t ON t.id = d.tally_id
         JOIN series s ON s.id = t.series_id WHERE ${when} AND s.peer_id IS NOT NULL`,
        params,
      )?.n ?? 0
    );
  }

  /** What waits for the mirror and the days that it does not have, of one instant. */
  #atOnce(query: SeriesQuery, who: Visibility, buckets: Buckets, far: FarAnswer): () => Point[] {
    return this.#sql.db.transaction(() => {
      const waiting = this.#mirror.waiting(far, lineOf(query.by));
      const days = waiting === null ? null : { last: far.asked.last, rows: [...far.days, ...waiting] };
      return this.#points(query, who, buckets, days);
    });
  }

  #points(query: SeriesQuery, who: Visibility, buckets: Buckets, far: FarRows | null): Point[] {
    const { first, last } = quartersOf(buckets);
    const narrowed = query.userId !== null || query.by === 'user' || who.kind === 'owner';
    if (narrowed) return this.#userPoints(query, who, buckets, { first, last }, far);
    const points = this.#sql.allBig<Point>(
      `SELECT q.quarter, ${lineOf(query.by)} AS line, ${sums('q')}, q.flags
       FROM carrier_quarter q JOIN carrier c ON c.id = q.carrier_id
       WHERE q.quarter BETWEEN @first AND @last AND (@node IS NULL OR c.node_id = @node) GROUP BY q.quarter, 2, q.flags`,
      { first, last, node: query.nodeId },
    );
    if (buckets.seconds < 86_400) return points;
    // Up to the day of the oldest record, which it may hold in part only, day rows know more: records are cleaned up, and
    // what was taken over from the original Xpert has none.
    const { cleaned, oldest } = edgesOfRecords(this.#sql, this.#calendar, last);
    const lastDay = Math.max(cleaned, oldest);
    const keptFrom = quarterOf(this.#calendar.day(lastDay).toMs);
    if (keptFrom <= first) return points;
    const older = this.#dayPoints(query, who, buckets, lastDay, far);
    return [...older, ...points.filter(({ quarter }) => Number(quarter) >= keptFrom)];
  }

  /** Days on which a line has bytes, and of which the records are gone that would tell when: nothing there is 0. */
  #daysWithoutRecords(query: SeriesQuery, who: Visibility, buckets: Buckets): Map<string, Set<number>> {
    const days = new Map<string, Set<number>>();
    if (buckets.seconds >= 86_400) return days;
    const { first, last } = quartersOf(buckets);
    const { cleaned, oldest } = edgesOfRecords(this.#sql, this.#calendar, last);
    const lastDay = Math.max(cleaned, oldest - 1);
    if (quarterOf(this.#calendar.day(lastDay).toMs) <= first) return days;
    for (const { line, quarter, rx, tx, undirected } of this.#dayPoints(query, who, buckets, lastDay)) {
      if (rx + tx + undirected === 0n) continue;
      const id = line ?? 'none';
      const ofLine = days.get(id) ?? new Set();
      days.set(id, ofLine.add(this.#calendar.dayOf(Number(quarter) * QUARTER_MS).number));
    }
    return days;
  }

  #dayOfBucket({ fromMs }: Buckets, index: number): number {
    return this.#calendar.dayOf(fromMs[index] ?? 0).number;
  }

  #userPoints(
    query: SeriesQuery,
    who: Visibility,
    buckets: Buckets,
    { first, last }: ReturnType<typeof quartersOf>,
    far: FarRows | null,
  ): Point[] {
    if (buckets.seconds === 86_400) return this.#dayPoints(query, who, buckets, Number.MAX_SAFE_INTEGER, far);
    const { where, params } = narrow(query, who);
    const from =
      query.userId === null
        ? 'record r JOIN tally t ON t.id = r.tally_id JOIN segment g ON g.id = t.segment_id'
        : `segment g CROSS JOIN tally t ON t.segment_id = g.id
           CROSS JOIN carrier_quarter_number n CROSS JOIN record r ON r.quarter = n.quarter AND r.tally_id = t.id`;
    return this.#sql.allBig<Point>(
      `WITH RECURSIVE carrier_quarter_number (quarter) AS (
         SELECT CAST(@first AS INTEGER) UNION ALL SELECT quarter + 1 FROM carrier_quarter_number WHERE quarter < @last)
       SELECT r.quarter, ${lineOf(query.by)} AS line, ${sums('r')}, r.flags
       FROM ${from} JOIN series s ON s.id = t.series_id JOIN carrier c ON c.id = s.carrier_id
       WHERE r.quarter BETWEEN @first AND @last ${where} GROUP BY r.quarter, 2, r.flags`,
      { ...params, first, last },
    );
  }

  /** Day rows as points at their day's first quarter. Flags are not kept per day. */
  #dayPoints(
    query: SeriesQuery,
    who: Visibility,
    buckets: Buckets,
    lastDay: number,
    far: FarRows | null = null,
  ): Point[] {
    const { where, params } = narrow(query, who);
    const from =
      query.userId === null
        ? 'day d JOIN tally t ON t.id = d.tally_id JOIN segment g ON g.id = t.segment_id'
        : `segment g CROSS JOIN tally t ON t.segment_id = g.id CROSS JOIN calendar_day b
           CROSS JOIN day d ON d.day = b.day AND d.tally_id = t.id`;
    const farRows = (far?.rows ?? []).filter(({ day }) => day <= lastDay);
    const first = far === null ? this.#calendar.dayOf(buckets.fromMs[0] ?? 0).number : far.last + 1;
    const last = Math.min(lastDay, this.#calendar.dayOf(buckets.endMs - 1).number);
    const near = this.#sql.allBig<Omit<Point, 'quarter' | 'flags'> & { day: bigint }>(
      `SELECT d.day, ${lineOf(query.by)} AS line, ${sums('d')}
       FROM ${from} JOIN series s ON s.id = t.series_id JOIN carrier c ON c.id = s.carrier_id
       WHERE d.day BETWEEN @first AND @last ${where} GROUP BY d.day, 2`,
      { ...params, first, last },
    );
    return [...farRows, ...near].map(({ day, ...row }) => ({
      ...row,
      quarter: BigInt(quarterOf(this.#calendar.day(Number(day)).fromMs)),
      flags: 0n,
    }));
  }

  #collect(buckets: Buckets, points: readonly Point[]): Map<string, Line> {
    const lines = new Map<string, Line>();
    for (const point of points) {
      const index = buckets.indexOf(Number(point.quarter));
      if (index < 0) continue;
      const id = point.line ?? 'none';
      let line = lines.get(id);
      if (line === undefined) {
        line = emptyLine(buckets);
        lines.set(id, line);
      }
      addPoint(line, index, toTraffic(point), Number(point.flags));
    }
    return lines;
  }

  #names(by: SeriesQuery['by'], ids: readonly string[]): Map<string, LineName> {
    const table = by === 'node' ? 'node' : by === 'user' ? 'user' : null;
    const none = by === 'node' ? 'reports' : 'unclaimed';
    const names = new Map<string, LineName>([
      ['total', { name: 'total', deleted: false }],
      ['others', { name: 'others', deleted: false }],
      ['none', { name: none, deleted: false }],
    ]);
    if (table === null) return names;
    const rows = this.#sql.all<{ id: string; name: string; deleted: number }>(
      `SELECT id, name, deleted_at IS NOT NULL AS deleted FROM ${table} WHERE id IN (SELECT value FROM json_each(@ids))`,
      { ids: JSON.stringify(ids) },
    );
    for (const { id, name, deleted } of rows) names.set(id, { name, deleted: deleted === 1 });
    return names;
  }

  /** Nodes that were ever polled, with the time in which they were counted. */
  #countedNodes(): CountedNode[] {
    return this.#sql.all<CountedNode>(
      `SELECT n.id, min(s.first_complete_at) AS sinceMs, n.deleted_at AS untilMs
       FROM node n JOIN vpn_service s ON s.node_id = n.id WHERE s.first_complete_at IS NOT NULL GROUP BY n.id`,
    );
  }

  /** Marks in the period that apply to what the chart shows. */
  #marks({ period, userId }: SeriesQuery): SeriesResult['marks'] {
    return this.#sql
      .all<{ at: number; scope: string; reason: string | null }>(
        `SELECT at, scope, reason FROM reset WHERE at >= @from AND at < @to AND undone_at IS NULL
           AND (scope = 'all' OR @userId IS NULL
             OR id IN (SELECT reset_id FROM reset_target WHERE user_id = @userId)) ORDER BY at`,
        { from: period.from.getTime(), to: period.to.getTime(), userId },
      )
      .map(({ at, scope, reason }) => ({ at: new Date(at), kind: 'reset', label: reason ?? scope }));
  }
}

/** Sums of days up to `last`, from elsewhere. */
interface FarRows {
  readonly last: number;
  readonly rows: readonly FarDay[];
}

/** All bytes as one line. */
const EVERYTHING = { by: 'total', userId: null, nodeId: null, maxSeries: 1 } as const;

function unionOf(days: ReadonlyMap<string, ReadonlySet<number>>): ReadonlySet<number> {
  return new Set([...days.values()].flatMap((ofLine) => [...ofLine]));
}

interface LineName {
  readonly name: string;
  /** The node or user is; the bytes stay. */
  readonly deleted: boolean;
}

function lineOf(by: SeriesQuery['by']): string {
  if (by === 'node') return 'c.node_id';
  if (by === 'protocol') return 'c.protocol';
  return by === 'user' ? 'g.user_id' : "'total'";
}

function narrow(query: SeriesQuery, who: Visibility): { where: string; params: Params } {
  const where: string[] = [];
  const params: Record<string, string> = {};
  if (query.userId !== null) {
    where.push('AND g.user_id = @userId');
    params.userId = query.userId;
  }
  if (query.nodeId !== null) {
    where.push('AND c.node_id = @nodeId');
    params.nodeId = query.nodeId;
  }
  if (who.kind === 'owner') {
    where.push(`AND g.user_id IN (SELECT u.id FROM user u WHERE ${OWNED})`);
    params.owner = who.adminId;
  }
  return { where: where.join(' '), params };
}

function emptyLine({ fromMs }: Buckets): Line {
  return { traffic: fromMs.map(() => NOTHING), flags: fromMs.map(() => 0), total: 0n };
}

function addPoint(line: Line, index: number, traffic: Traffic, flags: number): void {
  line.traffic[index] = addTraffic(line.traffic[index] ?? NOTHING, traffic);
  line.flags[index] = (line.flags[index] ?? 0) | flags;
  line.total += traffic.total;
}

/** The lines with the most bytes; the rest summed as `others`. */
function strongest(lines: Map<string, Line>, max: number, buckets: Buckets): Map<string, Line> {
  const sorted = [...lines].sort(([, a], [, b]) => (a.total < b.total ? 1 : a.total > b.total ? -1 : 0));
  if (sorted.length <= max) return new Map(sorted);
  const others = emptyLine(buckets);
  for (const [, { traffic, flags }] of sorted.slice(max)) {
    traffic.forEach((value, i) => {
      addPoint(others, i, value ?? NOTHING, flags[i] ?? 0);
    });
  }
  return new Map([...sorted.slice(0, max), ['others', others]]);
}

/** Bytes that are there are shown; nothing, where nothing is known, is null and not 0. */
function known(unknown: readonly boolean[]): (traffic: Traffic | null, index: number) => Traffic | null {
  return (traffic, i) => (unknown[i] === true && traffic?.total === 0n ? null : traffic);
}
