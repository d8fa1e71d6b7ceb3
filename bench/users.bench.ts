import { USER_SORTS } from '../src/core/inventory/inventory-store.ts';
import type { PlanId, UserId } from '../src/core/units/ids.ts';
import { ManualClock } from '../src/core/units/testing.ts';
import { randomId } from '../src/lib/random-id.ts';
import { openSqliteStore } from '../src/storage/sqlite/sqlite-store.ts';
import { builtWorkers } from './lib/built-workers.ts';
import { type Figure, type Part, round, weakest } from './lib/figure.ts';
import { ledgerOfListedUsers } from './lib/listed-users.ts';
import { median } from './lib/rounds.ts';

const users = 100_000;
const nowMs = Date.parse('2026-11-20T12:00:00Z');
const asks = 100;
const CHANGING = 'searched, a user changed before each';

/** One page of 200 of 100,000 users, sorted and filtered in each way, anywhere in the list. */
export const figure: Figure = {
  name: 'users',
  target: 1,
  better: 'higher',
  async run() {
    const path = await ledgerOfListedUsers(users, nowMs);
    const clock = new ManualClock(new Date(nowMs));
    const store = await openSqliteStore({
      path,
      clock,
      newId: () => randomId(16),
      timeZone: null,
      workers: builtWorkers,
    });
    const questions: Record<string, Parameters<typeof store.inventory.users>[0]> = {
      name: { limit: 200, cursor: null },
      search: { limit: 200, cursor: null, search: '123' },
      'searched, many found': { limit: 200, cursor: null, search: '12' },
      [CHANGING]: { limit: 200, cursor: null, search: '123' },
      state: { limit: 200, cursor: null, state: 'suspended' },
      tag: { limit: 200, cursor: null, tag: 'group7' },
      plan: { limit: 200, cursor: null, planId: 'plan7' as PlanId },
      ...Object.fromEntries(
        USER_SORTS.map((sort) => [`by ${sort}`, { limit: 200, cursor: null, sort, descending: true }]),
      ),
      'by share, searched': { limit: 200, cursor: null, search: '12', sort: 'share', descending: true },
    };
    // As the server does from its start on: in another thread, before anybody asks.
    const beginning = performance.now();
    await store.keepOrders();
    const orderedAfterStartMs = round(performance.now() - beginning);
    const parts: Record<string, Part> = {};
    for (const [name, query] of Object.entries(questions)) {
      const times: number[] = [];
      let cursor: string | null = null;
      for (let n = 0; n < asks; n++) {
        if (name === CHANGING) {
          const id = `u${String(1 + n).padStart(7, '0')}` as UserId;
          await store.inventory.updateUser(id, { note: `123 changed ${n}` });
        }
        const start = performance.now();
        const page: Awaited<ReturnType<typeof store.inventory.users>> = await store.inventory.users({
          ...query,
          cursor,
        });
        const ids = page.items.map(({ id }) => id);
        await Promise.all([
          store.history.userTotals(ids),
          store.inventory.peerCounts(ids),
          store.quotas.standings(ids),
          store.inventory.lastSeen(ids),
        ]);
        times.push(performance.now() - start);
        cursor = page.nextCursor;
      }
      parts[name] = { ratio: round(p99(times)), target: 50, better: 'lower', asks, medianMs: round(median(times)) };
    }
    await store.close();
    return { ratio: weakest(parts), parts, orderedAfterStartMs, users };
  },
};

function p99(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN;
}
