import { NotFound } from '../../../core/errors.ts';
import type { AdminLimit } from '../../../core/quota/admin-limit.ts';
import { formatCycle } from '../../../core/units/billing-cycle.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import type { AdminId, ResetId } from '../../../core/units/ids.ts';
import type { Database } from '../database.ts';
import { QuotaUsageReader } from '../quota-usage.ts';
import { AdminLimitReader, type AdminSums } from '../reader/admin-limit-reader.ts';
import { trustedServers } from '../reader/quota-reader.ts';
import { OWNED, Statements } from '../reader/statements.ts';
import { operation } from './operation.ts';
import type { Quotas } from './quotas.ts';

/** Limits of admins, and the states of their users that follow from a reached one. */
export class AdminLimitWriter {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #quotas: Quotas;
  /** What is counted, on this connection: the sums of the very moment. */
  readonly #reader: AdminLimitReader;

  constructor(db: Database, quotas: Quotas, calendar: Calendar) {
    this.#sql = prepare(db);
    const sql = new Statements(db);
    const usage = new QuotaUsageReader(db, calendar);
    this.#reader = new AdminLimitReader(sql, calendar, usage, () => trustedServers(sql));
    this.#quotas = quotas;
  }

  /** `start`: what counts no more from now on, where counting begins with the limit. */
  set(adminId: AdminId, limit: AdminLimit | null, start: AdminSums | null, nowMs: number): void {
    if (this.#sql.admin.get(adminId) === undefined) throw new NotFound('admin', adminId);
    if (limit === null) {
      this.#sql.remove.run(adminId);
      this.#sql.removeStarts.run(adminId);
    } else {
      this.#sql.set.run(adminId, limit.bytes, formatCycle(limit.cycle), limit.cutsUsers ? 1 : 0);
      if (start !== null) this.startAnew(adminId, start, null, nowMs);
    }
    this.#judgeUsers(adminId, nowMs);
  }

  startAnew(adminId: AdminId, { firstDay, bytes, doubted }: AdminSums, resetId: ResetId | null, nowMs: number): void {
    this.#sql.start.run(adminId, nowMs, firstDay, bytes, doubted < bytes ? doubted : bytes, resetId);
  }

  /** The same with a reset that was planned: called in its turn, before anything later is booked. */
  plannedReset(adminId: AdminId, resetId: ResetId, by: AdminId | null, atMs: number): void {
    // A reseller's own resets leave their limit as it is.
    if (by !== null && this.#sql.isOwner.get(by) === undefined) return;
    const limit = this.#reader.limit(adminId);
    if (limit !== null) this.startAnew(adminId, this.#reader.sums(adminId, limit, atMs), resetId, atMs);
  }

  setReached(adminId: AdminId, isReached: boolean, nowMs: number): void {
    if (this.#sql.reached.run(isReached ? nowMs : null, adminId).changes > 0) this.#judgeUsers(adminId, nowMs);
  }

  #judgeUsers(adminId: AdminId, nowMs: number): void {
    for (const userId of this.#sql.users.all({ owner: adminId })) this.#quotas.judgeNow(userId as string, nowMs);
  }
}

export function adminLimitOperations({ adminLimits }: { readonly adminLimits: AdminLimitWriter }) {
  return {
    setAdminLimit: operation('inventory', (now, id: AdminId, limit: AdminLimit | null, start: AdminSums | null) =>
      adminLimits.set(id, limit, start, now),
    ),
    startAdminLimitAnew: operation('none', (now, id: AdminId, sums: AdminSums, resetId: ResetId) =>
      adminLimits.startAnew(id, sums, resetId, now),
    ),
    setAdminLimitReached: operation('inventory', (now, id: AdminId, isReached: boolean) =>
      adminLimits.setReached(id, isReached, now),
    ),
  };
}

function prepare(db: Database) {
  return {
    admin: db.prepare('SELECT 1 FROM admin WHERE id = ?'),
    isOwner: db.prepare("SELECT 1 FROM admin WHERE id = ? AND role = 'owner'"),
    set: db.prepare(
      `INSERT INTO admin_limit (admin_id, bytes, cycle, cuts_users) VALUES (?, ?, ?, ?)
       ON CONFLICT (admin_id) DO UPDATE SET bytes = excluded.bytes, cycle = excluded.cycle,
         cuts_users = excluded.cuts_users`,
    ),
    remove: db.prepare('DELETE FROM admin_limit WHERE admin_id = ?'),
    removeStarts: db.prepare('DELETE FROM admin_limit_start WHERE admin_id = ?'),
    start: db.prepare(
      'INSERT INTO admin_limit_start (admin_id, at, first_day, bytes, doubted, reset_id) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    reached: db.prepare('UPDATE admin_limit SET reached_at = ? WHERE admin_id = ?'),
    users: db.prepare(`SELECT u.id FROM user u WHERE ${OWNED} AND u.deleted_at IS NULL`).pluck(),
  };
}
