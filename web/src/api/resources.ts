import { queryOptions } from '@tanstack/react-query';
import { get } from './client.ts';
import type { Bytes } from './exact-json.ts';
import type {
  Admin,
  Answer,
  Gap,
  Health,
  Holder,
  List,
  Node,
  Overview,
  Peer,
  Plan,
  Reset,
  Series,
  Service,
  Settings,
  Unclaimed,
  User,
  UserTemplate,
} from './types.ts';

/** Reads that more than one feature shows. What a single feature reads stands in that feature's `api.ts`. */

/** Its figures; who used most is asked for apart, so that they do not wait for it. */
export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => get<Overview>('api/v1/overview', { top: 0 }, signal),
});

export const nodesQuery = queryOptions({
  queryKey: ['nodes'],
  queryFn: ({ signal }) => get<List<Node>>('api/v1/nodes', {}, signal),
});

/** Services are asked on their own; nothing tells when an answer came. */
const HEALTH_MS = 30_000;

/** The health of every VPN service. */
export const servicesQuery = queryOptions({
  queryKey: ['nodes', 'services'],
  queryFn: ({ signal }) => get<List<Service>>('api/v1/services', {}, signal),
  refetchInterval: HEALTH_MS,
});

/** Health of a node per day of the last ninety, and its latest changes. */
export const nodeHealthQuery = (id: string) =>
  queryOptions({
    queryKey: ['health', id],
    queryFn: ({ signal }) => get<Health>(`api/v1/nodes/${encodeURIComponent(id)}/health`, { days: 90 }, signal),
    staleTime: HEALTH_MS,
    refetchInterval: 2 * HEALTH_MS,
  });

export const unclaimedQuery = queryOptions({
  queryKey: ['unclaimed'],
  queryFn: ({ signal }) => get<Unclaimed>('api/v1/unclaimed', {}, signal),
});

export interface PeersFilter {
  readonly node?: string | undefined;
  readonly user?: string | undefined;
  readonly unassigned?: boolean | undefined;
  readonly search?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export const peersQuery = (filter: PeersFilter) =>
  queryOptions({
    queryKey: ['peers', filter],
    queryFn: ({ signal }) => get<List<Peer>>('api/v1/peers', { ...filter }, signal),
  });

export interface UsersFilter {
  readonly state?: User['state'] | undefined;
  /** By name, as `owner` is. */
  readonly plan?: string | undefined;
  readonly tag?: string | undefined;
  readonly owner?: string | undefined;
  readonly sort?: 'name' | 'used' | 'share' | 'total' | 'expires' | 'seen' | undefined;
  readonly order?: 'asc' | 'desc' | undefined;
  readonly search?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export const usersQuery = (filter: UsersFilter = {}) =>
  queryOptions({
    queryKey: ['users', filter],
    queryFn: ({ signal }) => get<List<User>>('api/v1/users', { ...filter }, signal),
  });

export const plansQuery = queryOptions({
  queryKey: ['plans'],
  queryFn: ({ signal }) => get<List<Plan>>('api/v1/plans', {}, signal),
});

/** Not for viewers. */
export const templatesQuery = queryOptions({
  queryKey: ['users', 'templates'],
  queryFn: ({ signal }) => get<List<UserTemplate>>('api/v1/user-templates', {}, signal),
});

/** Owner only. */
export const adminsQuery = queryOptions({
  queryKey: ['admins'],
  queryFn: ({ signal }) => get<List<Admin>>('api/v1/admins', {}, signal),
});

/** A period as the API takes it: whole days of the panel's zone, or two instants. */
export type Period = { readonly days: number } | { readonly from: string; readonly to?: string };

export interface SeriesFilter {
  readonly by: 'total' | 'node' | 'protocol' | 'user';
  readonly user?: string | undefined;
  readonly node?: string | undefined;
}

/** `key` names the range, so that a range that ends "now" keeps one cache entry; `period` is made when it is asked. */
export const seriesQuery = (filter: SeriesFilter, key: string, period: () => Period) =>
  queryOptions({
    queryKey: ['usage', 'series', filter, key],
    queryFn: ({ signal }) =>
      get<Series>('api/v1/usage/series', { ...filter, ...period(), bucket: 'auto', max: 6 }, signal),
  });

export const gapsQuery = (key: string, period: () => Period) =>
  queryOptions({
    queryKey: ['gaps', key],
    queryFn: ({ signal }) => get<List<Gap>>('api/v1/gaps', { ...period() }, signal),
  });

export interface HoldersFilter {
  readonly search?: string | undefined;
  readonly server?: string | undefined;
  readonly port?: number | undefined;
  readonly protocol?: string | undefined;
  readonly sort?: 'total' | 'rx' | 'tx' | 'connections' | 'name' | 'lastUsed' | undefined;
  readonly order?: 'asc' | 'desc' | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** Users, unclaimed tokens and unclaimed peers with what they used. */
export const holdersQuery = (filter: HoldersFilter, key: string, period: () => Period) =>
  queryOptions({
    queryKey: ['usage', 'holders', filter, key],
    queryFn: ({ signal }) => get<List<Holder>>('api/v1/usage/holders', { ...filter, ...period() }, signal),
  });

/** Distinct peers that moved bytes, per bucket. */
export const activePeersQuery = (key: string, period: () => Period) =>
  queryOptions({
    queryKey: ['usage', 'active-peers', key],
    queryFn: ({ signal }) =>
      get<Answer<'/api/v1/usage/active-peers'>>('api/v1/usage/active-peers', { ...period(), bucket: 'auto' }, signal),
  });

/** Owner only. */
export const resetsQuery = queryOptions({
  queryKey: ['resets'],
  queryFn: ({ signal }) => get<List<Reset>>('api/v1/resets', {}, signal),
});

/** Owner only. */
export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => get<Settings>('api/v1/settings', {}, signal),
});

/** The first of several sums that is not zero says that something was counted. */
export function anyBytes(...values: readonly (Bytes | null | undefined)[]): boolean {
  return values.some((value) => value !== null && value !== undefined && Number(value) > 0);
}
