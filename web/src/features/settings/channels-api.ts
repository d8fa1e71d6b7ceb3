import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { get, patch, post, remove } from '../../api/client.ts';
import type { Channel, ChannelRules, List } from '../../api/types.ts';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { useTranslation } from '../../i18n/words.tsx';

export const CHANNEL_KINDS = ['telegram', 'email', 'webhook'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

export interface ChannelDraft {
  readonly name: string;
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly rules: ChannelRules;
}

export const channelsQuery = queryOptions({
  queryKey: ['channels'],
  queryFn: ({ signal }) => get<List<Channel>>('api/v1/channels', {}, signal),
});

const addressOf = (id: string) => `api/v1/channels/${encodeURIComponent(id)}`;

function useChannelChange<V, R>(change: (value: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => client.invalidateQueries({ queryKey: ['channels'] }),
  });
}

/** Adds a channel, or changes the one with that id. */
export function useSaveChannel(id: string | null) {
  return useChannelChange((draft: ChannelDraft) =>
    id === null ? post<Channel>('api/v1/channels', draft) : patch<Channel>(addressOf(id), draft),
  );
}

export function useEnableChannel(): (value: { id: string; enabled: boolean }) => void {
  const onError = useErrorToast();
  const change = useChannelChange(({ id, enabled }: { id: string; enabled: boolean }) =>
    patch<Channel>(addressOf(id), { enabled }),
  );
  return (value) => change.mutate(value, { onError });
}

export function useRemoveChannel(): (id: string) => void {
  const { t } = useTranslation();
  const toast = useToast();
  const onError = useErrorToast();
  const change = useChannelChange((id: string) => remove(addressOf(id)));
  return (id) => change.mutate(id, { onError, onSuccess: () => toast({ title: t('settings.channels.removed') }) });
}

export function useTestChannel() {
  const { t } = useTranslation();
  const toast = useToast();
  const onError = useErrorToast();
  const change = useChannelChange((id: string) => post<unknown>(`${addressOf(id)}/test`, {}));
  const onSuccess = () => toast({ title: t('settings.channels.arrived') });
  return { ...change, run: (id: string) => change.mutate(id, { onError, onSuccess }) };
}
