import { expect, test } from 'vitest';
import { type Standing, selectionOf, stepped } from './keys.ts';

const starts = Array.from({ length: 24 }, (_, hour) => hour * 3600);
const press = (standing: Standing | null, key: string, shiftKey = false) =>
  stepped(standing, { key, shiftKey }, starts);
const standing = (hour: number, from: number | null = null): Standing => ({
  at: hour * 3600,
  from: from === null ? null : from * 3600,
});

test.each([
  { before: null, key: 'ArrowLeft', after: standing(22), why: 'the first press leads back from the end' },
  { before: standing(5), key: 'ArrowRight', after: standing(6), why: 'right is later' },
  { before: standing(23), key: 'ArrowRight', after: standing(23), why: 'the chart ends' },
  { before: standing(5), key: 'PageDown', after: standing(3), why: 'a page is a tenth of the chart' },
  { before: standing(5), key: 'Home', after: standing(0), why: 'Home leads to the beginning' },
  { before: standing(5, 9), key: 'ArrowLeft', after: standing(4), why: 'without Shift nothing stays selected' },
])('$why', ({ before, key, after }) => {
  expect(press(before, key)).toEqual(after);
});

test('Shift selects from where the keyboard stood, both ends included', () => {
  const selected = press(press(standing(5), 'ArrowRight', true), 'ArrowRight', true);
  expect(selectionOf(selected, starts, 3600)).toEqual([5 * 3600, 8 * 3600]);
  const back = press(standing(5), 'ArrowLeft', true);
  expect(selectionOf(back, starts, 3600)).toEqual([4 * 3600, 6 * 3600]);
});

test('a selection stays at its time when the chart moves on, and ends at the edge that passes it', () => {
  const moved = starts.map((start) => start + 7 * 3600);
  expect(selectionOf(standing(9, 12), moved, 3600)).toEqual([9 * 3600, 13 * 3600]);
  expect(selectionOf(standing(5, 9), moved, 3600)).toEqual([7 * 3600, 10 * 3600]);
});

test('other keys are not the chart’s', () => {
  expect(press(standing(5), 'a')).toBeNull();
  expect(stepped(null, { key: 'Home', shiftKey: false }, [])).toBeNull();
});
