import { expect, test } from 'vitest';
import type { Gap } from '../api/types.ts';
import { answerIn, oncePerPause } from './pauses.ts';

const gap = (nodeName: string, reason: string, from: string, to: string | null) =>
  ({ nodeName, reason, from, to }) as unknown as Gap;

test('a pause of Xpert is told once, whatever the nodes; what a node itself did is told of each', () => {
  const told = oncePerPause([
    gap('fra-1', 'not-running', '2026-03-01T10:00:03Z', '2026-03-01T10:05:11Z'),
    gap('ams-2', 'not-running', '2026-03-01T10:00:01Z', '2026-03-01T10:05:42Z'),
    gap('fra-1', 'unreachable', '2026-03-01T11:00:00Z', '2026-03-01T11:05:00Z'),
    gap('ams-2', 'unreachable', '2026-03-01T11:00:00Z', '2026-03-01T11:05:00Z'),
    gap('fra-1', 'tracking-off', '2026-03-01T12:00:00Z', null),
    gap('ams-2', 'tracking-off', '2026-03-01T12:00:00Z', null),
  ]);
  expect(told.map(({ nodeName, reason }) => `${nodeName} ${reason}`)).toEqual([
    'fra-1 not-running',
    'fra-1 unreachable',
    'ams-2 unreachable',
    'fra-1 tracking-off',
  ]);
});

test('a gap does not say its reason twice; what came back, and why a ledger has less than it had, is told', () => {
  for (const code of ['gap-stopped', 'gap-tracking-off', 'gap-tracking-cut'])
    expect(answerIn({ code, message: 'whatever it says' })).toBeNull();
  for (const code of [null, 'gap-restored', 'gap-database'])
    expect(answerIn({ code, message: 'timed out' })).toMatchObject({ message: 'timed out' });
});
