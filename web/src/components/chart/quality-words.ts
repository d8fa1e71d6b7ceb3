import { useMemo } from 'react';
import { useTranslation } from '../../i18n/words.tsx';
import type { ChartWords } from './model.ts';

/** The words for how well something is known. */
export function useQualityWords(): Pick<ChartWords, 'quality' | 'named'> {
  const { t } = useTranslation();
  return useMemo(
    () => ({
      quality: (word) => t(`common.chart.quality.${word}`),
      named: (name, what) => t('common.chart.named', { name, what }),
    }),
    [t],
  );
}
