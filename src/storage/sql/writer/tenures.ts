import type { Calendar } from '../../../core/units/calendar.ts';
import type { AdminId, UserId } from '../../../core/units/ids.ts';
import type { Database } from '../database.ts';

/** Which admin had a user when: noted as users change hands. */
export class Tenures {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #calendar: Calendar;

  constructor(db: Database, calendar: Calendar) {
    this.#sql = prepare(db);
    this.#calendar = calendar;
  }

  /** What flowed until now stays with `from`, in the cycles in which it flowed; what comes is of `to`. */
  changed(userId: UserId, from: AdminId | null, to: AdminId | null, nowMs: number): void {
    const day = this.#calendar.dayOf(nowMs).number;
    const bytes = this.#sql.bytesOfDay.get(day, userId) as bigint;
    if (this.#sql.end.run(day, bytes, userId).changes === 0) this.#sql.add.run(userId, from, null, 0, day, bytes);
    this.#sql.add.run(userId, to, day, bytes, null, 0);
  }
}

function prepare(db: Database) {
  return {
    end: db.prepare('UPDATE owner_tenure SET last_day = ?, last_bytes = ? WHERE user_id = ? AND last_day IS NULL'),
    add: db.prepare(
      `INSERT INTO owner_tenure (user_id, owner_id, first_day, first_bytes, last_day, last_bytes)
       VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    bytesOfDay: db
      .prepare(
        `SELECT ifnull(sum(d.rx + d.tx + d.undirected), 0) AS bytes FROM segment g
         CROSS JOIN tally t ON t.segment_id = g.id CROSS JOIN day d ON d.day = ? AND d.tally_id = t.id
         WHERE g.user_id = ? AND g.in_cycle = 1`,
      )
      .pluck()
      .safeIntegers(),
  };
}
