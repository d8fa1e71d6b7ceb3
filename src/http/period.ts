import { Type } from '@sinclair/typebox';
import { InvalidInput } from '../core/errors.ts';
import type { Period } from '../core/ledger/usage-history.ts';
import type { Calendar } from '../core/units/calendar.ts';

/** Ten years: longer than anything is kept by most people, and a bound for charts. */
const MAX_DAYS = 3660;

/** `days` (whole days of the panel's zone, today included) or `from`/`to`. */
export const PeriodQuery = {
  days: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_DAYS, description: 'Whole days, today included.' })),
  from: Type.Optional(Type.String({ format: 'date-time' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Default: now.' })),
};

export interface PeriodParameters {
  readonly days?: number;
  readonly from?: string;
  readonly to?: string;
}

/** @throws InvalidInput if `from` is not before `to` */
export function periodOf(query: PeriodParameters, calendar: Calendar, now: Date, defaultDays = 30): Period {
  if (query.from === undefined) return lastDays(query.days ?? defaultDays, calendar, now);
  const period = { from: new Date(query.from), to: query.to === undefined ? now : new Date(query.to) };
  if (period.from >= period.to) throw new InvalidInput('/query/from', '"from" must be before "to".');
  return period;
}

/** The last `days` days of the panel's zone up to now. */
export function lastDays(days: number, calendar: Calendar, now: Date): Period {
  const { first } = calendar.lastDays(days, now.getTime());
  return { from: new Date(first.fromMs), to: now };
}
