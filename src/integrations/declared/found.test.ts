import { expect, test } from 'vitest';
import { countOf } from './found.ts';

test.each([
  [0n, 0n],
  [18_446_744_073_709_551_615n, 18_446_744_073_709_551_615n],
  [18_446_744_073_709_551_616n, null],
  ['18446744073709551615', 18_446_744_073_709_551_615n],
  ['18446744073709551616', null],
  [123.0, 123n],
  [1e3, 1_000n],
  [9_007_199_254_740_991, 9_007_199_254_740_991n],
  [9_007_199_254_740_992, null],
  [1.5, null],
  [-1, null],
  [Number.POSITIVE_INFINITY, null],
  [-1n, null],
  ['-1', null],
  ['1e3', null],
  ['', null],
  [null, null],
  [true, null],
])('%s as a count of bytes is %s', (value, number) => expect(countOf(value)).toBe(number));
