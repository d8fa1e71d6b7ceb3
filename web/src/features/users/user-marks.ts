import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { User } from '../../api/types.ts';
import type { ChartMark } from '../../components/chart/model.ts';
import { useTranslation } from '../../i18n/words.tsx';
import { stateChangesQuery } from './api.ts';

/** What changed in what a user may use: suspensions and the like, and when the plan or the terms of now began. */
export function useUserMarks(user: User): readonly ChartMark[] {
  const { t } = useTranslation();
  const changes = useQuery(stateChangesQuery(user.id)).data?.items;
  const began = useEntitled(user);
  return useMemo(() => {
    const mark = (kind: ChartMark['kind'], at: string, label: string): ChartMark => {
      return { kind, label, from: Date.parse(at) / 1000, to: null };
    };
    return [
      ...(changes ?? []).map(({ at, to }) => mark('state', at, t(`users.became.${to}`))),
      ...(began === null ? [] : [mark('plan', began.at, began.title)]),
    ];
  }, [changes, began, t]);
}

/** Since when the user has this plan, or these terms; null: they have none, or wait for the first use. */
export function useEntitled({ entitlement }: User): { readonly at: string; readonly title: string } | null {
  const { t } = useTranslation();
  const at = entitlement?.startedAt ?? null;
  const plan = entitlement?.plan?.name;
  return useMemo(() => {
    if (at === null) return null;
    return { at, title: plan === undefined ? t('users.hadTerms') : t('users.hadPlan', { name: plan }) };
  }, [at, plan, t]);
}
