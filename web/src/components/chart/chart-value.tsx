import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { Bytes, Count, Rate, Unknown } from '../numbers.tsx';
import { type ChartData, type ChartSeries, isDaily, qualityOf } from './model.ts';
import { useQualityWords } from './quality-words.ts';

export function Key({ of }: { readonly of: ChartSeries }) {
  return <i className="key" style={{ '--k': `var(${of.color})` } as React.CSSProperties} />;
}

/** One value of a chart in its own unit. */
export function Value({ data, value }: { readonly data: ChartData; readonly value: number | null }) {
  const { t } = useTranslation();
  if (value === null) return <Unknown reason={t('common.chart.notKnown')} />;
  if (data.quantity === 'count') return <Count value={value} />;
  return data.quantity === 'bytes' ? <Bytes value={Math.round(value)} /> : <Rate value={value} />;
}

/** What a reader hears of a bucket: when, each series from above and how well it is known, or what is selected. */
export function useSaidBucket(
  data: ChartData,
): (index: number, selection: readonly [from: number, to: number] | null) => string {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useQualityWords();
  const when = (seconds: number) => (isDaily(data) ? format.day(seconds * 1000) : format.instant(seconds * 1000));
  const textOf = (value: number | null) => {
    if (value === null) return t('common.chart.notKnown');
    if (data.quantity === 'count') return format.count(value);
    return data.quantity === 'bytes' ? format.bytesText(Math.round(value)) : format.rateText(value);
  };
  return (index, selection) => {
    const start = data.starts[index];
    if (start === undefined) return '';
    if (selection) {
      // The end of whole days is the last of them.
      const end = isDaily(data) ? selection[1] - data.bucketSeconds : selection[1];
      return t('common.chart.selected', { from: when(selection[0]), to: when(end) });
    }
    const parts = data.series.toReversed().map(({ name, values }) => `${name}: ${textOf(values[index] ?? null)}`);
    return [when(start), ...parts, ...qualityOf(data, index, words)].join('; ');
  };
}
