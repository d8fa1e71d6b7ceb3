import type { NodePoll } from '../../../core/ledger/usage-ledger.ts';
import type { PeerReading, Poll, ServiceReading } from '../../../core/metering/collector.ts';

/** A poll as the writer takes it: its readings need not be there as objects all at once. */
export type WriterPoll = Omit<NodePoll, 'poll'> & {
  readonly poll: Omit<Poll, 'services'> & { readonly services: readonly PolledService[] };
};

export type PolledService = Omit<ServiceReading, 'peers'> & {
  readonly peers: Iterable<PeerReading> & { readonly length: number };
};
