import { cutInterval, isCoarse, type Piece, spread } from '../../../core/metering/spread.ts';
import type { Traffic } from '../../../core/units/bytes.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import type { Holder, Line, SeriesState } from './attributed.ts';
import type { Attribution } from './attribution.ts';
import type { Booking } from './booking.ts';
import type { Expected } from './look-ahead.ts';
import type { MeteredPeer, PeerBinding } from './meter-states.ts';
import type { ServicePoll } from './polled-services.ts';

/**
 * Books counted bytes of peers: cut at quarters and at changes of owner, each slice to who owned the peer then. What came
 * after more than two days without a reading is cut by hours, after more than eight by days, and at marks: by quarters a
 * node that is back after a month would write three thousand records for each of its peers.
 */
export class PeerBooking {
  readonly #attribution: Attribution;
  readonly #booking: Booking;
  readonly #calendar: Calendar;
  /** Peers of one poll mostly share their interval, and so its pieces. */
  #last: {
    readonly fromMs: number | null;
    readonly toMs: number;
    readonly bookedAtMs: number;
    readonly flags: number;
    pieces: readonly Piece[];
  } | null = null;
  #gathered: Gathered[] = [];

  constructor(attribution: Attribution, booking: Booking, calendar: Calendar) {
    this.#attribution = attribution;
    this.#booking = booking;
    this.#calendar = calendar;
  }

  /** To be booked with the next `bookGathered`, which has to come before the transaction ends. */
  gather(service: ServicePoll, peer: MeteredPeer, counted: Traffic, fromMs: number | null, flags: number): void {
    this.#gathered.push({ service, peer, counted, fromMs, flags });
  }

  bookGathered(): void {
    const gathered = this.#gathered;
    this.#gathered = [];
    if (this.#attribution.looksAhead) this.#lookAhead(gathered);
    for (const each of gathered) this.#book(each);
  }

  /** After a poll that failed. */
  drop(): void {
    this.#gathered = [];
  }

  /** Of peers whose series is at hand nearly all is; the little that is not is asked for alone. */
  #lookAhead(gathered: readonly Gathered[]): void {
    const unknown = gathered.filter(({ service, peer }) => this.#knownSeries(service, peer) === null);
    if (unknown.length > 0) this.#attribution.lookAhead(unknown.flatMap((each) => this.#expect(each)));
  }

  #expect({ service, peer, counted, fromMs, flags }: Gathered): Expected[] {
    const carrier = service.carrier(this.#attribution);
    const pieces = this.#piecesOf(peer, service, fromMs, flags);
    // Pieces that get nothing open nothing.
    return (pieces.length === 1 ? pieces : spread(counted, pieces)).map((piece) => {
      const holder = peerHolder(peer.id, peer.bindings, piece);
      const line = { holder, fromMs: piece.fromMs, toMs: piece.toMs, nowMs: service.bookedAtMs };
      return { carrier, peerId: peer.id, token: null, line };
    });
  }

  #book({ service, peer, counted, fromMs, flags }: Gathered): void {
    const series = this.#seriesOf(service, peer);
    const { bookedAtMs } = service;
    const pieces = this.#piecesOf(peer, service, fromMs, flags);
    const [only] = pieces;
    if (only !== undefined && pieces.length === 1) {
      this.#add(series, peer, only, counted, bookedAtMs);
      return;
    }
    for (const slice of spread(counted, pieces)) this.#add(series, peer, slice, slice.traffic, bookedAtMs);
  }

  #seriesOf(service: ServicePoll, peer: MeteredPeer): SeriesState {
    const known = this.#knownSeries(service, peer);
    if (known !== null) return known;
    peer.series = this.#attribution.seriesOfPeer(peer.id, service.carrier(this.#attribution));
    peer.generation = this.#attribution.generation;
    return peer.series;
  }

  #knownSeries({ carrierId }: ServicePoll, { series, generation }: MeteredPeer): SeriesState | null {
    const isKnown = series !== null && generation === this.#attribution.generation && series.carrier.id === carrierId;
    return isKnown ? series : null;
  }

  #piecesOf(peer: MeteredPeer, service: ServicePoll, fromMs: number | null, flags: number): readonly Piece[] {
    const { atMs: toMs, bookedAtMs } = service;
    const interval = { fromMs, toMs, bookedAtMs, flags };
    if (!isCoarse(interval)) return this.#pieces(fromMs, service, flags, ownerChanges(peer.bindings, fromMs, toMs));
    return cutInterval(interval, bordersOf(this.#attribution, peer.id, peer.bindings), this.#calendar);
  }

  #pieces(
    fromMs: number | null,
    { atMs: toMs, bookedAtMs }: Pick<ServicePoll, 'atMs' | 'bookedAtMs'>,
    flags: number,
    cuts: readonly number[],
  ): readonly Piece[] {
    const last = this.#last;
    const isSame = last !== null && last.fromMs === fromMs && last.toMs === toMs && last.bookedAtMs === bookedAtMs;
    if (cuts.length === 0 && isSame && last.flags === flags) return last.pieces;
    const pieces = cutInterval({ fromMs, toMs, bookedAtMs, flags }, cuts);
    if (cuts.length === 0) this.#last = { fromMs, toMs, bookedAtMs, flags, pieces };
    return pieces;
  }

  #add(series: SeriesState, peer: MeteredPeer, piece: Piece, { rx, tx, total }: Traffic, nowMs: number): void {
    const line = this.#lineOf(series, peer, piece, nowMs);
    if (rx === null || tx === null) this.#booking.add(line, piece, 0n, 0n, total);
    else this.#booking.add(line, piece, rx, tx, 0n);
  }

  /** Mostly the line of the present owner, found once: it holds until the owner or the marks change. */
  #lineOf(series: SeriesState, peer: MeteredPeer, piece: Piece, nowMs: number): Line {
    const { line: known } = peer;
    if (known !== null && known.line.series === series && piece.fromMs >= known.sinceMs) return known.line;
    const holder = peerHolder(peer.id, peer.bindings, piece);
    const line = this.#attribution.line(series, holder, piece.fromMs, piece.toMs, nowMs);
    const sinceMs = Math.max(this.#attribution.lastResetMs(holder, 'services'), ownedSinceMs(peer));
    if (piece.fromMs >= sinceMs) peer.line = { line, sinceMs };
    return line;
  }
}

