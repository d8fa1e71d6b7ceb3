import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post, remove } from '../api/client.ts';
import type { Reset } from '../api/types.ts';
import { useTranslation } from '../i18n/words.tsx';
import { useErrorToast, useToast } from './toast.tsx';

export interface ResetRequest {
  readonly scope: 'all' | 'user';
  readonly userIds?: readonly string[];
  readonly reason?: string;
  /** Whose usage it is, for the words. */
  readonly name?: string;
}

const CHANGED = ['usage', 'overview', 'users', 'peers', 'resets', 'unclaimed'];

/** Sets a reset mark, and offers to take it back. Nothing is deleted by it. */
export function useReset() {
  const { t } = useTranslation();
  const toast = useToast();
  const onError = useErrorToast();
  const refresh = useRefresh();
  const undo = useUndoReset();
  return useMutation({
    mutationFn: ({ name: _, ...request }: ResetRequest) => post<Reset>('api/v1/resets', request),
    onSuccess: (reset, request) => {
      refresh();
      const count = request.userIds?.length ?? 0;
      const title =
        request.scope === 'all'
          ? t('common.reset.allDone')
          : count > 1
            ? t('common.reset.severalDone', { count })
            : t('common.reset.done', { name: request.name });
      toast({ title, text: t('common.reset.nothingDeleted'), icon: 'reset', undo: () => undo.mutate(reset.id) });
    },
    onError,
  });
}

export function useUndoReset() {
  const { t } = useTranslation();
  const toast = useToast();
  const onError = useErrorToast();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string) => remove<Reset>(`api/v1/resets/${encodeURIComponent(id)}`),
    onSuccess: () => {
      refresh();
      toast({ title: t('common.reset.undone'), text: t('common.reset.undoneWhat') });
    },
    onError,
  });
}

function useRefresh(): () => void {
  const client = useQueryClient();
  return () => {
    for (const key of CHANGED) void client.invalidateQueries({ queryKey: [key] });
  };
}
