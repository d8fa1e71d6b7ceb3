import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { get, post, put, remove } from '../../api/client.ts';
import type { Answer, PostAnswer } from '../../api/types.ts';

export interface Codes {
  readonly recoveryCodes: readonly string[];
}

/** Changes of a factor that is on are confirmed as a login is. */
export interface Confirmation {
  readonly password: string;
  readonly code: string;
}

export const twoFactorQuery = queryOptions({
  queryKey: ['two-factor'],
  queryFn: ({ signal }) => get<Answer<'/api/v1/session/two-factor'>>('api/v1/session/two-factor', {}, signal),
});

export const sessionsQuery = queryOptions({
  queryKey: ['two-factor', 'sessions'],
  queryFn: ({ signal }) => get<Answer<'/api/v1/sessions'>>('api/v1/sessions', {}, signal),
});

function useFactorChange<V, R>(change: (value: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => client.invalidateQueries({ queryKey: ['two-factor'] }),
  });
}

/** A secret that nothing knows of until a code of it was entered. */
export function useProposal() {
  return useMutation({
    mutationFn: () => post<PostAnswer<'/api/v1/session/two-factor/secret'>>('api/v1/session/two-factor/secret'),
  });
}

export function useEnable() {
  return useFactorChange((value: { password: string; secret: string; code: string }) =>
    put<Codes>('api/v1/session/two-factor', value),
  );
}

export function useDisable() {
  return useFactorChange((value: Confirmation) => remove<unknown>('api/v1/session/two-factor', { ...value }));
}

export function useRenewCodes() {
  return useFactorChange((value: Confirmation) =>
    post<Codes>('api/v1/session/two-factor/recovery-codes', { ...value }),
  );
}

export function useEndSessions() {
  return useFactorChange(() => remove<{ ended: number }>('api/v1/sessions'));
}
