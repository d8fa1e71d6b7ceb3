import type { Notice } from '../inventory/node-operations.ts';
import type { Calendar } from '../units/calendar.ts';
import { DAY_MS } from '../units/time-zone.ts';
import { ALERT_SEVERITIES, type AlertEvent, type AlertKind, type AlertSeverity, kindOf } from './alert.ts';

/** Languages that messages are written in; those of the panel. */
export type AlertLanguage = 'en' | 'ru' | 'fa' | 'zh';

export const ALERT_LANGUAGES: readonly AlertLanguage[] = ['en', 'ru', 'fa', 'zh'];

/** Where alerts are told; `options` as the notifier of that kind understands them. */
export interface ChannelTarget {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a channel is told. */
export interface ChannelRules {
  readonly language: AlertLanguage;
  /** From this severity on. */
  readonly minSeverity: AlertSeverity;
  /** Null: all kinds. */
  readonly kinds: readonly AlertKind[] | null;
  /** Minutes after midnight of the panel's zone; a night's span passes midnight. Null: none. */
  readonly quiet: { readonly fromMinute: number; readonly toMinute: number } | null;
  /** Users are named in messages. Off at first: a list of users in somebody else's hands may be a danger to them. */
  readonly namesUsers: boolean;
}

export const DEFAULT_RULES: ChannelRules = {
  language: 'en',
  minSeverity: 'warning',
  kinds: null,
  quiet: null,
  namesUsers: false,
};

export interface Channel extends ChannelTarget {
  readonly id: string;
  readonly name: string;
  readonly rules: ChannelRules;
  readonly enabled: boolean;
  readonly createdAt: Date;
  readonly deliveredAt: Date | null;
  /** Tries in a row that failed. */
  readonly failures: number;
  readonly retryAt: Date | null;
  readonly problem: Notice | null;
  /** Told events that wait to be delivered. */
  readonly waiting: number;
  /** Events that were given up. */
  readonly dropped: number;
}

/** True if the channel is to be told. The end of an alert goes where its beginning went. */
export function wants({ minSeverity, kinds }: ChannelRules, event: Pick<AlertEvent, 'severity' | 'topic' | 'subject'>) {
  const isSevere = ALERT_SEVERITIES.indexOf(event.severity) >= ALERT_SEVERITIES.indexOf(minSeverity);
  return isSevere && (kinds === null || kinds.includes(kindOf(event.topic, event.subject)));
}

/** When an event may go out: at once, or after the quiet hours; errors do not wait. */
export function notBefore(
  { quiet }: ChannelRules,
  { severity, at }: Pick<AlertEvent, 'severity' | 'at'>,
  calendar: Calendar,
): Date {
  if (quiet === null || severity === 'error' || quiet.fromMinute === quiet.toMinute) return at;
  const { number, fromMs } = calendar.dayOf(at.getTime());
  const minute = Math.floor((at.getTime() - fromMs) / 60_000);
  const { fromMinute: from, toMinute: to } = quiet;
  const passesMidnight = from > to;
  const isQuiet = passesMidnight ? minute >= from || minute < to : minute >= from && minute < to;
  if (!isQuiet) return at;
  const endsOn = passesMidnight && minute >= from ? number + 1 : number;
  return new Date(calendar.day(endsOn).fromMs + to * 60_000);
}

/** Between two tries: doubling from ten seconds, an hour at most; what the receiver asks for if that is longer. */
export function retryAfterMs(failures: number, askedMs: number | null): number {
  const ownMs = Math.min(3_600_000, 10_000 * 2 ** Math.min(failures - 1, 20));
  return Math.max(ownMs, Math.min(askedMs ?? 0, DAY_MS));
}

/** Events that could not be told for so long are no news any more. */
export const GIVE_UP_MS = 3 * DAY_MS;
