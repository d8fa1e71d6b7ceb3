import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HolderUsage } from '../../core/ledger/usage-history.ts';
import type { UserId } from '../../core/units/ids.ts';
import { leading, type Rankable, type RankedBy } from './leading.ts';
import { comparison } from './reader/holder-reader.ts';
import { toTraffic } from './rows.ts';

const SORTS: readonly RankedBy[] = ['total', 'rx', 'tx', 'connections', 'lastUsed'];

function toUsage({ userId, userToken, peerId, connections, lastMs, ...row }: Rankable): HolderUsage {
  const names = { userId, userToken, peerId, name: '', deleted: false };
  return { ...names, traffic: toTraffic(row), connections, servers: 0, lastUsedAt: new Date(lastMs) };
}

const few = fc.bigInt({ min: 0n, max: 3n });
const holders = fc
  .array(fc.record({ rx: few, tx: few, undirected: few, connections: fc.nat(2), lastMs: fc.nat(2) }), {
    maxLength: 400,
    size: 'max',
  })
  .map((rows) =>
    rows.map((row, n) => ({ ...row, userId: `u${(n * 7919) % 1009}` as UserId, userToken: null, peerId: null })),
  );

test('the first of an order are those that sorting all of them puts first, equal ones by their ids', () => {
  fc.assert(
    fc.property(holders, fc.constantFrom(...SORTS), fc.boolean(), fc.nat(120), (all, sort, descending, count) => {
      const sorted = all.map(toUsage).sort(comparison({ sort, descending }));
      expect(leading(all, { sort, descending }, count).map(toUsage)).toEqual(sorted.slice(0, count));
    }),
  );
});
