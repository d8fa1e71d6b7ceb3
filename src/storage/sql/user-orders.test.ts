import { expect, test } from 'vitest';
import { ManualClock } from '../../core/units/testing.ts';
import type { UserOrderReader, UserOrders } from './reader/user-order-reader.ts';
import type { UserReader } from './reader/user-reader.ts';
import type { SlowReader } from './slow-reader.ts';
import { UserOrdering } from './user-orders.ts';

const MINUTE = 60_000;

/** A list of `count` users, of which the last moved most; each reading in the thread waits and takes so long. */
function world(count: number, { costMs = 2_000, queueMs = 0 } = {}) {
  const clock = new ManualClock('2026-03-01T12:00:00Z');
  const read = { here: 0, beside: 0 };
  const rows = Array.from({ length: count }, (_, index) => index + 1);
  const ordered = () => {
    const order = {
      rows: Float64Array.from(rows),
      values: Float64Array.from(rows.keys()),
      unknown: new Float64Array(),
    };
    return { users: count, lastRow: count, costMs, by: { total: order } } as unknown as UserOrders;
  };
  const cost = { here: 1 };
  const own = {
    read: () => {
      read.here += 1;
      return { ...ordered(), costMs: cost.here };
    },
  };
  const slow = {
    read: async () => {
      read.beside += 1;
      clock.advance(queueMs + costMs);
      return ordered();
    },
  };
  const reader = {
    countUsers: () => count,
    userRows: () => [],
    usersOfRows: (wanted: readonly number[]) => wanted.map((row) => ({ id: `u${row}` })),
  };
  const parts = [slow, reader, own, clock] as unknown as [SlowReader, UserReader, UserOrderReader, ManualClock];
  const ordering = new UserOrdering(...parts);
  const page = (cursor: string | null) => ordering.page({ limit: 2, cursor, sort: 'total', descending: true }, 'total');
  /** Whoever moved least moved most from now on. */
  const turn = () => rows.push(rows.shift() as number);
  return { clock, read, cost, ordering, page, first: () => page(null), turn };
}

test('a long list is in order before anybody asks, so that the first request reads nothing', async () => {
  const { read, ordering, first } = world(5_000);
  await ordering.keep();
  expect(read).toEqual({ here: 0, beside: 1 });
  expect((await first()).items.map(({ id }) => id)).toEqual(['u5000', 'u4999']);
  expect(read).toEqual({ here: 0, beside: 1 });
});

test('it is kept so: often while somebody looks, more seldom while nobody does, and never given back', async () => {
  const { clock, read, ordering, first } = world(5_000);
  await ordering.keep();
  // Reading took two seconds: twenty times that is fresh, three times as long while nobody looks.
  clock.advance(MINUTE);
  await ordering.keep();
  expect(read.beside).toBe(1);
  clock.advance(MINUTE);
  await ordering.keep();
  expect(read.beside).toBe(2);
  await first();
  clock.advance(MINUTE);
  await ordering.keep();
  expect(read.beside).toBe(3);
  clock.advance(30 * MINUTE);
  await ordering.tidy();
  clock.advance(-30 * MINUTE);
  await first();
  expect(read).toEqual({ here: 0, beside: 3 });
});

test('a short list is put in order when it is asked for, without another thread', async () => {
  const { read, ordering, first } = world(300);
  await ordering.keep();
  expect(read).toEqual({ here: 0, beside: 0 });
  expect((await first()).items.map(({ id }) => id)).toEqual(['u300', 'u299']);
  expect(read).toEqual({ here: 1, beside: 0 });
});

test('what is read in the background takes the order from nobody who is in the midst of the list', async () => {
  const { clock, ordering, page, first, turn } = world(5_000);
  await ordering.keep();
  const begun = await first();
  turn();
  for (let reading = 0; reading < 8; reading++) {
    clock.advance(MINUTE);
    await ordering.keep();
  }
  const second = await page(begun.nextCursor);
  expect([...begun.items, ...second.items].map(({ id }) => id)).toEqual(['u5000', 'u4999', 'u4998', 'u4997']);
  expect((await first()).items.map(({ id }) => id)).toEqual(['u1', 'u5000']);
});

test('of many that walk through the list, each in an order of its own, the last ones keep theirs', async () => {
  const { clock, ordering, page, first, turn } = world(5_000);
  const cursors: (string | null)[] = [];
  for (let walk = 0; walk < 8; walk++) {
    clock.advance(MINUTE);
    await ordering.keep();
    cursors.push((await first()).nextCursor);
    turn();
  }
  const seconds = await Promise.all([2, 3, 4, 5, 6, 7].map((walk) => page(cursors[walk] ?? null)));
  const expected = [
    ['u5000', 'u4999'],
    ['u1', 'u5000'],
    ['u2', 'u1'],
    ['u3', 'u2'],
    ['u4', 'u3'],
    ['u5', 'u4'],
  ];
  expect(seconds.map(({ items }) => items.map(({ id }) => id))).toEqual(expected);
});

test('a short list that is costly all the same is read in the thread, until it is cheap again', async () => {
  const costly = world(300, { costMs: 500 });
  costly.cost.here = 500;
  await costly.first();
  expect(costly.read).toEqual({ here: 1, beside: 0 });
  costly.clock.advance(MINUTE);
  await costly.first();
  await costly.ordering.keep();
  expect(costly.read).toEqual({ here: 1, beside: 1 });

  const once = world(300, { costMs: 5 });
  once.cost.here = 500;
  for (let time = 0; time < 3; time++) {
    await once.first();
    once.cost.here = 5;
    once.clock.advance(MINUTE);
  }
  expect(once.read).toEqual({ here: 2, beside: 1 });
});

test('what a reading waited for others makes the order no longer fresh than what it took', async () => {
  const { clock, read, ordering, first } = world(5_000, { costMs: 100, queueMs: 10 * MINUTE });
  await ordering.keep();
  await first();
  clock.advance(MINUTE);
  await ordering.keep();
  expect(read.beside).toBe(2);
});
