import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useTheme } from '../../lib/theme.ts';
import { useFormat } from '../../lib/use-format.ts';
import { ChartTip } from './chart-tip.tsx';
import { MarksLane } from './marks-lane.tsx';
import type { ChartData } from './model.ts';
import { type Cursor, createPlot } from './plot.ts';

export interface TimeChartProps {
  readonly data: ChartData;
  /** The chart in one sentence, for those who do not see it; the table beside it has the numbers. */
  readonly label: string;
  readonly height?: number;
  /** Seconds: what lies before is drawn faded, as it does not count any more. */
  readonly fadedBefore?: number | null;
}

const PHONE_HEIGHT = 200;

export function TimeChart({ data, label, height = 264, fadedBefore = null }: TimeChartProps) {
  const { t } = useTranslation();
  const { locale, timeZone } = useFormat();
  const [theme] = useTheme();
  const target = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [cursor, setCursor] = useState<Cursor | null>(null);

  useEffect(() => {
    if (!target.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(target.current);
    return () => observer.disconnect();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme's colours are read when the plot is drawn
  useEffect(() => {
    if (!target.current || width === 0) return;
    const plot: uPlot = createPlot(target.current, data, {
      width,
      height: width < 480 ? PHONE_HEIGHT : height,
      locale,
      timeZone,
      nowWord: t('common.chart.now'),
      fadedBefore,
      onCursor: setCursor,
    });
    return () => plot.destroy();
  }, [data, width, height, locale, timeZone, theme, fadedBefore, t]);

  return (
    <div className="chart">
      {data.quantity === 'count' ? null : <MarksLane data={data} width={width} />}
      <div
        ref={target}
        className="plot"
        role="img"
        aria-label={label}
        style={{ minBlockSize: width < 480 ? PHONE_HEIGHT : height }}
      />
      {cursor ? <ChartTip data={data} cursor={cursor} width={width} /> : null}
    </div>
  );
}
