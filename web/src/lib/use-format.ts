import type { i18n as I18n } from 'i18next';
import type { Bytes } from '../api/exact-json.ts';
import { useSession } from '../api/session.tsx';
import { useTranslation, wordsOf } from '../i18n/words.tsx';
import {
  durationParts,
  formatBytes,
  formatCount,
  formatPercent,
  formatRate,
  formatShare,
  numberFormat,
  type Quantity,
} from './format.ts';
import { varietyOf } from './week.ts';

export interface Format {
  readonly locale: string;
  /** The same language as the reader's country has it: where weeks begin. */
  readonly weekLocale: string;
  readonly timeZone: string;
  readonly bytes: (value: Bytes) => Quantity;
  readonly rate: (bitsPerSecond: number) => Quantity;
  readonly count: (value: Bytes) => string;
  readonly percent: (share: number) => string;
  /** Two decimals, rounded down: 99.999 % is not 100 %. */
  readonly share: (share: number) => string;
  /** Number and unit in one string, for titles and labels. */
  readonly bytesText: (value: Bytes) => string;
  readonly rateText: (bitsPerSecond: number) => string;
  /** An amount of money without its currency: two decimals. */
  readonly money: (value: number) => string;
  readonly exactBytes: (value: Bytes) => string;
  readonly unit: (unit: string) => string;
  readonly duration: (milliseconds: number) => string;
  readonly time: (at: string | number | Date) => string;
  readonly clock: (at: string | number | Date) => string;
  readonly day: (at: string | number | Date) => string;
  /** A calendar day of the panel's zone, `2026-11-21`. */
  readonly calendarDay: (day: string) => string;
  readonly instant: (at: string | number | Date) => string;
  /** The time if it was today, else the day. */
  readonly short: (at: string | number | Date) => string;
}

const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
const DAY: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short' };

/** Every number and time of a page goes through here: the panel's zone, the reader's language. */
export function useFormat(): Format {
  const { i18n } = useTranslation();
  return formatOf(i18n, useSession()?.timeZone ?? 'UTC');
}

/** What was made last. All parts of a page have one language and one zone, and a formatter of Intl takes long to make. */
let latest: { readonly language: string; readonly timeZone: string; readonly format: Format } | null = null;

function formatOf(i18n: I18n, timeZone: string): Format {
  const { language } = i18n;
  if (latest?.language !== language || latest.timeZone !== timeZone) {
    latest = { language, timeZone, format: makeFormat(i18n, timeZone) };
  }
  return latest.format;
}

function makeFormat(i18n: I18n, timeZone: string): Format {
  const locale = i18n.language === 'en' ? 'en-GB' : i18n.language;
  const t = wordsOf(i18n.language);
  const unit = (name: string) => t(`common.unit.${name}`);
  const text = (quantity: Quantity) => `${quantity.text}\u00a0${unit(quantity.unit)}`;
  // Each is made when it is first used: few pages need them all.
  const intl = (options: Intl.DateTimeFormatOptions) => {
    let formatter: Intl.DateTimeFormat | undefined;
    return (at: string | number | Date) => {
      formatter ??= new Intl.DateTimeFormat(locale, { timeZone, ...options });
      return formatter.format(new Date(at));
    };
  };
  const clock = intl(CLOCK);
  const day = intl(DAY);
  const dayAndYear = intl({ ...DAY, year: 'numeric' });
  const utcDay = intl({ ...DAY, timeZone: 'UTC' });
  const isoDay = intl({ year: 'numeric', month: '2-digit', day: '2-digit' });
  const year = intl({ year: 'numeric' });
  const dayOrYear = (at: string | number | Date) => (year(at) === year(Date.now()) ? day(at) : dayAndYear(at));
  return {
    locale,
    weekLocale: varietyOf(i18n.language, navigator.languages),
    timeZone,
    bytes: (value) => formatBytes(value, locale),
    rate: (value) => formatRate(value, locale),
    count: (value) => formatCount(value, locale),
    percent: (share) => formatPercent(share, locale),
    share: (share) => formatShare(share, locale),
    bytesText: (value) => text(formatBytes(value, locale)),
    rateText: (value) => text(formatRate(value, locale)),
    money: (value) => numberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value),
    exactBytes: (value) => `${formatCount(value, locale)}\u00a0${unit('B')}`,
    unit,
    duration: (milliseconds) =>
      durationParts(milliseconds)
        .map((part) => `${formatCount(part.value, locale)}\u00a0${unit(part.unit)}`)
        .join(' '),
    time: intl({ ...CLOCK, second: '2-digit' }),
    clock,
    day: dayOrYear,
    calendarDay: (date) => utcDay(`${date}T00:00:00Z`),
    instant: (at) => `${dayOrYear(at)}, ${clock(at)}`,
    short: (at) => (isoDay(at) === isoDay(Date.now()) ? clock(at) : dayOrYear(at)),
  };
}
