import { NEAR_LIMIT_PERCENT, type NoteworthyUser } from '../../../core/quota/quota-store.ts';
import type { UserId } from '../../../core/units/ids.ts';
import { toDate } from '../rows.ts';
import type { QuotaReader } from './quota-reader.ts';
import type { Statements } from './statements.ts';

const DAY_MS = 86_400_000;
/** What happened longer ago is no news, and after so much more it is not remembered either. */
const NEWS_MS = 7 * DAY_MS;
const OLD_MS = 30 * DAY_MS;
const SOON_MS = 3 * DAY_MS;
const MOST = 10_000;
/** So few are looked through in a moment, quicker than a thread begins. */
const FEW = 1_000;

interface Row {
  readonly userId: UserId;
  readonly name: string;
}

/** Users near or at the end of what they are entitled to. */
export class NoteworthyReader {
  readonly #sql: Statements;
  readonly #quotas: QuotaReader;

  constructor(sql: Statements, quotas: QuotaReader) {
    this.#sql = sql;
    this.#quotas = quotas;
  }

  /** Looking through all users takes long enough for a thread of its own. */
  areMany(): boolean {
    return this.#sql.get(`SELECT 1 FROM user LIMIT 1 OFFSET ${FEW}`) !== undefined;
  }

  users(nowMs: number): NoteworthyUser[] {
    return [...this.#nearLimit(nowMs), ...this.#over(nowMs), ...this.#expiring(nowMs)];
  }

  /** Meters tell roughly who it may be, in whatever direction; the evaluation, who it is. */
  #nearLimit(nowMs: number): NoteworthyUser[] {
    const rows = this.#sql.all<Row>(
      `SELECT DISTINCT u.id AS userId, u.name
       FROM quota_meter m JOIN user u ON u.id = m.user_id JOIN entitlement e ON e.user_id = u.id
         LEFT JOIN plan p ON p.id = e.plan_id JOIN json_each(ifnull(e.terms, p.terms), '$.quotas') q
         ON q.value ->> 'name' = m.quota
       WHERE u.state = 'active' AND 0.0 + m.rx + m.tx + m.undirected + max(m.markup, 0)
           >= (@percent / 100.0 - 0.001) * (CAST(q.value ->> 'bytes' AS INTEGER) + m.carried + m.topped_up)
       LIMIT ${MOST}`,
      { percent: NEAR_LIMIT_PERCENT },
    );
    const standings = this.#quotas.standings(
      rows.map(({ userId }) => userId),
      nowMs,
    );
    return rows.flatMap((row) => {
      const { evaluation } = standings.get(row.userId) ?? {};
      const percent = Math.max(0, ...(evaluation?.quotas ?? []).map((quota) => quota.percent));
      return percent < NEAR_LIMIT_PERCENT ? [] : [{ ...row, what: 'near-limit' as const, percent, at: null }];
    });
  }

  #over(nowMs: number): NoteworthyUser[] {
    return this.#sql
      .all<Row & { what: 'limited' | 'expired'; atMs: number }>(
        `SELECT id AS userId, name, state AS what, state_since AS atMs FROM user
         WHERE state IN ('limited', 'expired') AND state_since > @since ORDER BY state_since DESC LIMIT ${MOST}`,
        { since: nowMs - NEWS_MS - OLD_MS },
      )
      .map(({ atMs, ...row }) => ({
        ...row,
        percent: row.what === 'limited' ? 100 : null,
        at: toDate(atMs),
        isOld: atMs <= nowMs - NEWS_MS,
      }));
  }

  #expiring(nowMs: number): NoteworthyUser[] {
    const end = `min(ifnull(e.expires_at, 9e15),
      ifnull(e.started_at + CAST(ifnull(e.terms, p.terms) ->> 'validDays' AS INTEGER) * ${DAY_MS}, 9e15))`;
    return this.#sql
      .all<Row & { endsMs: number }>(
        `SELECT u.id AS userId, u.name, CAST(${end} AS INTEGER) AS endsMs
         FROM entitlement e JOIN user u ON u.id = e.user_id LEFT JOIN plan p ON p.id = e.plan_id
         WHERE u.state IN ('active', 'on-hold') AND e.next_plan_id IS NULL
           AND ${end} BETWEEN @nowMs AND @nowMs + ${SOON_MS} LIMIT ${MOST}`,
        { nowMs },
      )
      .map(({ endsMs, ...row }) => ({ ...row, what: 'expiring' as const, percent: null, at: toDate(endsMs) }));
  }
}
