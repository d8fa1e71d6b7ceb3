import type { CounterAge } from './collector.ts';

/** The last complete poll that showed a service. */
export interface LastShown {
  readonly at: Date;
  /** How the start of its counters was named then; null = not at all. */
  readonly evidence: string | null;
}

/** Two clocks that nobody sets apart by hand run apart by less: NTP slews by at most 500 ppm (adjtimex(2)). */
const MAX_DRIFT = 0.0005;
/** The wall clock is corrected by a little now and then. */
const CORRECTION_MS = 100;
const NAME = /^since (\d{4}-.+Z)$/;

/**
 * Names the start of counters whose source tells only how long they have been running (`ServiceReading.age`): the name
 * stays while they may be the same, and is another one as soon as they must have begun after the last complete poll.
 * Only the time since that poll is compared. The instant of the start itself is not: seen from here it drifts with the
 * source's clock by seconds a day, and each step of it would count old bytes again.
 */
export function startFromAge(age: CounterAge, at: Date, last: LastShown | null): string {
  const earliestMs = at.getTime() - age.maxMs;
  const latestMs = at.getTime() - age.minMs;
  const fresh = `since ${new Date(Math.ceil(latestMs)).toISOString()}`;
  const known = last === null ? null : startOf(last.evidence);
  if (last === null || last.evidence === null || known === null) return fresh;
  const lastMs = last.at.getTime();
  const slackMs = Math.abs(at.getTime() - lastMs) * MAX_DRIFT;
  if (earliestMs - slackMs > lastMs) return fresh;
  if (latestMs + slackMs <= lastMs) return last.evidence;
  // They began about when we last looked. If those that we saw then began before they can have, they are others.
  const knownMs = known + Math.max(0, lastMs - known) * MAX_DRIFT + CORRECTION_MS;
  return earliestMs - slackMs > knownMs ? fresh : last.evidence;
}

/** The latest instant at which they can have begun, ms since 1970; null if the name is not one of ours. */
function startOf(evidence: string | null): number | null {
  const match = NAME.exec(evidence ?? '');
  const ms = Date.parse(match?.[1] ?? '');
  return Number.isNaN(ms) ? null : ms;
}
