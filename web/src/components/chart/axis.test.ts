import { expect, test } from 'vitest';
import { addDays } from '../../lib/zone.ts';
import { labelledDays } from './axis.ts';

// From Sunday, 1 November 2026.
const daysOf = (count: number) => Array.from({ length: count }, (_, n) => addDays('2026-11-01', n));
function labels(count: number, room: number, locale: string): string[] {
  const days = daysOf(count);
  const labelled = labelledDays(days, room, locale);
  return days.filter((_, index) => labelled[index]);
}

test('where there is room every day has its label', () => {
  expect(labels(30, 30, 'ru')).toEqual(daysOf(30));
});

test('of some days every second or third', () => {
  expect(labels(9, 4, 'ru')).toEqual(['2026-11-01', '2026-11-04', '2026-11-07']);
});

test('of many days those that begin a week, as the locale has it', () => {
  expect(labels(30, 12, 'en')).toEqual(['2026-11-01', '2026-11-08', '2026-11-15', '2026-11-22', '2026-11-29']);
  expect(labels(30, 12, 'ru')).toEqual(['2026-11-02', '2026-11-09', '2026-11-16', '2026-11-23', '2026-11-30']);
  expect(labels(30, 12, 'fa')).toEqual(['2026-11-07', '2026-11-14', '2026-11-21', '2026-11-28']);
  expect(labels(365, 12, 'fa').length).toBeLessThanOrEqual(12);
  expect(labels(365, 12, 'fa').slice(0, 2)).toEqual(['2026-11-07', '2026-12-12']);
});
