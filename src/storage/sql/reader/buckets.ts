import type { Gap, Period } from '../../../core/ledger/usage-history.ts';
import type { Calendar, Day } from '../../../core/units/calendar.ts';
import { QUARTER_MS, quarterOf, quarterStart } from '../../../core/units/quarter.ts';
import { DAY_MS } from '../../../core/units/time-zone.ts';

/** The buckets of a chart: bounds that touch the period, in order; `toMs` of one is `fromMs` of the next. */
export interface Buckets {
  readonly seconds: number;
  readonly fromMs: readonly number[];
  readonly endMs: number;
  /** Index of the bucket that a quarter of an hour lies in; -1 outside. */
  indexOf(quarter: number): number;
}

/** Days are those of the panel's zone; hours are counted from the start of such a day, wherever in an hour of UTC it lies. */
export function makeBuckets({ from, to }: Period, bucketSeconds: number, calendar: Calendar): Buckets {
  const startMs = from.getTime();
  const endMs = Math.max(startMs, to.getTime());
  const stepMs = Math.max(bucketSeconds * 1000, QUARTER_MS);
  const first = calendar.dayOf(startMs);
  const fromMs: number[] = [];
  let ms = stepMs === DAY_MS ? first.fromMs : bucketStart(startMs, first, stepMs);
  while (ms < endMs) {
    fromMs.push(ms);
    const day = calendar.dayOf(ms);
    ms = stepMs === DAY_MS ? day.toMs : Math.min(ms + stepMs, day.toMs);
  }
  return {
    seconds: stepMs / 1000,
    fromMs,
    endMs: ms,
    indexOf: (quarter) => indexOf(fromMs, ms, quarterStart(quarter)),
  };
}

function bucketStart(ms: number, day: Day, stepMs: number): number {
  return ms - ((ms - day.fromMs) % stepMs);
}

/** The last bucket that begins at or before an instant, by halving. */
function indexOf(fromMs: readonly number[], endMs: number, ms: number): number {
  if (ms >= endMs) return -1;
  let low = -1;
  let high = fromMs.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((fromMs[middle] ?? 0) <= ms) low = middle;
    else high = middle;
  }
  return low;
}

/** First and last quarter of all buckets. */
export function quartersOf({ fromMs, endMs }: Buckets): { first: number; last: number } {
  return { first: quarterOf(fromMs[0] ?? 0), last: quarterOf(Math.max(endMs - 1, 0)) };
}

/** True for each bucket of which, on every one of the nodes, nothing is known: it lies in gaps from end to end. */
export function unknownBuckets(buckets: Buckets, nodes: readonly CountedNode[], gaps: readonly Gap[], nowMs: number) {
  const dark = nodes.map((node) => darkTimes(node, gaps, nowMs));
  return buckets.fromMs.map((fromMs, i) => {
    const toMs = Math.min(buckets.fromMs[i + 1] ?? buckets.endMs, nowMs);
    return nodes.length > 0 && dark.every((intervals) => covers(intervals, fromMs, toMs));
  });
}

/** A node is unknown before we counted on it. */
export interface CountedNode {
  readonly id: string;
  readonly sinceMs: number;
  readonly untilMs: number | null;
}

type Interval = readonly [fromMs: number, toMs: number];

function darkTimes({ id, sinceMs, untilMs }: CountedNode, gaps: readonly Gap[], nowMs: number): Interval[] {
  const own = gaps
    .filter(({ nodeId }) => nodeId === id)
    .map(({ from, to }): Interval => [from.getTime(), to?.getTime() ?? nowMs]);
  const after: Interval[] = untilMs === null ? [] : [[untilMs, Number.POSITIVE_INFINITY]];
  return [[Number.NEGATIVE_INFINITY, sinceMs] as const, ...own, ...after].sort((a, b) => a[0] - b[0]);
}

function covers(intervals: readonly Interval[], fromMs: number, toMs: number): boolean {
  let known = fromMs;
  for (const [start, end] of intervals) {
    if (start > known) break;
    if (end > known) known = end;
  }
  return known >= toMs;
}
