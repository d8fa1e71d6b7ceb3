import { describe, expect, it } from 'vitest';
import { gib } from './gib.ts';

describe('gib', () => {
  it.each([
    [0n, 0],
    [1n << 30n, 1],
    [3_145_728n, 0.003],
    [536_870n, 0],
    [536_871n, 0.001],
    [9_223_372_036_854_775_807n, 8_589_934_592],
    [5_368_709_120n + 537_000n, 5.001],
  ])('shows %s bytes as %s GiB', (bytes, shown) => {
    expect(gib(bytes)).toBe(shown);
  });
});
