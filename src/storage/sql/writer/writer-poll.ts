import type { NodePoll } from '../../../core/ledger/usage-ledger.ts';
import type { PeerReading, Poll, ServiceReading } from '../../../core/metering/collector.ts';

/** A poll as the writer takes it: its readings need not be there as objects all at once. */
export type WriterPoll = Omit<NodePoll, 'poll'> & {
  readonly poll: Omit<Poll, 'services'> & { readonly services: readonly PolledService[] };
};

export type PolledService = Omit<ServiceReading, 'peers'> & { readonly peers: PolledReadings };

/** A list of readings, or columns from which each is made when it is asked for. */
export interface PolledReadings extends Iterable<PeerReading> {
  readonly length: number;
  readonly columns?: ReadingColumns;
  at(place: number): PeerReading | undefined;
}

/**
 * Readings of one service, column by column: as a message between threads that takes a small part of the time of as many
 * objects, and the receiver makes each reading when it comes to it. A column is null where no reading has the field.
 */
export interface ReadingColumns {
  readonly keys: TextColumn;
  /** Two per reading: rx and tx, or the total and 0 where `isDirected` is 0. Counters have up to 64 bits. */
  readonly bytes: BigUint64Array;
  readonly isDirected: Uint8Array;
  readonly connections: TextColumn | null;
  /** 1 where a connection is over. */
  readonly isOver: Uint8Array | null;
  /** 1 where the source lets a peer through, 2 where its access is off there, 0 where it does not tell. */
  readonly isOff: Uint8Array | null;
  readonly names: TextColumn | null;
  readonly endpoints: TextColumn | null;
  /** Addresses of one peer, separated by line ends. */
  readonly allowedIps: TextColumn | null;
  /** Instants in ms since 1970; NaN = absent. */
  readonly startedAt: Float64Array | null;
  readonly lastHandshakeAt: Float64Array | null;
}

/** All texts of a column as one string, so that neither the message nor the collection of garbage sees each of them. */
export interface TextColumn {
  readonly text: string;
  /** Where each ends; the next begins there. Absent: the complement of that, a negative number. */
  readonly ends: Int32Array;
}
