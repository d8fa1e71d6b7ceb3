import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { get, patch, post, put, remove } from '../../api/client.ts';
import type { Admin, Answer, List, Plan, PostAnswer, Role, Settings } from '../../api/types.ts';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import type { NewTerms } from '../../lib/terms.ts';
import { useFormat } from '../../lib/use-format.ts';

export const SCOPES = ['read', 'write', 'ingest', 'metrics', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

export type ApiToken = Answer<'/api/v1/tokens'>['items'][number];
export type NewApiToken = PostAnswer<'/api/v1/tokens'>;
export type AuditEntry = Answer<'/api/v1/audit'>['items'][number];
export type Check = Answer<'/api/v1/doctor'>['checks'][number];

const AUDIT_ROWS = 50;

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: ({ signal }) => get<List<ApiToken>>('api/v1/tokens', {}, signal),
});

export const auditQuery = queryOptions({
  queryKey: ['audit'],
  queryFn: ({ signal }) => get<List<AuditEntry>>('api/v1/audit', { limit: AUDIT_ROWS }, signal),
});

export const doctorQuery = queryOptions({
  queryKey: ['doctor'],
  queryFn: ({ signal }) => get<{ checks: readonly Check[] }>('api/v1/doctor', {}, signal),
  staleTime: 60_000,
});

/** Runs a write, says what changed, and reads the lists behind it again; `onError` is for what has no form that tells it. */
function useChange<V, R>(
  change: (value: V) => Promise<R>,
  stale: readonly string[],
  said: (result: R) => string,
  onError?: (error: Error) => void,
) {
  const client = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: change,
    onSuccess: (result) => {
      for (const key of [...stale, 'audit']) void client.invalidateQueries({ queryKey: [key] });
      toast({ title: said(result) });
    },
    ...(onError === undefined ? {} : { onError }),
  });
}

export function useSetRetention() {
  const { t } = useTranslation();
  return useChange(
    (days: number) => put<unknown>('api/v1/settings/retention', { days }),
    ['settings', 'database'],
    () => t('settings.saved'),
  );
}

export const trustedServersQuery = queryOptions({
  queryKey: ['settings', 'trusted-servers'],
  queryFn: ({ signal }) =>
    get<Answer<'/api/v1/settings/trusted-servers'>>('api/v1/settings/trusted-servers', {}, signal),
});

export function useTrustServers() {
  const { t } = useTranslation();
  return useChange(
    (servers: readonly string[]) => put<unknown>('api/v1/settings/trusted-servers', { servers }),
    ['settings', 'users'],
    () => t('settings.saved'),
  );
}

export function useChangePassword() {
  const { t } = useTranslation();
  return useChange(
    (request: { current: string; next: string }) => put<unknown>('api/v1/session/password', request),
    [],
    () => t('settings.password.changed'),
  );
}

export function useAddAdmin() {
  const { t } = useTranslation();
  return useChange(
    (admin: { name: string; role: Role; password: string }) => post<Admin>('api/v1/admins', admin),
    ['admins'],
    (admin) => t('settings.admins.added', { name: admin.name }),
  );
}

/** What all users of a reseller may use together; null takes the limit away. */
export function useSetLimit({ id, name }: Admin) {
  const { t } = useTranslation();
  const path = `api/v1/admins/${encodeURIComponent(id)}/limit`;
  return useChange(
    (limit: { bytes: number; cycle: string; cutsUsers: boolean } | null) =>
      limit === null ? remove<unknown>(path) : put<unknown>(path, limit),
    ['admins', 'users'],
    () => t('settings.admins.limit.saved', { name }),
  );
}

export function useDisableAdmin() {
  const { t } = useTranslation();
  return useChange(
    ({ id, disabled }: { id: string; disabled: boolean }) =>
      patch<Admin>(`api/v1/admins/${encodeURIComponent(id)}`, { disabled }),
    ['admins'],
    (admin) => t(admin.disabled ? 'settings.admins.disabled' : 'settings.admins.enabled', { name: admin.name }),
    useErrorToast(),
  );
}