interface Gathered {
  readonly service: ServicePoll;
  readonly peer: MeteredPeer;
  readonly counted: Traffic;
  readonly fromMs: number | null;
  readonly flags: number;
}

/** From this instant on the peer belongs to whom it belongs to now (or to nobody); never, if that is to end. */
function ownedSinceMs({ bindings }: MeteredPeer): number {
  const last = bindings.at(-1);
  if (last === undefined) return 0;
  return last.toMs === null ? last.fromMs : Number.POSITIVE_INFINITY;
}

/** Instants strictly inside the interval at which the peer changed hands, in order. */
export function ownerChanges(bindings: readonly PeerBinding[], fromMs: number | null, toMs: number): readonly number[] {
  if (bindings.length === 0 || fromMs === null) return NO_CHANGES;
  const inside = bindings
    .flatMap((binding) => [binding.fromMs, binding.toMs ?? toMs])
    .filter((ms) => ms > fromMs && ms < toMs);
  return inside.length === 0 ? NO_CHANGES : [...new Set(inside)].sort((a, b) => a - b);
}

const NO_CHANGES: readonly number[] = [];

/** Instants at which a peer changes hands, or a reset mark lies on somebody who had it; in order. */
export function bordersOf(
  attribution: Pick<Attribution, 'marks'>,
  peerId: string,
  bindings: readonly PeerBinding[],
): readonly number[] {
  const holders: Holder[] = [
    { userId: null, token: null, peerId, inCycle: true },
    ...bindings.map(({ userId }) => ({ userId, token: null, peerId: null, inCycle: true })),
  ];
  const marks = holders.flatMap((holder) => attribution.marks(holder, 'services').map(({ atMs }) => atMs));
  const changes = bindings.flatMap(({ fromMs, toMs }) => (toMs === null ? [fromMs] : [fromMs, toMs]));
  return [...new Set([...marks, ...changes])].sort((a, b) => a - b);
}

/** Who owned the peer during a piece; from before its first owner: who claimed that history, else nobody. */
export function peerHolder(
  peerId: string,
  bindings: readonly PeerBinding[],
  { fromMs, toMs }: Pick<Piece, 'fromMs' | 'toMs'>,
): Holder {
  for (const { userId, ...binding } of bindings) {
    const hasBegun = binding.fromMs <= fromMs;
    const goesOn = binding.toMs === null || (fromMs === toMs ? toMs < binding.toMs : toMs <= binding.toMs);
    if (hasBegun && goesOn) return { userId, token: null, peerId: null, inCycle: true };
  }
  const next = bindings.find((binding) => binding.fromMs >= toMs);
  if (next?.claimed) return { userId: next.userId, token: null, peerId, inCycle: next.inCycle };
  return { userId: null, token: null, peerId, inCycle: true };
}
