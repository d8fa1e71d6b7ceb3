import type { AlertEventKind, Condition } from '../../../core/alerting/alert.ts';
import type { AlertRecord, DeliveryFailure, TakenMessage } from '../../../core/alerting/alert-store.ts';
import type { AlertStep } from '../../../core/alerting/watch.ts';
import { NotFound } from '../../../core/errors.ts';
import type { AdminId, NewId } from '../../../core/units/ids.ts';
import { type AlertRow, alertColumns, type EventRow, eventColumns, toEvent } from '../alert-rows.ts';
import type { Database } from '../database.ts';

/** Ended alerts and what was told of them stay for a year. */
const KEPT_MS = 366 * 86_400_000;

/** Writes of alerts and of what waits to be told. */
export class Alerts {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #newId: NewId;

  constructor(db: Database, newId: NewId) {
    this.#sql = prepare(db);
    this.#newId = newId;
  }

  record(records: readonly AlertRecord[], at: Date): void {
    const atMs = at.getTime();
    for (const { step, deliveries } of records) {
      const told = this.#take(step, atMs);
      if (told === null) continue;
      const eventId = this.#tell(told.alert, told.kind, atMs);
      for (const { channelId, notBefore } of deliveries) {
        this.#sql.addDelivery.run({ channelId, eventId, atMs, notBeforeMs: notBefore.getTime() });
      }
    }
    this.#sql.forget.run(atMs - KEPT_MS);
  }

  acknowledge(id: string, at: Date | null, by: AdminId | null): void {
    if (this.#sql.acknowledge.run(at?.getTime() ?? null, at === null ? null : by, id).changes === 0)
      throw new NotFound('alert', id, 'GET /api/v1/alerts lists them.');
  }

  setMute(key: string, mute: { readonly until: Date | null } | null, by: AdminId | null): void {
    if (mute === null) this.#sql.unmute.run(key);
    else this.#sql.mute.run(key, mute.until?.getTime() ?? null, by);
  }

  take(channelId: string, now: Date, limit: number): TakenMessage | null {
    const begun = this.#sql.begun.get(channelId) as string | undefined;
    const id = begun ?? this.#newId();
    if (begun === undefined && this.#sql.take.run({ id, channelId, nowMs: now.getTime(), limit }).changes === 0)
      return null;
    return { id, events: (this.#sql.taken.all(id) as EventRow[]).map(toEvent) };
  }

  delivered(channelId: string, messageId: string, at: Date): void {
    this.#sql.remove.run(messageId);
    this.#sql.noteDelivered.run(at.getTime(), channelId);
  }

  failed(channelId: string, { problem: { code, message, hint }, retryAt, giveUpBefore }: DeliveryFailure): void {
    const dropped = this.#sql.giveUp.run(channelId, giveUpBefore.getTime()).changes;
    this.#sql.noteFailed.run({ channelId, code, message, hint, retryMs: retryAt.getTime(), dropped });
  }

  #take(step: AlertStep, atMs: number) {
    if (step.what === 'end') return this.#end(step.key, atMs);
    if (step.what === 'unmuted') return this.#again(step.key);
    return this.#change(step.what, step.condition, atMs);
  }

  #again(key: string) {
    const alert = this.#sql.openOne.get(key) as AlertRow | undefined;
    return alert === undefined ? null : { alert, kind: 'opened' as const };
  }

  #change(what: 'open' | 'worse' | 'reword', condition: Condition, atMs: number) {
    const { key, topic, code, severity, level, message, hint, subject } = condition;
    const said = { topic, code, severity, level, message, hint, key };
    if (what === 'open') {
      const { nodeId, serviceId, userId, name } = subject;
      this.#sql.open.run({ ...said, id: this.#newId(), nodeId, serviceId, userId, name, atMs });
    } else this.#sql.change.run(said);
    const alert = this.#sql.openOne.get(key) as AlertRow | undefined;
    if (alert === undefined || what === 'reword') return null;
    return { alert, kind: what === 'open' ? ('opened' as const) : what };
  }

  #end(key: string, atMs: number) {
    const alert = this.#sql.openOne.get(key) as AlertRow | undefined;
    if (alert === undefined) return null;
    this.#sql.end.run(atMs, alert.id);
    return { alert, kind: 'ended' as const };
  }

  #tell({ id, topic, code, severity, message, hint }: AlertRow, kind: AlertEventKind, atMs: number): number {
    const { lastInsertRowid } = this.#sql.addEvent.run({ id, topic, code, severity, message, hint, kind, atMs });
    return Number(lastInsertRowid);
  }
}

function prepare(db: Database) {
  return {
    openOne: db.prepare(`SELECT ${alertColumns} FROM alert a WHERE a.key = ? AND a.ended_at IS NULL`),
    open: db.prepare(
      `INSERT INTO alert (id, key, topic, code, severity, level, message, hint, node_id, service_id, user_id, name, opened_at)
       VALUES (@id, @key, @topic, @code, @severity, @level, @message, @hint, @nodeId, @serviceId, @userId, @name, @atMs)
       ON CONFLICT DO NOTHING`,
    ),
    change: db.prepare(
      `UPDATE alert SET topic = @topic, code = @code, severity = @severity, level = max(level, @level), message = @message,
         hint = @hint WHERE key = @key AND ended_at IS NULL`,
    ),
    end: db.prepare('UPDATE alert SET ended_at = ? WHERE id = ?'),
    addEvent: db.prepare(
      `INSERT INTO alert_event (alert_id, at, kind, topic, code, severity, message, hint)
       VALUES (@id, @atMs, @kind, @topic, @code, @severity, @message, @hint)`,
    ),
    addDelivery: db.prepare(
      `INSERT INTO outbox (channel_id, event_id, at, not_before)
       SELECT id, @eventId, @atMs, @notBeforeMs FROM channel WHERE id = @channelId AND enabled = 1`,
    ),
    forget: db.prepare('DELETE FROM alert WHERE ended_at < ?'),
    acknowledge: db.prepare('UPDATE alert SET acknowledged_at = ?, acknowledged_by = ? WHERE id = ?'),
    mute: db.prepare(
      `INSERT INTO alert_mute (key, until, muted_by) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET until = excluded.until, muted_by = excluded.muted_by`,
    ),
    unmute: db.prepare('DELETE FROM alert_mute WHERE key = ?'),
    begun: db
      .prepare('SELECT message_id FROM outbox WHERE channel_id = ? AND message_id IS NOT NULL ORDER BY id LIMIT 1')
      .pluck(),
    take: db.prepare(
      `UPDATE outbox SET message_id = @id WHERE id IN (SELECT id FROM outbox
         WHERE channel_id = @channelId AND not_before <= @nowMs ORDER BY id LIMIT @limit)`,
    ),
    taken: db.prepare(
      `SELECT ${eventColumns} FROM outbox o JOIN alert_event e ON e.id = o.event_id JOIN alert a ON a.id = e.alert_id
       WHERE o.message_id = ? ORDER BY o.id`,
    ),
    remove: db.prepare('DELETE FROM outbox WHERE message_id = ?'),
    noteDelivered: db.prepare(
      `UPDATE channel SET delivered_at = ?, failures = 0, retry_at = NULL, code = NULL, message = NULL, hint = NULL
       WHERE id = ?`,
    ),
    giveUp: db.prepare('DELETE FROM outbox WHERE channel_id = ? AND at < ?'),
    noteFailed: db.prepare(
      `UPDATE channel SET failures = failures + 1, retry_at = @retryMs, code = @code, message = @message, hint = @hint,
         dropped = dropped + @dropped WHERE id = @channelId`,
    ),
  };
}
