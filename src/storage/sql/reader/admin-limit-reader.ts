import type { AdminLimit, AdminStanding } from '../../../core/quota/admin-limit.ts';
import { type CycleBounds, cycleAt, parseCycle } from '../../../core/units/billing-cycle.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import type { AdminId } from '../../../core/units/ids.ts';
import type { QuotaUsageReader } from '../quota-usage.ts';
import { toDate } from '../rows.ts';
import { OWNED, ownedIn, type Statements } from './statements.ts';

/** Bytes of one running cycle. */
export interface AdminSums {
  readonly firstDay: number | null;
  readonly bytes: bigint;
  readonly doubted: bigint;
}

/** Reads what all users of an admin moved in a cycle, whatever reset marks say. */
export class AdminLimitReader {
  readonly #sql: Statements;
  readonly #calendar: Calendar;
  readonly #usage: Pick<QuotaUsageReader, 'doubtedOf'>;
  readonly #trusted: () => readonly string[];

  constructor(
    sql: Statements,
    calendar: Calendar,
    usage: Pick<QuotaUsageReader, 'doubtedOf'>,
    trusted: () => readonly string[],
  ) {
    this.#sql = sql;
    this.#calendar = calendar;
    this.#usage = usage;
    this.#trusted = trusted;
  }

  limited(): AdminId[] {
    return this.#sql.all<{ id: AdminId }>('SELECT admin_id AS id FROM admin_limit').map(({ id }) => id);
  }

