import type { AccessOff, StateReason, UserStates } from '../../core/quota/user-state.ts';
import type { UserId } from '../../core/units/ids.ts';
import type { Statements } from './reader/statements.ts';
import type { WriterLink } from './writer-link.ts';

/** States of users: written with what they follow from, read here. */
export class SqliteUserStates implements UserStates {
  readonly #sql: Statements;
  readonly #writer: WriterLink;

  constructor(sql: Statements, writer: WriterLink) {
    this.#sql = sql;
    this.#writer = writer;
  }

  async accessOff() {
    return this.#sql.all<AccessRow>(`${SELECT} WHERE ${WITHOUT_ACCESS}`).map(toAccessOff);
  }

  async accessOffOf(userIds: readonly UserId[]) {
    const ids = JSON.stringify(userIds);
    return this.#sql
      .all<AccessRow>(`${SELECT} WHERE ${WITHOUT_ACCESS} AND +id IN (SELECT value FROM json_each(@ids))`, { ids })
      .map(toAccessOff);
  }

  onChange(listener: (userIds: readonly UserId[]) => void) {
    return this.#writer.onStates(listener);
  }
}

const SELECT = 'SELECT id, state, state_reason AS reason, state_since AS since FROM user';
const WITHOUT_ACCESS = "state NOT IN ('active', 'on-hold')";

interface AccessRow {
  readonly id: UserId;
  readonly state: AccessOff['state'];
  readonly reason: StateReason | null;
  readonly since: number;
}

function toAccessOff({ id, state, reason, since }: AccessRow): AccessOff {
  return { userId: id, state, reason, since: new Date(since), only: null };
}
