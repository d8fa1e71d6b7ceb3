import { useTranslation } from '../../i18n/words.tsx';
import { Bytes, Count, Rate, Unknown } from '../numbers.tsx';
import type { ChartData, ChartSeries } from './model.ts';

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
