import type { Database } from 'better-sqlite3';
import { ExpectedError, NotFound } from '../../../core/errors.ts';
import { type AppliedReset, effectiveMark } from '../../../core/ledger/segment.ts';
import type { ResetMark, ResetRequest } from '../../../core/ledger/usage-ledger.ts';
import type { AdminId, NewId } from '../../../core/units/ids.ts';
import { type ResetRow, resetColumns, toResetMark } from '../rows.ts';
import { ADD_SUMS } from './sums.ts';

/**
 * Reset marks. A mark of scope `all` is one row: what it hides follows from `all_mark`. A mark on users flips `hidden` on
 * their segments and takes their days out of the sums per carrier (or puts them back).
 */
export class Resets {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #newId: NewId;

  constructor(db: Database, newId: NewId) {
    this.#sql = prepare(db);
    this.#newId = newId;
  }

  reset({ scope, userIds, by, reason }: ResetRequest, nowMs: number): ResetMark {
    const targets = scope === 'all' ? [] : [...new Set<string>(userIds)];
    for (const userId of targets) {
      if (this.#sql.userExists.get(userId) === undefined) throw new NotFound('user', userId);
    }
    const users = scope === 'all' ? (this.#sql.countUsers.get() as number) : targets.length;
    const id = this.#newId();
    const { lastInsertRowid } = this.#sql.add.run(id, scope, users, nowMs, by, reason);
    for (const userId of targets) {
      this.#sql.addTarget.run(userId, lastInsertRowid);
      this.applyMarks(userId);
    }
    return this.#mark(id);
  }

  undo(id: string, by: AdminId | null, nowMs: number): ResetMark {
    const row = this.#sql.find.get(id) as ResetRow | undefined;
    if (row === undefined) throw new NotFound('reset', id, 'List the reset marks: `xpert reset list`.');
    if (row.undoneAt !== null) {
      throw new ExpectedError('already-undone', `The reset "${id}" was undone already.`, {
        hint: 'Usage from before it counts again; nothing is left to do.',
      });
    }
    this.#sql.undo.run(nowMs, by, row.rowId);
    for (const userId of this.#sql.targets.all(row.rowId)) this.applyMarks(userId as string);
    return this.#mark(id);
  }

  /** Brings `hidden` of a user's segments, and the sums per carrier, in line with the marks on that user. */
  applyMarks(userId: string): void {
    const marks = this.#sql.marksOn.all(userId).map((row) => {
      const { id, at, undone } = row as { id: number; at: number; undone: number };
      return { id, atMs: at, undone: undone === 1 } satisfies AppliedReset;
    });
    const effective = effectiveMark(marks);
    for (const row of this.#sql.segments.all(userId)) {
      const { id, mark, hidden } = row as { id: number; mark: number; hidden: number };
      const hide = mark < effective ? 1 : 0;
      if (hide === hidden) continue;
      this.#sql.setHidden.run(hide, id);
      this.#sql.moveCarrierDays.run({ sign: hide === 1 ? -1 : 1, segment: id });
    }
  }

  #mark(id: string): ResetMark {
    return toResetMark(this.#sql.find.get(id) as ResetRow);
  }
}

function prepare(db: Database) {
  return {
    userExists: db.prepare('SELECT 1 FROM user WHERE id = ?'),
    countUsers: db.prepare('SELECT count(*) FROM user WHERE deleted_at IS NULL').pluck(),
    add: db.prepare('INSERT INTO reset (public_id, scope, users, at, admin_id, reason) VALUES (?, ?, ?, ?, ?, ?)'),
    addTarget: db.prepare('INSERT INTO reset_target (user_id, reset_id) VALUES (?, ?)'),
    find: db.prepare(`SELECT ${resetColumns} FROM reset WHERE public_id = ?`),
    undo: db.prepare('UPDATE reset SET undone_at = ?, undone_by = ? WHERE id = ?'),
    targets: db.prepare('SELECT user_id FROM reset_target WHERE reset_id = ?').pluck(),
    marksOn: db.prepare(
      `SELECT id, at, undone_at IS NOT NULL AS undone FROM reset
       WHERE id IN (SELECT reset_id FROM reset_target WHERE user_id = ?)`,
    ),
    segments: db.prepare('SELECT id, mark, hidden FROM segment WHERE user_id = ?'),
    setHidden: db.prepare('UPDATE segment SET hidden = ? WHERE id = ?'),
    moveCarrierDays: db.prepare(
      `INSERT INTO carrier_day (day, all_mark, carrier_id, rx, tx, undirected, markup, connections, last_at)
       SELECT d.day, g.all_mark, s.carrier_id, CAST(@sign AS INTEGER) * sum(d.rx), CAST(@sign AS INTEGER) * sum(d.tx),
         CAST(@sign AS INTEGER) * sum(d.undirected), CAST(@sign AS INTEGER) * sum(d.markup),
         CAST(@sign AS INTEGER) * sum(d.connections),
         max(min(t.last_at, b.to_at - 1))
       FROM segment g
       JOIN tally t ON t.segment_id = g.id
       JOIN series s ON s.id = t.series_id
       CROSS JOIN calendar_day b
       JOIN day d ON d.day = b.day AND d.tally_id = t.id
       WHERE g.id = @segment
       GROUP BY 1, 2, 3
       ON CONFLICT DO UPDATE SET ${ADD_SUMS}, connections = connections + excluded.connections,
         last_at = max(last_at, excluded.last_at)`,
    ),
  };
}
