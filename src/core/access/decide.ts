import type { Notice } from '../inventory/node-operations.ts';
import type { PeerId, UserId } from '../units/ids.ts';
import type { EnforcerAbilities, EnforcerTarget, Seen } from './enforcer.ts';

/**
 * How far Xpert has come with a peer whose access is to be off. `wanted`: nothing was touched. `suspending`: it may have
 * been touched; `kept` was written down before. `suspended`: it is off; `kept` is null if it was off already by another's
 * hand, so that nothing is ours to undo.
 */
export interface AccessMark {
  readonly phase: 'wanted' | 'suspending' | 'suspended';
  readonly kept: string | null;
  /** What was kept cannot be opened: the key that sealed it is not here. */
  readonly isKeptLost: boolean;
  readonly wantedAt: Date;
  readonly appliedAt: Date | null;
  /** `held`: the fuse blew, and nothing is done until a person lets it pass (`confirmed`). */
  readonly clearance: Clearance;
  /** Bytes carried after access was to be off. */
  readonly overshoot: bigint;
  /** Bytes that the system counted and dropped while it was off; in no usage. */
  readonly dropped: bigint;
  /** Tries in a row that failed, the last reason, and when it is tried again. */
  readonly failures: number;
  readonly retryAt: Date | null;
  readonly problem: Notice | null;
}

export type Clearance = 'none' | 'held' | 'confirmed';

/** A peer whose access is to be off, or was touched by Xpert. */
export interface AccessTarget extends EnforcerTarget {
  readonly peerId: PeerId;
  readonly name: string | null;
  readonly userId: UserId | null;
  readonly userName: string | null;
  /** Why access is to be off: the state of its user, or `source-limit` (source-limit.ts); null: it has access. */
  readonly reason: string | null;
  /** It was absent from the last complete poll. */
  readonly isEnded: boolean;
  readonly mark: AccessMark | null;
}

/** What is wanted of a peer. One that nobody owns is left as it is. */
export type Wanted = 'off' | 'on' | 'as-it-is';

export function wantedOf({ userId, reason }: Pick<AccessTarget, 'userId' | 'reason'>): Wanted {
  if (userId === null) return 'as-it-is';
  return reason === null ? 'on' : 'off';
}

/** The next step for one peer. */
export type Step =
  | { readonly kind: 'none' }
  | { readonly kind: 'suspend'; readonly kept: string }
  | { readonly kind: 'restore'; readonly kept: string }
  /** It is off, by the step that was begun or by somebody else: only to be noted. */
  | { readonly kind: 'note-suspended' }
  /** Nothing of ours is left to undo. */
  | { readonly kind: 'forget' }
  | { readonly kind: 'fail'; readonly problem: Notice };

const NONE: Step = { kind: 'none' };

const KEPT_LOST: Notice = {
  code: 'kept-lost',
  message: 'What this peer needs to get access back is sealed with a key that is not here.',
  hint: 'Restore secret.key from the backup, or give the peer access on the node by hand.',
};

/**
 * What has to be done so that a peer gets where it is wanted, from how it is right now. Undoes only what Xpert did: a peer
 * that somebody else restored or changed is theirs.
 */
export function decide(target: Pick<AccessTarget, 'userId' | 'reason' | 'mark'>, seen: Seen): Step {
  const { mark } = target;
  switch (wantedOf(target)) {
    case 'as-it-is':
      return mark?.phase === 'wanted' ? { kind: 'forget' } : NONE;
    case 'off':
      return switchOff(mark, seen);
    case 'on':
      return switchOn(mark, seen);
  }
}

function switchOff(mark: AccessMark | null, seen: Seen): Step {
  if (seen.state === 'unusable') return { kind: 'fail', problem: seen.problem };
  if (seen.state === 'active' || seen.state === 'untold') return { kind: 'suspend', kept: seen.kept };
  if (seen.state === 'absent' || mark?.phase === 'suspended') return NONE;
  return { kind: 'note-suspended' };
}

function switchOn(mark: AccessMark | null, seen: Seen): Step {
  if (mark === null) return NONE;
  if (mark.isKeptLost && (seen.state === 'suspended' || seen.state === 'untold'))
    return { kind: 'fail', problem: KEPT_LOST };
  if (mark.kept === null || mark.phase === 'wanted' || seen.state === 'active') return { kind: 'forget' };
  if (seen.state === 'unusable') return { kind: 'fail', problem: seen.problem };
  // A peer that is away may come back as we left it: a configuration saved meanwhile has it suspended.
  return seen.state === 'absent' ? NONE : { kind: 'restore', kept: mark.kept };
}

/**
 * Whether a peer has to be looked at in this pass. `isOff`: what the poll just showed; undefined where nothing was polled
 * or the source does not tell.
 */
export function needsLook(
  target: Pick<AccessTarget, 'userId' | 'reason' | 'mark' | 'isEnded'>,
  isOff: boolean | undefined,
  { isShownInPolls, vanishes }: Pick<EnforcerAbilities, 'isShownInPolls' | 'vanishes'>,
  now: Date,
): boolean {
  const { mark } = target;
  const isGone = target.isEnded && !(vanishes === true && mark !== null && mark.phase !== 'wanted');
  if (isGone || (mark?.retryAt != null && mark.retryAt > now)) return false;
  const wanted = wantedOf(target);
  if (wanted === 'as-it-is') return mark?.phase === 'wanted';
  if (wanted === 'on') return mark !== null;
  if (mark?.phase === 'wanted' && mark.clearance === 'held') return false;
  if (mark?.phase !== 'suspended') return true;
  return isShownInPolls ? isOff === false : true;
}

/** Whether this step takes access from somebody who has it, and nobody has let it pass: what the fuse counts. */
export function isNewCut({ mark }: Pick<AccessTarget, 'mark'>, step: Step): boolean {
  return step.kind === 'suspend' && (mark === null || (mark.phase === 'wanted' && mark.clearance === 'none'));
}
