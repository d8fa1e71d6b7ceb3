import { useMutation, useQueryClient } from '@tanstack/react-query';
import { put } from '../../api/client.ts';
import { showAtOnce } from '../../api/optimistic.ts';
import { useSession } from '../../api/session.tsx';
import type { Alert, List } from '../../api/types.ts';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { useTranslation } from '../../i18n/words.tsx';

interface Acknowledgement {
  readonly id: string;
  readonly acknowledged: boolean;
}

interface Muting {
  readonly id: string;
  readonly muted: boolean;
  readonly hours?: number | null;
}

/** Shown at once, taken back if the server says no. */
function useAlertChange<V extends { readonly id: string }>(part: string, expected: (value: V) => Partial<Alert>) {
  const client = useQueryClient();
  const onError = useErrorToast();
  return useMutation({
    mutationFn: ({ id, ...change }: V) => put<Alert>(`api/v1/alerts/${encodeURIComponent(id)}/${part}`, change),
    onMutate: (value: V) =>
      showAtOnce<List<Alert>>(client, ['alerts', 'open'], (list) => ({
        ...list,
        items: list.items.map((alert) => (alert.id === value.id ? { ...alert, ...expected(value) } : alert)),
      })),
    onError: (error, _value, takeBack) => {
      takeBack?.();
      onError(error);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['alerts'] }),
  });
}

/** Says that somebody sees to it, or takes that back. */
export function useAcknowledge(): (value: Acknowledgement) => void {
  const me = useSession()?.admin?.name ?? null;
  return useAlertChange<Acknowledgement>('acknowledged', ({ acknowledged }) => ({
    acknowledged: acknowledged ? { at: new Date().toISOString(), by: me } : null,
  })).mutate;
}

export function useMute(): (value: Muting) => void {
  const { t } = useTranslation();
  const toast = useToast();
  const { mutate } = useAlertChange<Muting>('muted', ({ muted, hours }) => ({ muted: muted ? mutedFor(hours) : null }));
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

function mutedFor(hours: number | null | undefined): NonNullable<Alert['muted']> {
  return { until: hours == null ? null : new Date(Date.now() + hours * 3_600_000).toISOString() };
}
