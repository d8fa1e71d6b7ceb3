import type { Bytes } from './model-state.ts';

const QUARTER_MS = 900_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

export interface Slice {
  readonly fromMs: number;
  readonly toMs: number;
  readonly rx: bigint;
  readonly tx: bigint;
}

/** Bounds of the panel's day that an instant lies in. */
export type DayOf = (ms: number) => { readonly fromMs: number; readonly toMs: number };

/**
 * Bytes of an interval, by time: cut at every quarter of an hour (of more than two days at every hour of each day, of more
 * than eight at every midnight) and at `cuts`, whole bytes, nothing lost.
 */
export function slicesOf(
  { rx, tx }: Bytes,
  { fromMs, toMs }: { readonly fromMs: number | null; readonly toMs: number },
  cuts: readonly number[],
  dayOf: DayOf,
): Slice[] {
  if (fromMs === null || fromMs >= toMs) return [{ fromMs: toMs, toMs, rx, tx }];
  const borders = new Set([fromMs, toMs, ...cuts.filter((ms) => ms > fromMs && ms < toMs)]);
  for (const ms of steps(fromMs, toMs, dayOf)) if (ms > fromMs && ms < toMs) borders.add(ms);
  const sorted = [...borders].sort((a, b) => a - b);
  const starts = sorted.slice(0, -1);
  const lengths = starts.map((start, i) => (sorted[i + 1] ?? toMs) - start);
  const rxs = share(rx, lengths);
  const txs = share(tx, lengths);
  return starts
    .map((start, i) => ({ fromMs: start, toMs: sorted[i + 1] ?? toMs, rx: rxs[i] ?? 0n, tx: txs[i] ?? 0n }))
    .filter((slice) => slice.rx + slice.tx > 0n);
}

function* steps(fromMs: number, toMs: number, dayOf: DayOf): Generator<number, void> {
  const stepMs = stepOf(toMs - fromMs);
  if (stepMs === QUARTER_MS) {
    for (let ms = Math.ceil(fromMs / QUARTER_MS) * QUARTER_MS; ms < toMs; ms += QUARTER_MS) yield ms;
    return;
  }
  for (let day = dayOf(fromMs); day.fromMs < toMs; day = dayOf(day.toMs)) {
    for (let ms = day.fromMs; ms < day.toMs; ms += stepMs) yield ms;
  }
}

/** True if it is cut at marks, too. */
export function isLong({ fromMs, toMs }: { readonly fromMs: number | null; readonly toMs: number }): boolean {
  return fromMs !== null && stepOf(toMs - fromMs) > QUARTER_MS;
}

function stepOf(lengthMs: number): number {
  if (lengthMs <= 2 * DAY_MS) return QUARTER_MS;
  return lengthMs <= 8 * DAY_MS ? HOUR_MS : Number.POSITIVE_INFINITY;
}

/** Shares rounded down; what is left goes to the largest fractions, the earlier first. */
export function share(amount: bigint, lengths: readonly number[]): bigint[] {
  const whole = BigInt(lengths.reduce((sum, length) => sum + length, 0));
  const shares = lengths.map((length) => (amount * BigInt(length)) / whole);
  const rest = lengths.map((length, i) => ({ i, left: (amount * BigInt(length)) % whole }));
  rest.sort((a, b) => (b.left > a.left ? 1 : b.left < a.left ? -1 : a.i - b.i));
  const missing = amount - shares.reduce((sum, each) => sum + each, 0n);
  for (const { i } of rest.slice(0, Number(missing))) shares[i] = (shares[i] ?? 0n) + 1n;
  return shares;
}
