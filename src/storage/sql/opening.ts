import { Calendar, type ZoneSince } from '../../core/units/calendar.ts';
import type { Database } from './database.ts';

/** The zones of the panel so far, with the one that is wanted now. */
export function settleCalendar(db: Database, wanted: string | null, nowMs: number): Calendar {
  const saved = db.prepare("SELECT value FROM meta WHERE name = 'calendar'").pluck().get() as string | undefined;
  const before = saved === undefined ? null : new Calendar(JSON.parse(saved) as ZoneSince[]);
  const calendar =
    before === null
      ? Calendar.of(wanted ?? systemZone())
      : wanted === null
        ? before
        : before.withZone(wanted, afterLastDay(db, nowMs));
  db.prepare(
    "INSERT INTO meta (name, value) VALUES ('calendar', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
  ).run(JSON.stringify(calendar.zones));
  return calendar;
}

/** Now; where the wall clock was set back, the last day that has bytes: a change of zone must not reach into it. */
export function afterLastDay(db: Database, nowMs: number): number {
  const lastMs = db.prepare('SELECT max(from_at) FROM calendar_day').pluck().get() as number | null;
  return Math.max(nowMs, lastMs ?? nowMs);
}

export function systemZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** When a process last wrote to this ledger; null for a new one. */
export function lastAlive(db: Database): Date | null {
  const at = db.prepare('SELECT at FROM alive').pluck().get() as number | undefined;
  return at === undefined || at === 0 ? null : new Date(at);
}
