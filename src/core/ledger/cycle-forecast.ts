import type { CycleBounds } from '../units/billing-cycle.ts';
import { DAY_MS } from '../units/time-zone.ts';

/** Less than three days, or a tenth of the cycle, tell nothing: weekends differ from weekdays. */
const LEAST_MS = 3 * DAY_MS;
const LEAST_SHARE = 0.1;

/**
 * What a cycle will have carried at its end if it goes on as it went since counting began (`sinceMs`, if that was within it);
 * null: too early to tell.
 */
export function forecastCycle(
  total: bigint,
  { fromMs, toMs }: CycleBounds,
  sinceMs: number,
  nowMs: number,
): bigint | null {
  const begunMs = Math.max(fromMs, sinceMs);
  const passedMs = nowMs - begunMs;
  const isEarly = passedMs < LEAST_MS || passedMs < LEAST_SHARE * (toMs - fromMs);
  if (isEarly || total <= 0n || nowMs >= toMs) return null;
  return total + (total * BigInt(Math.round(toMs - nowMs))) / BigInt(Math.round(passedMs));
}
