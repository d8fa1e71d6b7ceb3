import type { Database } from 'better-sqlite3';
import { stateOf, type UserState } from '../../../core/quota/user-state.ts';
import type { UserId } from '../../../core/units/ids.ts';

/** Brings the state of users in line with what it follows from, and remembers whose changed. */
export class UserStateWriter {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #changed = new Set<UserId>();

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /** To be called after every change of what the state follows from. */
  settle(userId: string, nowMs: number): void {
    const row = this.#sql.facts.get(userId) as FactsRow | undefined;
    if (row === undefined) return;
    const { state, reason } = stateOf({ isDeleted: row.deletedAt !== null, isSuspended: row.active === 0 });
    if (state === row.state && reason === row.reason) return;
    this.#sql.set.run(state, reason, nowMs, userId);
    this.#changed.add(userId as UserId);
  }

  /** Users whose state changed since this was last asked; also where the change was taken back. */
  takeChanged(): readonly UserId[] {
    if (this.#changed.size === 0) return NOBODY;
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }
}

const NOBODY: readonly UserId[] = [];

interface FactsRow {
  readonly active: number;
  readonly deletedAt: number | null;
  readonly state: UserState;
  readonly reason: string | null;
}

function prepare(db: Database) {
  return {
    facts: db.prepare('SELECT active, deleted_at AS deletedAt, state, state_reason AS reason FROM user WHERE id = ?'),
    set: db.prepare('UPDATE user SET state = ?, state_reason = ?, state_since = ? WHERE id = ?'),
  };
}
