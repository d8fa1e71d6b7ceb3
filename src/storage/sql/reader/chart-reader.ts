import type { Gap, Period, SeriesQuery, SeriesResult, Visibility } from '../../../core/ledger/usage-history.ts';
import { addTraffic, NOTHING, type Traffic } from '../../../core/units/bytes.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import { quarterOf } from '../../../core/units/quarter.ts';
import type { FarAnswer, FarChart } from '../mirror/far-days.ts';
import { toTraffic } from '../rows.ts';
import { type Buckets, type CountedNode, makeBuckets, quartersOf, unknownBuckets } from './buckets.ts';
import { ChartPoints, type Point } from './chart-points.ts';
import { bucketQualities, carryingNodes } from './chart-quality.ts';
import type { LedgerReader } from './ledger-reader.ts';
import type { MirrorReader } from './mirror-reader.ts';
import type { Statements } from './statements.ts';

interface Line {
  readonly traffic: (Traffic | null)[];
  readonly flags: number[];
  total: bigint;
}

/** Gaps of the nodes that carry a user; times in which Xpert counted nothing at all, reports neither, concern everybody. */
function concerns(nodes: ReadonlySet<string> | undefined) {
  return ({ nodeId, reason }: Gap) => reason === 'not-running' || reason === 'tracking-off' || nodes?.has(nodeId);
}

/** Usage over time, whatever the marks: points as lines, with what is known of each bucket. */
export class ChartReader {
  readonly #sql: Statements;
  readonly #calendar: Calendar;
  readonly #ledger: LedgerReader;
  readonly #mirror: MirrorReader;
  readonly #points: ChartPoints;
  readonly #open = new Map<number, Opened>();

  constructor(sql: Statements, calendar: Calendar, ledger: LedgerReader, mirror: MirrorReader) {
    this.#sql = sql;
    this.#calendar = calendar;
    this.#ledger = ledger;
    this.#mirror = mirror;
    this.#points = new ChartPoints(sql, calendar, mirror);
  }

  series(query: SeriesQuery, who: Visibility, nowMs: number): SeriesResult {
    const buckets = makeBuckets(query.period, query.bucketSeconds, this.#calendar);
    const around = this.#around(query);
    const points = this.#points.read(query, who, buckets);
    const gone = this.#points.daysWithoutRecords(query, who, buckets);
    return this.#drawn({ query, buckets, points, gone, around, nowMs });
  }

  /**
   * Begins a chart that a mirror is asked for: all else of it is read, at one instant. It is kept until it is drawn or dropped.
   * @returns what to ask of the mirror; null: nothing, the tables have it as quickly
   */
  open(id: number, query: SeriesQuery, who: Visibility, atLeastDays: number, shards: number): FarChart | null {
    const atOnce = this.#sql.db.transaction(() => {
      const asked = this.#mirror.plan(query, who, atLeastDays);
      if (asked === null) return null;
      const buckets = makeBuckets(query.period, query.bucketSeconds, this.#calendar);
      const pointsWith = this.#points.beside(asked, shards, query, who, buckets);
      this.#open.set(id, { query, buckets, pointsWith, around: this.#around(query) });
      return asked;
    });
    return atOnce();
  }

  /** Null: the answer does not fit what was read beside it. It is to be opened anew. */
  draw(far: FarAnswer, nowMs: number): SeriesResult | null {
    const opened = this.#open.get(far.id);
    this.#open.delete(far.id);
    const points = opened?.pointsWith(far) ?? null;
    if (opened === undefined || points === null) return null;
    return this.#drawn({ ...opened, points, gone: new Map(), nowMs });
  }

  /** The mirror did not answer. */
  drop(id: number): void {
    this.#open.delete(id);
  }

  /** Asks for what does not depend on what is drawn. */
  #around(query: SeriesQuery): Around {
    const { by, userId } = query;
    return {
      gaps: this.#ledger.askGaps(query.period, query.nodeId ?? undefined),
      nodes: this.#countedNodes(),
      marks: this.#marks(query),
      carrying: userId === null ? null : carryingNodes(this.#sql, 'user', [userId]),
      names: userId === null || by !== 'user' ? null : this.#names(by, [userId]),
    };
  }

