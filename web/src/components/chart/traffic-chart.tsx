import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { type SeriesFilter, seriesQuery } from '../../api/resources.ts';
import type { Series } from '../../api/types.ts';
import { useTranslation } from '../../i18n/words.tsx';
import type { CurrentRange } from '../../lib/use-range.ts';
import { Block, Empty } from '../block.tsx';
import { Card } from '../card.tsx';
import { Icon } from '../icon.tsx';
import { Segmented } from '../segmented.tsx';
import { ChartLegend, ChartTable, useChartUnit } from './chart-views.tsx';
import { LazyTimeChart } from './lazy-time-chart.tsx';
import { type ChartWords, chartData } from './model.ts';

interface TrafficChartProps {
  readonly title: string;
  readonly hint: string;
  readonly filter: SeriesFilter;
  readonly range: CurrentRange;
  /** Further controls, before the switch of views. */
  readonly controls?: ReactNode;
  /** Bars before the last reset are drawn faded: they do not count any more. */
  readonly fadeBeforeReset?: boolean;
}

type View = 'chart' | 'table';

/** Traffic over time, as a chart or as its table. */
export function TrafficChart({ title, hint, filter, range, controls, fadeBeforeReset = false }: TrafficChartProps) {
  const { t } = useTranslation();
  const [view, setView] = useState<View>('chart');
  // Another part of the time comes in place of the one that is shown: the keyboard stays where it is.
  const query = useQuery({
    ...seriesQuery(filter, range.key, range.period),
    placeholderData: (before, asked) => (isOf(filter, asked?.queryKey[2]) ? before : undefined),
  });
  const data = useChartData(query.data, filter.by);
  const unitOf = useChartUnit();
  const wayBack = useWayBack(data?.series.length === 0);
  const lastReset = data?.marks.findLast((mark) => mark.kind === 'reset')?.from ?? null;
  const views = [
    { value: 'chart' as const, label: <ViewLabel icon="bars" text={t('common.chart.chart')} /> },
    { value: 'table' as const, label: <ViewLabel icon="rows" text={t('common.chart.table')} /> },
  ];
  return (
    <Card
      title={title}
      hint={`${hint} ${t('common.chart.keysZoom')}`}
      sub={data && data.series.length > 0 ? unitOf(data) : undefined}
      className="chart-card"
      actions={
        <span className="row2s ctl">
          {range.unzoom ? (
            <button ref={wayBack.button} type="button" className="btn quiet" onClick={range.unzoom}>
              <Icon name="reset" />
              {t('common.chart.unzoom')}
            </button>
          ) : null}
          {controls}
          <Segmented label={t('common.chart.view')} value={view} options={views} onChange={setView} />
        </span>
      }
    >
      <Block query={query} skeleton={<div className="pad chart-wait" aria-busy="true" />}>
        {() =>
          !data || data.series.length === 0 ? (
            <div className="chart-wait">
              <Empty title={t('common.chart.empty')}>{t('common.chart.emptyWhy')}</Empty>
            </div>
          ) : view === 'chart' ? (
            <div className="pad stack" aria-busy={query.isPlaceholderData || undefined}>
              <ChartLegend data={data} />
              <LazyTimeChart
                data={data}
                label={title}
                fadedBefore={fadeBeforeReset ? lastReset : null}
                onZoom={(from, to) => {
                  wayBack.expect();
                  range.zoom(from, to);
                }}
                onUnzoom={range.unzoom}
              />
            </div>
          ) : (
            <ChartTable data={data} />
          )
        }
      </Block>
    </Card>
  );
}

/** A part in which nothing was counted has no chart to stand on: whoever came there by keyboard stands at the way back. */
function useWayBack(isEmpty: boolean) {
  const button = useRef<HTMLButtonElement>(null);
  const isExpected = useRef(false);
  useEffect(() => {
    if (isEmpty && isExpected.current && document.activeElement === document.body) button.current?.focus();
    if (isEmpty) isExpected.current = false;
  }, [isEmpty]);
  return {
    button,
    expect: () => {
      isExpected.current = true;
    },
  };
}

function isOf(filter: SeriesFilter, asked: string | SeriesFilter | undefined): boolean {
  if (typeof asked !== 'object') return false;
  return asked.by === filter.by && asked.user === filter.user && asked.node === filter.node;
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

function useChartData(series: Series | undefined, by: SeriesFilter['by']) {
  const { t } = useTranslation();
  return useMemo(() => {
    if (!series) return undefined;
    const words: ChartWords = {
      download: t('common.direction.download'),
      upload: t('common.direction.upload'),
      others: t('common.chart.others'),
      none: t(by === 'user' ? 'common.chart.unclaimed' : 'common.chart.reports'),
      noDirection: t('common.chart.noDirection'),
      deletedNode: t('common.deletedNode'),
      deleted: (name) => t('common.deletedName', { name }),
      countedLate: t('common.chart.partLate'),
      late: (name) => t('common.chart.late', { name }),
      gap: (name) => t('common.chart.gap', { name }),
      reset: (label) => t('common.chart.reset', { label }),
    };
    return chartData(series, by === 'total' ? 'directions' : 'series', words, Date.now() / 1000);
  }, [series, by, t]);
}
