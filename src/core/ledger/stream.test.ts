import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { directed, NOTHING } from '../units/bytes.ts';
import { advanceStream, type StreamAdvance, type StreamState } from './stream.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const report = (rx: number, tx: number, endMs: number | null = null, startMs: number | null = null) => ({
  rx: BigInt(rx),
  tx: BigInt(tx),
  periodStart: startMs === null ? null : new Date(now + startMs),
  periodEnd: endMs === null ? null : new Date(now + endMs),
});

function applied(...args: Parameters<typeof advanceStream>): StreamAdvance {
  const result = advanceStream(...args);
  if (result === 'stale') throw new Error('was stale');
  return result;
}

describe('a cumulative stream', () => {
  const first = applied(null, report(10, 20), now);

  it('starts at 0: its first value counts whole', () => {
    expect(first).toMatchObject({ counted: directed(10n, 20n), fromMs: null, toMs: now });
    expect(first.next).toEqual({ epoch: 1, traffic: directed(10n, 20n), atMs: now, periodEndMs: null });
    expect(applied(null, report(10, 20, -5, -60), now)).toMatchObject({ fromMs: now - 60, toMs: now - 5 });
  });

  it('counts its growth since the last value', () => {
    const second = applied(first.next, report(15, 20), now + 100);
    expect(second).toMatchObject({ counted: directed(5n, 0n), fromMs: now, toMs: now + 100 });
    expect(applied(second.next, report(15, 20), now + 200).counted).toEqual(NOTHING);
  });

  it('counts both values whole where either direction fell', () => {
    const again = applied(first.next, report(3, 500), now + 100);
    expect(again.counted).toEqual(directed(3n, 500n));
    expect(again.next.epoch).toBe(2);
  });

  it('a period_end not later than the last applied one is stale', () => {
    const later = applied(first.next, report(50, 60, 100), now + 100).next;
    expect(advanceStream(later, report(50, 60, 100), now + 200)).toBe('stale');
    expect(advanceStream(later, report(1, 1, 99), now + 200)).toBe('stale');
    expect(applied(later, report(51, 60, 101), now + 200).counted).toEqual(directed(1n, 0n));
  });

  it('remembers the last period_end over reports without one', () => {
    const later = applied(first.next, report(50, 60, 100), now + 100).next;
    const unordered = applied(later, report(55, 60), now + 150).next;
    expect(advanceStream(unordered, report(50, 60, 100), now + 200)).toBe('stale');
  });

  it('counts each byte once, whatever order and repetition its values come in', () => {
    const steps = fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { minLength: 1, maxLength: 20, size: 'max' });
    fc.assert(
      fc.property(steps, fc.array(fc.nat(), { maxLength: 40, size: 'max' }), (growth, deliveries) => {
        let rx = 0;
        let tx = 0;
        const values = growth.map(([up, down], i) => {
          rx += up;
          tx += down;
          return report(rx, tx, i + 1);
        });
        const last = values.at(-1);
        if (last === undefined) return;
        let state: StreamState | null = null;
        let booked = 0n;
        for (const value of [...deliveries.map((i) => values[i % values.length] ?? last), last]) {
          const advance = advanceStream(state, value, now + 1000);
          if (advance === 'stale') continue;
          booked += advance.counted.total;
          state = advance.next;
        }
        expect(booked).toBe(BigInt(rx + tx));
      }),
    );
  });
});
