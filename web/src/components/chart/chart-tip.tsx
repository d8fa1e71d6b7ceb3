import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { Icon } from '../icon.tsx';
import { Key, Value } from './chart-value.tsx';
import { type ChartData, isDaily, qualityOf } from './model.ts';
import { type Cursor, END_PX } from './plot.ts';
import { useQualityWords } from './quality-words.ts';

const TIP_PX = 216;

interface ChartTipProps {
  readonly data: ChartData;
  readonly cursor: Cursor;
  readonly width: number;
}

/** The numbers under the cursor, in the order of the stack from above, the sum last. */
export function ChartTip({ data, cursor, width }: ChartTipProps) {
  const { t } = useTranslation();
  const words = useQualityWords();
  const start = data.starts[cursor.index];
  if (start === undefined || width < 480) return null;
  const known = data.series.flatMap((series) => series.values[cursor.index] ?? []);
  const toTheLeft = cursor.left + END_PX + TIP_PX > width;
  const style = toTheLeft ? { right: width - cursor.left + END_PX } : { left: cursor.left + END_PX };
  return (
    <div className="tip" style={style}>
      <TipHead start={start} data={data} />
      <ul>
        {data.series.toReversed().map((series) => (
          <li key={series.id}>
            <Key of={series} />
            <span className="cut">{series.name}</span>
            <Value data={data} value={series.values[cursor.index] ?? null} />
          </li>
        ))}
        {data.series.length > 1 ? (
          <li className="sum">
            <span>{t('common.chart.together')}</span>
            <Value data={data} value={known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)} />
          </li>
        ) : null}
        {qualityOf(data, cursor.index, words).map((text) => (
          <li key={text} className="said">
            <Icon name="warn" />
            {text}
          </li>
        ))}
      </ul>
    </div>
  );
}

function TipHead({ start, data }: { readonly start: number; readonly data: ChartData }) {
  const format = useFormat();
  const from = start * 1000;
  if (isDaily(data)) return <h3>{format.day(from)}</h3>;
  return (
    <h3>
      {format.clock(from)} – {format.clock(from + data.bucketSeconds * 1000)}
      <span>{format.day(from)}</span>
    </h3>
  );
}
