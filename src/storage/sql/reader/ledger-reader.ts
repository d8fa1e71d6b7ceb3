import type { BillingRuleEntry } from '../../../core/ledger/billing.ts';
import { BYTES_PER, type SizeBasis } from '../../../core/ledger/size-forecast.ts';
import type { DatabaseInfo, Gap, Page, Period } from '../../../core/ledger/usage-history.ts';
import type { CleanupPreview, ResetMark, ScheduledReset, TrackingState } from '../../../core/ledger/usage-ledger.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import type { AdminId, NodeId, ResetId, ServiceId } from '../../../core/units/ids.ts';
import { quarterOf, quarterStart } from '../../../core/units/quarter.ts';
import type { ReadConnection } from '../connections.ts';
import {
  type BillingRuleRow,
  billingRuleColumns,
  type ResetRow,
  resetColumns,
  type ScheduledResetRow,
  scheduledResetColumns,
  toBillingRule,
  toDate,
  toResetMark,
  toScheduledReset,
} from '../rows.ts';
import { keepsFromMs } from '../writer/cleanup.ts';
import { decodeCursor, IS_LAST_GAP, type Statements, toPage } from './statements.ts';

/** Whole days that a forecast looks back over. */
const BASIS_DAYS = 7;
/** Keys are hashes: those that begin with a zero byte are a fair sample. */
const KEY_SAMPLE = 256;

/** Reads of the ledger as such: gaps, marks, size. */
export class LedgerReader {
  readonly #sql: Statements;
  readonly #calendar: Calendar;
  readonly #connection: ReadConnection;

  constructor(sql: Statements, calendar: Calendar, connection: ReadConnection) {
    this.#sql = sql;
    this.#calendar = calendar;
    this.#connection = connection;
  }

  gaps(period: Period, nodeId?: NodeId): Gap[] {
    return this.askGaps(period, nodeId)();
  }

