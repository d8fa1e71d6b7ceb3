import { describe, expect, it } from 'vitest';
import { type Arrival, isLater } from './order.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const HOUR = 3_600_000;

/** Boots seen so far, the first one first. */
function arrivalAt(nowMs: number, ...boots: string[]): Arrival {
  return {
    nowMs,
    follows: (boot, other) =>
      boots.includes(boot) && boots.includes(other) ? boots.indexOf(boot) > boots.indexOf(other) : null,
  };
}

function later(boot: string, atMs: number, last: string, lastMs: number, arrival: Arrival): boolean {
  return isLater(
    { bootId: boot, uptimeMs: 1 },
    new Date(atMs),
    { bootId: last, uptimeMs: 9 },
    new Date(lastMs),
    arrival,
  );
}

describe('the order of polls', () => {
  it('is the uptime of the node within one boot, whatever any clock says', () => {
    const arrival = arrivalAt(NOW, 'one');
    const at = (uptimeMs: number) => ({ bootId: 'one', uptimeMs });
    expect(isLater(at(2), new Date(NOW - HOUR), at(1), new Date(NOW), arrival)).toBe(true);
    expect(isLater(at(1), new Date(NOW + HOUR), at(1), new Date(NOW), arrival)).toBe(false);
  });

  it('of two boots is that in which they were seen first', () => {
    expect(later('two', NOW - 26 * HOUR, 'one', NOW, arrivalAt(NOW, 'one', 'two'))).toBe(true);
    expect(later('one', NOW, 'two', NOW - 60_000, arrivalAt(NOW, 'one', 'two'))).toBe(false);
  });

  it('of a late poll of a boot that was left does not change when the clock was set back', () => {
    // Read at noon, then the clock was set back by a day, then the new boot was read.
    expect(later('one', NOW, 'two', NOW - 24 * HOUR, arrivalAt(NOW - 24 * HOUR + 60_000, 'one', 'two'))).toBe(false);
  });

  it('of a boot that nobody saw yet is that of the polls', () => {
    expect(later('two', NOW, 'one', NOW - 60_000, arrivalAt(NOW, 'one'))).toBe(true);
    expect(later('two', NOW - 120_000, 'one', NOW - 60_000, arrivalAt(NOW, 'one'))).toBe(false);
  });

  it('of a new boot does not wait until a clock that was set back has caught up', () => {
    expect(later('two', NOW, 'one', NOW + 24 * HOUR, arrivalAt(NOW, 'one'))).toBe(true);
    // A kept reading of some boot in between tells nothing.
    expect(later('two', NOW - HOUR, 'one', NOW + 24 * HOUR, arrivalAt(NOW, 'one'))).toBe(false);
    expect(later('two', NOW + 25 * HOUR, 'one', NOW + 24 * HOUR, arrivalAt(NOW, 'one'))).toBe(false);
  });

  it('goes on with a machine that was set back to a snapshot, once its last poll is over', () => {
    const arrival = arrivalAt(NOW, 'one', 'two');
    expect(later('one', NOW, 'two', NOW - HOUR, arrival)).toBe(true);
    expect(later('one', NOW - HOUR, 'two', NOW - 2 * HOUR, arrival)).toBe(false);
  });

  it('does not matter where a source has none', () => {
    expect(isLater(null, new Date(0), { bootId: 'one', uptimeMs: 1 }, new Date(NOW), arrivalAt(NOW))).toBe(true);
  });
});
