import { addTraffic, NOTHING, type Traffic } from '../units/bytes.ts';
import { advanceCounter } from './counter.ts';

/**
 * One reading of a counter that the peers are held against: a service's own, or the network card of its node.
 * `least` and `most`: bounds of what the peers' counters hold beyond it (headers and padding), cumulative as well.
 */
export interface CheckReading {
  /** Of the interface or card; another card is another counter. */
  readonly name: string;
  readonly traffic: Traffic;
  readonly least: Traffic;
  readonly most: Traffic;
  readonly startEvidence: string | null;
}

/** The last reading, and what peers were metered to have moved since. */
export interface CheckState extends CheckReading {
  readonly at: Date;
  /** Not held against anything yet: of polls that did not tell the counter, or were not complete. */
  readonly peers: Traffic;
}

/** An interval in which both sides are known. */
export interface Checked {
  readonly from: Date;
  readonly to: Date;
  readonly own: Traffic;
  readonly least: Traffic;
  readonly most: Traffic;
  readonly peers: Traffic;
}

/** What a poll tells: the counter (null: nothing, or the poll was not complete) and what its peers moved since the last. */
export interface CheckPoll {
  readonly reading: CheckReading | null;
  /** Metered of the peers in this poll, whether it was counted or set aside. */
  readonly peers: Traffic;
  readonly at: Date;
  /** Tracking was off since the last reading: a new beginning. */
  readonly rebase: boolean;
}

/**
 * Moves a check on by one poll, by the rules of every other counter: the first sight is a baseline, after a restart the
 * whole new value counts. Polls that do not tell the counter only add to what it will be held against: the sums of both
 * sides are always of the same time.
 */
export function advanceCheck(
  state: CheckState | null,
  { reading, peers, at, rebase }: CheckPoll,
): { readonly state: CheckState | null; readonly checked: Checked | null } {
  const isNew = state === null || rebase || (reading !== null && reading.name !== state.name);
  if (isNew) return { state: reading === null ? null : { ...reading, at, peers: NOTHING }, checked: null };
  const since = addTraffic(state.peers, peers);
  if (reading === null) return { state: { ...state, peers: since }, checked: null };
  const { startEvidence: before } = state;
  const restarted = before !== null && reading.startEvidence !== null && before !== reading.startEvidence;
  const { counted, move } = advanceCounter({ epoch: 0, traffic: state.traffic }, reading.traffic, restarted, 'to-zero');
  const isAnew = move === 'restarted' || move === 'fell';
  return {
    state: { ...reading, at, peers: NOTHING },
    checked: {
      from: state.at <= at ? state.at : at,
      to: at,
      own: counted,
      least: isAnew ? reading.least : beyond(reading.least, state.least),
      most: isAnew ? reading.most : beyond(reading.most, state.most),
      peers: since,
    },
  };
}

/** Both sides over some time, such as a day. */
export interface CheckSum extends Omit<Checked, 'from' | 'to'> {
  /** Seconds of it that were checked. */
  readonly seconds: number;
  /** Most peers that a poll showed. */
  readonly peerCount: number;
}

export function addCheckSums(a: CheckSum, b: CheckSum): CheckSum {
  return {
    own: addTraffic(a.own, b.own),
    least: addTraffic(a.least, b.least),
    most: addTraffic(a.most, b.most),
    peers: addTraffic(a.peers, b.peers),
    seconds: a.seconds + b.seconds,
    peerCount: Math.max(a.peerCount, b.peerCount),
  };
}

/** `unknown`: the counter was not told, or not for enough of the time; never to be shown as 0. */
export type CheckStatus = 'ok' | 'off' | 'unknown';

export interface Verdict {
  readonly status: CheckStatus;
  /** Bytes that the counter carried and no peer accounts for; null while unknown. */
  readonly unattributed: Traffic | null;
  /** Bytes that peers account for and the counter cannot have carried. */
  readonly surplus: Traffic | null;
  /** Up to here a difference is no news. */
  readonly toleranceBytes: bigint;
}

const UNKNOWN: Verdict = { status: 'unknown', unattributed: null, surplus: null, toleranceBytes: 0n };

const MIB = 1024n * 1024n;

/**
 * Handshakes (148 and 92 bytes every 2 minutes) and keepalives (32 bytes, at most every 10 s): what a WireGuard peer
 * counts without any packet inside (whitepaper, 5.4 and 6.1). Other systems have less of it.
 */
const CONTROL_BYTES_PER_SECOND = 5n;

/**
 * Σ peers against the service's own counter. Within the bounds of the headers everything is explained; beyond them a
 * difference of up to 2 % (at least 1 MiB) is tolerated: the two are not read at the very same instant.
 */