  /** What is returned takes the answer. */
  askGaps({ from, to }: Period, nodeId?: NodeId): () => Gap[] {
    const asked = this.#sql.later<GapRow>(
      `SELECT node_id AS nodeId, service_id AS serviceId, from_at AS fromMs, to_at AS toMs,
         ${IS_LAST_GAP} AS isLast, reason, message FROM gap
       WHERE from_at < @to AND ifnull(to_at, @to) > @from AND (@node IS NULL OR node_id = @node)
       ORDER BY from_at, id`,
      { from: from.getTime(), to: to.getTime(), node: nodeId ?? null },
    );
    return () =>
      asked.all().map(({ fromMs, toMs, isLast, ...row }) => ({
        ...row,
        from: new Date(fromMs),
        to: toDate(toMs),
        isLast: isLast === 1,
      }));
  }

  billingRules(nodeId?: NodeId): BillingRuleEntry[] {
    return this.#sql
      .all<BillingRuleRow>(
        `SELECT ${billingRuleColumns} FROM billing_rule b WHERE @node IS NULL OR b.node_id = @node
         ORDER BY b.from_quarter DESC, b.id DESC`,
        { node: nodeId ?? null },
      )
      .map(toBillingRule);
  }

  reset(id: ResetId, by: AdminId | null): ResetMark | null {
    const row = this.#sql.get<ResetRow>(
      `SELECT ${resetColumns} FROM reset WHERE public_id = @id AND (@by IS NULL OR (admin_id = @by AND NOT EXISTS (
         SELECT 1 FROM reset_target t JOIN user u ON u.id = t.user_id
         WHERE t.reset_id = reset.id AND ifnull(u.owner_id, '') <> @by)))`,
      { id, by },
    );
    return row === undefined ? null : toResetMark(row);
  }

  scheduledResets(limit: number, cursor: string | null, by: AdminId | null): Page<ScheduledReset> {
    const position = decodeCursor(cursor)?.[0] ?? Number.MAX_SAFE_INTEGER;
    const from = 'FROM scheduled_reset s WHERE (@by IS NULL OR s.admin_id = @by)';
    const rows = this.#sql.all<ScheduledResetRow>(
      `SELECT ${scheduledResetColumns} ${from} AND s.id < @position ORDER BY s.id DESC LIMIT @limit`,
      { by, position, limit: limit + 1 },
    );
    const total = this.#sql.get<{ n: number }>(`SELECT count(*) AS n ${from}`, { by })?.n ?? 0;
    return toPage(rows, limit, total, toScheduledReset, ({ rowId }) => [rowId]);
  }

  resets(limit: number, cursor: string | null, by: AdminId | null): Page<ResetMark> {
    const position = decodeCursor(cursor)?.[0] ?? Number.MAX_SAFE_INTEGER;
    const from = 'FROM reset WHERE (@by IS NULL OR reset.admin_id = @by)';
    const rows = this.#sql.all<ResetRow>(
      `SELECT ${resetColumns} ${from} AND reset.id < @position ORDER BY reset.id DESC LIMIT @limit`,
      { by, position, limit: limit + 1 },
    );
    const total = this.#sql.get<{ n: number }>(`SELECT count(*) AS n ${from}`, { by })?.n ?? 0;
    return toPage(rows, limit, total, toResetMark, ({ rowId }) => [rowId]);
  }

  database(nowMs: number): DatabaseInfo {
    const count = (what: string): number => this.#sql.get<{ n: number }>(`SELECT ${what} AS n`)?.n ?? 0;
    const { bytes } = this.#connection.size();
    const oldest = this.#sql.get<{ quarter: number | null }>('SELECT min(quarter) AS quarter FROM record')?.quarter;
    return {
      records: count('(SELECT count(*) FROM record)'),
      days: count('(SELECT count(*) FROM day)'),
      users: count(
        `(SELECT count(*) FROM (SELECT DISTINCT g.user_id, iif(g.user_id IS NULL, g.token, ''),
           iif(g.user_id IS NULL, g.peer_id, '') FROM segment g WHERE g.id IN (SELECT segment_id FROM tally)) holder)`,
      ),
      servers: count('(SELECT count(DISTINCT c.place) FROM carrier c WHERE c.id IN (SELECT carrier_id FROM series))'),
      bytes,
      growthPerDay: this.#growthPerDay(bytes, nowMs),
      oldestRecord: oldest == null ? null : new Date(quarterStart(oldest)),
      sizeBasis: oldest == null ? null : this.#sizeBasis(quarterStart(oldest), nowMs),
    };
  }

  /** Rates of the last whole days, as far as there are records. Null before the first whole day is over. */
  #sizeBasis(oldestMs: number, nowMs: number): SizeBasis | null {
    const today = this.#calendar.dayOf(nowMs);
    const firstWhole = this.#calendar.dayOf(Math.max(0, oldestMs - 1)).number + 1;
    const first = this.#calendar.day(Math.max(firstWhole, today.number - BASIS_DAYS));
    const days = today.number - first.number;
    if (days < 1) return null;
    const counts = this.#sql.get<{ records: number; dayRows: number }>(
      `SELECT (SELECT count(*) FROM record WHERE quarter >= @fromQuarter AND quarter < @toQuarter) AS records,
         (SELECT count(*) FROM day WHERE day >= @from AND day < @to) AS dayRows`,
      {
        fromQuarter: quarterOf(first.fromMs),
        toQuarter: quarterOf(today.fromMs),
        from: first.number,
        to: today.number,
      },
    );
    const keys = this.#keysPerDay(Math.floor(nowMs / 86_400_000));
    return {
      bytes: this.#connection.size().usedBytes,
      days,
      recordsPerDay: Math.round((counts?.records ?? 0) / days),
      dayRowsPerDay: Math.round((counts?.dayRows ?? 0) / days),
      keysPerDay: keys.perDay,
      recordDays: today.number - this.#calendar.dayOf(oldestMs).number,
      keyDays: keys.days,
    };
  }

  /** Days of keys are days of UTC; today's are not complete. */
  #keysPerDay(today: number): { readonly perDay: number; readonly days: number } {
    const sampled = this.#sql.all<{ day: number; n: number }>(
      "SELECT day, count(*) AS n FROM report_key WHERE hash < x'01' AND day < @today GROUP BY day ORDER BY day DESC",
      { today },
    );
    const recent = sampled.filter(({ day }) => day >= today - BASIS_DAYS);
    const seen = recent.reduce((sum, { n }) => sum + n, 0);
    const oldest = sampled.at(-1)?.day ?? today;
    return { perDay: Math.round((seen * KEY_SAMPLE) / Math.max(1, recent.length)), days: today - oldest };
  }

  previewCleanup(days: number, nowMs: number): CleanupPreview {
    const keepsFrom = keepsFromMs(this.#calendar, days, nowMs);
    const rows =
      this.#sql.get<{ n: number }>('SELECT count(*) AS n FROM record WHERE quarter < @bound', {
        bound: quarterOf(keepsFrom),
      })?.n ?? 0;
    return { rows, bytesFreed: rows * BYTES_PER.record, keepsFrom: new Date(keepsFrom) };
  }

  tracking(): TrackingState {
    const row = this.#sql.get<{ value: string }>("SELECT value FROM meta WHERE name = 'tracking'");
    const { enabled, sinceMs, period } = JSON.parse(row?.value ?? '{"enabled":true,"sinceMs":0,"period":0}');
    return { enabled, since: new Date(sinceMs), period };
  }

  /** Since the oldest sample of the last 7 days. */
  #growthPerDay(bytes: number, nowMs: number): number | null {
    const today = nowMs / 86_400_000;
    const sample = this.#sql.get<{ day: number; bytes: number }>(
      'SELECT day, bytes FROM size_sample WHERE day >= @from ORDER BY day LIMIT 1',
      { from: Math.floor(today) - 7 },
    );
    if (sample === undefined || today - sample.day < 1) return null;
    return Math.round((bytes - sample.bytes) / (today - sample.day));
  }
}

interface GapRow {
  readonly nodeId: NodeId;
  readonly serviceId: ServiceId | null;
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly isLast: number;
  readonly reason: string;
  readonly message: string;
}
