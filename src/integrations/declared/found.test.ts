import { expect, test } from 'vitest';
import { countOf } from './found.ts';

test.each([
  [0n, 0n],
  [18_446_744_073_709_551_615n, 18_446_744_073_709_551_615n],
  [18_446_744_073_709_551_616n, null],
  ['18446744073709551615', 18_446_744_073_709_551_615n],
  ['18446744073709551616', null],
  [1.5, null],
  [-1n, null],
  ['-1', null],
  ['1e3', null],
  ['', null],
  [null, null],
  [true, null],
])('%s as a count of bytes is %s', (value, number) => expect(countOf(value)).toBe(number));
