import { round } from './figure.ts';

/** What one round of one side measured: `value` is compared, the rest is reported. */
export interface Sample {
  readonly value: number;
  readonly [detail: string]: unknown;
}

export interface Comparison {
  /** Median over the rounds of ours / baseline, each pair measured back to back. */
  readonly ratio: number;
  readonly ours: number;
  readonly baseline: number;
  /** Ratio of every round, so that a reader sees the noise. */
  readonly rounds: readonly number[];
  readonly oursSamples: readonly Sample[];
  readonly baselineSamples: readonly Sample[];
}

type Measure = () => Sample | Promise<Sample>;

/**
 * Measures both sides in turn: A B, B A, A B … (the order changes, so that a drift of the machine hits both alike) after
 * one warm-up of each that does not count.
 */
export async function compare(rounds: number, ours: Measure, baseline: Measure): Promise<Comparison> {
  await ours();
  await baseline();
  const oursSamples: Sample[] = [];
  const baselineSamples: Sample[] = [];
  for (let n = 0; n < rounds; n++) {
    const oursFirst = n % 2 === 0;
    if (oursFirst) oursSamples.push(await ours());
    baselineSamples.push(await baseline());
    if (!oursFirst) oursSamples.push(await ours());
    const a = oursSamples[n]?.value ?? Number.NaN;
    const b = baselineSamples[n]?.value ?? Number.NaN;
    process.stderr.write(`  round ${n + 1}: ours ${round(a)}, baseline ${round(b)}, ratio ${round(a / b)}\n`);
  }
  const ratios = oursSamples.map((sample, n) => sample.value / (baselineSamples[n]?.value ?? Number.NaN));
  return {
    ratio: round(median(ratios)),
    ours: round(median(oursSamples.map((sample) => sample.value))),
    baseline: round(median(baselineSamples.map((sample) => sample.value))),
    rounds: ratios.map(round),
    oursSamples,
    baselineSamples,
  };
}

/** Median of one detail of the samples. */
export function medianOf(samples: readonly Sample[], detail: string): number {
  return round(median(samples.map((sample) => Number(sample[detail]))));
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/**
 * Milliseconds that `work` takes, as the mean of some runs in a row. No garbage is collected by force before it: that
 * would shrink the heap to a size which a process that does this again and again never has.
 */
export async function timeMs(work: () => unknown, runs = 1): Promise<number> {
  const start = performance.now();
  for (let run = 0; run < runs; run++) await work();
  return (performance.now() - start) / runs;
}
