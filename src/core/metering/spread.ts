import type { Traffic } from '../units/bytes.ts';
import type { Calendar } from '../units/calendar.ts';
import { GRACE_MS, isQuarterClosed, quarterOf, quarterStart } from '../units/quarter.ts';
import { FLAG, type Flags } from './flags.ts';

/** When counted bytes flowed and when they are booked; instants in ms since 1970, UTC. */
export interface BookedInterval {
  /** Null when the start is unknown: everything is booked at `toMs`. */
  readonly fromMs: number | null;
  readonly toMs: number;
  /** Instant of the booking: for a poll `toMs`, for a report its receipt. */
  readonly bookedAtMs: number;
  /** Flags that every slice inherits. */
  readonly flags: Flags;
}

/**
 * Part of an interval that is booked to one quarter and lies between two cuts; `fromMs` = `toMs` for a single instant.
 * Pieces of very long intervals cover more than their quarter: an hour or a day up to its end.
 */
export interface Piece {
  readonly quarter: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly flags: Flags;
  /** Quarters between the one the bytes belong to and the one that books them; 0 = the quarter still took them. */
  readonly lag: number;
}

/** Bytes of one piece. */
export interface Slice extends Piece {
  readonly traffic: Traffic;
}

/**
 * Cuts an interval at quarter borders and at the given instants (in order), in the order of time. All series of a poll
 * with the same interval share the result.
 *
 * Up to 5 minutes long it counts as measured even where it crosses a border; longer and over several quarters its pieces
 * are `estimated`. Pieces of quarters that are closed when it is booked are `late`. With `days` an interval of more than
 * two days is cut by hours and one of more than eight by days: when bytes flowed is a guess then, and a month in quarters
 * would be thousands of records for every peer.
 */
export function cutInterval(
  interval: BookedInterval,
  cutsMs: readonly number[] = [],
  days: Pick<Calendar, 'dayOf'> | null = null,
): readonly Piece[] {
  const { toMs } = interval;
  const fromMs = interval.fromMs === null ? toMs : Math.min(interval.fromMs, toMs);
  const borderAfter = bordersFor(toMs - fromMs, days);
  const last = quarterOf(toMs > fromMs ? toMs - 1 : toMs);
  const estimated = toMs - fromMs > GRACE_MS && quarterOf(fromMs) !== last ? FLAG.estimated : 0;
  const pieces: Piece[] = [];
  let startMs = fromMs;
  let nextCut = 0;
  do {
    while ((cutsMs[nextCut] ?? Number.POSITIVE_INFINITY) <= startMs) nextCut++;
    const endMs = Math.min(toMs, borderAfter(startMs), cutsMs[nextCut] ?? toMs);
    pieces.push(pieceOf(quarterOf(Math.max(startMs, endMs - 1)), startMs, endMs, interval, estimated));
    startMs = endMs;
  } while (startMs < toMs);
  return pieces;
}

const HOUR_MS = 3_600_000;
const FINEST_UP_TO_MS = 48 * HOUR_MS;
const HOURS_UP_TO_MS = 192 * HOUR_MS;

/** True if an interval is cut more coarsely than by quarters where the days are known. */
export function isCoarse({ fromMs, toMs }: Pick<BookedInterval, 'fromMs' | 'toMs'>): boolean {
  return fromMs !== null && toMs - fromMs > FINEST_UP_TO_MS;
}

/**
 * True if a quarter of the interval may get none of so many bytes, and so no record that says what its flags say: where it
 * is cut coarsely, and where there are so few bytes that a piece of a millisecond might come off empty.
 */
export function mayPassOver(total: bigint, { fromMs, toMs }: Pick<BookedInterval, 'fromMs' | 'toMs'>): boolean {
  if (fromMs === null || quarterOf(fromMs) === quarterOf(toMs - 1)) return false;
  return isCoarse({ fromMs, toMs }) || total < 2n * BigInt(toMs - fromMs);
}

/** The next border after an instant: at most some 200 pieces for an interval of up to half a year. */
function bordersFor(lengthMs: number, days: Pick<Calendar, 'dayOf'> | null): (ms: number) => number {
  if (days === null || lengthMs <= FINEST_UP_TO_MS) return (ms) => quarterStart(quarterOf(ms) + 1);
  if (lengthMs > HOURS_UP_TO_MS) return (ms) => days.dayOf(ms).toMs;
  return (ms) => {
    const day = days.dayOf(ms);
    return Math.min(day.toMs, ms - ((ms - day.fromMs) % HOUR_MS) + HOUR_MS);
  };
}

function pieceOf(
  quarter: number,
  fromMs: number,
  toMs: number,
  { bookedAtMs, flags }: BookedInterval,
  estimated: Flags,
): Piece {
  if (!isQuarterClosed(quarter, bookedAtMs)) return { quarter, fromMs, toMs, flags: flags | estimated, lag: 0 };
  const lag = quarterOf(bookedAtMs) - quarter;
  return { quarter, fromMs, toMs, flags: flags | estimated | FLAG.late, lag };
}

/**
 * Spreads bytes over pieces in proportion to their length, each direction by largest remainder, so that every direction
 * sums exactly. Pieces that get nothing are left out.
 */
export function spread(traffic: Traffic, pieces: readonly Piece[]): Slice[] {
  const [only] = pieces;
  if (only === undefined) throw new Error('spread: there is no piece to book to');
  if (traffic.total === 0n) return [];
  if (pieces.length === 1) return [{ ...only, traffic }];
  const weights = pieces.map((piece) => BigInt(piece.toMs - piece.fromMs));
  if (traffic.rx === null || traffic.tx === null) {
    const totals = apportion(traffic.total, weights);
    return toSlices(pieces, (i) => ({ rx: null, tx: null, total: totals[i] ?? 0n }));
  }
  const rxs = apportion(traffic.rx, weights);
  const txs = apportion(traffic.tx, weights);
  return toSlices(pieces, (i) => {
    const rx = rxs[i] ?? 0n;
    const tx = txs[i] ?? 0n;
    return { rx, tx, total: rx + tx };
  });
}

function toSlices(pieces: readonly Piece[], trafficOf: (index: number) => Traffic): Slice[] {
  const slices: Slice[] = [];
  pieces.forEach((piece, i) => {
    const traffic = trafficOf(i);
    if (traffic.total !== 0n) slices.push({ ...piece, traffic });
  });
  return slices;
}

/**
 * Splits `amount` by weights (not negative, not all 0): each share is rounded down, and what is left goes one by one to
 * the largest remainders, the earlier first where they are equal. No more than its weight goes to any, unless `amount`
 * exceeds their sum.
 */
export function apportion(amount: bigint, weights: readonly bigint[]): bigint[] {
  const sum = weights.reduce((total, weight) => total + weight, 0n);
  const remainders: bigint[] = [];
  let left = amount;
  const shares = weights.map((weight, i) => {
    const product = amount * weight;
    const share = product / sum;
    remainders[i] = product - share * sum;
    left -= share;
    return share;
  });
  if (left === 0n) return shares;
  const byRemainder = remainders
    .map((remainder, index) => ({ remainder, index }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  for (const { index } of byRemainder.slice(0, Number(left))) shares[index] = (shares[index] ?? 0n) + 1n;
  return shares;
}
