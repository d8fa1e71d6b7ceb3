import type { AccessEffect } from '../../../core/ledger/usage-ledger.ts';
import { evaluate } from '../../../core/quota/evaluate.ts';
import { hasAccess, stateOf, type UserState } from '../../../core/quota/user-state.ts';
import type { UserId } from '../../../core/units/ids.ts';
import type { Database } from '../database.ts';
import type { QuotaAccounts } from './quota-accounts.ts';

/** Users judged for one preview: as many as in a step of those who are due. */
const MOST_JUDGED = 500;
const NAMES_TOLD = 100;

/** Users whose shown usage is another, and of whom nobody was judged by it yet. */
export interface ChangedUsers {
  readonly less: readonly UserId[];
  readonly more: readonly UserId[];
}

/** Says whom other shown usage would cut off or let in again, by their quotas; writes nothing. */
export class AccessEffects {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #accounts: QuotaAccounts;

  constructor(db: Database, accounts: QuotaAccounts) {
    this.#sql = prepare(db);
    this.#accounts = accounts;
  }

  /** Null: too many to look at. Less usage cuts nobody off, and more lets nobody in. */
  of({ less, more }: ChangedUsers, nowMs: number): AccessEffect | null {
    const candidates = [
      ...this.#sql.cut.all(JSON.stringify(less), MOST_JUDGED + 1),
      ...this.#sql.entitled.all(JSON.stringify(more), MOST_JUDGED + 1),
    ] as UserId[];
    if (candidates.length > MOST_JUDGED) return null;
    let restored = 0;
    const names: string[] = [];
    for (const userId of candidates) {
      const change = this.#change(userId, nowMs);
      if (change.closed < 0) restored++;
      if (change.closed > 0) names.push(change.name);
    }
    return { restored, cutOff: names.length, names: names.slice(0, NAMES_TOLD) };
  }

  /** `closed`: above 0 where more is closed to the user than now, below where less is. */
  #change(userId: UserId, nowMs: number): { readonly closed: number; readonly name: string } {
    const account = this.#accounts.find(userId, nowMs);
    if (account === null) return { closed: 0, name: '' };
    this.#accounts.refresh(account, nowMs);
    const { entitlement, usage, cycle, name } = account;
    const evaluation = entitlement === null ? null : evaluate(entitlement, usage, cycle, nowMs);
    const then = closedTo(stateOf({ ...account, evaluation }).state, evaluation?.limitedParts ?? []);
    const now = closedTo(account.state, account.limitedParts);
    return { closed: then === now ? 0 : then - now, name };
  }
}

/** How many parts are closed to somebody; without access all there are. */
function closedTo(state: UserState, limitedParts: readonly string[]): number {
  return hasAccess(state) ? limitedParts.length : Number.POSITIVE_INFINITY;
}

function prepare(db: Database) {
  const named = 'u.id IN (SELECT value FROM json_each(?))';
  return {
    cut: db
      .prepare(
        `SELECT u.id FROM user u WHERE ${named} AND (u.state = 'limited'
           OR u.id IN (SELECT l.user_id FROM part_limit l)) LIMIT ?`,
      )
      .pluck(),
    entitled: db
      .prepare(
        `SELECT u.id FROM user u JOIN entitlement e ON e.user_id = u.id
         WHERE ${named} AND u.state IN ('active', 'on-hold') ORDER BY u.name LIMIT ?`,
      )
      .pluck(),
  };
}
