import { startOfWeek } from './week.ts';
import { addDays, dayOf, startOfDay } from './zone.ts';

export const RANGES = ['1h', '24h', '7d', '30d', '90d', '1y'] as const;
export type RangeName = (typeof RANGES)[number];

/**
 * What the URL holds: a named range that ends now, two calendar days of the panel's zone, both included, or two instants, as
 * a part of a chart that was drawn out has them.
 */
export interface RangeSearch {
  readonly range?: RangeName | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export type Range =
  | { readonly kind: 'named'; readonly name: RangeName }
  | { readonly kind: 'days'; readonly from: string; readonly to: string }
  | { readonly kind: 'instants'; readonly from: string; readonly to: string };

const DAYS: Readonly<Record<RangeName, number>> = { '1h': 0, '24h': 0, '7d': 7, '30d': 30, '90d': 90, '1y': 365 };
const HOURS: Readonly<Record<RangeName, number>> = { '1h': 1, '24h': 24, '7d': 0, '30d': 0, '90d': 0, '1y': 0 };
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z$/;

/** Keeps what is well formed; anything else in the URL is dropped. */
export function readRangeSearch(search: Record<string, unknown>): RangeSearch {
  const name = RANGES.find((range) => range === search.range);
  if (name) return { range: name };
  for (const form of [DAY, INSTANT]) {
    const [from, to] = [wellFormed(search.from, form), wellFormed(search.to, form)];
    if (from && to && (form === DAY ? from <= to : from < to)) return { from, to };
  }
  return {};
}

function wellFormed(value: unknown, form: RegExp): string | undefined {
  return typeof value === 'string' && form.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

/** A part of a chart, to whole minutes. */
export function instantsOf(fromSeconds: number, toSeconds: number): RangeSearch {
  const [from, to] = [Math.floor(fromSeconds / 60), Math.ceil(toSeconds / 60)];
  return { from: minuteText(from), to: minuteText(Math.max(to, from + 1)) };
}

function minuteText(minute: number): string {
  return `${new Date(minute * 60_000).toISOString().slice(0, 16)}Z`;
}

export function rangeOf(search: RangeSearch, fallback: RangeName): Range {
  if (search.from && search.to) {
    return { kind: DAY.test(search.from) ? 'days' : 'instants', from: search.from, to: search.to };
  }
  return { kind: 'named', name: search.range ?? fallback };
}

export function rangeKey(range: Range): string {
  return range.kind === 'named' ? range.name : `${range.from}..${range.to}`;
}

/** The range as the API takes it, ending at `now` where it is a named one. */
export function periodOf(range: Range, timeZone: string, now: Date): { days: number } | { from: string; to?: string } {
  if (range.kind === 'days') {
    return {
      from: startOfDay(range.from, timeZone).toISOString(),
      to: startOfDay(addDays(range.to, 1), timeZone).toISOString(),
    };
  }
  if (range.kind === 'instants')
    return { from: new Date(range.from).toISOString(), to: new Date(range.to).toISOString() };
  // To the minute, as start.js asks: who asks twice within one asks for the same.
  if (HOURS[range.name] > 0)
    return { from: new Date(Math.floor(now.getTime() / 60_000 - HOURS[range.name] * 60) * 60_000).toISOString() };
  return { days: DAYS[range.name] };
}

/** Calendar ranges beside the sliding ones: weeks and months are those of the locale. */
export function calendarRanges(
  timeZone: string,
  locale: string,
  now: Date,
): Readonly<Record<CalendarRange, { from: string; to: string }>> {
  const today = dayOf(now, timeZone);
  const yesterday = addDays(today, -1);
  const week = startOfWeek(today, locale);
  const month = startOfMonth(today, locale);
  const lastOfPrevious = addDays(month, -1);
  return {
    today: { from: today, to: today },
    yesterday: { from: yesterday, to: yesterday },
    thisWeek: { from: week, to: today },
    lastWeek: { from: addDays(week, -7), to: addDays(week, -1) },
    thisMonth: { from: month, to: today },
    lastMonth: { from: startOfMonth(lastOfPrevious, locale), to: lastOfPrevious },
  };
}
export type CalendarRange = 'today' | 'yesterday' | 'thisWeek' | 'lastWeek' | 'thisMonth' | 'lastMonth';

/** The first of the month in the calendar in which the locale's dates are written: a Jalali one in Persian. */
function startOfMonth(day: string, locale: string): string {
  const dayOfMonth = new Intl.DateTimeFormat(`${locale}-u-nu-latn`, { day: 'numeric', timeZone: 'UTC' });
  const part = dayOfMonth.formatToParts(Date.parse(`${day}T00:00:00Z`)).find(({ type }) => type === 'day');
  return addDays(day, 1 - Number(part?.value));
}
