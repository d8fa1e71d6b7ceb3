import { describe, expect, test } from 'vitest';
import { directed, undirected } from '../units/bytes.ts';
import { implausibleReason } from './plausible.ts';

const tenSeconds = { fromMs: 1_000_000, toMs: 1_010_000 };
// 100 Mbit/s for 12 seconds with a tenth to spare.
const carried = 165_000_000n;

describe('an implausible reading', () => {
  test('is more than 10 TiB at once, whatever the link', () => {
    const limit = 10n * 1024n ** 4n;
    expect(implausibleReason(directed(limit, 1n), tenSeconds, null)).toBe('implausible');
    expect(implausibleReason(directed(limit - 1n, 1n), tenSeconds, null)).toBeNull();
  });

  test('is more in one direction than the link carries', () => {
    expect(implausibleReason(directed(carried, carried), tenSeconds, 100)).toBeNull();
    expect(implausibleReason(directed(carried + 1n, 0n), tenSeconds, 100)).toBe('faster-than-link');
    expect(implausibleReason(directed(0n, carried + 1n), tenSeconds, 100)).toBe('faster-than-link');
    expect(implausibleReason(undirected(2n * carried), tenSeconds, 100)).toBeNull();
    expect(implausibleReason(undirected(2n * carried + 1n), tenSeconds, 100)).toBe('faster-than-link');
  });

  test('cannot be told without a speed, or without a start', () => {
    expect(implausibleReason(directed(carried * 9n, 0n), tenSeconds, null)).toBeNull();
    expect(implausibleReason(directed(carried * 9n, 0n), { ...tenSeconds, fromMs: null }, 100)).toBeNull();
  });

  test('a long gap may catch up a lot, and a moment is not taken too exactly', () => {
    expect(implausibleReason(directed(carried * 100n, 0n), { fromMs: 0, toMs: 1_200_000 }, 100)).toBeNull();
    expect(implausibleReason(directed(27_500_000n, 0n), { fromMs: 5, toMs: 5 }, 100)).toBeNull();
  });
});
