import { describe, expect, test } from 'vitest';
import { isSkewed, skewOf, smoothSkew } from './clock-skew.ts';

const at = (seconds: number) => new Date(1_795_220_000_000 + seconds * 1000);

describe("a node's clock against ours", () => {
  test('what the length of the poll and the whole seconds leave open counts as agreement', () => {
    // Read at an unknown moment of these two seconds, printed without its fraction.
    expect(skewOf(at(10), at(10.9), at(12.5))).toBe(0);
    expect(skewOf(at(12), at(10.9), at(12.5))).toBe(0);
    expect(skewOf(at(9.5), at(10.5), at(12))).toBe(0);
  });

  test('ahead is positive, behind is negative, each by what is certain', () => {
    expect(skewOf(at(20), at(10), at(12.5))).toBe(7_500);
    expect(skewOf(at(0), at(10), at(12.5))).toBe(-9_000);
  });

  test('a few samples say nothing, and one slow answer among five does not either', () => {
    expect(smoothSkew([])).toBeNull();
    expect(smoothSkew([9_000, 9_000])).toBeNull();
    expect(smoothSkew([6_000, 7_000, 8_000])).toBe(7_000);
    expect(smoothSkew([0, 0, 60_000, 0, 0])).toBe(0);
    expect(smoothSkew([90_000, 0, 0, 0, -6_000, -6_000, -7_000])).toBe(-6_000);
  });

  test('the alarm begins at five seconds, on both sides', () => {
    expect([null, 0, 4_999, -4_999].some(isSkewed)).toBe(false);
    expect([5_000, -5_000].every(isSkewed)).toBe(true);
  });
});
