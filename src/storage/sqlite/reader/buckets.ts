import type { Gap, Period } from '../../../core/ledger/usage-history.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import { QUARTER_MS, quarterOf } from '../../../core/units/quarter.ts';

/** The buckets of a chart: bounds that touch the period, in order; `toMs` of one is `fromMs` of the next. */
export interface Buckets {
  readonly seconds: number;
  readonly fromMs: readonly number[];
  readonly endMs: number;
  /** Index of the bucket that a quarter of an hour lies in; -1 outside. */
  indexOf(quarter: number): number;
}

/** Buckets of a day are days of the panel's zone; shorter ones are counted from 1970, UTC. */
export function makeBuckets({ from, to }: Period, bucketSeconds: number, calendar: Calendar): Buckets {
  const startMs = from.getTime();
  const endMs = Math.max(startMs, to.getTime());
  return bucketSeconds === 86_400
    ? dayBuckets(startMs, endMs, calendar)
    : evenBuckets(startMs, endMs, Math.max(bucketSeconds, 900) * 1000);
}

function evenBuckets(startMs: number, endMs: number, stepMs: number): Buckets {
  const first = Math.floor(startMs / stepMs) * stepMs;
  const fromMs: number[] = [];
  for (let ms = first; ms < endMs; ms += stepMs) fromMs.push(ms);
  return {
    seconds: stepMs / 1000,
    fromMs,
    endMs: first + fromMs.length * stepMs,
    indexOf(quarter) {
      const index = Math.floor((quarter * QUARTER_MS - first) / stepMs);
      return index < fromMs.length ? Math.max(index, -1) : -1;
    },
  };
}

function dayBuckets(startMs: number, endMs: number, calendar: Calendar): Buckets {
  const { first, last } = calendar.daysTouching(startMs, endMs);
  const fromMs: number[] = [];
  const indexes = new Map<number, number>();
  for (let number = first.number; number <= last.number; number++) {
    const day = calendar.day(number);
    if (day.toMs <= day.fromMs) continue;
    indexes.set(number, fromMs.length);
    fromMs.push(day.fromMs);
  }
  return {
    seconds: 86_400,
    fromMs,
    endMs: last.toMs,
    indexOf: (quarter) => indexes.get(calendar.dayOf(quarter * QUARTER_MS).number) ?? -1,
  };
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
