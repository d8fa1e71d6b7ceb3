import { expect, test } from 'vitest';
import type { Collector, CounterSemantics, Poll } from '../../../core/metering/collector.ts';
import type { NodeId } from '../../../core/units/ids.ts';
import type { ReadElsewhere } from './messages.ts';
import { SharedCollector } from './shared-collector.ts';

const semantics: CounterSemantics = { kind: 'cumulative', falls: 'to-zero', absence: 'silent' };
const poll: Poll = { complete: true, notices: [], services: [] };
const wanted = { nodeId: 'n' as NodeId, source: { kind: 'marzban', options: {} }, isLocal: false };
const never = new AbortController().signal;

/** What others read, in turn; when they are through, nothing. */
function boardOf(reads: (ReadElsewhere | null)[]) {
  const forgotten: NodeId[] = [];
  return { forgotten, read: async () => reads.shift() ?? null, forget: (id: NodeId) => void forgotten.push(id) };
}

test('connections that hang or fail as they are given up take nothing of what was read elsewhere', async () => {
  for (const close of [() => Promise.reject(new Error('it hangs up badly')), () => new Promise<void>(() => {})]) {
    const own: Collector = { semantics, collect: async () => poll, close };
    const board = boardOf([null, ...Array.from({ length: 12 }, () => ({ semantics, poll }))]);
    const collector = new SharedCollector(board, wanted, () => own);
    for (let turn = 0; turn < 13; turn++) expect(await collector.collect(never)).toBe(poll);
  }
});

test('a node that is polled no more is read by nobody', async () => {
  const board = boardOf([]);
  const collector = new SharedCollector(board, wanted, () => ({
    ...{ semantics, collect: async () => poll, close: async () => {} },
  }));
  await collector.collect(never);
  await collector.close();
  expect(board.forgotten).toEqual(['n']);
});
