import { queryOptions } from '@tanstack/react-query';
import { get } from '../../api/client.ts';
import type { List, Traffic } from '../../api/types.ts';

export interface Quarantined {
  readonly id: string;
  readonly at: string;
  readonly reason: string;
  readonly traffic: Traffic;
  readonly userToken: string | null;
  readonly server: string | null;
  readonly peerId: string | null;
}

/** Implausible reports and readings: kept, not counted. */
export const quarantineQuery = queryOptions({
  queryKey: ['quarantine'],
  queryFn: ({ signal }) => get<List<Quarantined>>('api/v1/quarantine', {}, signal),
});
