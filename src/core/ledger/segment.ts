/** Bytes metered on our own VPN services, or those that senders reported for other servers. */
export type UsageHalf = 'services' | 'reports';

/**
 * A reset mark as it applies to one holder (a user, or a token or peer that nobody owns). Marks of scope `all` apply to
 * every holder, others to the users they name. Ids grow with time.
 */
export interface AppliedReset {
  readonly id: number;
  readonly atMs: number;
  readonly undone: boolean;
  /** The half of usage that it applies to; null: both. */
  readonly half: UsageHalf | null;
}

/**
 * The unit of attribution: the bytes of one holder between two reset marks that applied to it. Bytes change
 * segment by a rebinding alone; what a mark, its undoing or a claim changes is only what a segment counts for.
 */
export interface Segment {
  /** Highest mark that applied to the holder when the segment's bytes flowed, undone since or not; 0 = none. */
  readonly mark: number;
  /** False for claimed history, unless the claim asked for it. */
  readonly inCycle: boolean;
}

/** The marks that apply to one half of a holder's usage. Each half has segments of its own. */
export function marksOnHalf<R extends Pick<AppliedReset, 'half'>>(resets: readonly R[], half: UsageHalf): readonly R[] {
  return resets.every((reset) => reset.half === null)
    ? resets
    : resets.filter((reset) => (reset.half ?? half) === half);
}

/**
 * The mark under which bytes of `[fromMs, toMs)` belong: that of the segment open at the end of their time. A mark set
 * at that very end comes after an interval, but before a single instant, which is a report received after it.
 */
export function markAt(resets: readonly AppliedReset[], fromMs: number, toMs: number): number {
  let mark = 0;
  for (const { id, atMs } of resets) {
    if (id > mark && (atMs < toMs || (atMs === toMs && fromMs === toMs))) mark = id;
  }
  return mark;
}

/** True if bytes under `mark` do not belong to the holder's segment, so that another one has to be found or opened. */
export function needsNewSegment(segment: Segment | null, mark: number): boolean {
  return segment === null || segment.mark !== mark;
}

/** The mark that is in force: the highest that was not undone; 0 = none. */
export function effectiveMark(resets: readonly AppliedReset[]): number {
  let mark = 0;
  for (const { id, undone } of resets) if (!undone && id > mark) mark = id;
  return mark;
}

/** Counts in shown usage, limits and the statistics. History, node budgets and Prometheus counters ignore it. */
export function isVisible(segment: Pick<Segment, 'mark'>, effective: number): boolean {
  return segment.mark >= effective;
}

/** Counts in the running cycle and towards quotas. */
export function countsInCycle(segment: Segment, effective: number): boolean {
  return segment.inCycle && isVisible(segment, effective);
}

/** What claiming does to the segment of an unclaimed holder; its mark stays, and so do its bytes. */
export function claimSegment<S extends Segment>(segment: S, countInCycle: boolean): S {
  return { ...segment, inCycle: countInCycle };
}
