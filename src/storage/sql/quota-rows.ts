import { termsFromText } from '../../core/quota/plan.ts';
import type { Plan, StateChange, TopUp } from '../../core/quota/quota-store.ts';
import type { StateReason, UserState } from '../../core/quota/user-state.ts';
import type { AdminId, PlanId, TopUpId, UserId } from '../../core/units/ids.ts';

export interface PlanRow {
  readonly id: PlanId;
  readonly name: string;
  readonly terms: string;
  readonly createdAt: number;
  readonly users: number;
}

export const planColumns = `p.id, p.name, p.terms, p.created_at AS createdAt,
  (SELECT count(*) FROM entitlement e JOIN user u ON u.id = e.user_id
   WHERE e.plan_id = p.id AND u.deleted_at IS NULL) AS users`;

export function toPlan({ terms, createdAt, ...row }: PlanRow): Plan {
  return { ...row, terms: termsFromText(terms), createdAt: new Date(createdAt) };
}

/** Read with safe integers. */
export interface TopUpRow {
  readonly id: TopUpId;
  readonly userId: UserId;
  readonly quota: string;
  readonly bytes: bigint;
  readonly at: bigint;
  readonly by: AdminId | null;
  readonly reason: string | null;
  readonly undoneAt: bigint | null;
}

export const topUpColumns = `t.public_id AS id, t.user_id AS userId, t.quota, t.bytes, t.at, t.admin_id AS "by", t.reason,
  t.undone_at AS undoneAt`;

export function toTopUp({ at, undoneAt, ...row }: TopUpRow): TopUp {
  return { ...row, at: new Date(Number(at)), undoneAt: undoneAt === null ? null : new Date(Number(undoneAt)) };
}

export interface StateChangeRow {
  readonly at: number;
  readonly from: UserState;
  readonly to: UserState;
  readonly reason: StateReason | null;
  readonly quota: string | null;
}

export const stateChangeColumns = 'at, from_state AS "from", to_state AS "to", reason, quota';

export function toStateChange({ at, ...row }: StateChangeRow): StateChange {
  return { ...row, at: new Date(at) };
}
