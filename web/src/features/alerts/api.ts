import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { get, put } from '../../api/client.ts';
import type { Alert, Answer, List } from '../../api/types.ts';
import { useErrorToast, useToast } from '../../components/toast.tsx';

export type Quarantined = Answer<'/api/v1/quarantine'>['items'][number];

/** Implausible reports and readings: kept, not counted. */
export const quarantineQuery = queryOptions({
  queryKey: ['quarantine'],
  queryFn: ({ signal }) => get<List<Quarantined>>('api/v1/quarantine', {}, signal),
});

interface Acknowledgement {
  readonly id: string;
  readonly acknowledged: boolean;
}

interface Muting {
  readonly id: string;
  readonly muted: boolean;
  readonly hours?: number | null;
}

function useAlertChange<V extends { readonly id: string }>(part: string) {
  const client = useQueryClient();
  const onError = useErrorToast();
  return useMutation({
    mutationFn: ({ id, ...change }: V) => put<Alert>(`api/v1/alerts/${encodeURIComponent(id)}/${part}`, change),
    onError,
    onSettled: () => client.invalidateQueries({ queryKey: ['alerts'] }),
  });
}

/** Says that somebody sees to it, or takes that back. */
export function useAcknowledge(): (value: Acknowledgement) => void {
  return useAlertChange<Acknowledgement>('acknowledged').mutate;
}

export function useMute(): (value: Muting) => void {
  const { t } = useTranslation();
  const toast = useToast();
  const { mutate } = useAlertChange<Muting>('muted');
  return ({ id, muted, hours = null }) =>
    mutate(
      { id, muted, hours },
      {
        onSuccess: () =>
          toast({
            title: t(muted ? 'alerts.isMuted' : 'alerts.isTold'),
            ...(muted ? { undo: () => mutate({ id, muted: false }) } : {}),
          }),
      },
    );
}
