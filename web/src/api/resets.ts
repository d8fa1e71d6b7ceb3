import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { useErrorToast, useToast } from '../components/toast.tsx';
import { useResetWords } from '../components/use-reset-words.ts';
import { useTranslation } from '../i18n/words.tsx';
import { useFormat } from '../lib/use-format.ts';
import { get, post, remove } from './client.ts';
import type { Answer, Reset, ResetEffect } from './types.ts';

/** Whose usage is to start from zero. */
export interface ResetRequest {
  readonly scope: 'all' | 'owner' | 'user';
  /** Name of the admin whose users are meant. */
  readonly owner?: string;
  readonly userIds?: readonly string[];
}

/** Whose usage it is, for the words. */
type Named<T> = T & { readonly name?: string | undefined };

export type PlannedReset = Answer<'/api/v1/scheduled-resets'>['items'][number];

/** So old is what somebody looks at, at most, while they decide. */
const LOOKED_MS = 10_000;

/** What a reset would do. */
export const resetPreviewQuery = (request: ResetRequest) =>
  queryOptions({
    queryKey: ['reset-preview', request],
    queryFn: () => post<ResetEffect>('api/v1/resets/preview', request),
    staleTime: LOOKED_MS,
    refetchInterval: LOOKED_MS,
    retry: false,
    gcTime: LOOKED_MS,
  });

/** What undoing one would do. */
export const undoPreviewQuery = (id: string) =>
  queryOptions({
    queryKey: ['reset-preview', id],
    queryFn: ({ signal }) => get<ResetEffect>(`api/v1/resets/${encodeURIComponent(id)}/undo-preview`, {}, signal),
    staleTime: LOOKED_MS,
    refetchInterval: LOOKED_MS,
    retry: false,
    gcTime: LOOKED_MS,
  });

/** Those that lie ahead, the next one first. */
export const plannedResetsQuery = queryOptions({
  queryKey: ['resets', 'planned'],
  queryFn: async ({ signal }) => {
    const { items } = await get<Answer<'/api/v1/scheduled-resets'>>('api/v1/scheduled-resets', { limit: 1000 }, signal);
    return items
      .filter(({ cancelledAt, resetId }) => cancelledAt === null && resetId === null)
      .toSorted((a, b) => a.at.localeCompare(b.at));
  },
});

/** Sets a reset mark, says what it did, and offers to take it back. Nothing is deleted by it. */
export function useReset() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  const onError = useErrorToast();
  const words = useResetWords();
  const refresh = useRefresh();
  const undo = useUndoReset();
  return useMutation({
    mutationFn: async ({ name: _, ...request }: Named<ResetRequest>) => {
      // Its words are missed where it cannot be had; the reset is not.
      const effect = await client.fetchQuery(resetPreviewQuery(request)).catch(() => null);
      return { reset: await post<Reset>('api/v1/resets', request), effect };
    },
    onSuccess: ({ reset, effect }, request) => {
      refresh();
      const text = [effect === null ? null : words.ofReset(effect), t('common.reset.nothingDeleted')];
      toast({
        title: doneTitle(t, request),
        text: text.filter(Boolean).join(' '),
        icon: 'reset',
        undo: () => undo.mutate(reset.id),
      });
    },
    onError,
  });
}

function doneTitle(t: ReturnType<typeof useTranslation>['t'], { scope, name, userIds }: Named<ResetRequest>): string {
  const count = userIds?.length ?? 0;
  if (scope === 'all') return t('common.reset.allDone');
  if (scope === 'owner') return t('common.reset.ownerDone', { name });
  return count > 1 ? t('common.reset.severalDone', { count }) : t('common.reset.done', { name });
}

export function useUndoReset() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  const onError = useErrorToast();
  const words = useResetWords();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: async (id: string) => {
      const effect = await client.fetchQuery(undoPreviewQuery(id)).catch(() => null);
      await remove<Reset>(`api/v1/resets/${encodeURIComponent(id)}`);
      return effect;
    },
    onSuccess: (effect) => {
      refresh();
      toast({
        title: t('common.reset.undone'),
        text: effect === null ? t('common.reset.undoneWhat') : words.ofUndo(effect),
      });
    },
    onError,
  });
}

/** For an instant to come. */
export function usePlanReset() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  const format = useFormat();
  return useMutation({
    mutationFn: ({ name: _, ...request }: Named<ResetRequest> & { readonly at: string }) =>
      post<PlannedReset>('api/v1/scheduled-resets', request),
    onSuccess: ({ at }) => {
      void client.invalidateQueries({ queryKey: plannedResetsQuery.queryKey });
      toast({ title: t('common.reset.planned', { at: format.instant(at) }), icon: 'reset' });
    },
  });
}

export function useCancelReset() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  const onError = useErrorToast();
  return useMutation({
    mutationFn: (id: string) => remove<PlannedReset>(`api/v1/scheduled-resets/${encodeURIComponent(id)}`),
    onSuccess: () => toast({ title: t('common.reset.cancelled') }),
    onError,
    onSettled: () => void client.invalidateQueries({ queryKey: ['resets'] }),
  });
}

const CHANGED = ['usage', 'overview', 'users', 'peers', 'resets', 'unclaimed'];

function useRefresh(): () => void {
  const client = useQueryClient();
  return () => {
    for (const key of CHANGED) void client.invalidateQueries({ queryKey: [key] });
    // What is on the screen was done just now.
    void client.invalidateQueries({ queryKey: ['reset-preview'], refetchType: 'none' });
  };
}
