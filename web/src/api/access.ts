import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { useErrorToast, useToast } from '../components/toast.tsx';
import { useTranslation } from '../i18n/words.tsx';
import { get, post, put } from './client.ts';
import type { Answer, List, PostAnswer } from './types.ts';

export type AccessState = Answer<'/api/v1/access/state'>;
export type NodeAccess = Answer<'/api/v1/nodes/{id}/access'>;
export type AccessItem = Answer<'/api/v1/access'>['items'][number];
export type AccessPreview = PostAnswer<'/api/v1/nodes/{id}/access/preview'>;

/** A pass comes with every reading; nothing tells when one was made. */
const PASS_MS = 15_000;

const path = (nodeId: string, rest = '') => `api/v1/nodes/${encodeURIComponent(nodeId)}/access${rest}`;

/** Whether access is changed at all, and what the fuse holds. Not for resellers. */
export const accessStateQuery = queryOptions({
  queryKey: ['access', 'state'],
  queryFn: ({ signal }) => get<AccessState>('api/v1/access/state', {}, signal),
  refetchInterval: PASS_MS,
});

export const nodeAccessQuery = (nodeId: string) =>
  queryOptions({
    queryKey: ['access', 'node', nodeId],
    queryFn: ({ signal }) => get<NodeAccess>(path(nodeId), {}, signal),
    refetchInterval: PASS_MS,
  });

/** Of a node or of a user. */
export const accessItemsQuery = (of: { readonly node: string } | { readonly user: string }) =>
  queryOptions({
    queryKey: ['access', 'items', of],
    queryFn: ({ signal }) => get<List<AccessItem>>('api/v1/access', { ...of, limit: 200 }, signal),
    refetchInterval: PASS_MS,
  });

/** Where a user still has access that is to be off, and why. */
export const userAccessQuery = (user: string) =>
  queryOptions({
    queryKey: ['access', 'user', user],
    queryFn: ({ signal }) =>
      get<Answer<'/api/v1/users/{id}/access'>>(`api/v1/users/${encodeURIComponent(user)}/access`, {}, signal),
    refetchInterval: PASS_MS,
  });

/** Looks at the node itself; changes nothing. */
export const accessPreviewQuery = (nodeId: string) =>
  queryOptions({
    queryKey: ['access', 'preview', nodeId],
    queryFn: () => post<AccessPreview>(path(nodeId, '/preview')),
    gcTime: 0,
    retry: false,
  });

export interface ModeWish {
  readonly mode: NodeAccess['mode'];
  readonly giveBack?: boolean;
}

export function useSetMode(nodeId: string) {
  const { t } = useTranslation();
  return useAccessChange(
    (wish: ModeWish) => put<NodeAccess>(path(nodeId), wish),
    ({ mode }) => t(`common.access.set.${mode}`),
  );
}

/** `peers`: how many somebody saw and let go. */
export function useConfirmCuts(nodeId: string) {
  const { t } = useTranslation();
  return useAccessChange(
    (peers: number) => post<void>(path(nodeId, '/confirm'), { peers }),
    () => t('common.access.confirmed'),
  );
}

export function usePauseAccess() {
  const { t } = useTranslation();
  return useAccessChange(
    (action: 'pause' | 'resume') => post<void>(`api/v1/access/${action}`),
    (_, action) => t(`common.access.${action}d`),
  );
}

export function useSetFuse() {
  const { t } = useTranslation();
  return useAccessChange(
    (limits: AccessState['limits']) => put<AccessState['limits']>('api/v1/access/fuse', limits),
    () => t('common.access.fuseSet'),
  );
}

function useAccessChange<A, R>(change: (argument: A) => Promise<R>, words: (result: R, argument: A) => string) {
  const client = useQueryClient();
  const toast = useToast();
  const onError = useErrorToast();
  return useMutation({
    mutationFn: change,
    onSuccess: (result, argument) => toast({ title: words(result, argument), icon: 'key' }),
    onError,
    onSettled: () => client.invalidateQueries({ queryKey: ['access'] }),
  });
}
