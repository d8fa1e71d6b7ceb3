import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { get, put, remove } from '../../api/client.ts';
import { showAtOnce } from '../../api/optimistic.ts';
import type { Answer } from '../../api/types.ts';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { useTranslation } from '../../i18n/words.tsx';

export type Budget = NonNullable<Answer<'/api/v1/nodes/{id}/budget'>>;
export type BudgetWish = Pick<Budget, 'bytes' | 'cycle' | 'direction' | 'pricePerTb' | 'currency'>;

const pathOf = (nodeId: string) => `api/v1/nodes/${encodeURIComponent(nodeId)}/budget`;

/** What the provider of a node includes and what of it is used; null: nobody told. */
export const budgetQuery = (nodeId: string) =>
  queryOptions({
    queryKey: ['usage', 'budget', nodeId],
    queryFn: ({ signal }) => get<Budget | null>(pathOf(nodeId), {}, signal),
    staleTime: 60_000,
  });

const setBudget = (nodeId: string) => (wish: BudgetWish) => put<Budget | null>(pathOf(nodeId), wish);

export function useSetBudget(nodeId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: setBudget(nodeId),
    onSuccess: (budget) => client.setQueryData(budgetQuery(nodeId).queryKey, budget),
  });
}

/** Gone at once, back if the server says no; the toast takes it back. */
export function useRemoveBudget(nodeId: string) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  const onError = useErrorToast();
  const key = budgetQuery(nodeId).queryKey;
  const onSettled = () => client.invalidateQueries({ queryKey: key });
  const restore = useMutation({ mutationFn: setBudget(nodeId), onError, onSettled });
  return useMutation({
    mutationFn: (_budget: Budget) => remove(pathOf(nodeId)),
    onMutate: () => showAtOnce<Budget | null>(client, key, () => null),
    onSuccess: (_answer, { bytes, cycle, direction, pricePerTb, currency }) =>
      toast({
        title: t('nodes.budget.removed'),
        undo: () => restore.mutate({ bytes, cycle, direction, pricePerTb, currency }),
      }),
    onError: (error, _budget, takeBack) => {
      takeBack?.();
      onError(error);
    },
    onSettled,
  });
}
