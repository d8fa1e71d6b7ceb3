import { FLAG } from '../../core/metering/flags.ts';
import { type CountedSums, leftOver, type QuotaUsage } from '../../core/quota/evaluate.ts';
import { countsFromStart, countsOn, cycleFrom, type Quota, type Terms } from '../../core/quota/plan.ts';
import { type CycleBounds, cycleAt, previousCycle } from '../../core/units/billing-cycle.ts';
import type { Calendar } from '../../core/units/calendar.ts';
import { QUARTER_MS } from '../../core/units/quarter.ts';
import type { Database } from './database.ts';
import { VISIBLE } from './reader/statements.ts';

/** Names servers whose unsigned reports are believed. */
export type Trusted = Pick<ReadonlySet<string>, 'has'>;

/** Sums while they are being added up. */
export interface MutableUsage extends QuotaUsage {
  readonly sums: Mutable<CountedSums>;
  readonly doubted: Mutable<CountedSums>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Reads what users used of their quotas from day rows and totals: the truth that meters are kept in line with. */
export class QuotaUsageReader {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #calendar: Calendar;
  /** The running cycle of terms that do not count from a user's own day: shared by all who have them. */
  readonly #cycles = new WeakMap<Terms, RunningCycle>();

  constructor(db: Database, calendar: Calendar) {
    this.#sql = prepare(db);
    this.#calendar = calendar;
  }

  /** The cycle that an instant lies in; `startedMs` null: the user's time would begin then. */
  cycleAt(terms: Terms, startedMs: number | null, nowMs: number): CycleBounds | null {
    const nowDay = this.#calendar.dayOf(nowMs).number;
    if (countsFromStart(terms.cycle)) {
      const startDay = startedMs === null ? nowDay : this.#calendar.dayOf(startedMs).number;
      return cycleAt(cycleFrom(terms.cycle, startDay), this.#calendar, nowMs);
    }
    const { zones } = this.#calendar;
    const known = this.#cycles.get(terms);
    if (known?.nowDay === nowDay && known.zones === zones) return known.cycle;
    const cycle = cycleAt(terms.cycle, this.#calendar, nowMs);
    this.#cycles.set(terms, { nowDay, zones, cycle });
    return cycle;
  }

  /** In the order of the quotas. `trusted`: servers whose unsigned reports are believed. */
  usage(
    userId: string,
    { terms, startedMs }: { readonly terms: Terms; readonly startedMs: number | null },
    cycle: CycleBounds | null,
    trusted: Trusted,
  ): MutableUsage[] {
    const usage = this.#sumUp(userId, terms.quotas, cycle, trusted);
    const before = this.#before(userId, terms, startedMs, cycle, trusted);
    const toppedUp = this.#toppedUp(userId, cycle);
    return terms.quotas.map((quota, i) => ({
      ...(usage[i] ?? nothing()),
      carried: leftOverOf(quota, before?.[i]),
      toppedUp: toppedUp.get(quota.name) ?? 0n,
    }));
  }

  /**
   * Of the cycle before, if something of it is carried over: nothing is from before the user's time. By the marks that were
   * in force when it ended: a later one makes usage begin anew, and what was left no more than it was.
   */
  #before(
    userId: string,
    terms: Terms,
    startedMs: number | null,
    cycle: CycleBounds | null,
    trusted: Trusted,
  ): readonly MutableUsage[] | null {
    if (cycle === null || startedMs === null || !terms.quotas.some(({ rollover }) => rollover)) return null;
    if (cycle.fromMs <= startedMs) return null;
    const startDay = this.#calendar.dayOf(startedMs).number;
    const previous = previousCycle(cycleFrom(terms.cycle, startDay), this.#calendar, cycle);
    if (previous === null) return null;
    const params = { userId, endMs: cycle.fromMs };
    const marks = this.#sql.marksBefore.get(params) as { services: bigint; reports: bigint };
    const { firstDay, lastDay, fromMs } = previous;
    const rows = this.#sql.daysUnder.all({ userId, firstDay, lastDay, fromMs, ...marks }) as TallyRow[];
    return this.#sumOf(rows, terms.quotas, previous, trusted);
  }

  /** Without a cycle, what is added to a quota holds as long as the usage that it was added for: until all of it is reset. */
  #begunAnewMs(userId: string): number {
    return Number(this.#sql.lastReset.get(userId));
  }

  #toppedUp(userId: string, cycle: CycleBounds | null): ReadonlyMap<string, bigint> {
    const { fromMs, toMs } = cycle ?? { fromMs: this.#begunAnewMs(userId), toMs: Number.MAX_SAFE_INTEGER };
    const rows = this.#sql.toppedUp.all(userId, fromMs, toMs) as { quota: string; bytes: bigint }[];
    return new Map(rows.map(({ quota, bytes }) => [quota, bytes]));
  }

  #sumUp(userId: string, quotas: readonly Quota[], cycle: CycleBounds | null, trusted: Trusted): MutableUsage[] {
    const { firstDay = 0, lastDay = 0, fromMs = 0 } = cycle ?? {};
    const rows = (
      cycle === null ? this.#sql.totals.all(userId) : this.#sql.days.all({ userId, firstDay, lastDay, fromMs })
    ) as TallyRow[];
    return this.#sumOf(rows, quotas, cycle, trusted);
  }

  #sumOf(
    rows: readonly TallyRow[],
    quotas: readonly Quota[],
    cycle: CycleBounds | null,
    trusted: Trusted,
  ): MutableUsage[] {
    const usage = quotas.map(nothing);
    for (const row of rows) {
      const carrier = { ...row, nodeTags: tagsOf(row.tags) };
      const counting = usage.filter((_, i) => countsOn(quotas[i] as Quota, carrier));
      if (counting.length === 0) continue;
      const doubted = row.reported === 1n && !trusted.has(row.server) ? this.doubtedOf(row.tallyId, cycle) : null;
      for (const each of counting) {
        addTo(each.sums, row);
        if (doubted !== null) addTo(each.doubted, doubted);
      }
    }
    return usage;
  }

