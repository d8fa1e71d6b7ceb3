import { type ReactNode, useState } from 'react';
import { useTranslation } from '../../i18n/words.tsx';
import { Block, Empty, type Loadable } from '../block.tsx';
import { Card } from '../card.tsx';
import { Icon } from '../icon.tsx';
import { Segmented } from '../segmented.tsx';
import { ChartLegend, ChartTable } from './chart-views.tsx';
import { LazyTimeChart } from './lazy-time-chart.tsx';
import type { ChartData } from './model.ts';
import type { TimeChartProps } from './time-chart.tsx';

interface ChartCardProps extends Pick<TimeChartProps, 'height' | 'fadedBefore' | 'onZoom' | 'onUnzoom'> {
  readonly title: string;
  readonly hint: string;
  readonly sub?: ReactNode;
  readonly query: Loadable<unknown> & { readonly isPlaceholderData: boolean };
  /** Of the query's answer; undefined: not here yet. */
  readonly data: ChartData | undefined;
  /** Several series, or sums worth a line. */
  readonly legend?: boolean;
  /** Further controls, before the switch of views. */
  readonly controls?: ReactNode;
}

type View = 'chart' | 'table';

/** What was counted over time, as a chart or as its table. */
export function ChartCard({ title, hint, sub, query, data, legend = false, controls, ...chart }: ChartCardProps) {
  const { t } = useTranslation();
  const [view, setView] = useState<View>('chart');
  const views = [
    { value: 'chart' as const, label: <ViewLabel icon="bars" text={t('common.chart.chart')} /> },
    { value: 'table' as const, label: <ViewLabel icon="rows" text={t('common.chart.table')} /> },
  ];
  const wait = chart.height === undefined ? 'chart-wait' : 'chart-wait small';
  return (
    <Card
      title={title}
      hint={`${hint} ${t('common.chart.keysZoom')}`}
      sub={sub}
      className="chart-card"
      actions={
        <span className="row2s ctl">
          {controls}
          <Segmented label={t('common.chart.view')} value={view} options={views} onChange={setView} />
        </span>
      }
    >
      <Block query={query} skeleton={<div className={`pad ${wait}`} aria-busy="true" />}>
        {() =>
          !data || data.series.length === 0 ? (
            <div className={wait}>
              <Empty title={t('common.chart.empty')}>{t('common.chart.emptyWhy')}</Empty>
            </div>
          ) : view === 'chart' ? (
            <div className="pad stack" aria-busy={query.isPlaceholderData || undefined}>
              {legend ? <ChartLegend data={data} /> : null}
              <LazyTimeChart {...chart} data={data} label={title} />
            </div>
          ) : (
            <ChartTable data={data} />
          )
        }
      </Block>
    </Card>
  );
}

function ViewLabel({ icon, text }: { readonly icon: 'bars' | 'rows'; readonly text: string }) {
  return (
    <>
      <Icon name={icon} />
      <span className="hide-s">{text}</span>
      <span className="vh only-reader">{text}</span>
    </>
  );
}
