import type { Bytes } from '../../api/exact-json.ts';
import type { Gap, Series } from '../../api/types.ts';
import { directionsOf } from '../../lib/direction.ts';
import { isPause, oncePerPause } from '../../lib/pauses.ts';

/** How well a bucket is known, in the word that API and exports have for it. */
export type Quality = Series['series'][number]['quality'][number];

/** Bit of a bucket's flags: booked after its quarter was closed, or caught up after a gap. */
const LATE = 1;
/** More than this many buckets are drawn as areas, fewer as bars: an area needs neighbours. */
const MOST_BARS = 32;
const DAY_SECONDS = 86_400;

export interface ChartSeries {
  readonly id: string;
  readonly name: string;
  /** Name of the colour's token. */
  readonly color: string;
  /** Per bucket, in the chart's unit; null where nothing is known. */
  readonly values: readonly (number | null)[];
  readonly late: readonly boolean[];
  readonly quality: readonly Quality[];
  readonly totalBytes: number;
  readonly partlyKnown: boolean;
}

export interface ChartMark {
  readonly kind: 'reset' | 'gap' | 'late' | 'doubt' | 'state' | 'plan';
  readonly label: string;
  /** Seconds since 1970; `to` null: one instant. */
  readonly from: number;
  readonly to: number | null;
}

export interface ChartData {
  readonly shape: 'area' | 'bars';
  /** Day buckets are sums in bytes, shorter ones mean rates in bits per second; or a number of peers. */
  readonly quantity: 'bytes' | 'rate' | 'count';
  readonly bucketSeconds: number;
  /** Start of each bucket, seconds since 1970. */
  readonly starts: readonly number[];
  /** In the order of the stack, from below. */
  readonly series: readonly ChartSeries[];
  readonly marks: readonly ChartMark[];
}

type Split = 'directions' | 'series';

/** Names for what the API only knows by id. */
export interface ChartWords {
  readonly download: string;
  readonly upload: string;
  readonly others: string;
  /** What belongs to no node (reports) or to no user (unclaimed). */
  readonly none: string;
  readonly noDirection: string;
  readonly deletedNode: string;
  readonly deleted: (name: string) => string;
  readonly quality: (word: Quality) => string;
  /** What is so of one series alone. */
  readonly named: (name: string, what: string) => string;
  readonly gap: (name: string) => string;
  /** Why Xpert itself did not look. */
  readonly pause: (reason: string) => string;
  readonly reset: (label: string) => string;
}

/** A chart shows directions or series, never both. */
export function chartData(api: Series, split: Split, words: ChartWords, nowSeconds: number): ChartData {
  const starts = api.from.map((at) => Date.parse(at) / 1000);
  const quantity = isDaily(api) ? 'bytes' : 'rate';
  const measure = measureOf(quantity, api.bucketSeconds, starts, nowSeconds);
  const series = split === 'directions' ? directionSeries(api, measure, words) : namedSeries(api, measure, words);
  return {
    shape: shapeOf(starts.length),
    quantity,
    bucketSeconds: api.bucketSeconds,
    starts,
    series,
    marks: marksOf(api, starts, words, nowSeconds),
  };
}

export function shapeOf(buckets: number): ChartData['shape'] {
  return buckets > MOST_BARS ? 'area' : 'bars';
}

/** Whole days of the panel's zone; shorter buckets have a time of day. */
export function isDaily({ bucketSeconds }: Pick<ChartData, 'bucketSeconds'>): boolean {
  return bucketSeconds >= DAY_SECONDS;
}

type Measure = (value: Bytes | null, index: number) => number | null;

function measureOf(quantity: 'bytes' | 'rate', bucketSeconds: number, starts: readonly number[], now: number): Measure {
  return (value, index) => {
    if (value === null) return null;
    if (quantity === 'bytes') return Number(value);
    // The last bucket is still running: its mean is over the part that has passed.
    const elapsed = Math.min(bucketSeconds, Math.max(60, now - (starts[index] ?? now)));
    return (Number(value) * 8) / elapsed;
  };
}

function directionSeries(api: Series, measure: Measure, words: ChartWords): ChartSeries[] {
  const only = api.series[0];
  if (!only) return [];
  const { download, upload } = directionsOf(only);
  const parts = [
    one('download', words.download, '--download', download, only, measure),
    one('upload', words.upload, '--upload', upload, only, measure),
  ];
  const rest = only.totalBytes.map((total, index) => withoutDirection(total, download[index], upload[index]));
  if (!rest.some((value) => value !== null && value > 0)) return parts;
  // What never had a direction has none that is zero.
  const told = parts.filter(({ values }) => values.some((value) => value !== null));
  return [...told, one('total', words.noDirection, '--series-others', rest, only, measure)];
}

/** What a source counted without telling the direction. */
function withoutDirection(total: Bytes | null, download: Bytes | null | undefined, upload: Bytes | null | undefined) {
  return total === null ? null : Number(total) - Number(download ?? 0) - Number(upload ?? 0);
}

