import { useCallback } from 'react';
import type { Plan } from '../api/types.ts';
import { useTranslation } from '../i18n/words.tsx';
import { protocolName } from './protocol-badge.tsx';

export type QuotaTerms = Plan['terms']['quotas'][number];

/** Whether a quota counts a part of the traffic alone. */
export function isOfPart({ nodeIds, nodeTags, protocols }: QuotaTerms): boolean {
  return [nodeIds, nodeTags, protocols].some((part) => part !== null);
}

/** What of the traffic a quota counts, in words: "nodes of eu, VLESS"; where it is all of it, that. */
export function useQuotaPart(): (quota: QuotaTerms | undefined) => string {
  const { t } = useTranslation();
  return useCallback(
    (quota) => {
      const { nodeIds = null, nodeTags = null, protocols = null } = quota ?? {};
      const parts = [
        ...(nodeTags === null ? [] : [t('common.quotaPart.groups', { names: nodeTags.join(', ') })]),
        ...(nodeIds === null ? [] : [t('common.quotaPart.nodes', { count: nodeIds.length })]),
        ...(protocols ?? []).map(protocolName),
      ];
      return parts.length === 0 ? t('common.quotaPart.all') : parts.join(', ');
    },
    [t],
  );
}
