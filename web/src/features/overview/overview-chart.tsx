import { useSearch } from '@tanstack/react-router';
import { TrafficChart } from '../../components/chart/traffic-chart.tsx';
import { Select } from '../../components/select.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useChangeSearch } from '../../lib/search.ts';
import type { CurrentRange } from '../../lib/use-range.ts';

export const SPLITS = ['node', 'total', 'protocol', 'user'] as const;

interface OverviewSearch {
  readonly by?: (typeof SPLITS)[number] | undefined;
}

export function OverviewChart({ range }: { readonly range: CurrentRange }) {
  const { t } = useTranslation();
  const { by = 'node' }: OverviewSearch = useSearch({ strict: false });
  const change = useChangeSearch<OverviewSearch>();
  return (
    <TrafficChart
      title={t('overview.trafficOverTime')}
      hint={t('overview.trafficOverTimeMeans')}
      filter={{ by }}
      range={range}
      controls={
        <Select
          label={t('overview.by')}
          value={by}
          options={SPLITS.map((split) => ({ value: split, label: t(`overview.split.${split}`) }))}
          onChange={(split) => change({ by: split === 'node' ? undefined : split })}
        />
      }
    />
  );
}
