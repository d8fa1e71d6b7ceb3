import { describe, expect, it } from 'vitest';
import { formatDay, parseDay } from './calendar.ts';
import { jalaliDate, jalaliDay, jalaliMonthLength } from './jalali.ts';
import { DAY_MS } from './time-zone.ts';

describe('the Jalali calendar', () => {
  it.each([
    ['2026-03-21', { year: 1405, month: 1, day: 1 }],
    ['2025-03-20', { year: 1403, month: 12, day: 30 }],
    ['2026-11-26', { year: 1405, month: 9, day: 5 }],
    ['1979-02-11', { year: 1357, month: 11, day: 22 }],
  ])('has %s', (gregorian, date) => {
    expect(jalaliDate(parseDay(gregorian) ?? 0)).toEqual(date);
    expect(formatDay(jalaliDay(date.year, date.month, date.day))).toBe(gregorian);
  });

  it('is the same as ICU’s on every day of 200 years', () => {
    const format = new Intl.DateTimeFormat('en-u-ca-persian-nu-latn', {
      timeZone: 'UTC',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
    });
    const last = parseDay('2120-01-01') ?? 0;
    for (let day = parseDay('1920-01-01') ?? 0; day < last; day++) {
      const { year, month, day: ofMonth } = jalaliDate(day);
      const shown = format.format(day * DAY_MS);
      // month/day/year, and the era behind it
      if (!shown.startsWith(`${month}/${ofMonth}/${year} `)) expect(shown).toBe(`${month}/${ofMonth}/${year}`);
      if (jalaliDay(year, month, ofMonth) !== day) expect(jalaliDay(year, month, ofMonth)).toBe(day);
    }
  });

  it('has months of 31, 30 and at the end 29 days, 30 in a leap year', () => {
    expect([1, 6, 7, 11].map((month) => jalaliMonthLength(1404, month))).toEqual([31, 31, 30, 30]);
    expect([1403, 1404, 1407, 1408, 1412].map((year) => jalaliMonthLength(year, 12))).toEqual([30, 29, 29, 30, 30]);
  });
});
