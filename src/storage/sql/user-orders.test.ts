import { expect, test } from 'vitest';
import { ManualClock } from '../../core/units/testing.ts';
import type { InventoryReader } from './reader/inventory-reader.ts';
import type { UserOrderReader, UserOrders } from './reader/user-order-reader.ts';
import type { SlowReader } from './slow-reader.ts';
import { UserOrdering } from './user-orders.ts';

const MINUTE = 60_000;

/** A list of `count` users, of which the last moved most; each reading takes two seconds. */
function world(count: number) {
  const clock = new ManualClock('2026-03-01T12:00:00Z');
  const read = { here: 0, beside: 0 };
  const rows = Float64Array.from({ length: count }, (_, index) => index + 1);
  const order = { rows, values: rows, unknown: new Float64Array() };
  const orders = { users: count, lastRow: count, by: { total: order } } as unknown as UserOrders;
  const own = {
    read: () => {
      read.here += 1;
      return orders;
    },
  };
  const slow = {
    read: async () => {
      read.beside += 1;
      clock.advance(2_000);
      return orders;
    },
  };
  const reader = {
    countUsers: () => count,
    userRows: () => [],
    usersOfRows: (wanted: readonly number[]) => wanted.map((row) => ({ id: `u${row}` })),
  };
  const parts = [slow, reader, own, clock] as unknown as [SlowReader, InventoryReader, UserOrderReader, ManualClock];
  const ordering = new UserOrdering(...parts);
  const first = () => ordering.page({ limit: 2, cursor: null, sort: 'total', descending: true }, 'total');
  return { clock, read, ordering, first };
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
  ordering.tidy();
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
