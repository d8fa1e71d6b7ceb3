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
const day = (n: number, received: bigint, sent: bigint, source: CarriedDay['source'] = 'card'): CarriedDay => {
  return { day: n, in: received, out: sent, source };
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
  const later = budgetStanding(budget(), [day(9, 1n, 10n * TB, 'services')], CYCLE, 8 * DAY, 10 * DAY);
  expect(later).toMatchObject({ forecast: 110n * TB, source: 'services' });
  const early = budgetStanding(budget({ pricePerTb: null }), [day(0, 1n, 21n * TB)], CYCLE, 0, DAY - 1);
  expect(early).toMatchObject({ forecast: null, extra: TB, extraCost: null, percent: 105 });
  expect(budgetStanding(budget(), [], CYCLE, 0, 2 * DAY)).toMatchObject({ used: 0n, extra: 0n, source: null });
});
