import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { get, patch, post, remove } from '../../api/client.ts';
import type { Answer, GivenLink, List, PostAnswer } from '../../api/types.ts';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { addInTurn, type LinkChange, type NewLinks } from './typed-links.ts';

export type LinkLook = PostAnswer<'/api/v1/links/test'>;
export type UserEntries = Answer<'/api/v1/users/{id}/link/entries'>;

/** Those given to all users, or to single ones; absent: both. */
export type LinkTo = 'all' | 'single';

export interface LinksFilter {
  readonly search?: string | undefined;
  readonly to?: LinkTo | undefined;
}

const PAGE = 100;

/** Page by page: somebody may have a link for each of many users. */
export const linksQuery = (filter: LinksFilter) =>
  infiniteQueryOptions({
    queryKey: ['links', filter],
    queryFn: ({ signal, pageParam }) =>
      get<List<GivenLink>>('api/v1/links', { ...filter, limit: PAGE, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? null,
    placeholderData: keepPreviousData,
  });

/** What a user's clients would get. */
export const userEntriesQuery = (user: string) =>
  queryOptions({
    queryKey: ['links', 'of', user],
    queryFn: ({ signal }) => get<UserEntries>(`api/v1/users/${encodeURIComponent(user)}/link/entries`, {}, signal),
    enabled: user !== '',
    retry: false,
  });

/** What is behind links; nothing is given out. */
export function useLookAtLinks() {
  return useMutation({
    mutationFn: (links: readonly string[]) =>
      Promise.all(links.map((link) => post<LinkLook>('api/v1/links/test', { link }))),
  });
}

export function useAddLinks() {
  const { t } = useTranslation();
  const toast = useToast();
  return useMutation({
    mutationFn: ({ onLeft, ...wish }: NewLinks & { readonly onLeft: (links: readonly string[]) => void }) =>
      addInTurn(wish, (one) => post<GivenLink>('api/v1/links', one), onLeft),
    onSuccess: (added) => toast({ title: t('links.added', { count: added.length }), icon: 'link' }),
    onSettled: useRefreshLinks(),
  });
}

export function useChangeLink({ id }: GivenLink) {
  const { t } = useTranslation();
  const toast = useToast();
  return useMutation({
    mutationFn: (change: LinkChange) => patch<GivenLink>(`api/v1/links/${encodeURIComponent(id)}`, change),
    onSuccess: (link) => toast({ title: t('links.changed', { name: nameOf(link) }), icon: 'link' }),
    onSettled: useRefreshLinks(),
  });
}

export function useDeleteLink(link: GivenLink) {
  const { t } = useTranslation();
  const toast = useToast();
  const onError = useErrorToast();
  return useMutation({
    mutationFn: () => remove(`api/v1/links/${encodeURIComponent(link.id)}`),
    onSuccess: () => toast({ title: t('links.deleted', { name: nameOf(link) }), icon: 'trash' }),
    onError,
    onSettled: useRefreshLinks(),
  });
}

/** Asks somebody else's subscription now. */
export function useFetchLink(link: GivenLink) {
  const { t } = useTranslation();
  const toast = useToast();
  const onError = useErrorToast();
  return useMutation({
    mutationFn: () => post<GivenLink>(`api/v1/links/${encodeURIComponent(link.id)}/fetch`),
    onSuccess: ({ source }) =>
      toast(
        source?.problem
          ? { title: t('links.notFetched', { name: nameOf(link) }), bad: true }
          : { title: t('links.fetched', { name: nameOf(link), count: source?.entries ?? 0 }), icon: 'link' },
      ),
    onError,
    onSettled: useRefreshLinks(),
  });
}

function useRefreshLinks(): () => void {
  const client = useQueryClient();
  return () => {
    for (const queryKey of [['links'], ['users', 'link'], ['audit']]) void client.invalidateQueries({ queryKey });
  };
}

/** What people call it. */
export function nameOf({ name, server }: Pick<GivenLink, 'name' | 'server'>): string {
  return name === '' ? server : name;
}
