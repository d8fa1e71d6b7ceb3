import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post, remove } from '../../api/client.ts';
import type { Answer, PostAnswer } from '../../api/types.ts';
import { useErrorToast, useToast } from '../../components/toast.tsx';
import { useTranslation } from '../../i18n/words.tsx';

export type ProviderFigure = Answer<'/api/v1/nodes/{id}/reconciliation'>['providerFigures'][number];
type Wish = Pick<ProviderFigure, 'firstDay' | 'lastDay' | 'direction' | 'note'> & { readonly bytes: number };

function useChanged(nodeId: string): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: ['usage', 'reconciliation', nodeId] });
}

export function useAddFigure(nodeId: string) {
  const onSuccess = useChanged(nodeId);
  return useMutation({
    mutationFn: (wish: Wish) =>
      post<PostAnswer<'/api/v1/nodes/{id}/provider-figures'>>(
        `api/v1/nodes/${encodeURIComponent(nodeId)}/provider-figures`,
        wish,
      ),
    onSuccess,
  });
}

export function useRemoveFigure(nodeId: string) {
  const { t } = useTranslation();
  const toast = useToast();
  const onError = useErrorToast();
  const onSettled = useChanged(nodeId);
  return useMutation({
    mutationFn: (id: string) =>
      remove(`api/v1/nodes/${encodeURIComponent(nodeId)}/provider-figures/${encodeURIComponent(id)}`),
    onSuccess: () => toast({ title: t('nodes.bill.removed') }),
    onError,
    onSettled,
  });
}