  #drawn({ query, buckets, points, gone, around, nowMs }: Asked): SeriesResult {
    const lines = this.#collect(buckets, points);
    if (query.by === 'total' && !lines.has('total')) lines.set('total', emptyLine(buckets));
    for (const id of gone.keys()) if (!lines.has(id)) lines.set(id, emptyLine(buckets));
    const shown = strongest(lines, query.maxSeries, buckets);
    const carriedBy = around.carrying ?? carryingNodes(this.#sql, query.by, [...shown.keys()]);
    const namesOf = around.names ?? this.#names(query.by, [...shown.keys()]);
    const [gaps, carrying, names] = [around.gaps(), carriedBy(), namesOf()];
    const nodes = around.nodes().filter(({ id }) => query.nodeId === null || query.nodeId === id);
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
      marks: around.marks(),
    };
  }

  activePeers(period: Period, bucketSeconds: number, nowMs: number) {
    const buckets = makeBuckets(period, bucketSeconds, this.#calendar);
    const [counted, gaps] = [this.#countedNodes(), this.#ledger.askGaps(period)];
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
    const unknown = unknownBuckets(buckets, counted(), gaps(), nowMs);
    const query = { ...EVERYTHING, period, bucketSeconds };
    const gone = this.#points.daysWithoutRecords(query, { kind: 'all' }, buckets).get('total');
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

  #dayOfBucket({ fromMs }: Buckets, index: number): number {
    return this.#calendar.dayOf(fromMs[index] ?? 0).number;
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

  #names(by: SeriesQuery['by'], ids: readonly string[]): () => Map<string, LineName> {
    const table = by === 'node' ? 'node' : by === 'user' ? 'user' : null;
    const none = by === 'node' ? 'reports' : 'unclaimed';
    const names = new Map<string, LineName>([
      ['total', { name: 'total', deleted: false }],
      ['others', { name: 'others', deleted: false }],
      ['none', { name: none, deleted: false }],
    ]);
    if (table === null) return () => names;
    const asked = this.#sql.later<{ id: string; name: string; deleted: number }>(
      `SELECT id, name, deleted_at IS NOT NULL AS deleted FROM ${table} WHERE id IN (SELECT value FROM json_each(@ids))`,
      { ids: JSON.stringify(ids) },
    );
    return () => {
      for (const { id, name, deleted } of asked.all()) names.set(id, { name, deleted: deleted === 1 });
      return names;
    };
  }

  /** Nodes that were ever polled, with the time in which they were counted. */
  #countedNodes(): () => CountedNode[] {
    return this.#sql.later<CountedNode>(
      `SELECT n.id, min(s.first_complete_at) AS sinceMs, n.deleted_at AS untilMs
       FROM node n JOIN vpn_service s ON s.node_id = n.id WHERE s.first_complete_at IS NOT NULL GROUP BY n.id`,
    ).all;
  }

  /** Marks in the period that apply to what the chart shows. */
  #marks({ period, userId }: SeriesQuery): () => SeriesResult['marks'] {
    const asked = this.#sql.later<{ at: number; scope: string; reason: string | null }>(
      `SELECT at, scope, reason FROM reset WHERE at >= @from AND at < @to AND undone_at IS NULL
         AND (scope = 'all' OR @userId IS NULL
           OR id IN (SELECT reset_id FROM reset_target WHERE user_id = @userId)) ORDER BY at`,
      { from: period.from.getTime(), to: period.to.getTime(), userId },
    );
    return () =>
      asked.all().map(({ at, scope, reason }) => ({ at: new Date(at), kind: 'reset', label: reason ?? scope }));
  }
}

/** What a chart is drawn of. */
interface Asked {
  readonly query: SeriesQuery;
  readonly buckets: Buckets;
  readonly points: readonly Point[];
  /** By line: days whose records are gone. */
  readonly gone: ReadonlyMap<string, ReadonlySet<number>>;
  readonly around: Around;
  readonly nowMs: number;
}

/** What is asked for before it is known what is drawn. Each takes its answer. */
interface Around {
  readonly gaps: () => Gap[];
  readonly nodes: () => CountedNode[];
  readonly marks: () => SeriesResult['marks'];
  /** Nodes that carry the user; null: the chart is of no user. */
  readonly carrying: (() => Map<string, Set<string>>) | null;
  /** Of the user, if lines are users; null: lines have to be known first. */
  readonly names: (() => Map<string, LineName>) | null;
}

/** A chart that waits for a mirror. */
interface Opened extends Pick<Asked, 'query' | 'buckets' | 'around'> {
  readonly pointsWith: (far: FarAnswer) => Point[] | null;
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
