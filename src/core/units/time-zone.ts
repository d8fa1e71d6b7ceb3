/** Length of a day without a change of clocks. */
export const DAY_MS = 86_400_000;

/** Local dates are at most this far from UTC: zones reach from -12:00 to +14:00, local mean times to ±15:14. */
const WIDEST_MS = 16 * 3_600_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** True for an IANA name (or alias) that this machine knows. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** Days from 1970-01-01 to the local date of an instant. */
export function localDay(ms: number, timeZone: string): number {
  return Math.floor((ms + offsetAt(ms, timeZone)) / DAY_MS);
}

/**
 * First instant (ms, UTC) whose local date is that day or a later one. Usually midnight; 01:00 where the clocks go
 * forward at midnight; the start of the next day for a date that the zone skipped.
 */
export function startOfLocalDay(day: number, timeZone: string): number {
  const midnight = day * DAY_MS;
  const before = offsetAt(midnight - WIDEST_MS, timeZone);
  const after = offsetAt(midnight + WIDEST_MS, timeZone);
  if (before === after) return midnight - before;
  const change = changeOfOffset(midnight - WIDEST_MS, midnight + WIDEST_MS, before, timeZone);
  if (midnight - before < change) return midnight - before;
  return Math.max(change, midnight - after);
}

/** What has to be added to UTC to get the local time, in ms. */
export function offsetAt(ms: number, timeZone: string): number {
  const at = Math.max(ms, FIRST_OFFSET_MS);
  const [month, day, year, hour, minute, second] = formatOf(timeZone).format(at).split(/\D+/, 6).map(Number);
  const local = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second);
  return local - Math.floor(at / 1000) * 1000;
}

/** Before 1800 every zone has the mean time of its place (tz database). `Date.UTC` takes years below 100 for those of 19xx. */
const FIRST_OFFSET_MS = Date.UTC(1800, 0, 1);

/** The first instant after `fromMs` with another offset than `before`, by halving; there is one change in between. */
function changeOfOffset(fromMs: number, toMs: number, before: number, timeZone: string): number {
  let low = fromMs;
  let high = toMs;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle, timeZone) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** Making a format costs some 50 µs, using it 1 µs. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const part = 'numeric';
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: part,
    month: part,
    day: part,
    hour: part,
    minute: part,
    second: part,
  });
  formats.set(timeZone, format);
  return format;
}
