import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CounterAge } from './collector.ts';
import { type LastShown, startFromAge } from './start.ts';

const T0 = Date.parse('2026-11-01T00:00:00Z');
const HOUR = 3_600_000;

/** A process as its reader sees it: running time in whole seconds, asked for at some moment of a poll of `tookMs`. */
function ageOf(startMs: number, atMs: number, tookMs: number, ppm = 0): CounterAge {
  const readAtMs = atMs - tookMs / 2;
  const seconds = Math.floor(((readAtMs - startMs) * (1 + ppm / 1e6)) / 1000);
  return { minMs: seconds * 1000, maxMs: (seconds + 1) * 1000 + tookMs };
}

/** The names that a ledger gives to the starts of a process that ran from each of `starts` on, seen at `polls`. */
function names(starts: readonly number[], polls: readonly number[], tookMs = 0, ppm = 0): string[] {
  let last: LastShown | null = null;
  return polls.map((atMs) => {
    const startMs = starts.filter((one) => one <= atMs - tookMs).at(-1) ?? 0;
    const evidence = startFromAge(ageOf(startMs, atMs, tookMs, ppm), new Date(atMs), last);
    last = { at: new Date(atMs), evidence };
    return evidence;
  });
}

describe('the start of counters that tell only their running time', () => {
  it('keeps its name for years, though the clock of the node goes wrong by seconds a day', () => {
    const polls = Array.from({ length: 5_000 }, (_, n) => T0 + n * 5 * HOUR + (n % 7) * 311);
    expect(new Set(names([T0 - 1_500], polls, 40, 90)).size).toBe(1);
    expect(new Set(names([T0 - 1_500], polls, 40, -90)).size).toBe(1);
  });

  it('has another name after a restart, also one long before the next poll', () => {
    const [a, b, c] = names([T0 - HOUR, T0 + 7_000, T0 + 3 * HOUR], [T0, T0 + 30_000, T0 + 9 * HOUR]);
    expect(new Set([a, b, c]).size).toBe(3);
  });

  it('is told apart from an old one also within the second of the last poll', () => {
    for (const afterMs of [1, 300, 999]) {
      const [before, after] = names([T0 - HOUR, T0 + afterMs], [T0, T0 + 30_000], 80);
      expect(after).not.toBe(before);
    }
  });

  it('keeps its name if it began within the second of the last poll', () => {
    for (const beforeMs of [90, 300, 999]) expect(new Set(names([T0 - beforeMs], [T0, T0 + 30_000], 80)).size).toBe(1);
  });

  it('goes on with what no name was given to before', () => {
    const at = new Date(T0);
    expect(startFromAge({ minMs: 0, maxMs: 1_000 }, at, { at: new Date(T0 - HOUR), evidence: null })).toBe(
      'since 2026-11-01T00:00:00.000Z',
    );
    expect(startFromAge({ minMs: 0, maxMs: 1_000 }, at, { at: new Date(T0 - HOUR), evidence: 'boot-1:7' })).toMatch(
      /^since /,
    );
  });

  it('changes with every restart and with nothing else, whatever the polls and the drift', () => {
    const lives = fc.array(fc.integer({ min: 35_000, max: 5 * 24 * HOUR }), { minLength: 1, maxLength: 6 });
    const waits = fc.array(fc.integer({ min: 1_000, max: 24 * HOUR }), { minLength: 2, maxLength: 40, size: 'max' });
    const tookMs = fc.integer({ min: 0, max: 30_000 });
    fc.assert(
      fc.property(lives, waits, tookMs, fc.integer({ min: -400, max: 400 }), (lives, waits, tookMs, ppm) => {
        const starts = sums(T0, lives);
        const polls = sums(T0 + 31_000, waits);
        checkNames(starts, polls, names(starts, polls, tookMs, ppm), tookMs);
      }),
      { numRuns: 500 },
    );
  });
});

function checkNames(starts: readonly number[], polls: readonly number[], seen: readonly string[], tookMs: number) {
  const startAt = (atMs: number) => starts.findLast((one) => one <= atMs - tookMs) ?? 0;
  for (const [n, atMs] of polls.entries()) {
    const lastMs = polls[n - 1];
    if (lastMs === undefined) continue;
    if (startAt(atMs) === startAt(lastMs)) expect(seen[n]).toBe(seen[n - 1]);
    // A life that was younger than the answer is exact when it was read last, and ended at once, may go unnoticed.
    else if (lastMs - startAt(lastMs) > 2 * (1_000 + tookMs) + (atMs - lastMs) * 0.001)
      expect(seen[n]).not.toBe(seen[n - 1]);
  }
}

/** Instants that lie so far apart, from the first on. */
function sums(first: number, distances: readonly number[]): number[] {
  let at = first;
  return [first, ...distances.map((distance) => (at += distance))];
}
