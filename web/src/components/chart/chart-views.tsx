import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { Bytes } from '../numbers.tsx';
import { TableScroll } from '../table-scroll.tsx';
import { axisUnit } from './axis.ts';
import { Key, Value } from './chart-value.tsx';
import { type ChartData, isDaily, qualityOf } from './model.ts';
import { useQualityWords } from './quality-words.ts';

/** Names, colours and sums, in the order of the stack. */
export function ChartLegend({ data }: { readonly data: ChartData }) {
  const { t } = useTranslation();
  const late = data.series.some((series) => series.late.includes(true));
  return (
    <ul className="legend">
      {data.series.map((series) => (
        <li key={series.id}>
          <Key of={series} />
          <span className="cut" title={series.name}>
            {series.name}
          </span>
          <Bytes value={series.totalBytes} atLeast={series.partlyKnown} />
        </li>
      ))}
      {late ? (
        <li className="push">
          <i className="key late" />
          {t('common.chart.countedLate')}
        </li>
      ) : null}
    </ul>
  );
}

/** Unit and grain of a chart, for the line under its title. */
export function useChartUnit(): (data: ChartData) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return (data) => {
    const unit = format.unit(axisUnit(data).unit);
    if (data.quantity === 'bytes') return t('common.chart.perDay', { unit });
    const grain = data.bucketSeconds >= 3600 ? t('common.chart.hour') : t('common.chart.quarter');
    return t('common.chart.mean', { unit, grain });
  };
}

/** The chart's numbers as a table, newest first. */
export function ChartTable({ data }: { readonly data: ChartData }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useQualityWords();
  const isCount = data.quantity === 'count';
  const rows = data.starts.map((start, index) => ({ start, index })).toReversed();
  return (
    <TableScroll tall>
      <table>
        <caption>{t('common.chart.tableMeans')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('common.chart.from')}</th>
            {data.series.map((series) => (
              <th key={series.id} scope="col" className="r">
                <span className="plain" title={series.name}>
                  {series.name}
                </span>
              </th>
            ))}
            {isCount ? null : <th scope="col">{t('common.chart.quality.head')}</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ start, index }) => (
            <tr key={start}>
              <td>{isDaily(data) ? format.day(start * 1000) : format.instant(start * 1000)}</td>
              {data.series.map((series) => (
                <td key={series.id} className="r">
                  <Value data={data} value={series.values[index] ?? null} />
                </td>
              ))}
              {isCount ? null : <td>{qualityOf(data, index, words).join('; ') || words.quality('measured')}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
