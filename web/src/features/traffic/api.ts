import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { get, post, put, remove } from '../../api/client.ts';
import { showAtOnce } from '../../api/optimistic.ts';
import { type Period, settingsQuery } from '../../api/resources.ts';
import type { Answer, Carrier, List, PostAnswer, Settings, Summary } from '../../api/types.ts';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';

export const summaryQuery = (key: string, period: () => Period) =>
  queryOptions({
    queryKey: ['usage', 'summary', key],
    queryFn: ({ signal }) => get<Summary>('api/v1/usage/summary', { ...period() }, signal),
  });

/** The busiest servers and protocols, also for the choices of the filters. */
export const topCarriersQuery = (key: string, period: () => Period) =>
  queryOptions({
    queryKey: ['usage', 'top-carriers', key],
    queryFn: ({ signal }) => get<List<Carrier>>('api/v1/usage/top-carriers', { ...period(), limit: 100 }, signal),
  });

/** Whose rows: a user, an unclaimed token, or an unclaimed peer. */
export type HolderKey = { readonly user: string } | { readonly token: string } | { readonly peer: string };

export const carriersQuery = (holder: HolderKey, key: string, period: () => Period) =>
  queryOptions({
    queryKey: ['usage', 'carriers', holder, key],
    queryFn: ({ signal }) => get<List<Carrier>>('api/v1/usage/carriers', { ...holder, ...period() }, signal),
  });

export type Database = Answer<'/api/v1/database'>;

export const databaseQuery = queryOptions({
  queryKey: ['database'],
  queryFn: ({ signal }) => get<Database>('api/v1/database', {}, signal),
});

/** What a cleanup would remove. */
export type Cleanup = PostAnswer<'/api/v1/cleanup'>;
export type CleanupJob = NonNullable<Answer<'/api/v1/cleanup'>['job']>;

/** What a cleanup would remove; removes nothing. */
export const cleanupPreviewQuery = (days: number) =>
  queryOptions({
    queryKey: ['cleanup-preview', days],
    queryFn: () => post<Cleanup>('api/v1/cleanup', { days, dryRun: true }),
    retry: false,
    gcTime: 0,
  });

/** The cleanup that runs, asked for every second until it has ended; else the last one. */
export const cleanupJobQuery = queryOptions({
  queryKey: ['cleanup'],
  queryFn: async ({ signal }) => (await get<Answer<'/api/v1/cleanup'>>('api/v1/cleanup', {}, signal)).job,
  refetchInterval: ({ state }) => (state.data && state.data.endedAt === null ? 1_000 : false),
});

export function useCleanup() {
  const client = useQueryClient();
  const onError = useErrorToast();
  return useMutation({
    mutationFn: (days: number) => post<CleanupJob>('api/v1/cleanup', { days, dryRun: false }),
    onSuccess: (job) => client.setQueryData(cleanupJobQuery.queryKey, job),
    onError,
  });
}

export function useCancelCleanup() {
  const client = useQueryClient();
  const onError = useErrorToast();
  return useMutation({
    mutationFn: () => remove<CleanupJob>('api/v1/cleanup'),
    onSuccess: (job) => client.setQueryData(cleanupJobQuery.queryKey, job),
    onError,
  });
}

/** Tells the outcome once, when a cleanup that was seen running has ended. */
export function useCleanupEnd(job: CleanupJob | null | undefined): void {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  const format = useFormat();
  const [running, setRunning] = useState<string | null>(null);
  useEffect(() => {
    if (!job) return;
    if (job.endedAt === null) return setRunning(job.id);
    if (running !== job.id) return;
    setRunning(null);
    void client.invalidateQueries({ queryKey: ['database'] });
    void client.invalidateQueries({ queryKey: ['usage'] });
    toast({
      title:
        job.error?.message ?? t('traffic.cleanup.done', { count: job.deleted, records: format.count(job.deleted) }),
      text: job.error?.hint ?? t('traffic.cleanup.doneWhat'),
      icon: 'trash',
    });
  }, [job, running, client, toast, t, format]);
}

export function useSetTracking() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  const onError = useErrorToast();
  return useMutation({
    mutationFn: (enabled: boolean) => put<{ enabled: boolean }>('api/v1/settings/tracking', { enabled }),
    onMutate: (enabled) =>
      showAtOnce<Settings>(client, settingsQuery.queryKey, (settings) => ({
        ...settings,
        tracking: { enabled, since: new Date().toISOString() },
      })),
    onSuccess: ({ enabled }) =>
      toast({
        title: t(enabled ? 'traffic.tracking.turnedOn' : 'traffic.tracking.turnedOff'),
        text: t(enabled ? 'traffic.tracking.onFrom' : 'traffic.tracking.offFrom'),
      }),
    onError: (error, _enabled, takeBack) => {
      takeBack?.();
      onError(error);
    },
    onSettled: () => {
      for (const key of ['settings', 'session', 'overview', 'nodes'])
        void client.invalidateQueries({ queryKey: [key] });
    },
  });
}
