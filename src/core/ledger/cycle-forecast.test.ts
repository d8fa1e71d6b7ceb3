import { expect, test } from 'vitest';
import { forecastCycle } from './cycle-forecast.ts';

const DAY = 86_400_000;
const month = { fromMs: 0, toMs: 30 * DAY, firstDay: 0, lastDay: 29 };

test('goes on as it went', () => {
  expect(forecastCycle(100n, month, 0, 10 * DAY)).toBe(300n);
  expect(forecastCycle(2n ** 60n, month, 0, 15 * DAY)).toBe(2n ** 61n);
});

test('goes by the time in which was counted, not by the days before', () => {
  expect(forecastCycle(100n, month, 15 * DAY, 20 * DAY)).toBe(300n);
});

test('says nothing where there is too little to go by, and where nothing is left to tell', () => {
  expect(forecastCycle(100n, month, 0, 2.9 * DAY)).toBeNull();
  expect(forecastCycle(100n, month, 18 * DAY, 20 * DAY)).toBeNull();
  expect(forecastCycle(0n, month, 0, 20 * DAY)).toBeNull();
  expect(forecastCycle(100n, month, 0, 30 * DAY)).toBeNull();
  expect(forecastCycle(100n, { ...month, toMs: 366 * DAY }, 0, 20 * DAY)).toBeNull();
});