/** For an admin who has forgotten it. */
export function useResetPassword({ id, name }: Admin) {
  const { t } = useTranslation();
  return useChange(
    (password: string) => put<unknown>(`api/v1/admins/${encodeURIComponent(id)}/password`, { password }),
    ['admins'],
    () => t('settings.admins.help.passwordDone', { name }),
  );
}

/** For an admin who has lost the device. */
export function useResetTwoFactor({ id, name }: Admin) {
  const { t } = useTranslation();
  return useChange<void, unknown>(
    () => remove(`api/v1/admins/${encodeURIComponent(id)}/two-factor`),
    ['admins'],
    () => t('settings.admins.help.factorDone', { name }),
    useErrorToast(),
  );
}

export function useAddToken() {
  const { t } = useTranslation();
  return useChange(
    (token: { name: string; scopes: readonly Scope[]; signing?: boolean }) => post<NewApiToken>('api/v1/tokens', token),
    ['tokens'],
    (token) => t('settings.tokens.added', { name: token.name }),
  );
}

export function useRevokeToken() {
  const { t } = useTranslation();
  return useChange(
    (id: string) => remove(`api/v1/tokens/${encodeURIComponent(id)}`),
    ['tokens'],
    () => t('settings.tokens.revoked'),
    useErrorToast(),
  );
}

export type Backup = PostAnswer<'/api/v1/backups'>;

export const backupsQuery = queryOptions({
  queryKey: ['backups'],
  queryFn: async ({ signal }) => (await get<Answer<'/api/v1/backups'>>('api/v1/backups', {}, signal)).items,
});

export function useBackup() {
  const { t } = useTranslation();
  const format = useFormat();
  return useChange(
    () => post<Backup>('api/v1/backups'),
    ['backups'],
    (backup) => t('settings.backup.done', { bytes: format.bytesText(backup.bytes) }),
  );
}

export function useSetBackupSchedule() {
  const { t } = useTranslation();
  return useChange(
    (schedule: Settings['backup']) => put<Settings['backup']>('api/v1/settings/backup', schedule),
    ['settings'],
    () => t('settings.backup.scheduled'),
  );
}

interface NewPlan {
  readonly name: string;
  readonly terms: NewTerms;
}

/** Makes a plan, or changes the one that is given. */
export function useSavePlan(plan: Plan | undefined) {
  const { t } = useTranslation();
  return useChange(
    (wish: NewPlan) =>
      plan === undefined
        ? post<Plan>('api/v1/plans', wish)
        : patch<Plan>(`api/v1/plans/${encodeURIComponent(plan.id)}`, wish),
    ['plans', 'users'],
    ({ name }) => t(plan === undefined ? 'settings.plans.added' : 'settings.plans.changed', { name }),
  );
}

/** What other terms would do now to those who have the plan. */
export function usePlanPreview({ id }: Plan, terms: NewTerms) {
  return useQuery({
    queryKey: ['plans', 'preview', id, terms],
    queryFn: () => post<PostAnswer<'/api/v1/plans/preview'>>('api/v1/plans/preview', { plan: id, terms }),
    placeholderData: keepPreviousData,
    retry: false,
  });
}

export function useDeletePlan() {
  const { t } = useTranslation();
  return useChange(
    (id: string) => remove(`api/v1/plans/${encodeURIComponent(id)}`),
    ['plans'],
    () => t('settings.plans.deleted'),
    useErrorToast(),
  );
}

export function useSetTimeZone() {
  const { t } = useTranslation();
  return useChange(
    (timeZone: string) => put<unknown>('api/v1/settings/time-zone', { timeZone }),
    ['settings', 'session'],
    () => t('settings.saved'),
  );
}

export function useSetBillingCycle() {
  const { t } = useTranslation();
  return useChange(
    (cycle: string) => put<unknown>('api/v1/settings/cycle', { cycle }),
    ['settings', 'usage', 'users'],
    () => t('settings.saved'),
    useErrorToast(),
  );
}
