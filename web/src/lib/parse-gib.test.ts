import { expect, test } from 'vitest';
import { parseGib } from './parse-gib.ts';

test('an amount of GiB is read with a point or a comma, as exact bytes', () => {
  expect(parseGib('10')).toBe(10 * 2 ** 30);
  expect(parseGib(' 0,5 ')).toBe(2 ** 29);
  expect(parseGib('1.5')).toBe(3 * 2 ** 29);
});

test.each(['', '  ', '0', '-1', 'ten', 'Infinity', '1.2.3'])('%j is no amount', (text) => {
  expect(parseGib(text)).toBeNull();
});
