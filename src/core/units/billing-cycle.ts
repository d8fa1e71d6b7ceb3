import { type Calendar, formatDay, parseDay } from './calendar.ts';
import { jalaliDate, jalaliDay, jalaliMonthLength } from './jalali.ts';
import { DAY_MS } from './time-zone.ts';

/** Monday 1 to Sunday 7, as in ISO 8601. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

export type Months = 'gregorian' | 'jalali';

/** In which cycles usage is looked at. A day of the month that a month does not have is its last one. */
export type BillingCycle =
  | { readonly kind: 'none' }
  | { readonly kind: 'day' }
  | { readonly kind: 'week'; readonly firstDay: Weekday }
  | { readonly kind: 'month'; readonly months: Months; readonly anchor: number }
  /** Every `count` days, counted from the day number `start` (both ways). */
  | { readonly kind: 'days'; readonly count: number; readonly start: number }
  /** From that date of each year. */
  | { readonly kind: 'year'; readonly months: Months; readonly month: number; readonly anchor: number };

/** One cycle, `[fromMs, toMs)`: whole days of the panel's zone, `firstDay` to `lastDay` (day numbers). */
export interface CycleBounds {
  readonly fromMs: number;
  readonly toMs: number;
  readonly firstDay: number;
  readonly lastDay: number;
}

/** Months from the first of January to the end of December. */
export const CALENDAR_MONTHS: BillingCycle = Object.freeze({ kind: 'month', months: 'gregorian', anchor: 1 });

/** The cycle that an instant lies in; null where there are no cycles. */
export function cycleAt(cycle: BillingCycle, calendar: Calendar, ms: number): CycleBounds | null {
  const days = daysAround(cycle, calendar.dayOf(ms).number);
  if (days === null) return null;
  const [first, next] = days;
  return { fromMs: calendar.day(first).fromMs, toMs: calendar.day(next).fromMs, firstDay: first, lastDay: next - 1 };
}

/** The cycle before that one. */
export function previousCycle(cycle: BillingCycle, calendar: Calendar, { fromMs }: CycleBounds): CycleBounds | null {
  return cycleAt(cycle, calendar, fromMs - 1);
}

export function nextCycle(cycle: BillingCycle, calendar: Calendar, { toMs }: CycleBounds): CycleBounds | null {
  return cycleAt(cycle, calendar, toMs);
}

/** First day of the cycle that a day lies in, and of the one after it. */
function daysAround(cycle: BillingCycle, day: number): readonly [first: number, next: number] | null {
  switch (cycle.kind) {
    case 'none':
      return null;
    case 'day':
      return [day, day + 1];
    case 'week':
      // 1970-01-01, day 0, was a Thursday.
      return every(7, cycle.firstDay - 4, day);
    case 'days':
      return every(cycle.count, cycle.start, day);
    case 'month': {
      const { months, anchor } = cycle;
      const { year, month } = CALENDARS[months].dateOf(day);
      return around(day, year * 12 + month - 1, (index) =>
        startOf(months, Math.floor(index / 12), (index % 12) + 1, anchor),
      );
    }
    case 'year': {
      const { months, month, anchor } = cycle;
      return around(day, CALENDARS[months].dateOf(day).year, (year) => startOf(months, year, month, anchor));
    }
  }
}

function every(count: number, start: number, day: number): readonly [number, number] {
  const first = start + Math.floor((day - start) / count) * count;
  return [first, first + count];
}

/** The period of that index if the day has reached its start, else the one before. */
function around(day: number, index: number, startOfIndex: (index: number) => number): readonly [number, number] {
  const start = startOfIndex(index);
  return day >= start ? [start, startOfIndex(index + 1)] : [startOfIndex(index - 1), start];
}

function startOf(months: Months, year: number, month: number, anchor: number): number {
  const { dayOf, monthLength } = CALENDARS[months];
  return dayOf(year, month, Math.min(anchor, monthLength(year, month)));
}

interface MonthCalendar {
  dateOf(dayNumber: number): { readonly year: number; readonly month: number; readonly day: number };
  dayOf(year: number, month: number, day: number): number;
  monthLength(year: number, month: number): number;
}