  /** Bytes of a tally that unsigned reports brought; of a day that never had records that tell, all of it. */
  doubtedOf(tallyId: bigint, cycle: Pick<CycleBounds, 'firstDay' | 'lastDay'> | null): CountedSums {
    const doubted = noSums();
    const { firstDay, lastDay } = cycle ?? { firstDay: -100_000, lastDay: 100_000 };
    for (const row of this.#sql.daysOfTally.all(tallyId, firstDay, lastDay) as DayRow[]) {
      const { rx, tx, undirected, markup } = row;
      const rest = { rx, tx, undirected, markup };
      const first = Number(row.fromMs) / QUARTER_MS;
      const last = Number(row.toMs) / QUARTER_MS - 1;
      const signed = this.#sql.signed.get({ tallyId, first: Math.floor(first), last: Math.floor(last) }) as CountedSums;
      for (const { rx, tx, undirected, markup } of [
        signed,
        ...(this.#sql.signedDay.all(row.day, tallyId) as CountedSums[]),
      ])
        addTo(rest, { rx: -rx, tx: -tx, undirected: -undirected, markup: -markup });
      addTo(doubted, notBelowZero(rest));
    }
    return doubted;
  }
}

interface RunningCycle {
  readonly nowDay: number;
  /** Of the calendar then: by other ones the cycle ends at another instant. */
  readonly zones: Calendar['zones'];
  readonly cycle: CycleBounds | null;
}

function leftOverOf(quota: Quota, before: QuotaUsage | undefined): bigint {
  return before === undefined ? 0n : leftOver(quota, before);
}

/** Tags of a node as they are stored; none of a server that is not ours. */
export function tagsOf(text: string | null): readonly string[] {
  return text === null || text === '[]' ? [] : (JSON.parse(text) as string[]);
}

/** Of a day without records an entry may have taken what was signed. */
function notBelowZero({ rx, tx, undirected, markup }: CountedSums): CountedSums {
  const left = (bytes: bigint) => (bytes > 0n ? bytes : 0n);
  const bytes = { rx: left(rx), tx: left(tx), undirected: left(undirected) };
  return { ...bytes, markup: bytes.rx + bytes.tx + bytes.undirected === 0n ? 0n : markup };
}

export function noSums(): Mutable<CountedSums> {
  return { rx: 0n, tx: 0n, undirected: 0n, markup: 0n };
}

function nothing(): MutableUsage {
  return { sums: noSums(), doubted: noSums(), carried: 0n, toppedUp: 0n };
}

export function addTo(to: Mutable<CountedSums>, { rx, tx, undirected, markup }: CountedSums): void {
  to.rx += rx;
  to.tx += tx;
  to.undirected += undirected;
  to.markup += markup;
}

interface TallyRow extends CountedSums {
  readonly tallyId: bigint;
  readonly nodeId: string | null;
  readonly tags: string | null;
  readonly server: string;
  readonly protocol: string;
  readonly reported: bigint;
}

interface DayRow extends CountedSums {
  readonly day: bigint;
  readonly fromMs: bigint;
  readonly toMs: bigint;
}

function prepare(db: Database) {
  const big = (sql: string) => db.prepare(sql).safeIntegers();
  const carrier = `c.node_id AS nodeId, (SELECT n.tags FROM node n WHERE n.id = c.node_id) AS tags, c.server, c.protocol,
    c.service_id IS NULL AS reported`;
  // CROSS JOIN: from the user's segments on, never from a carrier through everybody's series.
  const from = `FROM segment g CROSS JOIN tally t ON t.segment_id = g.id CROSS JOIN series s ON s.id = t.series_id
    CROSS JOIN carrier c ON c.id = s.carrier_id`;
  const counts = `g.user_id = @userId AND g.in_cycle = 1 AND ${VISIBLE}`;
  // The plus: through the segments of the user, never through all rows of a day.
  const days = (which: string) => `SELECT t.id AS tallyId, ${carrier}, sum(d.rx) AS rx, sum(d.tx) AS tx,
      sum(d.undirected) AS undirected, sum(d.markup) AS markup
    ${from} CROSS JOIN calendar_day b CROSS JOIN day d ON d.day = b.day AND d.tally_id = t.id
    WHERE ${which} AND t.last_at >= @fromMs AND b.day BETWEEN @firstDay AND @lastDay GROUP BY t.id, c.id`;
  return {
    totals: big(
      `SELECT t.id AS tallyId, ${carrier}, t.rx, t.tx, t.undirected, t.markup ${from}
       WHERE ${counts.replace('@userId', '?')} AND t.total <> 0`,
    ),
    days: big(days(counts)),
    daysUnder: big(
      days(
        `g.user_id = @userId AND g.in_cycle = 1 AND ((g.half = 'services' AND g.mark >= @services)
           OR (g.half = 'reports' AND g.mark >= @reports))`,
      ),
    ),
    /** The marks on each half of a user's usage that were in force before an instant. */
    marksBefore: big(
      `SELECT ifnull(max(iif(half = 'reports', NULL, id)), 0) AS services,
         ifnull(max(iif(half = 'services', NULL, id)), 0) AS reports
       FROM reset WHERE undone_at IS NULL AND at < @endMs
         AND (scope = 'all' OR id IN (SELECT reset_id FROM reset_target WHERE user_id = @userId))`,
    ),
    /** Of all that a user used; 0 if there was none. */
    lastReset: big(
      `SELECT ifnull(max(at), 0) FROM reset WHERE undone_at IS NULL AND half IS NULL
         AND (scope = 'all' OR id IN (SELECT reset_id FROM reset_target WHERE user_id = ?))`,
    ).pluck(),
    daysOfTally: big(
      `SELECT b.day, b.from_at AS fromMs, b.to_at AS toMs, d.rx, d.tx, d.undirected, d.markup
       FROM calendar_day b CROSS JOIN day d ON d.day = b.day AND d.tally_id = ? WHERE b.day BETWEEN ? AND ?`,
    ),
    // One lookup per quarter, never through the records of others.
    signed: big(
      `SELECT ifnull(sum(r.rx), 0) AS rx, ifnull(sum(r.tx), 0) AS tx, ifnull(sum(r.undirected), 0) AS undirected,
         ifnull(sum(r.markup), 0) AS markup
       FROM (WITH RECURSIVE number (quarter) AS (
           SELECT CAST(@first AS INTEGER) UNION ALL SELECT quarter + 1 FROM number WHERE quarter < @last)
         SELECT quarter FROM number) q
       CROSS JOIN record r ON r.quarter = q.quarter AND r.tally_id = @tallyId
       WHERE r.flags & ${FLAG.unverified} = 0`,
    ),
    /** Of records that a cleanup removed. */
    signedDay: big('SELECT rx, tx, undirected, markup FROM signed_day WHERE day = ? AND tally_id = ?'),
    toppedUp: big(
      `SELECT quota, sum(bytes) AS bytes FROM top_up
       WHERE user_id = ? AND undone_at IS NULL AND at >= ? AND at < ? GROUP BY quota`,
    ),
  };
}
