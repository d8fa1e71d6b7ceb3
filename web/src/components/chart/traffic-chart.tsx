import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useMemo, useRef } from 'react';
import { type SeriesFilter, seriesQuery } from '../../api/resources.ts';
import type { Series } from '../../api/types.ts';
import { useTranslation } from '../../i18n/words.tsx';
import type { CurrentRange } from '../../lib/use-range.ts';
import { Icon } from '../icon.tsx';
import { ChartCard } from './chart-card.tsx';
import { useChartUnit } from './chart-views.tsx';
import { type ChartMark, type ChartWords, chartData } from './model.ts';
import { useQualityWords } from './quality-words.ts';

interface TrafficChartProps {
  readonly title: string;
  readonly hint: string;
  readonly filter: SeriesFilter;
  readonly range: CurrentRange;
  /** Further controls, before the switch of views. */
  readonly controls?: ReactNode;
  /** Beside what the series itself tells: the same ones as long as nothing changed. */
  readonly marks?: readonly ChartMark[];
  /** Bars before the last reset are drawn faded: they do not count any more. */
  readonly fadeBeforeReset?: boolean;
}

const NO_MARKS: readonly ChartMark[] = [];

/** Traffic over time, as a chart or as its table. */
export function TrafficChart({
  filter,
  range,
  controls,
  marks = NO_MARKS,
  fadeBeforeReset = false,
  ...titled
}: TrafficChartProps) {
  const { t } = useTranslation();
  // Another part of the time comes in place of the one that is shown: the keyboard stays where it is.
  const query = useQuery({
    ...seriesQuery(filter, range.key, range.period),
    placeholderData: (before, asked) => (isOf(filter, asked?.queryKey[2]) ? before : undefined),
  });
  const data = useChartData(query.data, filter.by, marks);
  const unitOf = useChartUnit();
  const wayBack = useWayBack(data?.series.length === 0);
  const lastReset = data?.marks.findLast((mark) => mark.kind === 'reset')?.from ?? null;
  return (
    <ChartCard
      {...titled}
      sub={data && data.series.length > 0 ? unitOf(data) : undefined}
      query={query}
      data={data}
      legend
      fadedBefore={fadeBeforeReset ? lastReset : null}
      onZoom={(from, to) => {
        wayBack.expect();
        range.zoom(from, to);
      }}
      onUnzoom={range.unzoom}
      controls={
        <>
          {range.unzoom ? (
            <button ref={wayBack.button} type="button" className="btn quiet" onClick={range.unzoom}>
              <Icon name="reset" />
              {t('common.chart.unzoom')}
            </button>
          ) : null}
          {controls}
        </>
      }
    />
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

function useChartData(series: Series | undefined, by: SeriesFilter['by'], marks: readonly ChartMark[]) {
  const { t } = useTranslation();
  const qualityWords = useQualityWords();
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
      ...qualityWords,
      gap: (name) => t('common.chart.gap', { name }),
      pause: (reason) => t(`common.gaps.reason.${reason}`),
      reset: (label) => (isScope(label) ? t(`common.chart.resetOf.${label}`) : t('common.chart.reset', { label })),
    };
    const data = chartData(series, by === 'total' ? 'directions' : 'series', words, Date.now() / 1000);
    return { ...data, marks: [...data.marks, ...marks].toSorted((a, b) => a.from - b.from) };
  }, [series, by, marks, t, qualityWords]);
}

/** Resets without a reason are named by whom they were of. */
function isScope(label: string): boolean {
  return label === 'all' || label === 'owner' || label === 'user';
}
