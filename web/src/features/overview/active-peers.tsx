import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { activePeersQuery } from '../../api/resources.ts';
import { ChartCard } from '../../components/chart/chart-card.tsx';
import { type ChartData, shapeOf } from '../../components/chart/model.ts';
import { useRangeWords } from '../../components/range-picker.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import type { CurrentRange } from '../../lib/use-range.ts';

const HEIGHT = 160;

/** How many peers moved bytes, over time. */
export function ActivePeers({ range }: { readonly range: CurrentRange }) {
  const { t } = useTranslation();
  const words = useRangeWords();
  const query = useQuery({ ...activePeersQuery(range.key, range.period), placeholderData: keepPreviousData });
  const data = useMemo<ChartData | undefined>(() => {
    if (!query.data) return undefined;
    const { active, from, bucketSeconds } = query.data;
    const series = {
      id: 'active',
      name: t('overview.activePeers'),
      color: '--meter',
      values: active,
      late: [],
      quality: [],
      totalBytes: 0,
      partlyKnown: active.includes(null),
    };
    return {
      shape: shapeOf(from.length),
      quantity: 'count',
      bucketSeconds,
      starts: from.map((at) => Date.parse(at) / 1000),
      series: from.length === 0 ? [] : [series],
      marks: [],
    };
  }, [query.data, t]);
  return (
    <ChartCard
      title={t('overview.activePeers')}
      hint={t('overview.activePeersMean')}
      sub={words(range.range)}
      query={query}
      data={data}
      height={HEIGHT}
      onZoom={range.zoom}
      onUnzoom={range.unzoom}
    />
  );
}
