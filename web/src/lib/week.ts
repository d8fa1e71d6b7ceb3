import { addDays } from './zone.ts';

/** The first day of the week where a locale is spoken (CLDR): Monday 1 to Sunday 7. */
export function firstWeekday(locale: string): number {
  const known = new Intl.Locale(locale).maximize() as Intl.Locale & WeekInfo;
  const info = known.getWeekInfo?.() ?? known.weekInfo;
  return info?.firstDay ?? FIRST_DAYS[known.language] ?? 1;
}

/** Of the panel's languages, for browsers that do not tell. */
const FIRST_DAYS: Readonly<Record<string, number>> = { en: 7, fa: 6, ru: 1, zh: 1 };

/** Not in TypeScript's library yet; a property first, a method later. */
interface WeekInfo {
  readonly weekInfo?: { readonly firstDay: number };
  getWeekInfo?(): { readonly firstDay: number };
}

/** The reader's own variety of a language, as their browser has it (`en-US`): weeks do not begin everywhere alike. */
export function varietyOf(language: string, ofBrowser: readonly string[]): string {
  return ofBrowser.find((one) => one === language || one.startsWith(`${language}-`)) ?? language;
}

/** The first day of the week that a calendar day (`2026-11-21`) lies in. */
export function startOfWeek(day: string, locale: string): string {
  // Sunday is day 0 here.
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return addDays(day, -((weekday - firstWeekday(locale) + 7) % 7));
}

const WEEKS = ['week:mon', 'week:sat', 'week:sun'] as const;

/** Cycles of a week as the API calls them; the first is that of the locale. */
export function weekCycles(locale: string): readonly (typeof WEEKS)[number][] {
  const own = { 6: 'week:sat', 7: 'week:sun' }[firstWeekday(locale)] ?? 'week:mon';
  return [...WEEKS].sort((a, b) => Number(b === own) - Number(a === own));
}
