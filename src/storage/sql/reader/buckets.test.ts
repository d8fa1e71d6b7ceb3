import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Calendar } from '../../../core/units/calendar.ts';
import { QUARTER_MS, quarterOf } from '../../../core/units/quarter.ts';
import { makeBuckets } from './buckets.ts';

const bucketsOf = (zone: string, from: string, to: string, seconds: number) =>
  makeBuckets({ from: new Date(from), to: new Date(to) }, seconds, Calendar.of(zone));
const shown = (fromMs: readonly number[]) => fromMs.map((ms) => new Date(ms).toISOString().slice(5, 16));

describe('buckets of a chart', () => {
  it('of hours begin with the hours of the zone, also where these lie within an hour of UTC', () => {
    const { fromMs, endMs } = bucketsOf('Asia/Kathmandu', '2026-03-01T18:20:00Z', '2026-03-01T20:00:00Z', 3600);
    expect(shown([...fromMs, endMs])).toEqual(['03-01T18:15', '03-01T19:15', '03-01T20:15']);
  });

  it('of hours end with the day: the last one of a day with half an hour of daylight saving is half as long', () => {
    const { fromMs } = bucketsOf('Australia/Lord_Howe', '2026-04-05T11:30:00Z', '2026-04-05T15:00:00Z', 3600);
    expect(shown(fromMs)).toEqual(['04-05T11:00', '04-05T12:00', '04-05T13:00', '04-05T13:30', '04-05T14:30']);
  });

  it('of days are those of the zone, 23 to 25 hours long, and none for a date that was skipped', () => {
    const { fromMs } = bucketsOf('Pacific/Apia', '2011-12-29T12:00:00Z', '2012-01-01T00:00:00Z', 86_400);
    expect(shown(fromMs)).toEqual(['12-29T10:00', '12-30T10:00', '12-31T10:00']);
  });

  it('hold every quarter of the period once, in any zone', () => {
    const zones = fc.constantFrom('UTC', 'Asia/Tehran', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns');
    const starts = fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2027-01-01') });
    const lengths = fc.integer({ min: 1, max: 40 * 86_400_000 });
    fc.assert(
      fc.property(zones, starts, lengths, fc.constantFrom(900, 3600, 86_400), (zone, startMs, length, seconds) => {
        const period = { from: new Date(startMs), to: new Date(startMs + length) };
        const { fromMs, endMs, indexOf } = makeBuckets(period, seconds, Calendar.of(zone));
        expect(fromMs[0]).toBeLessThanOrEqual(startMs);
        expect(endMs).toBeGreaterThanOrEqual(startMs + length);
        const isWrong = (ms: number, i: number): boolean => {
          const nextMs = fromMs[i + 1] ?? endMs;
          const isInIt = indexOf(quarterOf(ms)) === i && indexOf(quarterOf(nextMs) - 1) === i;
          return ms % QUARTER_MS !== 0 || nextMs <= ms || !isInIt;
        };
        expect(fromMs.filter(isWrong)).toEqual([]);
        expect([indexOf(quarterOf(fromMs[0] ?? 0) - 1), indexOf(quarterOf(endMs))]).toEqual([-1, -1]);
      }),
    );
  });
});
