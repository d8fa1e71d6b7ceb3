import { setTimeout as delay } from 'node:timers/promises';
import { DAY_MS } from '../../src/core/units/time-zone.ts';

/** What holds from the next quarter of an hour on, and what belongs to today (UTC). */
const PERIODS_MS = { quarter: 900_000, day: DAY_MS } as const;

/** Where a period ends within `ms`, waits for the next one: what a test says of it is to be true until its end. */
export async function awayFromEnd(period: keyof typeof PERIODS_MS, ms: number): Promise<void> {
  const leftMs = PERIODS_MS[period] - (Date.now() % PERIODS_MS[period]);
  if (leftMs < ms) await delay(leftMs + 50);
}
