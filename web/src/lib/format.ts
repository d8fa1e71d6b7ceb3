import type { Bytes } from '../api/exact-json.ts';

/** A number and its unit, apart, because the unit is drawn smaller and lighter. */
export interface Quantity {
  readonly text: string;
  /** Key of the unit's name below `common.unit`; empty when there is none. */
  readonly unit: string;
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;
const RATE_UNITS = ['bit', 'kbit', 'Mbit', 'Gbit', 'Tbit'] as const;

const formatters = new Map<string, Intl.NumberFormat>();

/** One for each way of writing numbers: a formatter takes longer to make than a thousand numbers to be written. */
export function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify([locale, options]);
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    formatter = new Intl.NumberFormat(locale, options);
    formatters.set(key, formatter);
  }
  return formatter;
}

/** Binary steps, as quotas count; three significant digits. Rounding to four digits moves on to the next unit. */
export function formatBytes(value: Bytes, locale: string): Quantity {
  return stepped(Number(value), 1024, BYTE_UNITS, locale);
}

/** Bits per second, in steps of 1000. */
export function formatRate(bitsPerSecond: number, locale: string): Quantity {
  return stepped(bitsPerSecond, 1000, RATE_UNITS, locale);
}

const COUNT = { useGrouping: 'always' } as const;

/** Every digit, thousands apart by a thin space in every language. */
export function formatCount(value: Bytes, locale: string): string {
  const parts = numberFormat(locale, COUNT).formatToParts(value);
  return parts.map((part) => (part.type === 'group' ? '\u202f' : part.value)).join('');
}

export function formatPercent(share: number, locale: string): string {
  const digits = share !== 0 && Math.abs(share) < 0.1 ? 1 : 0;
  return numberFormat(locale, { maximumFractionDigits: digits }).format(share * 100);
}

/** A part in percent with two decimals, rounded down: 99.999 % is not 100 %. */
export function formatShare(share: number, locale: string): string {
  const floored = Math.floor(share * 10_000 + 1e-9) / 100;
  return numberFormat(locale, {
    minimumFractionDigits: floored === 100 ? 0 : 2,
    maximumFractionDigits: 2,
  }).format(floored);
}

const THREE = { minimumSignificantDigits: 3, maximumSignificantDigits: 3, useGrouping: false } as const;

function stepped(value: number, base: number, units: readonly string[], locale: string): Quantity {
  let scaled = value;
  let step = 0;
  while (step < units.length - 1 && Math.abs(Number(scaled.toPrecision(3))) >= 1000) {
    scaled /= base;
    step += 1;
  }
  // Whole bytes and bits need no fraction; 0 is 0.
  const whole = step === 0;
  const text = whole
    ? numberFormat(locale, COUNT).format(Math.round(scaled))
    : numberFormat(locale, THREE).format(scaled);
  return { text, unit: units[step] ?? '' };
}

export type DurationUnit = 's' | 'min' | 'h' | 'd';

/** The largest unit that fits, and the next below it where that still says something. */
export function durationParts(milliseconds: number): { readonly value: number; readonly unit: DurationUnit }[] {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return [{ value: seconds, unit: 's' }];
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return [{ value: minutes, unit: 'min' }];
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return withRest({ value: hours, unit: 'h' }, { value: minutes % 60, unit: 'min' });
  return withRest({ value: Math.floor(hours / 24), unit: 'd' }, { value: hours % 24, unit: 'h' });
}

function withRest(
  first: { value: number; unit: DurationUnit },
  rest: { value: number; unit: DurationUnit },
): { value: number; unit: DurationUnit }[] {
  return rest.value > 0 && first.value < 10 ? [first, rest] : [first];
}

/** An amount as it is typed, with a point or a comma; null where it is none. */
export function parseAmount(text: string): number | null {
  const value = Number(text.trim().replace(',', '.'));
  return text.trim() === '' || !Number.isFinite(value) || value <= 0 ? null : value;
}

/** GiB as they are typed, with a point or a comma, as bytes; null where it is no amount. */
export function parseGib(text: string): number | null {
  const value = parseAmount(text);
  return value === null ? null : Math.round(value * 2 ** 30);
}
