import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post, put } from '../../api/client.ts';
import type { PostAnswer, Service } from '../../api/types.ts';
import { useToast } from '../../components/toast.tsx';
import { useTranslation } from '../../i18n/words.tsx';

export interface ProbeSetting {
  readonly kind: 'automatic' | 'polls' | 'tls' | 'tcp' | 'ping';
  readonly host?: string;
  readonly port?: number;
  readonly serverName?: string;
  readonly anyCertificate?: boolean;
  readonly privateAddresses?: boolean;
  readonly intervalSeconds?: number;
}

export type ProbeTrial = PostAnswer<'/api/v1/services/{id}/probe/test'>;

/** Asks once and stores nothing. */
export function useTryProbe(serviceId: string) {
  return useMutation({
    mutationFn: (setting: ProbeSetting) =>
      post<ProbeTrial>(`api/v1/services/${encodeURIComponent(serviceId)}/probe/test`, setting),
  });
}

export function useSetProbe(serviceId: string) {
  const { t } = useTranslation();
  const toast = useToast();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (setting: ProbeSetting) =>
      put<Service>(`api/v1/services/${encodeURIComponent(serviceId)}/probe`, setting),
    onSuccess: () => toast({ title: t('services.probeSet') }),
    onSettled: () => client.invalidateQueries({ queryKey: ['nodes'] }),
  });
}
