import { afterEach, expect, test, vi } from 'vitest';
import { firstWeekday, startOfWeek, varietyOf, weekCycles } from './week.ts';

afterEach(() => vi.restoreAllMocks());

test('weeks begin as the locale has it', () => {
  expect(['en', 'en-GB', 'fa', 'ru', 'zh'].map(firstWeekday)).toEqual([7, 1, 6, 1, 1]);
  // A Saturday.
  expect(startOfWeek('2026-11-21', 'fa')).toBe('2026-11-21');
  expect(startOfWeek('2026-11-21', 'en')).toBe('2026-11-15');
  expect(startOfWeek('2026-11-21', 'ru')).toBe('2026-11-16');
  expect(startOfWeek('2026-03-01', 'fa')).toBe('2026-02-28');
});

test('the same in a browser that does not tell', () => {
  vi.spyOn(Intl.Locale.prototype, 'maximize').mockReturnValue({ language: 'fa' } as Intl.Locale);
  expect(firstWeekday('fa')).toBe(6);
});

test('a language is that of the country that the browser names', () => {
  expect(varietyOf('en', ['fr-FR', 'en-GB', 'en-US'])).toBe('en-GB');
  expect(varietyOf('en', ['fr-FR', 'enx-US'])).toBe('en');
  expect(varietyOf('fa', ['fa', 'fa-AF'])).toBe('fa');
});

test('of the cycles of a week the reader’s own comes first', () => {
  expect(weekCycles('fa')).toEqual(['week:sat', 'week:mon', 'week:sun']);
  expect(weekCycles('en')).toEqual(['week:sun', 'week:mon', 'week:sat']);
  expect(weekCycles('ru')).toEqual(['week:mon', 'week:sat', 'week:sun']);
});
