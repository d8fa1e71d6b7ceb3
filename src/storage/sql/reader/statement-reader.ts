import type { PeriodUsage, Statement, StatementDay, StatementPlace } from '../../../core/ledger/statement.ts';
import type { Period } from '../../../core/ledger/usage-history.ts';
import { FLAG } from '../../../core/metering/flags.ts';
import { addTraffic, NOTHING, type Traffic } from '../../../core/units/bytes.ts';
import { type Calendar, formatDay } from '../../../core/units/calendar.ts';
import type { UserId } from '../../../core/units/ids.ts';
import { QUARTER_MS, quarterOf, quarterStart } from '../../../core/units/quarter.ts';
import { type TrafficRow, toDate, toTraffic } from '../rows.ts';
import type { LedgerReader } from './ledger-reader.ts';
import { type Statements, sums, VISIBLE } from './statements.ts';

/** Reads what one user moved within a period: from day rows, and from records where a border lies within a day. */
export class StatementReader {
  readonly #sql: Statements;
  readonly #calendar: Calendar;
  readonly #ledger: LedgerReader;

  constructor(sql: Statements, calendar: Calendar, ledger: LedgerReader) {
    this.#sql = sql;
    this.#calendar = calendar;
    this.#ledger = ledger;
  }

  usageBetween(userId: UserId, { from, to }: Period): PeriodUsage {
    const [fromMs, toMs] = [from.getTime(), to.getTime()];
    const rows = this.#wholeDays(userId, fromMs, toMs);
    let exact = true;
    for (const day of this.#cutDays(fromMs, toMs)) {
      const part = this.#partOfDay(userId, day, fromMs, toMs);
      rows.push(...part.rows);
      if (!part.exact) exact = false;
    }
    const sum = (counts: (row: UsageRow) => boolean) => rows.filter(counts).map(toTraffic).reduce(addTraffic, NOTHING);
    return {
      traffic: sum(() => true),
      shown: sum(({ visible }) => visible === 1n),
      inCycle: sum(({ visible, inCycle }) => visible === 1n && inCycle === 1n),
      exact,
    };
  }

