import { expect, test } from 'vitest';
import { durationParts, formatBytes, formatCount, formatPercent, formatRate, formatShare, parseGib } from './format.ts';

test('bytes have three significant digits and IEC units', () => {
  expect(formatBytes(0, 'en')).toEqual({ text: '0', unit: 'B' });
  expect(formatBytes(812, 'en')).toEqual({ text: '812', unit: 'B' });
  expect(formatBytes(3_145_728, 'en')).toEqual({ text: '3.00', unit: 'MiB' });
  expect(formatBytes(2_641_404_887, 'en')).toEqual({ text: '2.46', unit: 'GiB' });
  expect(formatBytes(64_761_390_528_117, 'ru')).toEqual({ text: '58,9', unit: 'TiB' });
});

test('a value that would round to four digits moves to the next unit', () => {
  expect(formatBytes(1023 * 1024 ** 2, 'en')).toEqual({ text: '0.999', unit: 'GiB' });
  expect(formatBytes(999.6 * 1024, 'en')).toEqual({ text: '0.976', unit: 'MiB' });
});

test('a bigint is formatted like a number', () => {
  expect(formatBytes(9_223_372_036_854_775_807n, 'en')).toEqual({ text: '8.00', unit: 'EiB' });
  expect(formatCount(9_007_199_254_740_993n, 'en')).toBe('9\u202f007\u202f199\u202f254\u202f740\u202f993');
});

test('rates step by 1000', () => {
  expect(formatRate(412_000_000, 'en')).toEqual({ text: '412', unit: 'Mbit' });
  expect(formatRate(1_500, 'ru')).toEqual({ text: '1,50', unit: 'kbit' });
});

test('a share of time has two decimals and is never rounded up to all of it', () => {
  expect(formatShare(0.99999, 'en')).toBe('99.99');
  expect(formatShare(0.9998, 'ru')).toBe('99,98');
  expect(formatShare(1, 'en')).toBe('100');
  expect(formatShare(0, 'en')).toBe('0.00');
});

test('small shares keep one decimal', () => {
  expect(formatPercent(0.005, 'en')).toBe('0.5');
  expect(formatPercent(0.5, 'en')).toBe('50');
  expect(formatPercent(0, 'en')).toBe('0');
});

test('durations say at most two units', () => {
  expect(durationParts(38_000)).toEqual([{ value: 38, unit: 's' }]);
  expect(durationParts(15_000_000)).toEqual([
    { value: 4, unit: 'h' },
    { value: 10, unit: 'min' },
  ]);
  expect(durationParts(26 * 3_600_000)).toEqual([{ value: 26, unit: 'h' }]);
});

test('an amount of GiB is read with a point or a comma, as exact bytes', () => {
  expect(parseGib('10')).toBe(10 * 2 ** 30);
  expect(parseGib(' 0,5 ')).toBe(2 ** 29);
  expect(parseGib('1.5')).toBe(3 * 2 ** 29);
});

test.each(['', '  ', '0', '-1', 'ten', 'Infinity', '1.2.3'])('%j is no amount', (text) => {
  expect(parseGib(text)).toBeNull();
});
