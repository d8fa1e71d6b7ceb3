/** From here on a node's clock is off, and the owner is told. */
export const SKEW_ALERT_MS = 5_000;

/** Samples that are looked at together: one slow answer does not raise an alarm. */
export const SKEW_SAMPLES = 5;
const LEAST_SAMPLES = 3;

/** Clocks are told in whole seconds. */
const RESOLUTION_MS = 1_000;

/**
 * How far a node's clock is ahead of ours (behind: negative), ms. It was read at an unknown moment between `startedAt` and
 * `endedAt`: what that leaves open counts as agreement.
 */
export function skewOf(sourceClock: Date, startedAt: Date, endedAt: Date): number {
  const least = sourceClock.getTime() - endedAt.getTime();
  const most = sourceClock.getTime() + RESOLUTION_MS - startedAt.getTime();
  if (least > 0) return least;
  return Math.min(most, 0);
}

/** Median of the last samples; null while there are too few to say anything. */
export function smoothSkew(samples: readonly number[]): number | null {
  const last = samples.slice(-SKEW_SAMPLES).sort((a, b) => a - b);
  return last.length < LEAST_SAMPLES ? null : (last[Math.floor(last.length / 2)] ?? null);
}

export function isSkewed(skewMs: number | null): boolean {
  return skewMs !== null && Math.abs(skewMs) >= SKEW_ALERT_MS;
}
