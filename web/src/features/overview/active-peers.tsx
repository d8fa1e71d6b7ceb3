import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { activePeersQuery } from '../../api/resources.ts';
import { Block, Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { LazyTimeChart } from '../../components/chart/lazy-time-chart.tsx';
import type { ChartData } from '../../components/chart/model.ts';
import { useRangeWords } from '../../components/range-picker.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import type { CurrentRange } from '../../lib/use-range.ts';

const HEIGHT = 160;

/** How many peers moved bytes, over time. */
export function ActivePeers({ range }: { readonly range: CurrentRange }) {
  const { t } = useTranslation();
  const words = useRangeWords();
  const query = useQuery({ ...activePeersQuery(range.key, range.period), placeholderData: keepPreviousData });
  const data = useMemo<ChartData | null>(() => {
    if (!query.data) return null;
    const { active, from, bucketSeconds } = query.data;
    return {
      shape: from.length > 32 ? 'area' : 'bars',
      quantity: 'count',
      bucketSeconds,
      starts: from.map((at) => Date.parse(at) / 1000),
      series: [
        {
          id: 'active',
          name: t('overview.activePeers'),
          color: '--meter',
          values: active,
          late: [],
          totalBytes: 0,
          partlyKnown: active.includes(null),
        },
      ],
      marks: [],
    };
  }, [query.data, t]);
  return (
    <Card
      title={t('overview.activePeers')}
      hint={`${t('overview.activePeersMean')} ${t('common.chart.keysZoom')}`}
      sub={words(range.range)}
    >
      <Block query={query} skeleton={<div className="pad chart-wait small" aria-busy="true" />}>
        {() =>
          data === null || data.starts.length === 0 ? (
            <Empty title={t('overview.nobody')} />
          ) : (
            <div className="pad" aria-busy={query.isPlaceholderData || undefined}>
              <LazyTimeChart
                data={data}
                label={t('overview.activePeers')}
                height={HEIGHT}
                onZoom={range.zoom}
                onUnzoom={range.unzoom}
              />
            </div>
          )
        }
      </Block>
    </Card>
  );
}
