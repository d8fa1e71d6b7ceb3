import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { get, post, remove } from '../../api/client.ts';
import type { Answer } from '../../api/types.ts';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { useTranslation } from '../../i18n/words.tsx';

type Rules = Answer<'/api/v1/billing-rules'>;
export type BillingRule = Rules['items'][number];
export type BillingDirection = NonNullable<BillingRule['direction']>;

export interface NewBillingRule {
  /** Absent: all services of the node without a rule of their own. */
  readonly serviceId?: string;
  /** Decimal, at most three places. */
  readonly multiplier: string;
  readonly direction: BillingDirection;
}

/** Rules of a node and its services, the latest first. */
export const billingQuery = (nodeId: string) =>
  queryOptions({
    queryKey: ['nodes', 'billing', nodeId],
    queryFn: ({ signal }) => get<Rules>('api/v1/billing-rules', { node: nodeId }, signal),
    staleTime: 60_000,
  });

export function useSetRule(nodeId: string) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: (rule: NewBillingRule) => post<BillingRule>('api/v1/billing-rules', { nodeId, ...rule }),
    onSuccess: ({ multiplier }) => toast({ title: t('nodes.billing.saved', { multiplier: multiplier ?? '' }) }),
    onSettled: () => client.invalidateQueries({ queryKey: billingQuery(nodeId).queryKey }),
  });
}

export function useCancelRule(nodeId: string) {
  const client = useQueryClient();
  const onError = useErrorToast();
  return useMutation({
    mutationFn: (id: string) => remove<unknown>(`api/v1/billing-rules/${encodeURIComponent(id)}`),
    onError,
    onSettled: () => client.invalidateQueries({ queryKey: billingQuery(nodeId).queryKey }),
  });
}
