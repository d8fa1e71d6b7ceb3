import { expect, it } from 'vitest';
import type { AccessMark, AccessTarget } from '../../core/access/decide.ts';
import type { Enforcer, EnforcerAbilities, Seen } from '../../core/access/enforcer.ts';
import type { PeerId, UserId } from '../../core/units/ids.ts';
import type { PlanRequest } from './plan.ts';
import { previewOf } from './preview.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const ABILITIES: EnforcerAbilities = {
  ...{ code: 'access-fake', means: 'switched off', liveSessions: 'cut', countsDropped: false },
  ...{ isShownInPolls: true, keepsSecrets: false, caveats: [] },
};
const SUSPENDED: AccessMark = {
  ...{ phase: 'suspended', kept: 'inbound 1', isKeptLost: false, wantedAt: NOW, appliedAt: NOW, clearance: 'none' },
  ...{ overshoot: 0n, dropped: 0n, failures: 0, retryAt: null, problem: null },
};
const WANTED: AccessMark = { ...SUSPENDED, phase: 'wanted', kept: null, appliedAt: null };

function target(key: string, fields: Partial<AccessTarget> = {}): AccessTarget {
  return {
    ...{ identity: 'panel', service: 'panel', kind: 'three-x-ui', key, peerId: key as PeerId, name: null },
    ...{ userId: 'u' as UserId, userName: 'u', reason: 'quota', isEnded: false, mark: null },
    ...fields,
  };
}

/** A system that is asked once for each peer, with how they are. */
function system(states: Readonly<Record<string, Seen>>, onLook = (_keys: readonly string[]) => {}): Enforcer {
  return {
    looksOneByOne: true,
    async look(targets) {
      onLook(targets.map(({ key }) => key));
      return targets.map(({ key }) => states[key] ?? { state: 'absent' });
    },
    suspend: async () => [],
    restore: async () => [],
    close: async () => {},
    join: (before, now) => (now.includes(before) ? now : `${before}, ${now}`),
  };
}

function preview(targets: readonly AccessTarget[], enforcer: Enforcer, fields: Partial<PlanRequest> = {}) {
  const request = { enforcer, abilities: ABILITIES, now: () => NOW, isOff: () => undefined, ...fields };
  return previewOf(targets, request, new AbortController().signal);
}

const keysOf = (targets: readonly { readonly key: string }[]) => targets.map(({ key }) => key);

it('whom the last reading showed off is not asked for, and told as off', async () => {
  const asked: string[] = [];
  const enforcer = system({ b: { state: 'active', kept: 'x' } }, (keys) => asked.push(...keys));
  const isOff = ({ key }: AccessTarget) => key === 'a';
  const { suspend, left } = await preview([target('a'), target('b')], enforcer, { isOff });
  expect([keysOf(suspend), left.map(({ target: { key }, why }) => [key, why.code]), asked]).toEqual([
    ['b'],
    [['a', 'off-already']],
    ['b'],
  ]);
});

it('who is at rest is neither asked for nor told; who is gone is told without being asked for', async () => {
  const asked: string[] = [];
  const enforcer = system({}, (keys) => asked.push(...keys));
  const isOff = () => true;
  const targets = [target('a', { mark: SUSPENDED }), target('b', { isEnded: true })];
  const { left } = await preview(targets, enforcer, { isOff });
  expect([left.map(({ target: { key }, why }) => [key, why.code]), asked]).toEqual([[['b', 'absent']], []]);
});

it('a peer that was taken in part is to be given back as a whole', async () => {
  const states: Readonly<Record<string, Seen>> = {
    a: { state: 'active', kept: 'inbound 2' },
    b: { state: 'active', kept: 'inbound 1, inbound 2' },
  };
  const given = { reason: null, mark: SUSPENDED };
  const { restore } = await preview([target('a', given), target('b', given)], system(states));
  expect(keysOf(restore)).toEqual(['a']);
});

it('who waits for a word of a person, or for the next try, is shown as it would be then', async () => {
  const states: Readonly<Record<string, Seen>> = {
    a: { state: 'active', kept: 'x' },
    b: { state: 'active', kept: 'y' },
  };
  const later = new Date(NOW.getTime() + 60_000);
  const targets = [
    target('a', { mark: { ...WANTED, clearance: 'held' } }),
    target('b', { mark: { ...WANTED, failures: 1, retryAt: later } }),
  ];
  expect(keysOf((await preview(targets, system(states))).suspend)).toEqual(['a', 'b']);
});

it('for whom there was no time is said, those who get access back come first', async () => {
  const looking = new AbortController();
  const states: Record<string, Seen> = {};
  const targets = Array.from({ length: 120 }, (_, n) => {
    states[`p${n}`] = n < 60 ? { state: 'active', kept: 'x' } : { state: 'suspended' };
    return target(`p${n}`, n < 60 ? {} : { reason: null, mark: SUSPENDED });
  });
  const enforcer = system(states, () => looking.abort(new DOMException('late', 'TimeoutError')));
  const { suspend, restore, left } = await preview(targets, enforcer, { looking: looking.signal });
  expect([suspend.length, restore.length, left.length]).toEqual([0, 50, 70]);
  expect(new Set(left.map(({ why }) => why.code))).toEqual(new Set(['not-looked-at']));
});