  reachedAt(adminId: AdminId): Date | null {
    return toDate(this.#row(adminId)?.reachedAt ?? null);
  }

  limit(adminId: AdminId): AdminLimit | null {
    const row = this.#row(adminId);
    return row === undefined ? null : toLimit(row);
  }

  standing(adminId: AdminId, nowMs: number): AdminStanding | null {
    const row = this.#row(adminId);
    if (row === undefined) return null;
    const limit = toLimit(row);
    const cycle = cycleAt(limit.cycle, this.#calendar, nowMs);
    const { used, isUsedUp } = this.#used(adminId, limit, cycle);
    return {
      limit,
      used,
      isUsedUp,
      percent: Number((used * 100n) / limit.bytes),
      from: toDate(cycle?.fromMs ?? null),
      to: toDate(cycle?.toMs ?? null),
      reachedAt: toDate(row.reachedAt),
    };
  }

  /** All that counts up to now in the running cycle of the limit. */
  sums(adminId: AdminId, limit: AdminLimit, nowMs: number): AdminSums {
    const cycle = cycleAt(limit.cycle, this.#calendar, nowMs);
    const { bytes, suspect } = this.#bytes(adminId, cycle);
    return { firstDay: cycle?.firstDay ?? null, bytes, doubted: suspect === 0n ? 0n : this.#doubted(adminId, cycle) };
  }

  #used(adminId: AdminId, limit: AdminLimit, cycle: CycleBounds | null): { used: bigint; isUsedUp: boolean } {
    const start = this.#start(adminId, cycle);
    const { bytes, suspect } = this.#bytes(adminId, cycle);
    const used = positive(bytes - (start?.bytes ?? 0n));
    // Which of the reported bytes were signed takes long to tell: only where the answer hangs on it.
    if (used < limit.bytes || used - suspect >= limit.bytes) return { used, isUsedUp: used >= limit.bytes };
    const doubted = positive(this.#doubted(adminId, cycle) - (start?.doubted ?? 0n));
    return { used, isUsedUp: used - doubted >= limit.bytes };
  }

  #start(adminId: AdminId, cycle: CycleBounds | null): { bytes: bigint; doubted: bigint } | undefined {
    return this.#sql.getBig(
      `SELECT l.bytes, l.doubted FROM admin_limit_start l LEFT JOIN reset r ON r.public_id = l.reset_id
       WHERE l.admin_id = @adminId AND l.first_day IS @firstDay AND r.undone_at IS NULL ORDER BY l.id DESC LIMIT 1`,
      { adminId, firstDay: cycle?.firstDay ?? null },
    );
  }

  /** `suspect`: of these, reported for servers that the owner does not trust, signed or not. */
  #bytes(adminId: AdminId, cycle: CycleBounds | null): { bytes: bigint; suspect: bigint } {
    const params = { owner: adminId, trusted: JSON.stringify(this.#trusted()) };
    const sum = (rows: string, more: Readonly<Record<string, number>>) =>
      this.#sql.getBig<{ bytes: bigint; suspect: bigint }>(
        `SELECT ifnull(sum(b.bytes), 0) AS bytes, ifnull(sum(iif(${SUSPECT}, b.maybe, 0)), 0) AS suspect
         FROM (${rows}) b JOIN carrier c ON c.id = b.carrierId`,
        { ...params, ...more },
      ) ?? { bytes: 0n, suspect: 0n };
    const stayed = sum(cycle === null ? EVER : IN_DAYS, daysOf(cycle));
    const moved = sum(IN_TENURES, spanOf(cycle));
    const ends = this.#sql.getBig<{ bytes: bigint }>(TENURE_ENDS, { owner: adminId, ...spanOf(cycle) });
    return { bytes: stayed.bytes + moved.bytes + (ends?.bytes ?? 0n), suspect: stayed.suspect + moved.suspect };
  }

  #doubted(adminId: AdminId, cycle: CycleBounds | null): bigint {
    const tallies = this.#sql.allBig<{ tallyId: bigint }>(
      `SELECT t.id AS tallyId ${TALLIES} JOIN carrier c ON c.id = s.carrier_id AND ${SUSPECT}`,
      { owner: adminId, trusted: JSON.stringify(this.#trusted()) },
    );
    const stayed = tallies.reduce((sum, { tallyId }) => sum + this.#doubtedOf(tallyId, cycle), 0n);
    return stayed + this.#doubtedOfMoved(adminId, spanOf(cycle));
  }

  /** Of a day that two had, no more can be doubted than the admin's own share of it. */
  #doubtedOfMoved(adminId: AdminId, span: Span): bigint {
    let doubted = 0n;
    for (const tenure of this.#sql.allBig<TenureRow>(TENURE_ROWS, { owner: adminId })) {
      const { userId, first, last } = tenure;
      const params = { userId, trusted: JSON.stringify(this.#trusted()) };
      const tallies = this.#sql.allBig<{ tallyId: bigint }>(SUSPECT_TALLIES_OF_USER, params);
      const between = (firstDay: number, lastDay: number) => {
        return tallies.reduce((sum, { tallyId }) => sum + this.#doubtedOf(tallyId, { firstDay, lastDay }), 0n);
      };
      const begins = first === null ? span.firstDay : Math.max(span.firstDay, Number(first) + 1);
      const ends = last === null ? span.lastDay : Math.min(span.lastDay, Number(last) - 1);
      if (tallies.length > 0 && begins <= ends) doubted += between(begins, ends);
      for (const day of tallies.length === 0 ? [] : sharedDays(tenure, span)) {
        doubted += lesser(between(day, day), this.#ownShare(tenure, day));
      }
    }
    return doubted;
  }

  #ownShare({ userId, first, firstBytes, last, lastBytes }: TenureRow, day: number): bigint {
    const all = this.#sql.getBig<{ bytes: bigint }>(BYTES_OF_DAY, { userId, day })?.bytes ?? 0n;
    const until = last === BigInt(day) ? lastBytes : all;
    return positive(until - (first === BigInt(day) ? firstBytes : 0n));
  }

  #doubtedOf(tallyId: bigint, span: Span | null): bigint {
    const { rx, tx, undirected } = this.#usage.doubtedOf(tallyId, span);
    return rx + tx + undirected;
  }

  #row(adminId: AdminId): LimitRow | undefined {
    return this.#sql.get<LimitRow>(
      `SELECT CAST(bytes AS TEXT) AS bytes, cycle, cuts_users AS cutsUsers, reached_at AS reachedAt
       FROM admin_limit WHERE admin_id = @adminId`,
      { adminId },
    );
  }
}

interface LimitRow {
  readonly bytes: string;
  readonly cycle: string;
  readonly cutsUsers: number;
  readonly reachedAt: number | null;
}

const SUSPECT = '(c.service_id IS NULL AND c.server NOT IN (SELECT value FROM json_each(@trusted)))';
/** From the users on, deleted ones too: what they moved was moved. */
const TALLIES = `FROM user u CROSS JOIN segment g ON g.user_id = u.id AND g.in_cycle = 1
  CROSS JOIN tally t ON t.segment_id = g.id CROSS JOIN series s ON s.id = t.series_id AND ${OWNED}
    AND NOT EXISTS (SELECT 1 FROM owner_tenure n WHERE n.user_id = u.id)`;
const EVER = `SELECT s.carrier_id AS carrierId, t.rx + t.tx + t.undirected AS bytes, t.rx + t.tx + t.undirected AS maybe
  ${TALLIES}`;
const IN_DAYS = `SELECT s.carrier_id AS carrierId, d.rx + d.tx + d.undirected AS bytes,
    d.rx + d.tx + d.undirected AS maybe
  ${TALLIES} AND t.last_at >= @fromMs CROSS JOIN calendar_day b CROSS JOIN day d ON d.day = b.day AND d.tally_id = t.id
  WHERE b.day BETWEEN @firstDay AND @lastDay`;
/**
 * Of users who changed hands, what flowed in the admin's own time: whole days, but for the days of the changes, of which
 * `TENURE_ENDS` tells what was whose. `maybe`: with those days as a whole, so that doubt is never too small.
 */
const TENURES = `FROM owner_tenure n CROSS JOIN segment g ON g.user_id = n.user_id AND g.in_cycle = 1
  CROSS JOIN tally t ON t.segment_id = g.id CROSS JOIN series s ON s.id = t.series_id`;
const IN_TENURES = `SELECT s.carrier_id AS carrierId, d.rx + d.tx + d.undirected AS maybe,
    iif(n.last_day IS NULL OR b.day < n.last_day, d.rx + d.tx + d.undirected, 0) AS bytes
  ${TENURES} CROSS JOIN calendar_day b CROSS JOIN day d ON d.day = b.day AND d.tally_id = t.id
  WHERE ${ownedIn('n')} AND b.day BETWEEN @firstDay AND @lastDay
    AND (n.first_day IS NULL OR b.day >= n.first_day) AND (n.last_day IS NULL OR b.day <= n.last_day)`;
/** Never more than the day has by now: bytes may have been taken from it since. */
const TENURE_ENDS = `SELECT ifnull(sum(
    iif(n.last_day BETWEEN @firstDay AND @lastDay, min(n.last_bytes, ${ofDay('n.user_id', 'n.last_day')}), 0)
    - iif(n.first_day BETWEEN @firstDay AND @lastDay, min(n.first_bytes, ${ofDay('n.user_id', 'n.first_day')}), 0)), 0)
    AS bytes
  FROM owner_tenure n WHERE ${ownedIn('n')}`;
const TENURE_ROWS = `SELECT n.user_id AS userId, n.first_day AS first, n.first_bytes AS firstBytes, n.last_day AS last,
    n.last_bytes AS lastBytes FROM owner_tenure n WHERE ${ownedIn('n')}`;
const SUSPECT_TALLIES_OF_USER = `SELECT t.id AS tallyId FROM segment g CROSS JOIN tally t ON t.segment_id = g.id
  CROSS JOIN series s ON s.id = t.series_id JOIN carrier c ON c.id = s.carrier_id AND ${SUSPECT}
  WHERE g.user_id = @userId AND g.in_cycle = 1`;
const BYTES_OF_DAY = `SELECT ${ofDay('@userId', '@day')} AS bytes`;

interface TenureRow {
  readonly userId: string;
  /** Day numbers; null: from the beginning, to this day. */
  readonly first: bigint | null;
  readonly firstBytes: bigint;
  readonly last: bigint | null;
  readonly lastBytes: bigint;
}

type Span = Pick<CycleBounds, 'firstDay' | 'lastDay'>;

/** All that counts of a user and day, as an expression. */
function ofDay(userId: string, day: string): string {
  return `(SELECT ifnull(sum(d.rx + d.tx + d.undirected), 0) FROM segment g CROSS JOIN tally t ON t.segment_id = g.id
    CROSS JOIN day d ON d.day = ${day} AND d.tally_id = t.id WHERE g.user_id = ${userId} AND g.in_cycle = 1)`;
}

function sharedDays({ first, last }: TenureRow, { firstDay, lastDay }: Span): number[] {
  const days = [first, last].flatMap((day) => (day === null ? [] : [Number(day)]));
  return [...new Set(days)].filter((day) => day >= firstDay && day <= lastDay);
}

function lesser(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function daysOf(cycle: CycleBounds | null): Readonly<Record<string, number>> {
  return cycle === null ? {} : { firstDay: cycle.firstDay, lastDay: cycle.lastDay, fromMs: cycle.fromMs };
}

/** Days of a cycle; without one, all that can be. */
function spanOf(cycle: CycleBounds | null): Span {
  const { firstDay, lastDay } = cycle ?? { firstDay: -100_000, lastDay: 100_000 };
  return { firstDay, lastDay };
}

function toLimit({ bytes, cycle, cutsUsers }: LimitRow): AdminLimit {
  return { bytes: BigInt(bytes), cycle: parseCycle(cycle) ?? { kind: 'none' }, cutsUsers: cutsUsers === 1 };
}

function positive(bytes: bigint): bigint {
  return bytes > 0n ? bytes : 0n;
}
