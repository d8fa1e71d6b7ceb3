import type { Traffic } from '../units/bytes.ts';
import type { ReadingColumns } from './reading-columns.ts';

/** How a source's numbers are to be read; declared once per collector (rules 1, 3 and 5 of ARCHITECTURE.md). */
export interface CounterSemantics {
  /** `cumulative` within an epoch, `session` within one connection, `event` a delta, `gauge` shown but never metered. */
  readonly kind: 'cumulative' | 'session' | 'event' | 'gauge';
  /** What a fallen value means when the source shows no restart: counted anew from zero, or moved back (nothing counts). */
  readonly falls: 'to-zero' | 'rewound';
  /** What it means that a series is absent from a complete poll: its life ended, or the source just does not mention it. */
  readonly absence: 'ended' | 'silent';
  /**
   * `weighted`: the source has multiplied its bytes already; they are never multiplied again, and stay out of
   * reconciliation. Absent: `raw`.
   */
  readonly basis?: 'raw' | 'weighted';
}

/** Reads one source. One call = one poll; must not change the counters it reads. Viewpoint: the node's. */
export interface Collector {
  readonly semantics: CounterSemantics;
  /**
   * @returns what the source showed; `complete` only if its end marker was seen.
   * @throws SourceFailure when nothing usable came back; the caller records a gap, never zero traffic.
   */
  collect(signal: AbortSignal): Promise<Poll>;
  /** Releases kept connections. Idempotent. */
  close(): Promise<void>;
}

/** What one poll of a source showed. */
export interface Poll {
  /** Order of this poll by the source's own clock; absent where the source has none (then it has exactly one reader). */
  readonly order?: SourceOrder;
  /** True if the end marker was seen. An incomplete poll books what it shows, but absence in it means nothing. */
  readonly complete: boolean;
  readonly services: readonly ServiceReading[];
  /** Things the owner should know that did not make the poll fail, for example `awg-missing`. */
  readonly notices: readonly SourceNotice[];
  /** Instant the values were taken, when the source's file or agent says so; otherwise the poll's own instant counts. */
  readonly takenAt?: Date;
  /**
   * The node's wall clock as it was read during the poll, in whole seconds, when the source prints it: tells how far it is
   * off ours. Absent where what came back is older than the poll (a file), or the source has no clock.
   */
  readonly sourceClock?: Date | undefined;
  /** What the host's network card towards the internet counted, read in the same poll. Reconciled, never booked. */
  readonly host?: HostReading;
}

/** Counter of the network card through which a node reaches the internet. It carries the VPN and everything else. */
export interface HostReading {
  /** Name of the card, for example `eth0`. */
  readonly name: string;
  /** `rx`: bytes that came in from the network, `tx`: bytes that went out. Cumulative since `startEvidence`. */
  readonly traffic: Traffic;
  /** Names this start of the counter (boot id and the card's index); as `ServiceReading.startEvidence`. */
  readonly startEvidence?: string;
}

/** Order of readings within one boot of the node. A later boot has another `bootId`. */
export interface SourceOrder {
  readonly bootId: string;
  /** Milliseconds since that boot, read in the same command as the counters. */
  readonly uptimeMs: number;
}

export interface SourceNotice {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Worth knowing, but nothing is wrong with what is counted: the node stays `up`. */
  readonly isInfo?: boolean;
}

/** One VPN service as the source showed it. */
export interface ServiceReading {
  /** Natural identity, the same whoever reads it: for WireGuard the interface's public key. */
  readonly identity: string;
  /** `wireguard`, `amneziawg`, … : also the protocol under which its usage is shown. */
  readonly kind: string;
  /** Name on the node, for example `wg0`. */
  readonly name: string;
  readonly listenPort?: number;
  /**
   * Names this start of all counters of the service (for WireGuard: boot id and interface index). Another value than
   * before means that every series of it started again from 0. Absent: the source shows no start.
   */
  readonly startEvidence?: string;
  /**
   * Age of all counters of the service at the end of the poll, for a source that tells how long it has been running and
   * does not name its start; `startEvidence` is then made from it (start.ts). Counts in complete polls only.
   */
  readonly age?: CounterAge;
  /**
   * The service's own counter, beside those of its peers: the interface's, the inbound's. Cumulative, with the service's
   * `startEvidence`, viewpoint as a peer's: `rx` came in through the tunnel, `tx` went out into it. Read in the same poll;
   * absent (never 0) where the source does not tell. Reconciled with the sum of the peers, never booked.
   */
  readonly own?: Traffic;
  /**
   * What the counters of the peers hold beyond `own`, at least and at most: headers and padding that only they count.
   * Cumulative, as `own`. Absent: both count alike.
   */
  readonly ownHeaders?: { readonly least: Traffic; readonly most: Traffic };
  readonly peers: PeerReadings;
}

/** Bounds of a running time, both included: whole seconds and the way of the answer leave it open by a little. */
export interface CounterAge {
  readonly minMs: number;
  readonly maxMs: number;
}

/** A list of readings; or columns, for a source with very many, from which each is made when it is asked for. */
export interface PeerReadings extends Iterable<PeerReading> {
  readonly length: number;
  readonly columns?: ReadingColumns;
  at(place: number): PeerReading | undefined;
}

/** One series of a VPN service: the counters of one peer (and of one connection, for `session` sources). */
export interface PeerReading {
  /** The peer's key within the service: WireGuard public key, Xray email, … */
  readonly key: string;
  /**
   * Names one connection for ever (`session` sources; absent otherwise). Seen again after it was absent, it is the same
   * life: only growth counts.
   */
  readonly connection?: string;
  /**
   * The connection is over, and this is the last that the source told of it between two polls. It may be told again with
   * later polls, in case this one does not reach the ledger: that changes nothing.
   */
  readonly isOver?: boolean;
  readonly traffic: Traffic;
  /** Proof of when this life began, if the source has one. */
  readonly startedAt?: Date;
  /** Name from the source or from a comment in its configuration. */
  readonly name?: string;
  /** Addresses inside the VPN, for example `10.0.0.2/32`. */
  readonly allowedIps?: readonly string[];
  /** Who has it in the source, where that tells: an admin of a panel. */
  readonly owner?: string;
  /** Whether the source lets it through: true = its access is off there. Absent: the source does not tell. */
  readonly isOff?: boolean;
  /** A limit of bytes that the source itself keeps for it; null: it has none. Absent: the source does not tell of any. */
  readonly ownLimit?: OwnLimit | null;
  /** The peer's current IP:port; absent = never connected since the interface came up. */
  readonly endpoint?: string;
  /** Last handshake; absent = never since the interface came up. */
  readonly lastHandshakeAt?: Date;
}

/** A limit of a source's own over one of its peers, as the source counts. */
export interface OwnLimit {
  readonly limitBytes: bigint;
  /** What the source counts against it at the moment. */
  readonly usedBytes: bigint;
  /** Another text than before: the source has set `usedBytes` back since, or made the peer anew. */
  readonly period: string;
  /** The source sets `usedBytes` back by itself after this time, of peers that have access; null: it never does. */
  readonly resetMs: number | null;
  /** When the running period began, unless periods went by unseen; null: not known. */
  readonly beganAt: Date | null;
}

/** How many peers a service shows as being there: connections of one peer are one, those that are over are none. */
export function countPeers(peers: Iterable<PeerReading> & { readonly length: number }): number {
  const keys = new Set<string>();
  for (const { key, connection, isOver } of peers) {
    if (connection === undefined) return peers.length;
    if (isOver !== true) keys.add(key);
  }
  return keys.size;
}
