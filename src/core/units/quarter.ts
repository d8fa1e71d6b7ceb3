/** Records are kept per quarter of an hour: half-hour and three-quarter-hour time zones have their midnights on one. */
export const QUARTER_MS = 900_000;

/**
 * A quarter takes bytes without calling them late for this long after its end, so that a poll that straddles the border
 * stays one measurement. Also the longest interval that counts as measured where it crosses a border.
 */
export const GRACE_MS = 300_000;

/** Number of the quarter an instant (ms since 1970, UTC) lies in. */
export function quarterOf(ms: number): number {
  return Math.floor(ms / QUARTER_MS);
}

/** First instant of a quarter; its end is the start of the next. */
export function quarterStart(quarter: number): number {
  return quarter * QUARTER_MS;
}

/** True once the quarter takes no more bytes: what still belongs to it is booked late, in rows of its own. */
export function isQuarterClosed(quarter: number, nowMs: number): boolean {
  return nowMs >= quarterStart(quarter + 1) + GRACE_MS;
}
