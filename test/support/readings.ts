import type { PeerReading, ServiceReading } from '../../src/core/metering/collector.ts';

/** Everything that a poll shows of a service's peers, whether it came as a list or by columns. */
export function peersOf(service: ServiceReading | undefined): PeerReading[] {
  if (service === undefined) throw new Error('The poll does not show this service.');
  return [...service.peers];
}
