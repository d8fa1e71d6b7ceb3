/** A date of the Jalali (Solar Hijri) calendar; months 1 to 12, Farvardin first. */
export interface JalaliDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Day number (days since 1970-01-01) of 1 Farvardin of the year 1. */
const FIRST_DAY = 1_948_320 - 2_440_588;

/**
 * Day number of a date, by the rule of 33 years with 8 leap years, which gives the same dates as the astronomical
 * calendar from 1206 to 1498 (1827 to 2119); so does ICU (persncal.cpp).
 */
export function jalaliDay(year: number, month: number, day: number): number {
  return startOfYear(year) + (month <= 7 ? (month - 1) * 31 : (month - 1) * 30 + 6) + day - 1;
}

export function jalaliDate(dayNumber: number): JalaliDate {
  const year = 1 + Math.floor((33 * (dayNumber - FIRST_DAY) + 3) / 12_053);
  const ofYear = dayNumber - startOfYear(year);
  const month = ofYear < 186 ? Math.floor(ofYear / 31) + 1 : Math.floor((ofYear - 6) / 30) + 1;
  return { year, month, day: dayNumber - jalaliDay(year, month, 1) + 1 };
}

/** Days of a month: 31 in the first six, then 30, and 29 in the last one of a common year. */
export function jalaliMonthLength(year: number, month: number): number {
  const next = month === 12 ? startOfYear(year + 1) : jalaliDay(year, month + 1, 1);
  return next - jalaliDay(year, month, 1);
}

function startOfYear(year: number): number {
  return FIRST_DAY + 365 * (year - 1) + Math.floor((8 * year + 21) / 33);
}