  #wholeDays(userId: UserId, fromMs: number, toMs: number): UsageRow[] {
    return this.#sql.allBig<UsageRow>(
      `SELECT ${COUNTS}, ${sums('d')} FROM segment g JOIN tally t ON t.segment_id = g.id
       CROSS JOIN calendar_day b CROSS JOIN day d ON d.day = b.day AND d.tally_id = t.id
       WHERE g.user_id = @userId AND b.from_at >= @fromMs AND b.to_at <= @toMs GROUP BY 1, 2`,
      { userId, fromMs, toMs },
    );
  }

  /** Days with bytes that lie in the period in part only: at most the first and the last. */
  #cutDays(fromMs: number, toMs: number): StoredDay[] {
    return this.#sql.all<StoredDay>(
      `SELECT day, from_at AS fromMs, to_at AS toMs FROM calendar_day
       WHERE from_at < @toMs AND to_at > @fromMs AND NOT (from_at >= @fromMs AND to_at <= @toMs)`,
      { fromMs, toMs },
    );
  }

  #partOfDay(userId: UserId, day: StoredDay, fromMs: number, toMs: number) {
    const whole = this.#wholeDays(userId, day.fromMs, day.toMs);
    const kept = this.#records(userId, day.fromMs, day.toMs);
    if (totalOf(whole) !== totalOf(kept)) {
      return { rows: day.fromMs >= fromMs ? whole : [], exact: false };
    }
    const exact = [fromMs, toMs].every((ms) => ms <= day.fromMs || ms >= day.toMs || ms % QUARTER_MS === 0);
    return { rows: this.#records(userId, Math.max(fromMs, day.fromMs), Math.min(toMs, day.toMs)), exact };
  }

  /** Records of the quarters that begin in the interval. */
  #records(userId: UserId, fromMs: number, toMs: number): UsageRow[] {
    return this.#sql.allBig<UsageRow>(`SELECT ${COUNTS}, ${sums('r')} ${USER_RECORDS} GROUP BY 1, 2`, {
      userId,
      ...quartersWithin(fromMs, toMs),
    });
  }

  /** `period`: whole days. @returns null if there never was such a user */
  statement(userId: UserId, period: Period, nowMs: number): Statement | null {
    const user = this.#sql.get<{ name: string; deletedAt: number | null }>(
      'SELECT name, deleted_at AS deletedAt FROM user WHERE id = @userId',
      { userId },
    );
    if (user === undefined) return null;
    const [fromMs, toMs] = [period.from.getTime(), period.to.getTime()];
    const rows = this.#sql.allBig<PlaceRow>(
      `SELECT d.day, n.id AS nodeId, n.name AS nodeName, n.deleted_at IS NOT NULL AS deleted, v.name AS serviceName, c.server, c.port, c.protocol, ${sums('d')}
       FROM segment g JOIN tally t ON t.segment_id = g.id JOIN series s ON s.id = t.series_id
       JOIN carrier c ON c.id = s.carrier_id LEFT JOIN node n ON n.id = c.node_id
       LEFT JOIN vpn_service v ON v.id = c.service_id
       CROSS JOIN calendar_day b CROSS JOIN day d ON d.day = b.day AND d.tally_id = t.id
       WHERE g.user_id = @userId AND b.from_at >= @fromMs AND b.to_at <= @toMs
       GROUP BY d.day, c.id, n.id, v.id`,
      { userId, fromMs, toMs },
    );
    const total = rows.map(toTraffic).reduce(addTraffic, NOTHING);
    const gaps = this.#gaps(userId, rows, period);
    return {
      userId,
      userName: user.name,
      userDeletedAt: toDate(user.deletedAt),
      period,
      total,
      days: this.#days(rows, gaps, fromMs, Math.min(toMs, nowMs), nowMs),
      places: placesOf(rows),
      ...this.#booked(userId, fromMs, toMs, total),
      resets: this.#resets(userId, fromMs, toMs),
      gaps,
    };
  }

  #days(
    rows: readonly PlaceRow[],
    gaps: Statement['gaps'],
    fromMs: number,
    endMs: number,
    nowMs: number,
  ): StatementDay[] {
    const sumsOf = new Map<number, Traffic>();
    for (const row of rows) {
      const day = Number(row.day);
      sumsOf.set(day, addTraffic(sumsOf.get(day) ?? NOTHING, toTraffic(row)));
    }
    const days: StatementDay[] = [];
    for (let day = this.#calendar.dayOf(fromMs); day.fromMs < endMs; day = this.#calendar.dayOf(day.toMs)) {
      const hasGap = gaps.some(({ from, to }) => from.getTime() < day.toMs && (to?.getTime() ?? nowMs) > day.fromMs);
      days.push({ date: formatDay(day.number), traffic: sumsOf.get(day.number) ?? NOTHING, hasGap });
    }
    return days;
  }

  /** What only records tell: bytes that came after the period had ended, and corrections. */
  #booked(
    userId: UserId,
    fromMs: number,
    toMs: number,
    total: Traffic,
  ): Pick<Statement, 'lateAfterClosing' | 'corrections'> {
    const rows = this.#sql.allBig<TrafficRow & { correctedAt: bigint | null; isAfter: bigint }>(
      `SELECT iif(r.flags & ${FLAG.correction} <> 0, r.quarter, NULL) AS correctedAt,
         (r.quarter + r.lag) * ${QUARTER_MS} >= @toMs AS isAfter, ${sums('r')} ${USER_RECORDS} GROUP BY 1, 2`,
      { userId, toMs, ...quartersWithin(fromMs, toMs) },
    );
    const after = rows.filter(({ isAfter }) => isAfter === 1n);
    const corrections = rows.flatMap(({ correctedAt, ...row }) =>
      correctedAt === null ? [] : { at: new Date(quarterStart(Number(correctedAt))), traffic: toTraffic(row) },
    );
    const isKnown = totalOf(rows) === total.total;
    return { lateAfterClosing: isKnown ? after.map(toTraffic).reduce(addTraffic, NOTHING) : null, corrections };
  }

  #resets(userId: UserId, fromMs: number, toMs: number): Statement['resets'] {
    return this.#sql
      .all<{ at: number; reason: string | null; undoneAt: number | null }>(
        `SELECT at, reason, undone_at AS undoneAt FROM reset WHERE at >= @fromMs AND at < @toMs
           AND (scope = 'all' OR id IN (SELECT reset_id FROM reset_target WHERE user_id = @userId)) ORDER BY at, id`,
        { userId, fromMs, toMs },
      )
      .map(({ at, undoneAt, reason }) => ({ at: new Date(at), reason, undoneAt: toDate(undoneAt) }));
  }

  #gaps(userId: UserId, rows: readonly PlaceRow[], period: Period): Statement['gaps'] {
    const nodes = this.#sql.all<{ id: string; name: string }>(
      `SELECT DISTINCT n.id, n.name FROM binding b JOIN peer p ON p.id = b.peer_id JOIN vpn_service v ON v.id = p.service_id
       JOIN node n ON n.id = v.node_id
       WHERE b.user_id = @userId AND b.voided_by IS NULL AND b.from_at < @to AND ifnull(b.to_at, @to) > @from`,
      { userId, from: period.from.getTime(), to: period.to.getTime() },
    );
    const names = new Map(nodes.map(({ id, name }) => [id, name]));
    for (const { nodeId, nodeName } of rows) if (nodeId !== null && nodeName !== null) names.set(nodeId, nodeName);
    return this.#ledger.gaps(period).flatMap((gap) => {
      const nodeName = names.get(gap.nodeId);
      return nodeName === undefined ? [] : { ...gap, nodeName };
    });
  }
}

