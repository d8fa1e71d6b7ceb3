import type { AccessEffect } from '../../../core/ledger/usage-ledger.ts';
import { evaluate } from '../../../core/quota/evaluate.ts';
import { hasAccess, stateOf, type UserState } from '../../../core/quota/user-state.ts';
import type { UserId } from '../../../core/units/ids.ts';
import type { Database } from '../database.ts';
import type { Trusted } from '../quota-usage.ts';
import type { Account, QuotaAccounts } from './quota-accounts.ts';

/** Users looked at for one preview, some 0.2 ms each; and those of whom it matters which reports were signed, 2 ms each. */
const MOST_JUDGED = 500;
const MOST_DOUBTED = 100;
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
    const accounts = candidates.flatMap((userId) => this.#accounts.find(userId, nowMs) ?? []);
    // Who is not cut off if every report is believed is not by those that are: mostly that is all there is to know.
    const closed = new Map(accounts.map((account) => [account, this.#closedTo(account, EVERY_SERVER, nowMs)]));
    const inDoubt = accounts.filter((account) => closed.get(account) !== 0);
    if (inDoubt.length > MOST_DOUBTED) return null;
    for (const account of inDoubt) closed.set(account, this.#closedTo(account, this.#accounts.trusted, nowMs));
    const gains = accounts.filter((account) => (closed.get(account) ?? 0) < closedNow(account));
    const losses = accounts.filter((account) => (closed.get(account) ?? 0) > closedNow(account));
    const names = losses.slice(0, NAMES_TOLD).map(({ name }) => name);
    return { restored: gains.length, cutOff: losses.length, names };
  }

  #closedTo(account: Account, trusted: Trusted, nowMs: number): number {
    const { userId, entitlement } = account;
    if (entitlement === null) return closedTo(stateOf({ ...account, evaluation: null }).state, []);
    const { usage } = this.#accounts;
    const cycle = usage.cycleAt(entitlement.terms, entitlement.startedMs, nowMs);
    const evaluation = evaluate(entitlement, usage.usage(userId, entitlement, cycle, trusted), cycle, nowMs);
    return closedTo(stateOf({ ...account, evaluation }).state, evaluation.limitedParts);
  }
}

const EVERY_SERVER: Trusted = { has: () => true };

function closedNow({ state, limitedParts }: Account): number {
  return closedTo(state, limitedParts);
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
