import { expect, test } from 'vitest';
import { ReadingPeriods } from './reading-periods.ts';

const file = (second: number) => ({ takenAt: new Date(second * 1000) });

test('values that a poll takes are of the period in which it began', () => {
  const periods = new ReadingPeriods();
  expect(periods.of(0, {})).toBe(0);
  expect(periods.of(2, {})).toBe(2);
});

test('a file is of the period in which the poll before began: it was written since', () => {
  const periods = new ReadingPeriods();
  expect(periods.of(1, file(10))).toBe(1);
  expect(periods.of(2, file(20))).toBe(1);
  expect(periods.of(2, file(30))).toBe(2);
  expect(periods.of(3, file(35))).toBe(2);
  expect(periods.of(3, file(40))).toBe(3);
});

test('the first file that is read is of the present period, unless it was written before that began', () => {
  const since = new Date(10_000);
  expect(new ReadingPeriods().of(3, file(10), since)).toBe(3);
  const periods = new ReadingPeriods();
  expect(periods.of(3, file(9), since)).toBe(0);
  expect(periods.of(3, file(9), since)).toBe(0);
  expect(periods.of(3, file(11), since)).toBe(3);
});

test('the same file is as old as it was, and one that is dated earlier is another one', () => {
  const periods = new ReadingPeriods();
  periods.of(1, file(10));
  expect(periods.of(2, file(20))).toBe(1);
  expect(periods.of(2, file(20))).toBe(1);
  expect(periods.of(2, file(5))).toBe(2);
});

test('where no period is told none is known', () => {
  const periods = new ReadingPeriods();
  expect(periods.of(undefined, {})).toBeUndefined();
  expect(periods.of(undefined, file(10))).toBeUndefined();
  expect(periods.of(3, file(20))).toBeUndefined();
  expect(periods.of(3, file(30))).toBe(3);
});
