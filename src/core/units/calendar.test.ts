import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Calendar, formatDay, monthOfDay, parseDay } from './calendar.ts';
import { QUARTER_MS } from './quarter.ts';
import { DAY_MS, isTimeZone, localDay } from './time-zone.ts';

const HOUR = 3_600_000;
const ms = Date.parse;

/** [local date, first instant, hours] of the day an instant lies in. */
function dayAt(zone: string, instant: string): [string, string, number] {
  const day = Calendar.of(zone).dayOf(ms(instant));
  return [formatDay(day.number), new Date(day.fromMs).toISOString(), (day.toMs - day.fromMs) / HOUR];
}

describe('Calendar', () => {
  it.each([
    ['UTC', '2026-03-01T23:59:59.999Z', ['2026-03-01', '2026-03-01T00:00:00.000Z', 24]],
    ['Asia/Tehran', '2026-03-01T20:30:00Z', ['2026-03-02', '2026-03-01T20:30:00.000Z', 24]],
    ['Asia/Kathmandu', '2026-03-01T18:15:00Z', ['2026-03-02', '2026-03-01T18:15:00.000Z', 24]],
    ['Asia/Kathmandu', '2026-03-01T18:14:59.999Z', ['2026-03-01', '2026-02-28T18:15:00.000Z', 24]],
    ['Europe/Berlin', '2026-03-29T12:00:00Z', ['2026-03-29', '2026-03-28T23:00:00.000Z', 23]],
    ['Europe/Berlin', '2026-10-25T12:00:00Z', ['2026-10-25', '2026-10-24T22:00:00.000Z', 25]],
    // Years that JavaScript takes for those of the last century.
    ['UTC', '0001-01-01T12:00:00Z', ['0001-01-01', '0001-01-01T00:00:00.000Z', 24]],
    ['UTC', '0099-12-31T12:00:00Z', ['0099-12-31', '0099-12-31T00:00:00.000Z', 24]],
    ['UTC', '9999-12-31T12:00:00Z', ['9999-12-31', '9999-12-31T00:00:00.000Z', 24]],
    // Half an hour of daylight saving.
    ['Australia/Lord_Howe', '2026-04-05T02:00:00Z', ['2026-04-05', '2026-04-04T13:00:00.000Z', 24.5]],
    // Clocks forward at midnight: the day starts at 01:00.
    ['Africa/Cairo', '2026-04-24T12:00:00Z', ['2026-04-24', '2026-04-23T22:00:00.000Z', 23]],
    // Clocks back at midnight: the old date shows for one more hour.
    ['America/Santiago', '2026-04-05T02:30:00Z', ['2026-04-04', '2026-04-04T03:00:00.000Z', 25]],
    ['America/Santiago', '2026-04-05T03:30:00Z', ['2026-04-04', '2026-04-04T03:00:00.000Z', 25]],
    // Clocks back at 00:01: the new day has begun, although the old date shows again.
    ['America/St_Johns', '2010-11-07T02:31:30Z', ['2010-11-07', '2010-11-07T02:30:00.000Z', 25]],
    // The zone skipped 30 December 2011.
    ['Pacific/Apia', '2011-12-30T12:00:00Z', ['2011-12-31', '2011-12-30T10:00:00.000Z', 24]],
  ])('knows the day in %s of %s', (zone, instant, expected) => {
    expect(dayAt(zone, instant)).toEqual(expected);
  });

  it('numbers the hours of a long day from 0 to 24 and of a short one to 22', () => {
    const berlin = Calendar.of('Europe/Berlin');
    expect(berlin.hourOf(ms('2026-10-25T00:30:00Z'))).toBe(2);
    expect(berlin.hourOf(ms('2026-10-25T01:30:00Z'))).toBe(3);
    expect(berlin.hourOf(ms('2026-10-25T22:59:00Z'))).toBe(24);
    expect(berlin.hourOf(ms('2026-03-29T21:59:00Z'))).toBe(22);
  });

  it('gives the last whole days including today', () => {
    const { first, last } = Calendar.of('Asia/Tehran').lastDays(30, ms('2026-03-01T12:00:00Z'));
    expect([formatDay(first.number), formatDay(last.number)]).toEqual(['2026-01-31', '2026-03-01']);
  });

  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/Santiago', 'Australia/Lord_Howe');
  const instants = fc.integer({ min: ms('2015-01-01'), max: ms('2035-01-01') });

  it('has days without holes or overlaps, whose borders are borders of quarters', () => {
    fc.assert(
      fc.property(zones, instants, (zone, instant) => {
        const calendar = Calendar.of(zone);
        const day = calendar.dayOf(instant);
        expect(day.fromMs).toBeLessThanOrEqual(instant);
        expect(day.toMs).toBeGreaterThan(instant);
        expect(day.fromMs % QUARTER_MS).toBe(0);
        expect(calendar.dayOf(day.toMs)).toEqual(calendar.day(day.number + 1));
        expect(calendar.dayOf(day.fromMs - 1)).toEqual(calendar.day(day.number - 1));
        expect(calendar.day(day.number + 1).fromMs).toBe(day.toMs);
        expect(localDay(day.fromMs, zone)).toBe(day.number);
      }),
    );
  });
});

