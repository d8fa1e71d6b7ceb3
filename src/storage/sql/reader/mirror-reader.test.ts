import { expect, test } from 'vitest';
import { Calendar } from '../../../core/units/calendar.ts';
import type { BatchMark, FarAnswer, FarChart } from '../mirror/far-days.ts';
import { MirrorReader } from './mirror-reader.ts';
import type { Statements } from './statements.ts';

const bytes = { line: 'total', tx: 0n, undirected: 0n, markup: 0n };
/** What is not known to be in the mirror, of two shards: in no batch, in the sixth and in the seventh, which is the last. */
const waiting = [0, 6, 7].flatMap((number) =>
  [0, 1].map((shard) => ({
    ...bytes,
    number: BigInt(number),
    shard: BigInt(shard),
    day: 1n,
    rx: BigInt(10 * number + shard),
  })),
);
const batches = [6, 7].map((number) => ({ number: BigInt(number), seal: sealOf(number) }));

function sealOf(number: number): bigint {
  return 100n + BigInt(number);
}

const sql = {
  laterBig: (text: string) => ({ all: () => (text.startsWith('SELECT number, seal') ? batches : waiting) }),
} as unknown as Statements;

/** As the ledger stood when it was read: five batches were shipped. */
const asked: FarChart = {
  ...{ life: '1', shipped: 5, shippedSeal: String(sealOf(5)), first: 0, last: 10, by: 'total' },
  ...{ nodeId: null, userId: null, lastWithoutRecords: 10, segments: null },
};

const marks = (shard: number, ...numbers: number[]): BatchMark[] =>
  numbers.map((number) => ({ shard, number, seal: String(sealOf(number)) }));

/** What is added to an answer, by `rx`; `before`: what was known to be shipped when the mirror was asked. */
function added(since: readonly BatchMark[], before = 5, shards = 2, seal = sealOf(before)): bigint[] | null {
  const far: FarAnswer = {
    ...{ id: 1, shards, since, days: { day: [], line: [], bytes: new BigInt64Array() } },
    asked: { ...asked, shipped: before, shippedSeal: String(seal) },
  };
  const take = new MirrorReader(sql, Calendar.of('UTC')).waiting(asked, 2, "'total'");
  return take(far)?.map(({ rx }) => rx) ?? null;
}

test('all that waits is added, but for batches that a shard has already', () => {
  expect(added([])).toEqual([0n, 1n, 60n, 61n, 70n, 71n]);
  expect(added(marks(0, 6))).toEqual([0n, 1n, 61n, 70n, 71n]);
  expect(added([...marks(0, 6, 7), ...marks(1, 6)])).toEqual([0n, 1n, 71n]);
});

test('a mirror may have been asked when less was known to be there', () => {
  expect(added([...marks(0, 4, 5), ...marks(1, 4, 5)], 3)).toEqual([0n, 1n, 60n, 61n, 70n, 71n]);
  expect(added([...marks(0, 4, 5, 6), ...marks(1, 4, 5)], 3)).toEqual([0n, 1n, 61n, 70n, 71n]);
});

test('what lacks something that was shipped, or has something that was not cut yet, does not fit', () => {
  expect(added([...marks(0, 4, 5), ...marks(1, 4)], 3)).toBeNull();
  expect(added([], 4)).toBeNull();
  expect(added([...marks(0, 6, 7, 8), ...marks(1, 6)])).toBeNull();
});

test('nothing fits that was known to hold more than the ledger says now, or the same of another history', () => {
  expect(added([], 6)).toBeNull();
  expect(added([], 5, 2, 1n)).toBeNull();
});

test('neither does another history, nor a mirror that is split otherwise', () => {
  const other = (number: number) => [{ shard: 0, number, seal: '1' }];
  expect(added(other(6))).toBeNull();
  expect(added([...marks(0, 4), ...other(5), ...marks(1, 4, 5)], 3)).toBeNull();
  expect(added([], 5, 1)).toBeNull();
});
