import { formatBytes, formatRate } from '../../lib/format.ts';
import { startOfWeek } from '../../lib/week.ts';
import { type ChartData, stack } from './model.ts';

/** Fewer days than these have no weeks that could be seen. */
const DAYS_IN_WEEKS = 21;

/** Which of the days (`2026-11-21`, in order) have a label, `room` at most: where not all have, those that begin a week in the locale. */
export function labelledDays(days: readonly string[], room: number, locale: string): boolean[] {
  if (days.length <= room || days.length < DAYS_IN_WEEKS) {
    const every = Math.ceil(days.length / room);
    return days.map((_, index) => index % every === 0);
  }
  const every = 7 * Math.ceil(days.length / 7 / room);
  const first = days.findIndex((day) => startOfWeek(day, locale) === day);
  return days.map((_, index) => index >= first && (index - first) % every === 0);
}

/** Factor and unit of the vertical axis, so that its numbers stay short. */
export function axisUnit(data: ChartData): { readonly factor: number; readonly unit: string } {
  if (data.quantity === 'count') return { factor: 1, unit: '' };
  const top = Math.max(1, ...stack(data.series, data.starts.length).totals);
  const { unit } = data.quantity === 'bytes' ? formatBytes(top, 'en') : formatRate(top, 'en');
  const base = data.quantity === 'bytes' ? 1024 : 1000;
  const steps =
    data.quantity === 'bytes'
      ? ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']
      : ['bit', 'kbit', 'Mbit', 'Gbit', 'Tbit'];
  return { factor: base ** Math.max(0, steps.indexOf(unit)), unit };
}
