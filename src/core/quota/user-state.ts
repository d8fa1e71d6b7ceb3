import type { NodeId, UserId } from '../units/ids.ts';
import type { Evaluation } from './evaluate.ts';

/**
 * Whether a user may use the VPN, and if not, why. `on-hold`: access is there, and the first use begins their time.
 * `limited`: a quota is used up. `suspended`: by an admin's hand. Deleted users stay for history.
 */
export type UserState = 'active' | 'on-hold' | 'limited' | 'expired' | 'suspended' | 'deleted';

export const USER_STATES: readonly UserState[] = ['active', 'on-hold', 'limited', 'expired', 'suspended', 'deleted'];

/** What brought the state about; null for one that needs no reason. */
export type StateReason = 'quota' | 'expiry' | 'admin' | 'not-started' | 'admin-limit';

export const STATE_REASONS: readonly StateReason[] = ['quota', 'expiry', 'admin', 'not-started', 'admin-limit'];

/** What decides a state. */
export interface StateFacts {
  readonly isDeleted: boolean;
  /** By an admin's hand. */
  readonly isSuspended: boolean;
  /** The limit of their admin over all users is reached, and cuts them. Absent: not asked. */
  readonly isAdminLimited?: boolean;
  /** Null: the user is entitled to everything. */
  readonly evaluation: Evaluation | null;
}

export interface StateAndReason {
  readonly state: UserState;
  readonly reason: StateReason | null;
}

/** One state where several would hold: what lasts longest without anybody's doing comes last. */
export function stateOf({ isDeleted, isSuspended, isAdminLimited, evaluation }: StateFacts): StateAndReason {
  if (isDeleted) return { state: 'deleted', reason: null };
  if (isSuspended) return { state: 'suspended', reason: 'admin' };
  if (isAdminLimited === true && evaluation?.isExpired !== true) return { state: 'limited', reason: 'admin-limit' };
  // What the next plan will lift at once is not brought about before.
  if (evaluation === null || evaluation.nextBegins) return { state: 'active', reason: null };
  if (evaluation.isExpired) return { state: 'expired', reason: 'expiry' };
  if (evaluation.limitedBy !== null) return { state: 'limited', reason: 'quota' };
  return evaluation.isOnHold ? { state: 'on-hold', reason: 'not-started' } : { state: 'active', reason: null };
}

/** False: the user's access is to be off. */
export function hasAccess(state: UserState): boolean {
  return state === 'active' || state === 'on-hold';
}

/** Access of one user that is to be off. */
export interface AccessOff {
  readonly userId: UserId;
  readonly state: Exclude<UserState, 'active' | 'on-hold'>;
  readonly reason: StateReason | null;
  readonly since: Date;
  /**
   * Null: everywhere. Else a quota of a part is used up, and access is to be off only there: on any of these nodes (null:
   * on all) over any of these protocols (null: over all).
   */
  readonly only: { readonly nodeIds: readonly NodeId[] | null; readonly protocols: readonly string[] | null } | null;
}

/** Port: the states of users, as those ask who bring access about. */
export interface UserStates {
  /** Everybody whose access is to be off, in no order. A deleted user is one of them, without peers. */
  accessOff(): Promise<AccessOff[]>;
  /** The same of some users; nothing of those who have access everywhere. */
  accessOffOf(userIds: readonly UserId[]): Promise<AccessOff[]>;
  /**
   * Told, after the commit, of users whose access may have changed: a hint to ask again, at times for nothing. Null: it may
   * have changed of anybody. Returns the unsubscribe function.
   */
  onChange(listener: (userIds: readonly UserId[] | null) => void): () => void;
}