const COUNTS = `${VISIBLE} AS visible, g.in_cycle AS inCycle`;

/** Records `r` of one user in some quarters: one lookup per quarter and tally, never through the records of others. */
const USER_RECORDS = `FROM segment g JOIN tally t ON t.segment_id = g.id CROSS JOIN (
    WITH RECURSIVE number (quarter) AS (
      SELECT CAST(@first AS INTEGER) WHERE @first <= @last UNION ALL SELECT quarter + 1 FROM number WHERE quarter < @last)
    SELECT quarter FROM number) q CROSS JOIN record r ON r.quarter = q.quarter AND r.tally_id = t.id
  WHERE g.user_id = @userId`;

interface UsageRow extends TrafficRow {
  readonly visible: bigint;
  readonly inCycle: bigint;
}

interface StoredDay {
  readonly day: number;
  readonly fromMs: number;
  readonly toMs: number;
}

interface PlaceRow extends TrafficRow {
  readonly day: bigint;
  readonly nodeId: string | null;
  readonly nodeName: string | null;
  readonly deleted: bigint;
  readonly serviceName: string | null;
  readonly server: string;
  readonly port: bigint;
  readonly protocol: string;
}

/** First and last quarter that begin in an interval. */
function quartersWithin(fromMs: number, toMs: number): { readonly first: number; readonly last: number } {
  return { first: Math.ceil(fromMs / QUARTER_MS), last: quarterOf(toMs - 1) };
}

function totalOf(rows: readonly TrafficRow[]): bigint {
  return rows.reduce((sum, { rx, tx, undirected }) => sum + rx + tx + undirected, 0n);
}

function placesOf(rows: readonly PlaceRow[]): StatementPlace[] {
  const places = new Map<string, StatementPlace>();
  for (const row of rows) {
    const { nodeName, serviceName, server, protocol } = row;
    const deleted = row.deleted === 1n;
    const key = JSON.stringify([nodeName, deleted, serviceName, server, String(row.port), protocol]);
    const traffic = addTraffic(places.get(key)?.traffic ?? NOTHING, toTraffic(row));
    places.set(key, { nodeName, deleted, serviceName, server, port: Number(row.port), protocol, traffic });
  }
  return [...places.values()].sort((a, b) => (a.traffic.total < b.traffic.total ? 1 : -1));
}
