import { ExpectedError, InvalidInput, NotFound } from '../../../core/errors.ts';
import type { NewScheduledReset, ResetMark, ScheduledReset } from '../../../core/ledger/usage-ledger.ts';
import type { AdminId, NewId, ScheduledResetId, UserId } from '../../../core/units/ids.ts';
import type { Database } from '../database.ts';
import { OWNED } from '../reader/statements.ts';
import { type ScheduledResetRow, scheduledResetColumns, toScheduledReset } from '../rows.ts';
import type { AdminLimitWriter } from './admin-limits.ts';
import type { Resets } from './resets.ts';

/**
 * Resets at an instant to come. The writer asks before everything it is called for whether one is due, so that nothing
 * that flowed after the instant is booked before the mark; the mark is of that instant, however late it is set.
 */
export class ScheduledResets {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #resets: Resets;
  readonly #adminLimits: Pick<AdminLimitWriter, 'plannedReset'>;
  readonly #newId: NewId;
  /** When the next one is due; undefined: to be looked up. */
  #nextMs: number | undefined;

  constructor(db: Database, resets: Resets, adminLimits: Pick<AdminLimitWriter, 'plannedReset'>, newId: NewId) {
    this.#sql = prepare(db);
    this.#resets = resets;
    this.#adminLimits = adminLimits;
    this.#newId = newId;
  }

  isDue(nowMs: number): boolean {
    this.#nextMs ??= (this.#sql.next.get() as number | null) ?? Number.POSITIVE_INFINITY;
    return this.#nextMs <= nowMs;
  }

  /** After a change, also one that was taken back. */
  forget(): void {
    this.#nextMs = undefined;
  }

  /** @throws InvalidInput, NotFound */
  add(request: NewScheduledReset, nowMs: number): ScheduledReset {
    const { scope, half, ownerId, userIds, at, by, reason } = request;
    if (at.getTime() <= nowMs) throw new InvalidInput('/at', '"at" must lie ahead.', 'To reset now, leave it out.');
    if (scope === 'all' && half !== null) throw new InvalidInput('/half', 'Everybody is reset as a whole.');
    for (const userId of userIds) {
      if (this.#sql.userExists.get(userId) === undefined) throw new NotFound('user', userId);
    }
    const id = this.#newId();
    const targets = JSON.stringify(scope === 'user' ? [...new Set(userIds)] : []);
    const owner = scope === 'owner' ? ownerId : null;
    this.#sql.add.run(id, scope, half, owner, targets, at.getTime(), nowMs, by, reason);
    this.forget();
    return this.#find(id);
  }

  /** @throws NotFound, ExpectedError `already-done` */
  cancel(id: ScheduledResetId, nowMs: number): ScheduledReset {
    const { resetId, cancelledAt } = this.#find(id);
    if (resetId !== null || cancelledAt !== null) {
      throw new ExpectedError(
        'already-done',
        `The planned reset "${id}" was ${resetId === null ? 'cancelled' : 'done'} already.`,
        {
          hint: resetId === null ? 'Nothing is left to do.' : `Undo the reset itself: ${resetId}.`,
        },
      );
    }
    this.#sql.cancel.run(nowMs, id);
    this.forget();
    return this.#find(id);
  }

  /** Sets the marks that are due, in the order of their instants. */
  run(nowMs: number): { readonly mark: ResetMark; readonly by: AdminId | null }[] {
    const due = (this.#sql.due.all(nowMs) as ScheduledResetRow[]).map((row) => ({ ...toScheduledReset(row), ...row }));
    this.forget();
    return due.map(({ rowId, scope, half, ownerId, userIds, dueAt, by, reason }) => {
      const targets =
        scope === 'owner'
          ? (this.#sql.usersOf.all({ owner: ownerId }) as UserId[])
          : this.#still(JSON.parse(userIds) as UserId[], by);
      const mark = this.#resets.reset({ scope, half, userIds: targets, by, reason }, dueAt);
      if (scope === 'owner' && half === null && ownerId !== null)
        this.#adminLimits.plannedReset(ownerId, mark.id, by, dueAt);
      this.#sql.done.run(mark.id, rowId);
      return { mark, by };
    });
  }

  /** What a reseller planned is of the users that are theirs then; the owner's is of everybody that was named. */
  #still(userIds: readonly UserId[], by: AdminId | null): readonly UserId[] {
    if (by === null || this.#sql.isReseller.get(by) === undefined) return userIds;
    return userIds.filter((userId) => this.#sql.ownerOf.get(userId) === by);
  }

  #find(id: string): ScheduledReset {
    const row = this.#sql.find.get(id) as ScheduledResetRow | undefined;
    if (row === undefined) throw new NotFound('planned reset', id, 'List them: `xpert reset`.');
    return toScheduledReset(row);
  }
}

function prepare(db: Database) {
  const waiting = 's.reset_id IS NULL AND s.cancelled_at IS NULL';
  return {
    next: db.prepare(`SELECT min(s.due_at) FROM scheduled_reset s WHERE ${waiting}`).pluck(),
    due: db.prepare(
      `SELECT ${scheduledResetColumns} FROM scheduled_reset s WHERE s.due_at <= ? AND ${waiting} ORDER BY s.due_at, s.id`,
    ),
    find: db.prepare(`SELECT ${scheduledResetColumns} FROM scheduled_reset s WHERE s.public_id = ?`),
    userExists: db.prepare('SELECT 1 FROM user WHERE id = ?'),
    isReseller: db.prepare("SELECT 1 FROM admin WHERE id = ? AND role = 'reseller'"),
    ownerOf: db.prepare('SELECT owner_id FROM user WHERE id = ?').pluck(),
    usersOf: db.prepare(`SELECT u.id FROM user u WHERE u.deleted_at IS NULL AND ${OWNED}`).pluck(),
    add: db.prepare(
      `INSERT INTO scheduled_reset (public_id, scope, half, owner_id, user_ids, due_at, created_at, admin_id, reason)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    cancel: db.prepare('UPDATE scheduled_reset SET cancelled_at = ? WHERE public_id = ?'),
    done: db.prepare('UPDATE scheduled_reset SET reset_id = (SELECT id FROM reset WHERE public_id = ?) WHERE id = ?'),
  };
}
