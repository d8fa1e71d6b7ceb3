/** Offset of a zone from UTC at an instant, in milliseconds. */
function offsetAt(instant: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(instant);
  const part = (type: string) => Number(parts.find((candidate) => candidate.type === type)?.value);
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return local - Math.floor(instant / 1000) * 1000;
}

/** The instant at which a calendar day (`2026-11-21`) begins in a zone. */
export function startOfDay(day: string, timeZone: string): Date {
  return instantAt(`${day}T00:00`, timeZone);
}

/** The instant at which clocks of a zone show this (`2026-11-21T14:05`). */
export function instantAt(local: string, timeZone: string): Date {
  const utc = Date.parse(`${local}Z`);
  const guess = utc - offsetAt(utc, timeZone);
  // Asked again at the guess: the offset may have changed between the two (daylight saving).
  return new Date(utc - offsetAt(guess, timeZone));
}

/** What clocks of a zone show at an instant, as a field of a form has it (`2026-11-21T14:05`). */
export function localTime(instant: Date, timeZone: string): string {
  const at = instant.getTime();
  return new Date(at + offsetAt(at, timeZone)).toISOString().slice(0, 16);
}

/** The calendar day of an instant in a zone, as `2026-11-21`. */
export function dayOf(instant: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    instant,
  );
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
