import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { get, post } from '../../api/client.ts';
import { sessionQuery } from '../../api/session.tsx';
import type { Answer, Session } from '../../api/types.ts';

export interface Login {
  readonly name: string;
  readonly password: string;
  readonly code?: string;
}

export type PublicStatus = Answer<'/api/services'>['services'][number]['status'];

/** Servers with their services, as anybody may see them; the server keeps its answer for ten seconds. */
export const publicSummaryQuery = queryOptions({
  queryKey: ['public-summary'],
  queryFn: async ({ signal }) => {
    const [servers, { services }] = await Promise.all([
      get<Answer<'/api/servers'>>('api/servers', {}, signal),
      get<Answer<'/api/services'>>('api/services', {}, signal),
    ]);
    return Object.entries(servers).map(([id, { name, status }]) => {
      const own = services.filter((service) => service.server_id === id);
      return { id, name, status, services: own.map((service, index) => ({ ...service, index })) };
    });
  },
  refetchInterval: 10_000,
});

/** Logs in, and goes to the page that was asked for. */
export function useLogin(target: string) {
  return useEnter((login: Login) => post<Pick<Session, 'admin'>>('api/v1/session', login), target);
}

/** Creates the owner by the one-time link, and logs in. */
export function useSetup(token: string) {
  return useEnter((login: Login) => post<Pick<Session, 'admin'>>('api/v1/setup', { token, ...login }), '/');
}

function useEnter(enter: (login: Login) => Promise<unknown>, target: string) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: enter,
    onSuccess: async () => {
      await client.fetchQuery({ ...sessionQuery, staleTime: 0 });
      await navigate({ to: target, replace: true });
    },
  });
}
