import { queryOptions } from '@tanstack/react-query';
import { post } from '../../api/client.ts';
import type { NodeTest } from '../../api/types.ts';

/** Whether a VPN on this host itself can be read. Adds nothing. */
export const localProbeQuery = queryOptions({
  queryKey: ['local-probe'],
  queryFn: () => post<NodeTest>('api/v1/nodes/test', { kind: 'wireguard', options: { transport: 'local' } }),
  staleTime: 60_000,
  retry: false,
});
