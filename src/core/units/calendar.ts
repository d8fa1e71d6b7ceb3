import { DAY_MS, isTimeZone, localDay, startOfLocalDay } from './time-zone.ts';

/** A day of the panel's zone, `[fromMs, toMs)`. `number` is days since 1970-01-01 of its local date; never repeats. */
export interface Day {
  readonly number: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The panel's zone from an instant on; the first entry holds for all time before, too. Saved as it is. */
export interface ZoneSince {
  readonly timeZone: string;
  readonly fromMs: number;
}

/** Highest hour index of a day: DST makes days of up to 25 hours. */
export const LAST_HOUR = 24;

/**
 * Local days of the panel's zone. A change of zone holds from the next midnight, and days before it stay as they were;
 * the one day around a change is longer or shorter. Cheap where it is asked about the same day again and again.
 */
export class Calendar {
  #zones: readonly ZoneSince[];
  #spans: readonly Span[];
  readonly #days = new Map<number, Day>();
  #last: Day;

  constructor(zones: readonly ZoneSince[]) {
    if (zones.length === 0) throw new Error('Calendar: a time zone is needed');
    this.#zones = zones;
    this.#spans = toSpans(zones);
    this.#last = this.day(0);
  }

  get zones(): readonly ZoneSince[] {
    return this.#zones;
  }

  /** Takes on the zones of `withZone`: everybody who has this calendar goes by them. Days that have begun stay as they are. */
  adopt(zones: readonly ZoneSince[]): void {
    this.#zones = zones;
    this.#spans = toSpans(zones);
    this.#days.clear();
    this.#last = this.day(0);
  }

  /** A change that has not begun yet; null if there is none. */
  change(nowMs: number): ZoneSince | null {
    const last = this.#zones.at(-1);
    return last !== undefined && this.#zones.length > 1 && last.fromMs > nowMs ? last : null;
  }

  static of(timeZone: string): Calendar {
    return new Calendar([{ timeZone, fromMs: 0 }]);
  }

  /** The zone that holds at an instant. */
  zoneAt(ms: number): string {
    return this.#spanAt(ms).timeZone;
  }

  /** The day that an instant lies in. */
  dayOf(ms: number): Day {
    if (ms >= this.#last.fromMs && ms < this.#last.toMs) return this.#last;
    // Days follow each other without holes, so that a guess and a few steps find the right one without asking the zone.
    let day = this.day(this.#last.number + Math.floor((ms - this.#last.fromMs) / DAY_MS));
    while (ms >= day.toMs) day = this.day(day.number + 1);
    while (ms < day.fromMs) day = this.day(day.number - 1);
    this.#last = day;
    return day;
  }

  /** A day by its number. A date that the zone skipped has no length. */
  day(number: number): Day {
    const known = this.#days.get(number);
    if (known !== undefined) return known;
    const day = { number, fromMs: this.#startOf(number), toMs: this.#startOf(number + 1) };
    if (this.#days.size >= DAYS_KEPT) this.#days.clear();
    this.#days.set(number, day);
    return day;
  }

  /** Whole hours since the day began, 0 to 24: every hour of a DST day has its own. */
  hourOf(ms: number, day: Day = this.dayOf(ms)): number {
    return Math.min(LAST_HOUR, Math.floor((ms - day.fromMs) / 3_600_000));
  }

  /** The last `count` days including today, as bounds and as days. */
  lastDays(count: number, nowMs: number): { readonly first: Day; readonly last: Day } {
    const last = this.dayOf(nowMs);
    return { first: this.day(last.number - count + 1), last };
  }

  /** The first and the last day that an interval `[fromMs, toMs)` touches. */
  daysTouching(fromMs: number, toMs: number): { readonly first: Day; readonly last: Day } {
    return { first: this.dayOf(fromMs), last: this.dayOf(Math.max(fromMs, toMs - 1)) };
  }

  /** The same calendar with another zone from the next midnight on; a change that has not begun yet is replaced. */
  withZone(timeZone: string, nowMs: number): Calendar {
    if (!isTimeZone(timeZone)) throw new RangeError(`unknown time zone "${timeZone}"`);
    const begun = this.zones.filter((zone, i) => i === 0 || zone.fromMs <= nowMs);
    if (begun.at(-1)?.timeZone === timeZone) return new Calendar(begun);
    const midnight = new Calendar(begun).dayOf(nowMs).toMs;
    return new Calendar([...begun, { timeZone, fromMs: midnight }]);
  }

  #spanAt(ms: number): Span {
    return lastWhere(this.#spans, (span) => span.fromMs <= ms);
  }

  #startOf(number: number): number {
    const { timeZone, fromMs, toMs, firstDay } = lastWhere(this.#spans, (span) => span.firstDay <= number);
    if (number === firstDay) return fromMs;
    return Math.min(Math.max(startOfLocalDay(number, timeZone), fromMs), toMs);
  }
}

/** A zone with the days it rules. Dates that it shows before `firstDay` belong to `firstDay`. */
interface Span {
  readonly timeZone: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly firstDay: number;
}

/** Days whose bounds are remembered; a year of them is asked for by the longest charts. */
const DAYS_KEPT = 2048;

/** The first span holds since ever, so that one always fits. */
function lastWhere(spans: readonly Span[], fits: (span: Span) => boolean): Span {
  const span = spans.findLast(fits);
  if (span === undefined) throw new Error('Calendar: not a finite instant or day');
  return span;
}

function toSpans(zones: readonly ZoneSince[]): Span[] {
  const spans: Span[] = [];
  zones.forEach(({ timeZone, fromMs }, i) => {
    const toMs = zones[i + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
    const before = zones[i - 1];
    if (before === undefined) {
      spans.push({ timeZone, fromMs: Number.NEGATIVE_INFINITY, toMs, firstDay: Number.NEGATIVE_INFINITY });
      return;
    }
    // A zone further west still has yesterday's date at that midnight: its first day is then the longer one.
    const lastBefore = Math.max(localDay(fromMs - 1, before.timeZone), spans[i - 1]?.firstDay ?? 0);
    spans.push({ timeZone, fromMs, toMs, firstDay: Math.max(localDay(fromMs, timeZone), lastBefore + 1) });
  });
  return spans;
}

/** `YYYY-MM-DD` of a day number. */
export function formatDay(number: number): string {
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}

/** The month of the calendar that a day number lies in, by its first and last day. */
export function monthOfDay(number: number): { readonly first: number; readonly last: number } {
  const date = new Date(number * DAY_MS);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { first: Date.UTC(year, month, 1) / DAY_MS, last: Date.UTC(year, month + 1, 1) / DAY_MS - 1 };
}

/** Day number of `YYYY-MM-DD`; null if the text is no date of the calendar. */
export function parseDay(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const number = Date.parse(`${text}T00:00:00Z`) / DAY_MS;
  return Number.isNaN(number) || formatDay(number) !== text ? null : number;
}
