import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../units/testing.ts';
import { STEP_MS, WallTime } from './wall-time.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const start = Date.parse('2026-03-01T12:00:00Z');

/** Minutes since the start, and whether they are suspect. */
function readMinutes(time: WallTime): [number, boolean] {
  const { at, suspect } = time.read();
  return [(at.getTime() - start) / MINUTE, suspect];
}

describe('WallTime', () => {
  it('is the wall clock while that keeps pace', () => {
    const clock = new ManualClock(new Date(start));
    const time = new WallTime(clock);
    clock.advance(30 * MINUTE);
    expect(readMinutes(time)).toEqual([30, false]);
    clock.step(MINUTE);
    expect(readMinutes(time)).toEqual([31, false]);
  });

  it('waits where a small correction goes backwards', () => {
    const clock = new ManualClock(new Date(start));
    const time = new WallTime(clock);
    clock.advance(10 * MINUTE);
    time.read();
    clock.step(-2 * MINUTE);
    expect(readMinutes(time)).toEqual([10, false]);
    clock.advance(5 * MINUTE);
    expect(readMinutes(time)).toEqual([13, false]);
  });

  it.each([HOUR, -HOUR])('after a step of %i ms goes on by the monotonic clock, suspect, until it is back', (step) => {
    const clock = new ManualClock(new Date(start));
    const time = new WallTime(clock);
    clock.advance(10 * MINUTE);
    time.read();
    clock.step(step);
    clock.advance(MINUTE);
    expect(readMinutes(time)).toEqual([11, true]);
    clock.step(-step);
    clock.advance(MINUTE);
    expect(readMinutes(time)).toEqual([12, false]);
  });

  it.each([HOUR, -HOUR])('believes a step of %i ms once it has kept pace for ten minutes', (step) => {
    const clock = new ManualClock(new Date(start));
    const time = new WallTime(clock);
    clock.step(step);
    for (let minute = 0; minute < 10; minute++) {
      expect(readMinutes(time)).toEqual([minute, true]);
      clock.advance(MINUTE);
    }
    expect(readMinutes(time)).toEqual([10 + step / MINUTE, false]);
  });

  it('does not believe a clock that keeps stepping', () => {
    const clock = new ManualClock(new Date(start));
    const time = new WallTime(clock);
    for (let minute = 0; minute < 60; minute += 6) {
      clock.step(HOUR);
      expect(readMinutes(time)).toEqual([minute, true]);
      clock.advance(6 * MINUTE);
    }
  });

  it('does not stand still for long where many small corrections go backwards', () => {
    const clock = new ManualClock(new Date(start));
    const time = new WallTime(clock);
    for (let correction = 0; correction < 10; correction++) {
      clock.step(-4 * MINUTE);
      time.read();
    }
    expect(readMinutes(time)).toEqual([0, true]);
    clock.advance(10 * MINUTE);
    expect(readMinutes(time)).toEqual([-30, false]);
  });

  it('suspects a clock that went back while nobody looked', () => {
    const clock = new ManualClock(new Date(start - HOUR));
    const time = new WallTime(clock, new Date(start));
    clock.advance(MINUTE);
    expect(readMinutes(time)).toEqual([1, true]);
    const resumed = new WallTime(new ManualClock(new Date(start + HOUR)), new Date(start));
    expect(readMinutes(resumed)).toEqual([60, false]);
  });

  it('never goes back while it is sure of the time, and never stands apart from a clock that was not set', () => {
    const move = fc.oneof(
      fc.record({ advance: fc.integer({ min: 0, max: HOUR }) }),
      fc.record({ step: fc.integer({ min: -2 * STEP_MS, max: 2 * STEP_MS }) }),
    );
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40, size: 'max' }), (moves) => {
        const clock = new ManualClock(new Date(start));
        const time = new WallTime(clock);
        let last = time.read();
        for (const change of moves) {
          if ('advance' in change) clock.advance(change.advance);
          else clock.step(change.step);
          const now = time.read();
          if (last.suspect === now.suspect) expect(now.at >= last.at).toBe(true);
          if (!now.suspect) expect(Math.abs(now.at.getTime() - clock.now().getTime())).toBeLessThanOrEqual(STEP_MS);
          last = now;
        }
      }),
    );
  });
});
