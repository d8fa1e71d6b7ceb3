import { expect, test } from 'vitest';
import type { NodeId } from '../units/ids.ts';
import { budgetStanding, type CarriedDay, type ProviderBudget } from './provider-budget.ts';

const DAY = 86_400_000;
const TB = 1_000_000_000_000n;
const budget = (fields: Partial<ProviderBudget> = {}): ProviderBudget => ({
  ...{ nodeId: 'n' as NodeId, bytes: 20n * TB, cycle: { kind: 'month', months: 'gregorian', anchor: 1 } },
  ...{ direction: 'out', pricePerTb: 1.5, currency: 'EUR' },
  ...fields,
});
const NOTHING = { in: 0n, out: 0n };
const bounds = (n: number) => ({ day: n, fromMs: n * DAY, toMs: (n + 1) * DAY });
/** By the card, or by services alone. */
const day = (n: number, received: bigint, sent: bigint, knownMs = DAY): CarriedDay => {
  return { ...bounds(n), card: { in: received, out: sent, knownMs }, services: NOTHING };
};
const metered = (n: number, bytes: bigint): CarriedDay => {
  return { ...bounds(n), card: null, services: { in: bytes, out: bytes } };
};
const CYCLE = { fromMs: 0, toMs: 30 * DAY };

test('what the provider counts, by its rule', () => {
  const days = [day(0, 3n * TB, 2n * TB), day(1, 1n * TB, 4n * TB)];
  const used = (direction: ProviderBudget['direction']) =>
    budgetStanding(budget({ direction }), days, CYCLE, 0, 2 * DAY).used / TB;
  expect([used('in'), used('out'), used('both'), used('max')]).toEqual([4n, 6n, 10n, 6n]);
});

test('a cycle that goes on as it went so far, and what lies beyond the bundle then', () => {
  const ten = budgetStanding(budget(), [day(0, 1n, 10n * TB)], CYCLE, 0, 10 * DAY);
  expect(ten).toMatchObject({ percent: 50, forecast: 30n * TB, extra: 10n * TB, extraCost: 15, source: 'card' });
  const later = budgetStanding(budget(), [metered(9, 10n * TB)], CYCLE, 8 * DAY, 10 * DAY);
  expect(later).toMatchObject({ forecast: 110n * TB, source: 'services' });
  const early = budgetStanding(budget({ pricePerTb: null }), [day(0, 1n, 21n * TB)], CYCLE, 0, DAY - 1);
  expect(early).toMatchObject({ forecast: null, extra: TB, extraCost: null, percent: 105 });
  expect(budgetStanding(budget(), [], CYCLE, 0, 2 * DAY)).toMatchObject({ used: 0n, extra: 0n, source: null });
});

test('a day whose card was read in part is said, and counts by whichever knows more; one read whole counts by the card', () => {
  const services = { in: 9n, out: 9n };
  const standing = (knownMs: number, card: { in: bigint; out: bigint }) =>
    budgetStanding(budget(), [{ ...bounds(0), card: { ...card, knownMs }, services }], CYCLE, 0, DAY);
  expect(standing(DAY / 4, { in: 5n, out: 70n })).toMatchObject({ in: 9n, out: 70n, source: 'services' });
  expect(standing(DAY / 4, { in: 50n, out: 70n })).toMatchObject({ in: 50n, out: 70n, source: 'card' });
  expect(standing(DAY, { in: 5n, out: 4n })).toMatchObject({ in: 5n, out: 4n, source: 'card', incompleteDays: 0 });
  const days = [
    day(0, 1n, 2n, DAY / 4),
    day(1, 1n, 2n, DAY / 2),
    day(2, 1n, 2n, DAY - 60_000),
    metered(3, 2n),
    day(4, 1n, 2n, DAY / 4),
  ];
  // Counted since the middle of the day before, and looked at after a quarter of the last one.
  const { incompleteDays } = budgetStanding(budget(), days, CYCLE, DAY + DAY / 2, 4 * DAY + DAY / 4);
  expect(incompleteDays).toBe(0);
  expect(budgetStanding(budget(), days, CYCLE, 0, 5 * DAY).incompleteDays).toBe(3);
});
