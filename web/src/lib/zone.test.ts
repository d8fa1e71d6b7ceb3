import { expect, test } from 'vitest';
import { addDays, dayOf, instantAt, startOfDay } from './zone.ts';

test('a day begins at local midnight, also in half-hour zones', () => {
  expect(startOfDay('2026-11-21', 'UTC').toISOString()).toBe('2026-11-21T00:00:00.000Z');
  expect(startOfDay('2026-11-21', 'Asia/Tehran').toISOString()).toBe('2026-11-20T20:30:00.000Z');
});

test('a day begins right on both sides of a daylight saving change', () => {
  expect(startOfDay('2026-03-29', 'Europe/Berlin').toISOString()).toBe('2026-03-28T23:00:00.000Z');
  expect(startOfDay('2026-03-30', 'Europe/Berlin').toISOString()).toBe('2026-03-29T22:00:00.000Z');
});

test('a time on the clocks of a zone is an instant', () => {
  expect(instantAt('2026-11-21T14:05', 'Asia/Tehran').toISOString()).toBe('2026-11-21T10:35:00.000Z');
  expect(instantAt('2026-03-29T03:30', 'Europe/Berlin').toISOString()).toBe('2026-03-29T01:30:00.000Z');
});

test('an instant belongs to the day of the zone', () => {
  expect(dayOf(new Date('2026-11-20T22:00:00Z'), 'Asia/Tehran')).toBe('2026-11-21');
  expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
});
