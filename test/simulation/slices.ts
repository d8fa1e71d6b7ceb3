const QUARTER_MS = 900_000;

export interface Slice {
  readonly fromMs: number;
  readonly toMs: number;
  readonly rx: bigint;
  readonly tx: bigint;
}

/** Bytes of an interval, by time: cut at every quarter of an hour and at `cuts`, whole bytes, nothing lost. */
export function slicesOf(rx: bigint, tx: bigint, fromMs: number | null, toMs: number, cuts: number[]): Slice[] {
  if (fromMs === null || fromMs >= toMs) return [{ fromMs: toMs, toMs, rx, tx }];
  const borders = new Set([fromMs, toMs, ...cuts.filter((ms) => ms > fromMs && ms < toMs)]);
  for (let ms = Math.ceil(fromMs / QUARTER_MS) * QUARTER_MS; ms < toMs; ms += QUARTER_MS) borders.add(ms);
  const sorted = [...borders].sort((a, b) => a - b);
  const starts = sorted.slice(0, -1);
  const lengths = starts.map((start, i) => (sorted[i + 1] ?? toMs) - start);
  const rxs = share(rx, lengths);
  const txs = share(tx, lengths);
  return starts
    .map((start, i) => ({ fromMs: start, toMs: sorted[i + 1] ?? toMs, rx: rxs[i] ?? 0n, tx: txs[i] ?? 0n }))
    .filter((slice) => slice.rx + slice.tx > 0n);
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
