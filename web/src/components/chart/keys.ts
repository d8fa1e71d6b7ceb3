/** Where the keyboard stands in a chart: starts of buckets, in seconds, as the buckets of a live chart move. */
export interface Standing {
  readonly at: number;
  /** Where the selection began; null: nothing is selected. */
  readonly from: number | null;
}

/** How many steps of PageUp and PageDown lead through a chart. */
const PAGES = 10;

/** Where a key leads, `starts` from early to late; null: it is none of a chart's keys. The first press stands at the end. */
export function stepped(
  standing: Standing | null,
  { key, shiftKey }: { readonly key: string; readonly shiftKey: boolean },
  starts: readonly number[],
): Standing | null {
  const last = starts.length - 1;
  const page = Math.max(1, Math.round(starts.length / PAGES));
  const steps: Readonly<Record<string, number>> = {
    ...{ ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: page, PageDown: -page },
    ...{ Home: -starts.length, End: starts.length },
  };
  const step = steps[key];
  if (step === undefined || last < 0) return null;
  const here = standing === null ? last : indexOf(standing.at, starts);
  const next = starts[Math.min(last, Math.max(0, here + step))] ?? 0;
  return { at: next, from: shiftKey ? (standing?.from ?? starts[here] ?? next) : null };
}

/** The bucket that holds an instant; one that has moved out of the chart is at its edge. */
export function indexOf(at: number, starts: readonly number[]): number {
  return Math.max(
    0,
    starts.findLastIndex((start) => start <= at),
  );
}

/** What is selected, from and to in seconds, both ends included. */
export function selectionOf(
  standing: Standing | null,
  starts: readonly number[],
  bucketSeconds: number,
): readonly [from: number, to: number] | null {
  if (standing === null || standing.from === null) return null;
  const ends = [standing.at, standing.from].map((at) => starts[indexOf(at, starts)] ?? at);
  return [Math.min(...ends), Math.max(...ends) + bucketSeconds];
}
