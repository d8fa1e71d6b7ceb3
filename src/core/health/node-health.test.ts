import { describe, expect, test } from 'vitest';
import type { PollState } from '../inventory/inventory-store.ts';
import type { NodeNotice } from '../inventory/node-operations.ts';
import type { NodeId } from '../units/ids.ts';
import { isOnline, isStale, judgeNode } from './node-health.ts';

const now = new Date('2026-11-20T12:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);

function poll(change: Partial<PollState> = {}): PollState {
  return {
    nodeId: 'n' as NodeId,
    lastAttemptAt: ago(1),
    lastCompleteAt: ago(1),
    lastDurationMs: 10,
    outcome: 'complete',
    failures: 0,
    code: null,
    message: null,
    hint: null,
    notices: [],
    ...change,
  };
}

type Change = { missingServices?: string[]; services?: number; notices?: NodeNotice[] };

function judge(state: PollState | null, change: Change = {}) {
  const evidence = { pollIntervalMs: 30_000, poll: state, notices: [], missingServices: [], services: 1, now };
  return judgeNode({ ...evidence, ...change });
}

describe('judgeNode', () => {
  test('never polled is unknown, complete and fresh is up', () => {
    expect(judge(null).state).toBe('unknown');
    expect(judge(poll())).toEqual({ state: 'up', reason: null });
  });

  test('one failure degrades, and says why', () => {
    const failed = poll({
      outcome: 'failed',
      failures: 1,
      code: 'ssh-unreachable',
      message: 'No answer.',
      hint: 'Look.',
    });
    expect(judge(failed)).toEqual({
      state: 'degraded',
      reason: { code: 'ssh-unreachable', message: 'No answer.', hint: 'Look.' },
    });
  });

  test('silence for three intervals is down; a failing collector is an error', () => {
    const silent = poll({ outcome: 'failed', lastCompleteAt: ago(91), code: 'ssh-unreachable' });
    expect(judge(silent).state).toBe('down');
    for (const code of ['ssh-refused', 'http-refused', 'api-closed', 'poll-timeout', 'agent-silent'])
      expect([code, judge({ ...silent, code }).state]).toEqual([code, 'down']);
    // Who refuses has answered.
    const answered = ['ssh-key-refused', 'forced-command-refused', 'management-password-refused', 'ssm-refused'];
    for (const code of [...answered, 'subscription-refused', 'metrics-refused', 'login-rejected'])
      expect([code, judge({ ...silent, code }).state]).toEqual([code, 'error']);
    expect(judge({ ...silent, lastCompleteAt: null, code: 'ssh-timeout' }).state).toBe('down');
  });

  test('not asked for three intervals is unknown, although the last answer was good', () => {
    expect(judge(poll({ lastAttemptAt: ago(91), lastCompleteAt: ago(91) })).state).toBe('unknown');
  });

  test('a service that is gone degrades the node, all of them gone take it down', () => {
    expect(judge(poll(), { missingServices: ['wg1'], services: 2 }).state).toBe('degraded');
    expect(judge(poll(), { missingServices: ['wg0'], services: 1 })).toMatchObject({
      state: 'down',
      reason: { code: 'service-missing' },
    });
  });

  test('an incomplete reading and a notice degrade', () => {
    expect(judge(poll({ outcome: 'incomplete' })).reason?.code).toBe('incomplete-reading');
    const awg = { code: 'awg-missing', message: 'x', hint: 'y' };
    const old = { code: 'node-script-old', message: 'x', hint: null, isInfo: true };
    expect(judge(poll(), { notices: [old, awg] })).toEqual({ state: 'degraded', reason: awg });
    expect(judge(poll(), { notices: [old] })).toEqual({ state: 'up', reason: null });
  });
});

test('stale is three intervals, at least fifteen seconds', () => {
  expect(isStale(ago(14), 1_000, now)).toBe(false);
  expect(isStale(ago(16), 1_000, now)).toBe(true);
  expect(isStale(ago(89), 30_000, now)).toBe(false);
  expect(isStale(null, 30_000, now)).toBe(true);
});

test('online is a handshake younger than three minutes', () => {
  expect(isOnline(ago(179), now)).toBe(true);
  expect(isOnline(ago(180), now)).toBe(false);
  expect(isOnline(undefined, now)).toBe(false);
});