export function judgeService(sum: CheckSum | null): Verdict {
  if (sum === null || sum.seconds === 0) return UNKNOWN;
  const { own, least, most, peers, seconds, peerCount } = sum;
  const control = CONTROL_BYTES_PER_SECOND * BigInt(peerCount) * BigInt(Math.ceil(seconds));
  const unattributed = beyond(addTraffic(own, least), peers);
  const surplus = beyond(peers, addTraffic(own, widened(most, control)));
  const toleranceBytes = larger(MIB, own.total / 50n);
  const isOff = unattributed.total > toleranceBytes || surplus.total > toleranceBytes;
  return { status: isOff ? 'off' : 'ok', unattributed, surplus, toleranceBytes };
}

/**
 * Outer headers of what the card carries: 62 bytes (Ethernet, IPv6, UDP) of a full packet of 1,420 are 4.4 %; small packets
 * have a larger share, so that 15 % are explained.
 */
const CARD_HEADERS_PERCENT = 115n;

/**
 * Σ peers against the network card, which each byte passes at least once (between user and node) and at most twice (and
 * on to the internet). What it carried beyond that is the host's own traffic or something that nobody counts: tolerated
 * up to a fifth (at least 64 MiB).
 */
export function judgeCard(sum: CheckSum | null): Verdict {
  if (sum === null || sum.seconds === 0) return UNKNOWN;
  const { own: card, peers } = sum;
  const both = (peers.total * CARD_HEADERS_PERCENT) / 100n;
  const isDirected = peers.rx !== null && card.rx !== null;
  const most: Traffic = isDirected
    ? { rx: both, tx: both, total: 2n * both }
    : { rx: null, tx: null, total: 2n * both };
  const unattributed = beyond(card, most);
  const surplus = beyond(peers, card);
  const toleranceBytes = larger(64n * MIB, card.total / 5n);
  const isOff = unattributed.total > toleranceBytes || surplus.total > larger(MIB, peers.total / 50n);
  return { status: isOff ? 'off' : 'ok', unattributed, surplus, toleranceBytes };
}

/** What a provider says its network carried for a node: entered by hand, as on the bill. */
export interface ProviderFigure {
  readonly from: Date;
  readonly to: Date;
  /** Viewpoint of the node: `in` is what its card received. */
  readonly direction: 'in' | 'out' | 'both';
  readonly bytes: bigint;
}

export interface ProviderVerdict {
  readonly status: CheckStatus;
  /** What the card carried in that direction; null if it was not told. */
  readonly cardBytes: bigint | null;
  /** Provider less card; null while unknown. */
  readonly differenceBytes: bigint | null;
  readonly toleranceBytes: bigint;
  /** Share of the period for which the card is known, 0 to 1. */
  readonly coverage: number;
}

/** Less of a period known than this says nothing about the whole. */
const LEAST_COVERAGE = 0.95;

/** A provider's figure against the card: 5 % are tolerated, for what a switch counts and a card does not. */
export function judgeProvider({ from, to, direction, bytes }: ProviderFigure, card: CheckSum | null): ProviderVerdict {
  const coverage = card === null ? 0 : Math.min(1, (card.seconds * 1000) / (to.getTime() - from.getTime()));
  const { rx = null, tx = null, total = null } = card?.own ?? {};
  const cardBytes = { in: rx, out: tx, both: total }[direction];
  const toleranceBytes = larger(MIB, bytes / 20n);
  if (cardBytes === null || coverage < LEAST_COVERAGE) {
    return { status: 'unknown', cardBytes, differenceBytes: null, toleranceBytes, coverage };
  }
  const differenceBytes = bytes - cardBytes;
  const isOff = differenceBytes > toleranceBytes || -differenceBytes > toleranceBytes;
  return { status: isOff ? 'off' : 'ok', cardBytes, differenceBytes, toleranceBytes, coverage };
}

/** How much larger `a` is, each direction by itself; nothing where it is not. */
function beyond(a: Traffic, b: Traffic): Traffic {
  if (a.rx === null || a.tx === null || b.rx === null || b.tx === null) {
    return { rx: null, tx: null, total: larger(0n, a.total - b.total) };
  }
  const rx = larger(0n, a.rx - b.rx);
  const tx = larger(0n, a.tx - b.tx);
  return { rx, tx, total: rx + tx };
}

/** With so much more in each direction. */
function widened({ rx, tx, total }: Traffic, by: bigint): Traffic {
  if (rx === null || tx === null) return { rx, tx, total: total + by };
  return { rx: rx + by, tx: tx + by, total: total + 2n * by };
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
