import type { AdminLimit, AdminStanding } from '../../../core/quota/admin-limit.ts';
import { type CycleBounds, cycleAt, parseCycle } from '../../../core/units/billing-cycle.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import type { AdminId } from '../../../core/units/ids.ts';
import type { QuotaUsageReader } from '../quota-usage.ts';
import { toDate } from '../rows.ts';
import { OWNED, type Statements } from './statements.ts';

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
    const row = this.#sql.getBig<{ bytes: bigint; suspect: bigint }>(
      `SELECT ifnull(sum(b.bytes), 0) AS bytes, ifnull(sum(iif(${SUSPECT}, b.bytes, 0)), 0) AS suspect
       FROM (${cycle === null ? EVER : IN_DAYS}) b JOIN carrier c ON c.id = b.carrierId`,
      { owner: adminId, trusted: JSON.stringify(this.#trusted()), ...daysOf(cycle) },
    );
    return row ?? { bytes: 0n, suspect: 0n };
  }

  #doubted(adminId: AdminId, cycle: CycleBounds | null): bigint {
    const tallies = this.#sql.allBig<{ tallyId: bigint }>(
      `SELECT t.id AS tallyId ${TALLIES} JOIN carrier c ON c.id = s.carrier_id AND ${SUSPECT}`,
      { owner: adminId, trusted: JSON.stringify(this.#trusted()) },
    );
    return tallies.reduce((sum, { tallyId }) => {
      const { rx, tx, undirected } = this.#usage.doubtedOf(tallyId, cycle);
      return sum + rx + tx + undirected;
    }, 0n);
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

/** From the users on, deleted ones too: what they moved was moved. */
const TALLIES = `FROM user u CROSS JOIN segment g ON g.user_id = u.id AND g.in_cycle = 1
  CROSS JOIN tally t ON t.segment_id = g.id CROSS JOIN series s ON s.id = t.series_id AND ${OWNED}`;
const EVER = `SELECT s.carrier_id AS carrierId, t.rx + t.tx + t.undirected AS bytes ${TALLIES}`;
const IN_DAYS = `SELECT s.carrier_id AS carrierId, d.rx + d.tx + d.undirected AS bytes
  ${TALLIES} AND t.last_at >= @fromMs CROSS JOIN calendar_day b CROSS JOIN day d ON d.day = b.day AND d.tally_id = t.id
  WHERE b.day BETWEEN @firstDay AND @lastDay`;
const SUSPECT = '(c.service_id IS NULL AND c.server NOT IN (SELECT value FROM json_each(@trusted)))';

function daysOf(cycle: CycleBounds | null): Readonly<Record<string, number>> {
  return cycle === null ? {} : { firstDay: cycle.firstDay, lastDay: cycle.lastDay, fromMs: cycle.fromMs };
}

function toLimit({ bytes, cycle, cutsUsers }: LimitRow): AdminLimit {
  return { bytes: BigInt(bytes), cycle: parseCycle(cycle) ?? { kind: 'none' }, cutsUsers: cutsUsers === 1 };
}

function positive(bytes: bigint): bigint {
  return bytes > 0n ? bytes : 0n;
}
