import type { Alert } from '../../../core/alerting/alert.ts';
import type { AlertCounts, AlertQuery, Mute, OpenAlert } from '../../../core/alerting/alert-store.ts';
import type { Channel } from '../../../core/alerting/channel.ts';
import type { Page } from '../../../core/ledger/usage-history.ts';
import { type AlertRow, alertColumns, type ChannelRow, channelColumns, toAlert, toChannel } from '../alert-rows.ts';
import { toDate } from '../rows.ts';
import { decodeCursor, type Statements, toPage } from './statements.ts';

const WHERE = { open: 'a.ended_at IS NULL', ended: 'a.ended_at IS NOT NULL', all: 'TRUE' } as const;
const HOLDS = '(m.until IS NULL OR m.until > @nowMs)';

type Told = OpenAlert['told'][number];

/** Reads of alerts, mutes and channels. */
export class AlertReader {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  open(): OpenAlert[] {
    const told = new Map<string, Told[]>();
    const events = this.#sql.all<Told & { alertId: string }>(
      `SELECT DISTINCT e.alert_id AS alertId, e.topic, e.severity FROM alert_event e JOIN alert a ON a.id = e.alert_id
       WHERE a.ended_at IS NULL`,
    );
    for (const { alertId, ...event } of events) told.set(alertId, [...(told.get(alertId) ?? []), event]);
    return this.#sql
      .all<AlertRow>(`SELECT ${alertColumns} FROM alert a WHERE a.ended_at IS NULL`)
      .map((row) => ({ ...toAlert(row), told: told.get(row.id) ?? [] }));
  }

  unmuted(nowMs: number): string[] {
    return this.#sql
      .all<{ key: string }>(
        `SELECT a.key FROM alert a JOIN alert_mute m ON m.key = a.key
         WHERE a.ended_at IS NULL AND a.opened_at < m.until AND m.until <= @nowMs
           AND NOT EXISTS (SELECT 1 FROM alert_event e WHERE e.alert_id = a.id AND e.at >= m.until)`,
        { nowMs },
      )
      .map(({ key }) => key);
  }

  list({ state, limit, cursor }: AlertQuery): Page<Alert> {
    const [atMs, id] = decodeCursor(cursor) ?? [Number.MAX_SAFE_INTEGER, ''];
    const rows = this.#sql.all<AlertRow>(
      `SELECT ${alertColumns} FROM alert a WHERE ${WHERE[state]} AND (a.opened_at, a.id) < (@atMs, @id)
       ORDER BY a.opened_at DESC, a.id DESC LIMIT @limit`,
      { atMs: atMs ?? 0, id: id ?? '', limit: limit + 1 },
    );
    const total = this.#sql.get<{ n: number }>(`SELECT count(*) AS n FROM alert a WHERE ${WHERE[state]}`)?.n ?? 0;
    return toPage(rows, limit, total, toAlert, (row) => [row.openedAt, row.id]);
  }

  alert(id: string): Alert | null {
    const row = this.#sql.get<AlertRow>(`SELECT ${alertColumns} FROM alert a WHERE a.id = @id`, { id });
    return row === undefined ? null : toAlert(row);
  }

  counts(nowMs: number): AlertCounts {
    const rows = this.#sql.all<{ severity: keyof AlertCounts['open']; open: number; waiting: number }>(
      `SELECT a.severity, count(*) AS open, sum(a.acknowledged_at IS NULL AND m.key IS NULL) AS waiting
       FROM alert a LEFT JOIN alert_mute m ON m.key = a.key AND ${HOLDS}
       WHERE a.ended_at IS NULL GROUP BY a.severity`,
      { nowMs },
    );
    const open = { info: 0, warning: 0, error: 0 };
    for (const row of rows) open[row.severity] = row.open;
    return { open, waiting: rows.reduce((sum, row) => sum + row.waiting, 0) };
  }

  mutes(nowMs: number): Mute[] {
    return this.#sql
      .all<{ key: string; until: number | null }>(`SELECT m.key, m.until FROM alert_mute m WHERE ${HOLDS}`, { nowMs })
      .map(({ key, until }) => ({ key, until: toDate(until) }));
  }

  channels(): Channel[] {
    return this.#sql
      .all<ChannelRow>(`SELECT ${channelColumns} FROM channel c ORDER BY c.created_at, c.id`)
      .map(toChannel);
  }

  channel(id: string): Channel | null {
    const row = this.#sql.get<ChannelRow>(`SELECT ${channelColumns} FROM channel c WHERE c.id = @id`, { id });
    return row === undefined ? null : toChannel(row);
  }
}
