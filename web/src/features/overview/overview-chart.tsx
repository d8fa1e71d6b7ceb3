import { useState } from 'react';
import { TrafficChart } from '../../components/chart/traffic-chart.tsx';
import { Select } from '../../components/select.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import type { CurrentRange } from '../../lib/use-range.ts';

const SPLITS = ['node', 'total', 'protocol', 'user'] as const;
type Split = (typeof SPLITS)[number];

export function OverviewChart({ range }: { readonly range: CurrentRange }) {
  const { t } = useTranslation();
  const [by, setBy] = useState<Split>('node');
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
          onChange={setBy}
        />
      }
    />
  );
}
