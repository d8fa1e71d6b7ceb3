import type { Notice } from '../inventory/node-operations.ts';
import type { ListedTarget } from './access-store.ts';
import type { CannotEnforce, EnforcerAbilities } from './enforcer.ts';

/** Why a peer whose access is to be off has it, or something of it, at the moment. */
export const STAY_REASONS = [
  'held-by-fuse',
  'node-read-only',
  'cannot-enforce',
  'access-paused',
  'access-failing',
  'next-reading',
  'open-connections-stay',
] as const;
export type StayReason = (typeof STAY_REASONS)[number];

/**
 * Problems of one peer that Xpert finds itself: their words tell nothing of where the node is. Those of a source may.
 */
export const OWN_PROBLEMS: ReadonlySet<string> = new Set([
  ...['kept-lost', 'cannot-restore', 'not-in-config'],
  ...['name-unusable', 'not-a-peer', 'address-taken'],
]);

export interface Stay extends Notice {
  readonly code: StayReason;
}

/** Null: its access may be on, or it is off. What stands most in the way comes first. */
export function whyItStays(
  { reason, mode, mark }: Pick<ListedTarget, 'reason' | 'mode' | 'mark'>,
  can: EnforcerAbilities | CannotEnforce,
  isPaused: boolean,
): Stay | null {
  if (reason === null) return null;
  if (mark?.phase === 'suspended') return 'cannot' in can || can.liveSessions === 'cut' ? null : OPEN_STAY;
  if ('cannot' in can) return { ...can.cannot, code: 'cannot-enforce' };
  if (mode === 'read-only') return READ_ONLY;
  if (isPaused) return PAUSED;
  if (mark?.phase === 'wanted' && mark.clearance === 'held') return HELD;
  if (mark?.problem != null) return { ...mark.problem, code: 'access-failing' };
  return NEXT_READING;
}

const OPEN_STAY: Stay = {
  code: 'open-connections-stay',
  message: 'New connections are refused; the system leaves those alone that were open.',
  hint: 'They end with the client. What they carry counts as overshoot.',
};
const READ_ONLY: Stay = {
  code: 'node-read-only',
  message: 'Xpert may change nothing on this node.',
  hint: 'xpert node access NAME --preview, then: xpert node access NAME enforce',
};
const PAUSED: Stay = {
  code: 'access-paused',
  message: 'Access is changed nowhere at the moment.',
  hint: 'xpert access list says why.',
};
const HELD: Stay = {
  code: 'held-by-fuse',
  message: 'Too many were to lose access at once: a person has to let them be cut.',
  hint: 'xpert access list, then: xpert access confirm NODE',
};
const NEXT_READING: Stay = {
  code: 'next-reading',
  message: 'It is cut with the next reading of the node.',
  hint: null,
};
