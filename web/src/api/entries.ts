import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useErrorToast, useToast } from '../components/toast.tsx';
import { useTranslation } from '../i18n/words.tsx';
import { get, post } from './client.ts';
import type { Answer, List, PostAnswer } from './types.ts';

/** What admins add to the ledger by hand: corrections, decisions about what was set aside, rebindings. */
export type Entry = Answer<'/api/v1/corrections'>['items'][number];
export type EntryOutcome = PostAnswer<'/api/v1/corrections'>;
export type EntryEffect = EntryOutcome['effect'];
export type Aside = Answer<'/api/v1/quarantine'>['items'][number] | Answer<'/api/v1/baselines'>['items'][number];
export type AsideKind = 'quarantine' | 'baselines';

export const entriesQuery = (cursor?: string) =>
  queryOptions({
    queryKey: ['entries', cursor],
    queryFn: ({ signal }) => get<List<Entry>>('api/v1/corrections', { limit: 50, cursor }, signal),
  });

/** Implausible reports and readings; or what counters showed already where counting began. Neither is counted. */
export const asideQuery = (kind: AsideKind, cursor?: string) =>
  queryOptions({
    queryKey: ['aside', kind, cursor],
    queryFn: ({ signal }) => get<List<Aside>>(`api/v1/${kind}`, { limit: 50, cursor }, signal),
  });

/** An entry to be made: where it is asked for, and of what. */
export interface EntryWish {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What an entry would do; asked of the server, which keeps the ledger. Null: nothing to ask yet. */
export function useEntryPreview(wish: EntryWish | null) {
  return useQuery({
    // Apart from the entries: one that is made must not be previewed once more.
    queryKey: ['entry-preview', wish],
    queryFn: () => post<EntryOutcome>(wish?.path ?? '', { ...wish?.body, preview: true }),
    enabled: wish !== null,
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
  });
}

/** Makes the entry. Its opposite is an entry, too: the toast makes that one. */
export function useMakeEntry() {
  const { t } = useTranslation();
  const toast = useToast();
  const undo = useUndoEntry();
  const refresh = useRefreshEntries();
  return useMutation({
    mutationFn: ({ path, body }: EntryWish) => post<EntryOutcome>(path, body),
    onSuccess: ({ entry }) =>
      toast({
        title: t('common.entry.made'),
        text: t('common.entry.madeWhat'),
        icon: 'edit',
        ...(entry ? { undo: () => undo.mutate(entry.id) } : {}),
      }),
    onSettled: refresh,
  });
}

/** From now on; what was counted stays where it is. */
export function useAssignPeer(peerId: string) {
  const { t } = useTranslation();
  const toast = useToast();
  const refresh = useRefreshEntries();
  return useMutation({
    mutationFn: (userId: string | null) => post<void>('api/v1/peers/assign', { assignments: [{ peerId, userId }] }),
    onSuccess: () => toast({ title: t('common.rebind.done'), icon: 'claim' }),
    onSettled: refresh,
  });
}

export function useUndoEntry() {
  const { t } = useTranslation();
  const toast = useToast();
  const onError = useErrorToast();
  const refresh = useRefreshEntries();
  return useMutation({
    mutationFn: (id: string) => post<EntryOutcome>(`api/v1/corrections/${encodeURIComponent(id)}/undo`),
    onSuccess: () => toast({ title: t('common.entry.undone'), icon: 'reset' }),
    onError,
    onSettled: refresh,
  });
}

function useRefreshEntries(): () => void {
  const client = useQueryClient();
  return () => {
    for (const key of ['entries', 'aside', 'usage', 'users', 'peers', 'unclaimed', 'overview'])
      void client.invalidateQueries({ queryKey: [key] });
  };
}
