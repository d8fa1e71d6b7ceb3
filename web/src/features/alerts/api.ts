import { queryOptions } from '@tanstack/react-query';
import { get } from '../../api/client.ts';
import type { Answer, List } from '../../api/types.ts';

export type Quarantined = Answer<'/api/v1/quarantine'>['items'][number];

/** Implausible reports and readings: kept, not counted. */
export const quarantineQuery = queryOptions({
  queryKey: ['quarantine'],
  queryFn: ({ signal }) => get<List<Quarantined>>('api/v1/quarantine', {}, signal),
});
