import type { Standstill } from '../../core/access/operations.ts';
import { ExpectedError } from '../../core/errors.ts';
import type { Notice } from '../../core/inventory/node-operations.ts';
import { counted } from '../../core/units/counted.ts';

export const ABSENT: Notice = { code: 'absent', message: 'It is not there at the moment.', hint: null };
export const OFF: Notice = { code: 'off-already', message: 'It is off already, by somebody else.', hint: null };
export const NO_TIME: Notice = {
  code: 'not-looked-at',
  message: 'There was no time to look at it: the system is asked for each peer. It comes with the next readings.',
  hint: null,
};

const PAUSED: Record<Standstill['reason'], readonly [string, string]> = {
  restored: [
    'Access is not changed since the ledger was restored from a backup.',
    'Look at what would change (xpert access list, xpert node access NAME --preview), then: xpert access resume',
  ],
  'by-hand': ['Access is not changed: it was paused by hand.', 'Go on with: xpert access resume'],
  'tracking-off': ['Access is not changed while tracking is off.', 'Switch tracking on in Settings.'],
  'clock-suspect': ['Access is not changed until the clock of this machine is steady again.', 'timedatectl status'],
};

export function pauseNotice({ reason, since }: Standstill) {
  const [message, hint] = PAUSED[reason];
  return { code: 'access-paused', message, hint, nodeId: null, since };
}

export function fuseNotice(cuts: number, allowed: number): Notice {
  return {
    code: 'access-fuse-blown',
    message: `${counted(cuts, 'peer was', 'peers were')} to lose access at once; without a person's word it is ${allowed} at most. Nobody was cut.`,
    hint: 'Look who they are (xpert access list), then: xpert access confirm NODE',
  };
}

export function asNotice(error: unknown): Notice {
  if (error instanceof ExpectedError) return { code: error.code, message: error.message, hint: error.hint ?? null };
  if (error instanceof Error && error.name === 'TimeoutError')
    return { code: 'access-timeout', message: 'The node did not answer in time.', hint: null };
  return {
    code: 'internal-error',
    message: 'Changing access failed inside Xpert; the log has the details.',
    hint: null,
  };
}
