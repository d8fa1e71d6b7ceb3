import { useQuery } from '@tanstack/react-query';
import { nodesQuery } from './resources.ts';
import { useSeesAll } from './session.tsx';

/** All nodes; a reseller sees none and does not ask. */
export function useNodes() {
  return useQuery({ ...nodesQuery, enabled: useSeesAll() });
}