describe('a change of the zone', () => {
  const now = ms('2026-03-01T12:00:00Z');

  it('holds from the next midnight, and days before it stay as they were', () => {
    const before = Calendar.of('Europe/Berlin');
    const after = before.withZone('Asia/Tokyo', now);
    expect(after.dayOf(now)).toEqual(before.dayOf(now));
    const first = after.dayOf(ms('2026-03-02T12:00:00Z'));
    expect(formatDay(first.number)).toBe('2026-03-02');
    // Berlin's midnight to Tokyo's: 8 hours shorter.
    expect(first).toMatchObject({ fromMs: ms('2026-03-01T23:00:00Z'), toMs: ms('2026-03-02T15:00:00Z') });
  });

  it('to the west makes the first day longer, and no date comes twice', () => {
    const calendar = Calendar.of('Asia/Tokyo').withZone('America/New_York', now);
    const first = calendar.dayOf(ms('2026-03-01T16:00:00Z'));
    expect(formatDay(first.number)).toBe('2026-03-02');
    expect(first).toMatchObject({ fromMs: ms('2026-03-01T15:00:00Z'), toMs: ms('2026-03-03T05:00:00Z') });
    expect(calendar.hourOf(first.toMs - 1)).toBe(24);
  });

  it('replaces one that has not begun, and is none when it is the same zone', () => {
    const calendar = Calendar.of('UTC').withZone('Asia/Tokyo', now).withZone('Asia/Tehran', now);
    expect(calendar.zones.map((zone) => zone.timeZone)).toEqual(['UTC', 'Asia/Tehran']);
    expect(calendar.withZone('UTC', now).zones).toEqual([{ timeZone: 'UTC', fromMs: 0 }]);
    expect(() => calendar.withZone('Mars/Olympus', now)).toThrow(RangeError);
  });

  it('keeps days whole in any series of changes', () => {
    const names = fc.constantFrom('UTC', 'Pacific/Kiritimati', 'Etc/GMT+12', 'Europe/Berlin', 'Asia/Kathmandu');
    const changes = fc.array(fc.tuple(names, fc.integer({ min: 0, max: 6 * DAY_MS })), { maxLength: 5 });
    fc.assert(
      fc.property(names, changes, (first, later) => {
        let calendar = Calendar.of(first);
        let at = now;
        for (const [zone, wait] of later) {
          at += wait;
          const today = calendar.dayOf(at);
          calendar = calendar.withZone(zone, at);
          expect(calendar.dayOf(at)).toEqual(today);
        }
        let day = calendar.dayOf(now - DAY_MS);
        while (day.fromMs < at + 3 * DAY_MS) {
          expect(calendar.day(day.number)).toEqual(day);
          const next = calendar.dayOf(day.toMs);
          expect(next.fromMs).toBe(day.toMs);
          expect(next.number).toBeGreaterThan(day.number);
          expect(next.toMs - next.fromMs).toBeGreaterThan(0);
          day = next;
        }
      }),
    );
  });
});

describe('day numbers', () => {
  it('are written as dates and read back', () => {
    expect(formatDay(0)).toBe('1970-01-01');
    expect(parseDay('2026-03-01')).toBe(20513);
    expect(formatDay(20513)).toBe('2026-03-01');
    for (const text of ['2026-02-30', '2026-3-1', 'today', '2026-03-01T00:00:00Z', ''])
      expect(parseDay(text)).toBeNull();
  });

  it('lie in months of the calendar', () => {
    const month = (text: string) => {
      const { first, last } = monthOfDay(parseDay(text) as number);
      return [formatDay(first), formatDay(last)];
    };
    expect(month('2024-02-17')).toEqual(['2024-02-01', '2024-02-29']);
    expect(month('2026-12-31')).toEqual(['2026-12-01', '2026-12-31']);
    expect(month('1970-01-01')).toEqual(['1970-01-01', '1970-01-31']);
  });

  it('zones are known by name', () => {
    expect([isTimeZone('Asia/Tehran'), isTimeZone('Mars/Olympus'), isTimeZone('')]).toEqual([true, false, false]);
  });
});
