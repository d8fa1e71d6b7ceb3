import type { SeriesQuery, Visibility } from '../../../core/ledger/usage-history.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import { quarterOf } from '../../../core/units/quarter.ts';
import { type FarAnswer, type FarChart, type FarDay, fromColumns } from '../mirror/far-days.ts';
import type { TrafficRow } from '../rows.ts';
import { type Buckets, quartersOf } from './buckets.ts';
import type { MirrorReader } from './mirror-reader.ts';
import { edgesOfRecords, lastOf } from './record-edges.ts';
import { type Later, OWNED, type Params, type Statements, sums } from './statements.ts';

/** Bytes of one chart line in one quarter (or, for whole days, at the day's first quarter). */
export interface Point extends TrafficRow {
  readonly quarter: bigint;
  readonly line: string | null;
  readonly flags: bigint;
}

type DayRow = Omit<Point, 'quarter' | 'flags'> & { readonly day: bigint };

/**
 * What charts are drawn from, whatever the marks. Sums per carrier and quarter serve charts of everything; charts of users are drawn
 * from records, or from day rows where a bucket is a day.
 */
export class ChartPoints {
  readonly #sql: Statements;
  readonly #calendar: Calendar;
  readonly #mirror: MirrorReader;

  constructor(sql: Statements, calendar: Calendar, mirror: MirrorReader) {
    this.#sql = sql;
    this.#calendar = calendar;
    this.#mirror = mirror;
  }

  /** From the tables alone. */
  read(query: SeriesQuery, who: Visibility, buckets: Buckets): Point[] {
    const { first, last } = quartersOf(buckets);
    if (isNarrowed(query, who)) return this.#userPoints(query, who, buckets);
    if (buckets.seconds < 86_400) return this.#quarters(query, first, last).all();
    // Up to the day of the oldest record, which it may hold in part only, day rows know more: records are cleaned up, and
    // what was taken over from the original Xpert has none.
    const lastDay = lastOf(edgesOfRecords(this.#sql, this.#calendar, last)());
    const keptFrom = this.#quarterAfter(lastDay);
    if (keptFrom <= first) return this.#quarters(query, first, last).all();
    const newer = this.#quarters(query, keptFrom, last);
    const older = this.#daysOf(query, who, buckets, lastDay);
    return [...this.#atDays(older.all()), ...newer.all()];
  }

  /**
   * Asks for all that is to be added to what a mirror answers for days long ago: what waits for it and the days that it does not have.
   * What is returned takes it, for an answer; null: the answer does not fit.
   */
  beside(
    asked: FarChart,
    shards: number,
    query: SeriesQuery,
    who: Visibility,
    buckets: Buckets,
  ): (far: FarAnswer) => Point[] | null {
    const { last: farLast, lastWithoutRecords: edge } = asked;
    const waiting = this.#mirror.waiting(asked, shards, lineOf(query.by));
    const lastDay = Math.min(edge, this.#calendar.dayOf(buckets.endMs - 1).number);
    const near = this.#days(query, who, farLast + 1, lastDay);
    const newer = isNarrowed(query, who)
      ? null
      : this.#quarters(query, this.#quarterAfter(edge), quartersOf(buckets).last);
    return (far) => {
      const changes = waiting(far);
      if (changes === null) return null;
      return [...this.#atDays([...fromColumns(far.days), ...changes, ...near.all()]), ...(newer?.all() ?? [])];
    };
  }

  /** Days on which a line has bytes, and of which the records are gone that would tell when: nothing there is 0. */
  daysWithoutRecords(query: SeriesQuery, who: Visibility, buckets: Buckets): Map<string, Set<number>> {
    const days = new Map<string, Set<number>>();
    if (buckets.seconds >= 86_400) return days;
    const { first, last } = quartersOf(buckets);
    const { cleaned, oldest } = edgesOfRecords(this.#sql, this.#calendar, last)();
    const lastDay = Math.max(cleaned, oldest - 1);
    if (this.#quarterAfter(lastDay) <= first) return days;
    for (const { line, day, rx, tx, undirected } of this.#daysOf(query, who, buckets, lastDay).all()) {
      if (rx + tx + undirected === 0n) continue;
      const id = line ?? 'none';
      const ofLine = days.get(id) ?? new Set();
      days.set(id, ofLine.add(Number(day)));
    }
    return days;
  }

  #userPoints(query: SeriesQuery, who: Visibility, buckets: Buckets): Point[] {
    if (buckets.seconds === 86_400) {
      return this.#atDays(this.#daysOf(query, who, buckets, Number.MAX_SAFE_INTEGER).all());
    }
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
      { ...params, ...quartersOf(buckets) },
    );
  }

  /** Sums of carriers. */
  #quarters(query: SeriesQuery, first: number, last: number): Later<Point> {
    return this.#sql.laterBig<Point>(
      `SELECT q.quarter, ${lineOf(query.by)} AS line, ${sums('q')}, q.flags
       FROM carrier_quarter q JOIN carrier c ON c.id = q.carrier_id
       WHERE q.quarter BETWEEN @first AND @last AND (@node IS NULL OR c.node_id = @node) GROUP BY q.quarter, 2, q.flags`,
      { first, last, node: query.nodeId },
    );
  }

  /** Those of the buckets up to a day. */
  #daysOf(query: SeriesQuery, who: Visibility, { fromMs, endMs }: Buckets, lastDay: number): Later<DayRow> {
    const first = this.#calendar.dayOf(fromMs[0] ?? 0).number;
    return this.#days(query, who, first, Math.min(lastDay, this.#calendar.dayOf(endMs - 1).number));
  }

  #days(query: SeriesQuery, who: Visibility, first: number, last: number): Later<DayRow> {
    const { where, params } = narrow(query, who);
    const from =
      query.userId === null
        ? 'day d JOIN tally t ON t.id = d.tally_id JOIN segment g ON g.id = t.segment_id'
        : `segment g CROSS JOIN tally t ON t.segment_id = g.id CROSS JOIN calendar_day b
           CROSS JOIN day d ON d.day = b.day AND d.tally_id = t.id`;
    return this.#sql.laterBig<DayRow>(
      `SELECT d.day, ${lineOf(query.by)} AS line, ${sums('d')}
       FROM ${from} JOIN series s ON s.id = t.series_id JOIN carrier c ON c.id = s.carrier_id
       WHERE d.day BETWEEN @first AND @last ${where} GROUP BY d.day, 2`,
      { ...params, first, last },
    );
  }

  /** Day rows as points at their day's first quarter. Flags are not kept per day. */
  #atDays(rows: readonly (DayRow | FarDay)[]): Point[] {
    // Each by its name: to copy what is left of an object takes longer than all else of it.
    return rows.map(({ day, line, rx, tx, undirected, markup = 0n }) => ({
      quarter: BigInt(quarterOf(this.#calendar.day(Number(day)).fromMs)),
      ...{ line, rx, tx, undirected, markup },
      flags: 0n,
    }));
  }

  /** The first one that does not begin on this day. */
  #quarterAfter(day: number): number {
    return quarterOf(this.#calendar.day(day).toMs);
  }
}

/** What a line of a chart is of. */
function lineOf(by: SeriesQuery['by']): string {
  if (by === 'node') return 'c.node_id';
  if (by === 'protocol') return 'c.protocol';
  return by === 'user' ? 'g.user_id' : "'total'";
}

function isNarrowed({ userId, by }: SeriesQuery, who: Visibility): boolean {
  return userId !== null || by === 'user' || who.kind === 'owner';
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
