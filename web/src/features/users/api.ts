import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { get, patch, post, put, remove } from '../../api/client.ts';
import { showAtOnce } from '../../api/optimistic.ts';
import { leave, stay, useReadAnew } from '../../api/read-anew.ts';
import type { Period } from '../../api/resources.ts';
import type { Answer, Carrier, Entitlement, List, PostAnswer, User } from '../../api/types.ts';
import type { EntitlementWish } from '../../components/entitlement-fields.tsx';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { useTranslation } from '../../i18n/words.tsx';

export const userQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'one', id],
    queryFn: ({ signal }) => get<User>(`api/v1/users/${encodeURIComponent(id)}`, {}, signal),
  });

export const userCarriersQuery = (id: string, key: string, period: () => Period) =>
  queryOptions({
    queryKey: ['usage', 'carriers', { user: id }, key],
    queryFn: ({ signal }) => get<List<Carrier>>('api/v1/usage/carriers', { user: id, ...period() }, signal),
  });

export const userLinkQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'link', id],
    queryFn: ({ signal }) =>
      get<Answer<'/api/v1/users/{id}/link'>>(`api/v1/users/${encodeURIComponent(id)}/link`, {}, signal),
  });

export type Cycle = Answer<'/api/v1/users/{id}/cycles'>['items'][number];

/** The running cycle first. */
export const userCyclesQuery = (id: string) =>
  queryOptions({
    queryKey: ['usage', 'cycles', id],
    queryFn: ({ signal }) =>
      get<Answer<'/api/v1/users/{id}/cycles'>>(`api/v1/users/${encodeURIComponent(id)}/cycles`, { count: 3 }, signal),
  });

export type Correction = Answer<'/api/v1/corrections'>['items'][number];

/** Owner only. */
export const userCorrectionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'corrections', id],
    queryFn: ({ signal }) => get<List<Correction>>('api/v1/corrections', { user: id }, signal),
  });

export interface NewUser {
  readonly name: string;
  readonly userToken?: string;
  readonly telegramId?: number;
  readonly note?: string;
  readonly countInCycle?: boolean;
}

export function useCreateUser() {
  const { t } = useTranslation();
  const toast = useToast();
  const refresh = useRefreshUsers();
  return useMutation({
    mutationFn: (user: NewUser) => post<User>('api/v1/users', user),
    onSuccess: (user) => {
      refresh();
      toast({
        title: t('users.created', { name: user.name }),
        text: t('users.createdWhat', { token: user.userToken }),
      });
    },
  });
}

export type UserChange = Partial<Pick<User, 'name' | 'telegramId' | 'email' | 'note' | 'tags' | 'active'>>;

export function useChangeUser(id: string) {
  const { t } = useTranslation();
  const toast = useToast();
  const refresh = useRefreshUsers();
  return useMutation({
    mutationFn: (change: UserChange) => patch<User>(`api/v1/users/${encodeURIComponent(id)}`, change),
    onSuccess: () => {
      refresh();
      toast({ title: t('users.saved') });
    },
  });
}

export function useDeleteUser(id: string) {
  const { t } = useTranslation();
  const toast = useToast();
  const onError = useErrorToast();
  const refresh = useRefreshUsers();
  return useMutation({
    mutationFn: () => remove(`api/v1/users/${encodeURIComponent(id)}`),
    onMutate: () => leave(id),
    onSuccess: () => {
      refresh();
      toast({ title: t('users.deleted'), text: t('users.deletedWhat'), icon: 'trash' });
    },
    onError: (error) => {
      stay(id);
      onError(error);
    },
  });
}

export type StateChange = Answer<'/api/v1/users/{id}/state-changes'>['items'][number];
export type TopUp = Answer<'/api/v1/users/{id}/top-ups'>['items'][number];

export const stateChangesQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'state-changes', id],
    queryFn: ({ signal }) => get<List<StateChange>>(`api/v1/users/${encodeURIComponent(id)}/state-changes`, {}, signal),
  });

export const topUpsQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'top-ups', id],
    queryFn: ({ signal }) => get<List<TopUp>>(`api/v1/users/${encodeURIComponent(id)}/top-ups`, {}, signal),
  });

/** What of a user's entitlement is to be another; what is absent stays. */
export interface EntitlementChange extends EntitlementWish {
  readonly begins?: 'now' | 'with-first-use';
  readonly fresh?: boolean;
  /** By hand; null: not before the terms say so. */
  readonly expiresAt?: string | null;
  /** By its id; null: none. */
  readonly nextPlan?: string | null;
}

const entitle = ({ id }: User, change: EntitlementChange) =>
  put<Entitlement | null>(`api/v1/users/${encodeURIComponent(id)}/entitlement`, change);

/** Queues a plan, or takes the queued one away; the toast puts back what was there. */
export function useSetNextPlan(user: User) {
  const { t } = useTranslation();
  const toast = useToast();
  const onError = useErrorToast();
  const onSettled = useRefreshUsers();
  const before = user.entitlement?.nextPlan?.id ?? null;
  const set = (nextPlan: string | null) => entitle(user, { nextPlan });
  const back = useMutation({ mutationFn: set, onError, onSettled });
  return useMutation({
    mutationFn: set,
    onSuccess: () => toast({ title: t('users.next.removed'), icon: 'limit', undo: () => back.mutate(before) }),
    onError,
    onSettled,
  });
}

