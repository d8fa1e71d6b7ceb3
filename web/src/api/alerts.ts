import { queryOptions } from '@tanstack/react-query';
import { get } from './client.ts';
import type { Alert, AlertCounts, List } from './types.ts';

/** Reads of alerts: the menu counts them, the first page shows them, and they have a page of their own. */

export const alertCountsQuery = queryOptions({
  queryKey: ['alerts', 'counts'],
  queryFn: ({ signal }) => get<AlertCounts>('api/v1/alerts/counts', {}, signal),
});

export const alertsQuery = (state: 'open' | 'ended', limit: number) =>
  queryOptions({
    queryKey: ['alerts', state, limit],
    queryFn: ({ signal }) => get<List<Alert>>('api/v1/alerts', { state, limit }, signal),
  });
