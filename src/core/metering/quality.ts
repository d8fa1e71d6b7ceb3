import { FLAG, type Flags } from './flags.ts';

/** How well an interval is known; the worst first. One word per interval, everywhere: API, charts, exports. */
export const QUALITIES = [
  /** Nothing is known (yet): the collector is silent. */
  'gap',
  /** Nothing was counted, because tracking was switched off. */
  'tracking-off',
  /** Bytes may be missing: a life ended or a counter was set back between two readings. */
  'possible-loss',
  /** The wall clock stepped: the bytes are right, when they flowed is not sure. */
  'clock-suspect',
  /** Bytes of a longer interval, spread over its quarters by time. */
  'estimated',
  /** Caught up after a gap, or booked after its quarter was closed. */
  'late',
  'measured',
] as const;
export type Quality = (typeof QUALITIES)[number];

/** A time without a complete reading, as the ledger keeps it. */
export interface GapFact {
  readonly reason: string;
  /** It has not ended, or ended with its node: nothing was caught up. */
  readonly isOpen: boolean;
}

/** Gaps whose end is a reading of the same counters: these caught up what flowed. Any other reason stays a gap. */
const CAUGHT_UP = new Set(['failed', 'incomplete', 'not-running']);

/**
 * Names an interval by the flags of what was booked in it and by the gap it lies in. A gap that has ended is `late`, for
 * cumulative counters catch up; what they could not show is flagged in its own right.
 */
export function qualityOf(flags: Flags, gap: GapFact | null = null): Quality {
  return worseOf(gap === null ? 'measured' : qualityOfGap(gap), qualityOfFlags(flags));
}

export function qualityOfGap({ reason, isOpen }: GapFact): Quality {
  if (reason === 'tracking-off') return 'tracking-off';
  return !isOpen && CAUGHT_UP.has(reason) ? 'late' : 'gap';
}

function qualityOfFlags(flags: Flags): Quality {
  if ((flags & (FLAG.possibleLoss | FLAG.resetByOther | FLAG.rewound)) !== 0) return 'possible-loss';
  if ((flags & FLAG.clockSuspect) !== 0) return 'clock-suspect';
  if ((flags & FLAG.estimated) !== 0) return 'estimated';
  return (flags & FLAG.late) === 0 ? 'measured' : 'late';
}

export function worseOf(a: Quality, b: Quality): Quality {
  return QUALITIES.indexOf(a) <= QUALITIES.indexOf(b) ? a : b;
}

/** Something known about a stretch of time `[fromMs, toMs)`; everything else in it is `measured`. */
export interface QualityFact {
  readonly fromMs: number;
  readonly toMs: number;
  readonly quality: Quality;
  /** Why, in a stable word: the reason of a gap, `reset-by-other`, … */
  readonly reason: string;
  /** Node that it is about; null for what is about no node, such as a report. */
  readonly nodeId: string | null;
}

export interface QualityInterval {
  readonly fromMs: number;
  readonly toMs: number;
  /** The worst of what is known about it. */
  readonly quality: Quality;
  /** Every reason, not only that of the worst; in order, each once. */
  readonly reasons: readonly string[];
  readonly nodeIds: readonly string[];
}

/** Names every moment of `[fromMs, toMs)`: intervals without holes or overlaps, neighbours never the same. */
export function qualityTimeline(fromMs: number, toMs: number, facts: readonly QualityFact[]): QualityInterval[] {
  const inside = facts
    .map((fact) => ({ ...fact, fromMs: Math.max(fact.fromMs, fromMs), toMs: Math.min(fact.toMs, toMs) }))
    .filter((fact) => fact.fromMs < fact.toMs && fact.quality !== 'measured')
    .sort((a, b) => a.fromMs - b.fromMs);
  const borders = [...new Set([fromMs, toMs, ...inside.flatMap((fact) => [fact.fromMs, fact.toMs])])];
  borders.sort((a, b) => a - b);
  const intervals: QualityInterval[] = [];
  let next = 0;
  let active: QualityFact[] = [];
  for (let i = 0; i + 1 < borders.length; i++) {
    const startMs = borders[i] as number;
    active = active.filter((fact) => fact.toMs > startMs);
    for (let fact = inside[next]; fact !== undefined && fact.fromMs <= startMs; fact = inside[++next])
      active.push(fact);
    append(intervals, intervalOf(startMs, borders[i + 1] as number, active));
  }
  return intervals;
}

function intervalOf(fromMs: number, toMs: number, active: readonly QualityFact[]): QualityInterval {
  return {
    fromMs,
    toMs,
    quality: active.reduce<Quality>((worst, { quality }) => worseOf(worst, quality), 'measured'),
    reasons: distinct(active.map(({ reason }) => reason)),
    nodeIds: distinct(active.flatMap(({ nodeId }) => nodeId ?? [])),
  };
}

function append(intervals: QualityInterval[], added: QualityInterval): void {
  const last = intervals.at(-1);
  const isSame =
    last !== undefined &&
    last.quality === added.quality &&
    last.reasons.join() === added.reasons.join() &&
    last.nodeIds.join() === added.nodeIds.join();
  if (isSame) intervals[intervals.length - 1] = { ...last, toMs: added.toMs };
  else intervals.push(added);
}

function distinct(words: readonly string[]): string[] {
  return [...new Set(words)].sort();
}

/** The reasons that the flags of a record give, in words. */
export function reasonsOf(flags: Flags): string[] {
  return WORDS.filter(([bit]) => (flags & bit) !== 0).map(([, word]) => word);
}

const WORDS = [
  [FLAG.possibleLoss, 'possible-loss'],
  [FLAG.resetByOther, 'reset-by-other'],
  [FLAG.rewound, 'rewound'],
  [FLAG.clockSuspect, 'clock-suspect'],
  [FLAG.estimated, 'estimated'],
  [FLAG.late, 'late'],
] as const;
