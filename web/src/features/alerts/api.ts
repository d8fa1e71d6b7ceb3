import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { put } from '../../api/client.ts';
import type { Alert } from '../../api/types.ts';
import { useErrorToast, useToast } from '../../components/toast.tsx';

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