export function useEntitle(user: User) {
  const { t } = useTranslation();
  const toast = useToast();
  const refresh = useRefreshUsers();
  return useMutation({
    mutationFn: (change: EntitlementChange) => entitle(user, change),
    onSuccess: () => toast({ title: t('users.entitle.done', { name: user.name }), icon: 'limit' }),
    onSettled: refresh,
  });
}

/** What terms would do to some users now; `given`: of the plan that is given to them. */
export function useTermsPreview(users: readonly string[], terms: unknown, given: string | undefined) {
  return useQuery({
    queryKey: ['plans', 'preview', users, terms, given],
    queryFn: () =>
      post<PostAnswer<'/api/v1/plans/preview'>>('api/v1/plans/preview', {
        ...{ terms, users },
        ...(given === undefined ? {} : { given }),
      }),
    enabled: terms !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

export function useTopUp(user: User) {
  const { t } = useTranslation();
  const toast = useToast();
  const refresh = useRefreshUsers();
  const undo = useUndoTopUp();
  return useMutation({
    mutationFn: (wish: { quota: string; bytes: number; reason?: string }) =>
      post<TopUp>(`api/v1/users/${encodeURIComponent(user.id)}/top-ups`, wish),
    onSuccess: (topUp) =>
      toast({ title: t('users.topUp.done', { name: user.name }), icon: 'plus', undo: () => undo.mutate(topUp.id) }),
    onSettled: refresh,
  });
}

export function useUndoTopUp() {
  const { t } = useTranslation();
  const toast = useToast();
  const onError = useErrorToast();
  const refresh = useRefreshUsers();
  return useMutation({
    mutationFn: (id: string) => remove<TopUp>(`api/v1/top-ups/${encodeURIComponent(id)}`),
    onSuccess: () => toast({ title: t('users.topUp.undone') }),
    onError,
    onSettled: refresh,
  });
}

/** Takes access away or gives it back, by an admin's hand; the toast offers the way back. */
export function useSuspend(user: User) {
  const { t } = useTranslation();
  const toast = useToast();
  const onError = useErrorToast();
  const refresh = useRefreshUsers();
  const client = useQueryClient();
  const set = (active: boolean) => patch<User>(`api/v1/users/${encodeURIComponent(user.id)}`, { active });
  const back = useMutation({ mutationFn: set, onError, onSettled: refresh });
  return useMutation({
    mutationFn: set,
    onMutate: (active) =>
      showAtOnce<User>(client, userQuery(user.id).queryKey, (before) => ({
        ...before,
        active,
        state: active ? 'active' : 'suspended',
      })),
    onSuccess: (_, active) =>
      toast({
        title: t(active ? 'users.restored' : 'users.suspended', { name: user.name }),
        icon: 'key',
        undo: () => back.mutate(!active),
      }),
    onError: (error, _active, takeBack) => {
      takeBack?.();
      onError(error);
    },
    onSettled: refresh,
  });
}

export function useRotateToken(id: string) {
  const { t } = useTranslation();
  const toast = useToast();
  const onError = useErrorToast();
  const refresh = useRefreshUsers();
  return useMutation({
    mutationFn: () => post<User>(`api/v1/users/${encodeURIComponent(id)}/rotate-token`),
    onSuccess: () => {
      refresh();
      toast({ title: t('users.rotated'), text: t('users.rotatedWhat'), icon: 'key' });
    },
    onError,
  });
}

/** The old link answers no more: whoever had it loses it. */
export function useRotateLink(id: string) {
  const { t } = useTranslation();
  const toast = useToast();
  const onError = useErrorToast();
  const refresh = useRefreshUsers();
  return useMutation({
    mutationFn: () => post(`api/v1/users/${encodeURIComponent(id)}/rotate-link`),
    onSuccess: () => {
      refresh();
      toast({ title: t('users.renewed'), text: t('users.renewedWhat'), icon: 'link' });
    },
    onError,
  });
}

/** Reads anew what changes with users. */
export function useRefreshUsers(): () => void {
  return useReadAnew(['users', 'usage', 'unclaimed', 'overview', 'peers']);
}

type ImportOutcome = PostAnswer<'/api/v1/users/import'>;

/** A CSV file, and the template that its lines are completed from. */
export interface UsersFile {
  readonly csv: string;
  readonly template?: string;
}

/** What a file would make, line by line. */
export function useImportPreview(file: UsersFile | undefined) {
  return useQuery({
    queryKey: ['users', 'import', file],
    queryFn: () => post<ImportOutcome>('api/v1/users/import', { ...file, dryRun: true }),
    enabled: file !== undefined,
    retry: false,
  });
}

export function useImportUsers() {
  const { t } = useTranslation();
  const toast = useToast();
  const refresh = useRefreshUsers();
  return useMutation({
    mutationFn: (file: UsersFile) => post<ImportOutcome>('api/v1/users/import', file),
    onSuccess: ({ created }) => toast({ title: t('users.import.done', { count: created }), icon: 'users' }),
    onSettled: refresh,
  });
}
