import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { post } from '../../api/client.ts';
import { sessionQuery } from '../../api/session.ts';
import type { Session } from '../../api/types.ts';

export interface Login {
  readonly name: string;
  readonly password: string;
  readonly code?: string;
}

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
