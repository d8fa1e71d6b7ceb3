import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FLAG } from './flags.ts';
import { QUALITIES, type QualityFact, qualityOf, qualityTimeline, reasonsOf, worseOf } from './quality.ts';

describe('an interval has one word', () => {
  test('by what was booked in it', () => {
    expect(qualityOf(0)).toBe('measured');
    expect(qualityOf(FLAG.unverified | FLAG.correction)).toBe('measured');
    expect(qualityOf(FLAG.late)).toBe('late');
    expect(qualityOf(FLAG.late | FLAG.estimated)).toBe('estimated');
    expect(qualityOf(FLAG.estimated | FLAG.clockSuspect)).toBe('clock-suspect');
    expect(qualityOf(FLAG.clockSuspect | FLAG.possibleLoss)).toBe('possible-loss');
    expect(qualityOf(FLAG.resetByOther)).toBe('possible-loss');
    expect(qualityOf(FLAG.rewound)).toBe('possible-loss');
  });

  test('by the gap it lies in: an open one is a gap, one that was caught up is late', () => {
    for (const reason of ['failed', 'incomplete', 'not-running']) {
      expect(qualityOf(0, { reason, isOpen: true })).toBe('gap');
      expect(qualityOf(0, { reason, isOpen: false })).toBe('late');
      expect(qualityOf(FLAG.possibleLoss, { reason, isOpen: false })).toBe('possible-loss');
    }
  });

  test('what no reading can catch up stays what it is', () => {
    for (const isOpen of [true, false]) {
      expect(qualityOf(FLAG.late, { reason: 'tracking-off', isOpen })).toBe('tracking-off');
      expect(qualityOf(0, { reason: 'restored', isOpen })).toBe('gap');
    }
  });

  test('reasons are told in words, the gravest first', () => {
    expect(reasonsOf(FLAG.late | FLAG.possibleLoss | FLAG.resetByOther)).toEqual([
      'possible-loss',
      'reset-by-other',
      'late',
    ]);
    expect(reasonsOf(0)).toEqual([]);
  });
});

describe('a timeline', () => {
  const fact = (fromMs: number, toMs: number, quality: QualityFact['quality'], nodeId = 'n1'): QualityFact => {
    return { fromMs, toMs, quality, reason: quality, nodeId };
  };

  test('is measured where nothing else is known', () => {
    expect(qualityTimeline(0, 10, [])).toEqual([
      { fromMs: 0, toMs: 10, quality: 'measured', reasons: [], nodeIds: [] },
    ]);
    expect(qualityTimeline(5, 5, [])).toEqual([]);
  });

  test('shows the worst of what overlaps, with every reason', () => {
    const shown = qualityTimeline(0, 100, [
      fact(-5, 40, 'late'),
      fact(20, 60, 'gap', 'n2'),
      fact(60, 200, 'gap', 'n2'),
    ]);
    expect(shown.map(({ fromMs, toMs, quality, reasons }) => [fromMs, toMs, quality, reasons.join()])).toEqual([
      [0, 20, 'late', 'late'],
      [20, 40, 'gap', 'gap,late'],
      [40, 100, 'gap', 'gap'],
    ]);
    expect(shown[1]?.nodeIds).toEqual(['n1', 'n2']);
  });

  test('covers its time without holes, and each moment has the worst word that holds there', () => {
    const anyFact = fc
      .tuple(fc.integer({ min: -20, max: 120 }), fc.integer({ min: 0, max: 50 }), fc.constantFrom(...QUALITIES))
      .map(([fromMs, length, quality]) => fact(fromMs, fromMs + length, quality));
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 12 }), (facts) => {
        const shown = qualityTimeline(0, 100, facts);
        expect(shown[0]?.fromMs).toBe(0);
        expect(shown.at(-1)?.toMs).toBe(100);
        for (const [i, interval] of shown.entries()) {
          expect(interval.fromMs).toBeLessThan(interval.toMs);
          if (i > 0) expect(interval.fromMs).toBe(shown[i - 1]?.toMs);
        }
        for (let ms = 0; ms < 100; ms++) {
          const there = facts.filter(({ fromMs, toMs }) => fromMs <= ms && ms < toMs);
          const worst = there.reduce<QualityFact['quality']>((word, { quality }) => worseOf(word, quality), 'measured');
          expect(shown.find(({ fromMs, toMs }) => fromMs <= ms && ms < toMs)?.quality).toBe(worst);
        }
      }),
    );
  });
});