function namedSeries(api: Series, measure: Measure, words: ChartWords): ChartSeries[] {
  const colored = api.series.map((series, index) => {
    const others = series.id === 'others';
    return one(
      series.id,
      nameOf(series, words),
      others ? '--series-others' : `--series-${(index % 6) + 1}`,
      series.totalBytes,
      series,
      measure,
    );
  });
  // From steady to flaky, so that a gap does not shift the others.
  const unknown = (series: ChartSeries) => series.values.filter((value) => value === null).length;
  return colored.toSorted((a, b) => unknown(a) - unknown(b));
}

function nameOf({ id, name, deleted }: Series['series'][number], words: ChartWords): string {
  if (id === 'others') return words.others;
  if (id === 'none') return words.none;
  return deleted ? words.deleted(name) : name;
}

function one(
  id: string,
  name: string,
  color: string,
  bytes: readonly (Bytes | null)[],
  { flags, quality }: Pick<Series['series'][number], 'flags' | 'quality'>,
  measure: Measure,
): ChartSeries {
  return {
    id,
    name,
    color,
    values: bytes.map(measure),
    late: bytes.map((_, index) => ((flags[index] ?? 0) & LATE) !== 0),
    quality,
    totalBytes: bytes.reduce<number>((sum, value) => sum + Number(value ?? 0), 0),
    partlyKnown: bytes.some((value) => value === null),
  };
}

function marksOf(api: Series, starts: readonly number[], words: ChartWords, now: number): ChartMark[] {
  const begin = starts[0] ?? now;
  const gaps = oncePerPause(api.gaps).map((gap) => gapMark(gap, begin, words, now));
  const resets = api.marks.map(
    (mark): ChartMark => ({
      kind: 'reset',
      label: words.reset(mark.label),
      from: Date.parse(mark.at) / 1000,
      to: null,
    }),
  );
  const doubts = api.series.flatMap((series) => qualityMarks(series, starts, api.bucketSeconds, words));
  return [...gaps, ...resets, ...doubts].toSorted((a, b) => a.from - b.from);
}

function gapMark(gap: Gap, begin: number, words: ChartWords, now: number): ChartMark {
  const to = gap.to === null ? now : Date.parse(gap.to) / 1000;
  return {
    kind: 'gap',
    label: isPause(gap) ? words.pause(gap.reason) : words.gap(gap.nodeName ?? words.deletedNode),
    from: Math.max(begin, Date.parse(gap.from) / 1000),
    to,
  };
}

function qualityMarks(
  series: Series['series'][number],
  starts: readonly number[],
  bucketSeconds: number,
  words: ChartWords,
): ChartMark[] {
  const marks: (ChartMark & { readonly word: Quality })[] = [];
  starts.forEach((start, index) => {
    const word = doubtOf(series, index);
    if (word === null) return;
    const to = start + bucketSeconds;
    const last = marks.at(-1);
    if (last?.to === start && last.word === word) marks[marks.length - 1] = { ...last, to };
    else
      marks.push({
        kind: GRAVE.has(word) ? 'doubt' : 'late',
        label: labelOf(series, word, words),
        from: start,
        to,
        word,
      });
  });
  return marks.map(({ word: _, ...mark }) => mark);
}

const GRAVE = new Set<Quality>(['possible-loss', 'clock-suspect']);

/** What the lane says of the bytes of a bucket, in the word beside its numbers; gaps, and what was caught up after them at once, are marks of their own. */
function doubtOf({ quality, flags }: Series['series'][number], index: number): Quality | null {
  const word = quality[index] ?? 'measured';
  if (GRAVE.has(word) || word === 'estimated') return word;
  return word === 'late' && ((flags[index] ?? 0) & LATE) !== 0 ? word : null;
}

function labelOf(series: Series['series'][number], word: Quality, words: ChartWords): string {
  const what = words.quality(word);
  return series.id === 'total' ? what : words.named(nameOf(series, words), what);
}

/** What to say of a bucket beside its numbers: nothing of a measured one, one word where it is the same for all series. */
export function qualityOf(
  { series }: ChartData,
  index: number,
  words: Pick<ChartWords, 'quality' | 'named'>,
): string[] {
  const known = series.map(({ name, quality }) => ({ name, word: quality[index] ?? 'measured' }));
  const [first] = known;
  if (first === undefined) return [];
  if (known.every(({ word }) => word === first.word))
    return first.word === 'measured' ? [] : [words.quality(first.word)];
  return known
    .filter(({ word }) => word !== 'measured')
    .map(({ name, word }) => words.named(name, words.quality(word)));
}

/** Height of the stack below each series, and the whole, per bucket. Unknown adds nothing. */
export function stack(series: readonly ChartSeries[], buckets: number): { floors: number[][]; totals: number[] } {
  const totals = new Array<number>(buckets).fill(0);
  const floors = series.map((one) => {
    const floor = [...totals];
    one.values.forEach((value, index) => {
      totals[index] = (totals[index] ?? 0) + (value ?? 0);
    });
    return floor;
  });
  return { floors, totals };
}
