import type { AdminId, PlanId, TopUpId, UserId } from '../units/ids.ts';
import type { Evaluation } from './evaluate.ts';
import type { Terms } from './plan.ts';
import type { StateReason, UserState } from './user-state.ts';

/** Terms with a name, which many users may have. A change of them holds for all of these at once. */
export interface Plan {
  readonly id: PlanId;
  readonly name: string;
  readonly terms: Terms;
  readonly createdAt: Date;
  /** Living users who have it. */
  readonly users: number;
}

export type NewPlan = Pick<Plan, 'name' | 'terms'>;

/** What is to change of what users are entitled to; what is absent stays. */
export interface EntitlementChange {
  /** By plan or by terms of their own; null: to everything. */
  readonly to?: { readonly planId: PlanId } | { readonly terms: Terms } | null;
  /** Their time begins now; or, on hold, with their first use. Absent: it goes on, or begins with their first terms. */
  readonly begins?: 'now' | 'with-first-use';
  /** Usage so far does not count: a reset mark is set. */
  readonly fresh?: boolean;
  /** Access ends then; null: not before the terms say so. */
  readonly expiresAt?: Date | null;
  /** The plan that begins, with no usage, when this one is used up or over; null: none. */
  readonly nextPlanId?: PlanId | null;
}

/** Bytes on top of a quota, in the cycle in which they are given. */
export interface TopUp {
  readonly id: TopUpId;
  readonly userId: UserId;
  /** The quota's name. */
  readonly quota: string;
  readonly bytes: bigint;
  readonly at: Date;
  readonly by: AdminId | null;
  readonly reason: string | null;
  readonly undoneAt: Date | null;
}

export type NewTopUp = Omit<TopUp, 'id' | 'at' | 'undoneAt'>;

/** How a user stands who is entitled to something. */
export interface UserStanding {
  readonly plan: Pick<Plan, 'id' | 'name'> | null;
  readonly nextPlan: Pick<Plan, 'id' | 'name'> | null;
  readonly terms: Terms;
  readonly startedAt: Date | null;
  /** By an admin's hand; that of the terms is in the evaluation. */
  readonly expiresAt: Date | null;
  /** Since when usage counts: the running cycle, or else the beginning of the user's time; a reset since then, if there was one. */
  readonly countsFrom: Date | null;
  readonly evaluation: Evaluation;
}

export interface StateChange {
  readonly at: Date;
  readonly from: UserState;
  readonly to: UserState;
  readonly reason: StateReason | null;
  /** The quota that is used up. */
  readonly quota: string | null;
}

/** What terms would do to users if they were theirs now. */
export interface TermsPreview {
  readonly users: number;
  /** Would have access now and have none then. */
  readonly cutOff: number;
  /** Would get access. */
  readonly restored: number;
  /** Would lose access to a part, and keep the rest. */
  readonly cutInPart: number;
  /** The first 100 of those cut off. */
  readonly names: readonly string[];
}

/** A user whom an admin should know about. */
export interface NoteworthyUser {
  readonly userId: UserId;
  readonly name: string;
  /** `near-limit`: of a quota at least 80 % is used. `expiring`: within three days. */
  readonly what: 'near-limit' | 'limited' | 'expiring' | 'expired';
  /** Of the fullest quota; null where it is about time. */
  readonly percent: number | null;
  /** When it began, or will be over; null for a quota. */
  readonly at: Date | null;
  /** It lasts so long that it is no news any more: not told again, and not said to be over. */
  readonly isOld?: boolean;
}

/** From this share of a quota on a user is near the limit. */
export const NEAR_LIMIT_PERCENT = 80;

/** Port: plans, and what users are entitled to. Every write is one transaction, with the states that follow from it. */
export interface QuotaStore {
  plans(): Promise<Plan[]>;
  /** By id or name. */
  findPlan(text: string): Promise<Plan | null>;
  /** @throws Taken `name-taken`, InvalidInput */
  addPlan(plan: NewPlan): Promise<Plan>;
  /** @throws NotFound, Taken, InvalidInput */
  updatePlan(id: PlanId, change: Partial<NewPlan>): Promise<Plan>;
  /** @throws NotFound, ExpectedError `plan-in-use` */
  deletePlan(id: PlanId): Promise<void>;
  /** All users or none. @throws NotFound */
  entitle(userIds: readonly UserId[], change: EntitlementChange, by: AdminId | null): Promise<void>;
  /** @throws NotFound where the user has no such quota */
  addTopUp(topUp: NewTopUp): Promise<TopUp>;
  /** @throws NotFound, ExpectedError `already-undone` */
  undoTopUp(id: TopUpId, by: AdminId | null): Promise<TopUp>;
  /** The latest first. */
  topUps(userId: UserId): Promise<TopUp[]>;
  topUp(id: TopUpId): Promise<TopUp | null>;
  /** Users without an entry are entitled to everything. */
  standings(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, UserStanding>>;
  /**
   * What the terms would do to these users. `given`: by being given to them, which may begin their time anew; `changed`: as
   * other terms of the plan that they have. `planId`: the plan that is given with these terms; null where it is not known, or
   * none. Changes nothing.
   */
  preview(
    terms: Terms,
    userIds: readonly UserId[],
    how: 'given' | 'changed',
    planId: PlanId | null,
  ): Promise<TermsPreview>;
  /** The latest first. */
  stateChanges(userId: UserId, limit: number): Promise<StateChange[]>;
  /** Users near or at an end, and those who came there within the last seven days; at most 10,000 of each. */
  noteworthy(): Promise<NoteworthyUser[]>;
  /** Servers whose unsigned reports count towards limits all the same. */
  trustedServers(): Promise<readonly string[]>;
  setTrustedServers(servers: readonly string[]): Promise<void>;
  /**
   * Judges who is due by the clock: to be called every few seconds while the clock can be trusted, and not otherwise. For
   * some minutes after it users are also judged at once with whatever changes their usage; without it only due ones wait.
   * @returns true if there is more to do
   */
  judge(): Promise<boolean>;
}