const CALENDARS: Readonly<Record<Months, MonthCalendar>> = {
  gregorian: {
    dateOf(dayNumber) {
      const date = new Date(dayNumber * DAY_MS);
      return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
    },
    dayOf: (year, month, day) => Date.UTC(year, month - 1, day) / DAY_MS,
    monthLength: (year, month) => new Date(Date.UTC(year, month, 0)).getUTCDate(),
  },
  jalali: { dateOf: jalaliDate, dayOf: jalaliDay, monthLength: jalaliMonthLength },
};

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** Rolling cycles have at most ten years. */
const MOST_DAYS = 3660;

/**
 * Reads `none`, `day`, `week:sat` or `week:fa-IR` (the first day there), `month:15`, `days:30@2026-11-01`, `year:07-01`, and
 * with Jalali months `jalali-month:15` and `jalali-year:01-01`. Without a colon: from Monday, the 1st, the first month.
 * @returns null if the text is none of them
 */
export function parseCycle(text: string): BillingCycle | null {
  const [, name = '', value = null] = /^([a-z-]+)(?::(.+))?$/.exec(text) ?? [];
  switch (name) {
    case 'none':
    case 'day':
      return value === null ? { kind: name } : null;
    case 'week':
      return weekOf(value ?? 'mon');
    case 'days':
      return rollingOf(value ?? '');
    case 'month':
    case 'jalali-month':
      return monthOf(name === 'month' ? 'gregorian' : 'jalali', value ?? '1');
    case 'year':
    case 'jalali-year':
      return yearOf(name === 'year' ? 'gregorian' : 'jalali', value ?? '01-01');
    default:
      return null;
  }
}

/** The text that `parseCycle` reads. */
export function formatCycle(cycle: BillingCycle): string {
  switch (cycle.kind) {
    case 'none':
    case 'day':
      return cycle.kind;
    case 'week':
      return `week:${WEEKDAYS[cycle.firstDay - 1]}`;
    case 'days':
      return `days:${cycle.count}@${formatDay(cycle.start)}`;
    case 'month':
      return `${cycle.months === 'jalali' ? 'jalali-' : ''}month:${cycle.anchor}`;
    case 'year': {
      const date = [cycle.month, cycle.anchor].map((part) => String(part).padStart(2, '0')).join('-');
      return `${cycle.months === 'jalali' ? 'jalali-' : ''}year:${date}`;
    }
  }
}

function weekOf(value: string): BillingCycle | null {
  const index = (WEEKDAYS as readonly string[]).indexOf(value);
  const firstDay = index >= 0 ? ((index + 1) as Weekday) : firstDayOfWeek(value);
  return firstDay === null ? null : { kind: 'week', firstDay };
}

function rollingOf(value: string): BillingCycle | null {
  const [, digits, date] = /^(\d{1,4})@(.+)$/.exec(value) ?? [];
  const count = Number(digits);
  const start = parseDay(date ?? '');
  return start === null || count < 1 || count > MOST_DAYS ? null : { kind: 'days', count, start };
}

function monthOf(months: Months, value: string): BillingCycle | null {
  const anchor = numberWithin(value, 31);
  return anchor === null ? null : { kind: 'month', months, anchor };
}

function yearOf(months: Months, value: string): BillingCycle | null {
  const [monthText = '', dayText = '', ...rest] = value.split('-');
  const month = numberWithin(monthText, 12);
  const anchor = numberWithin(dayText, 31);
  return month === null || anchor === null || rest.length > 0 ? null : { kind: 'year', months, month, anchor };
}

function numberWithin(text: string, most: number): number | null {
  const value = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= most ? value : null;
}

/** The first day of the week where a locale is spoken; null if the text names no locale. */
export function firstDayOfWeek(locale: string): Weekday | null {
  try {
    const known = new Intl.Locale(locale).maximize() as Intl.Locale & WeekInfo;
    const info = known.getWeekInfo?.() ?? known.weekInfo;
    return (info?.firstDay as Weekday | undefined) ?? 1;
  } catch {
    return null;
  }
}

/** Not in TypeScript's library yet; a property first, a method later. */
interface WeekInfo {
  readonly weekInfo?: { readonly firstDay: number };
  getWeekInfo?(): { readonly firstDay: number };
}
