import { expect, test } from 'vitest';
import type { HistoryShipping } from '../core/ledger/history-shipping.ts';
import { Calendar } from '../core/units/calendar.ts';
import { ManualClock } from '../core/units/testing.ts';
import { DAY_MS } from '../core/units/time-zone.ts';
import { HistoryRebuilds } from './history-rebuilds.ts';

const clock = new ManualClock('2026-03-10T12:00:00Z');
const today = Math.floor(clock.now().getTime() / DAY_MS);
const [first, last] = [today - 10, today - 1];
const failure = { message: 'It is away.', hint: null };

/** A mirror that is as far as `far` says at each look, by turns; the last of them stays. */
function rebuildsOver(far: readonly Partial<HistoryShipping>[], onWait: () => void = () => {}) {
  let looks = 0;
  const seen: [string, number][] = [];
  const rebuilds: HistoryRebuilds = new HistoryRebuilds(
    {
      shipping: async () => ({
        ...{ waiting: 0, waitingSince: null, missingDays: 0, failure: null },
        ...far[Math.min(looks++, far.length - 1)],
      }),
      compareDay: async () => ({ rows: 3, different: 0, foreign: 0, waiting: 0 }),
      calendar: async () => Calendar.of('UTC'),
      ...{ clock, newId: () => 'one', onFailure: () => {} },
    },
    async () => {
      const { state = '', missingDays = 0 } = rebuilds.job ?? {};
      seen.push([state, missingDays]);
      onWait();
    },
  );
  const run = async (range = { first, last }) => {
    await rebuilds.start(range, false);
    return await rebuilds.ended();
  };
  return { rebuilds, run, seen };
}

test('days that the mirror does not have yet are waited for, and only those that are asked for', async () => {
  // The first look is whether there is a mirror.
  const far = [{}, { missingDays: 20_000 }, { missingDays: 4, waiting: 9 }, { waiting: 5 }, {}];
  const { run, seen } = rebuildsOver(far);
  expect(await run()).toMatchObject({ state: 'done', comparedDays: 10, rows: 30, missingDays: 0, error: null });
  expect(seen).toEqual([
    ['filling', 10],
    ['filling', 4],
    ['filling', 0],
  ]);
  const early = rebuildsOver([{ missingDays: 4, waiting: 9 }]);
  expect(await early.run({ first, last: last - 4 })).toMatchObject({ state: 'done', comparedDays: 6 });
  expect(early.seen).toEqual([]);
});

test('a mirror that is filled is waited for as long as more of it comes, and no longer', async () => {
  const slow = Array.from({ length: 2_000 }, (_, i) => ({ missingDays: 8, waiting: i }));
  expect(await rebuildsOver([...slow, {}]).run()).toMatchObject({ state: 'done' });
  const stuck = await rebuildsOver([{ missingDays: 8, waiting: 7, failure }]).run();
  expect(stuck).toMatchObject({ state: 'failed', comparedDays: 0, error: { code: 'history-not-compared' } });
  expect(stuck?.error?.message).toContain('It is away.');
  const unsent = [{}, { missingDays: 8 }, { waiting: 7, failure }];
  expect(await rebuildsOver(unsent).run()).toMatchObject({ state: 'failed' });
});

test('late reports that never end hold no comparison up', async () => {
  const late = Array.from({ length: 10_000 }, (_, i) => ({ waiting: 1 + i }));
  expect(await rebuildsOver([{}, { missingDays: 8 }, ...late]).run()).toMatchObject({ state: 'done', rows: 30 });
  const { run, seen } = rebuildsOver(late);
  expect(await run()).toMatchObject({ state: 'done', rows: 30 });
  expect(seen).toEqual([]);
});

test('while the mirror is filled it can be cancelled', async () => {
  const { rebuilds, run } = rebuildsOver([{ missingDays: 8 }], () => void rebuilds.cancel());
  expect(await run()).toMatchObject({ state: 'cancelled', comparedDays: 0, error: null });
});
