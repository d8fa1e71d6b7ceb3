import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { get, post } from '../../api/client.ts';
import type { Answer, AutomaticPlan, User } from '../../api/types.ts';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { useTranslation } from '../../i18n/words.tsx';

export interface Assignment {
  readonly peerIds: readonly string[];
  /** Null takes the peers away from their user. */
  readonly userId: string | null;
  readonly countInCycle: boolean;
}

/** Gives peers to a user from now on; what they used before comes along as history. */
export function useAssignPeers() {
  const { t } = useTranslation();
  const toast = useToast();
  const onError = useErrorToast();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: ({ peerIds, userId, countInCycle }: Assignment) =>
      post<{ assigned: number }>('api/v1/peers/assign', {
        assignments: peerIds.map((peerId) => ({ peerId, userId })),
        countInCycle,
      }),
    onSuccess: ({ assigned }) => {
      refresh();
      toast({ title: t('peers.assigned', { count: assigned }) });
    },
    onError,
  });
}

export type Succession = Answer<'/api/v1/peers/successions'>['items'][number];

/** Owner only. */
export const successionsQuery = queryOptions({
  queryKey: ['successions'],
  queryFn: ({ signal }) => get<Answer<'/api/v1/peers/successions'>>('api/v1/peers/successions', {}, signal),
});

export type Policy = 'per-peer' | 'from-comments';

/** Which users a policy would make and which peers they would get; changes nothing. */
export const automaticPlanQuery = (nodeId: string, policy: Policy) =>
  queryOptions({
    queryKey: ['automatic-plan', nodeId, policy],
    queryFn: () => post<AutomaticPlan>('api/v1/peers/assign-automatically', { nodeId, policy, preview: true }),
    retry: false,
    gcTime: 0,
  });

export function useAssignAutomatically() {
  const { t } = useTranslation();
  const toast = useToast();
  const onError = useErrorToast();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (request: { nodeId: string; policy: Policy }) =>
      post<AutomaticPlan>('api/v1/peers/assign-automatically', { ...request, preview: false }),
    onSuccess: ({ assigned }) => {
      refresh();
      toast({ title: t('peers.assigned', { count: assigned }) });
    },
    onError,
  });
}

/** A user who gets what was reported under a token. */
export function useClaimToken() {
  const { t } = useTranslation();
  const toast = useToast();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (request: { name: string; userToken: string; countInCycle: boolean }) =>
      post<User>('api/v1/users', request),
    onSuccess: (user) => {
      refresh();
      toast({ title: t('peers.claimed', { name: user.name }), text: t('peers.claimedWhat') });
    },
  });
}

export function useCreateNamedUser() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (name: string) => post<User>('api/v1/users', { name }),
    onSuccess: refresh,
  });
}

function useRefresh(): () => void {
  const client = useQueryClient();
  return () => {
    for (const key of ['peers', 'users', 'usage', 'unclaimed', 'overview', 'nodes', 'automatic-plan']) {
      void client.invalidateQueries({ queryKey: [key] });
    }
  };
}
