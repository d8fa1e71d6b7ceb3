import { useLayoutEffect, useRef, useState } from 'react';
import 'uplot/dist/uPlot.min.css';
import { useTranslation } from '../../i18n/words.tsx';
import { useTheme } from '../../lib/theme.ts';
import { useFormat } from '../../lib/use-format.ts';
import { ChartTip } from './chart-tip.tsx';
import { useSaidBucket } from './chart-value.tsx';
import { indexOf, selectionOf } from './keys.ts';
import { MarksLane } from './marks-lane.tsx';
import { type ChartData, isDaily } from './model.ts';
import { type Cursor, createPlot, type Plot, showStanding } from './plot.ts';
import { useChartKeys } from './use-chart-keys.ts';

export interface TimeChartProps {
  readonly data: ChartData;
  /** The chart in one sentence, for those who do not see it; the table beside it has the numbers. */
  readonly label: string;
  readonly height?: number;
  /** Seconds: what lies before is drawn faded, as it does not count any more. */
  readonly fadedBefore?: number | null;
  /** Shows the part that was drawn out, from and to in seconds. */
  readonly onZoom?: (from: number, to: number) => void;
  /** Double click or Escape: shows all again. */
  readonly onUnzoom?: (() => void) | null;
}

const HEIGHT = 264;
const PHONE_HEIGHT = 200;
const PHONE_WIDTH = 480;

export function TimeChart({ data, label, height = HEIGHT, fadedBefore = null, ...zooming }: TimeChartProps) {
  const { onZoom, onUnzoom } = zooming;
  const { t } = useTranslation();
  const { locale, weekLocale, timeZone } = useFormat();
  const [theme] = useTheme();
  const target = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot>(null);
  const [width, setWidth] = useState(0);
  const [cursor, setCursor] = useState<Cursor | null>(null);
  const said = useSaidBucket(data);
  const { standing, ...keys } = useChartKeys(data, zooming);
  const selection = selectionOf(standing, data.starts, data.bucketSeconds);
  const zoom = useRef(onZoom);
  zoom.current = onZoom;
  const canZoom = onZoom !== undefined;

  const daily = isDaily(data);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme's colours are read when the plot is drawn; data comes below
  useLayoutEffect(() => {
    if (!target.current) return;
    const size = sizeOf(target.current, height);
    const onSelect = canZoom ? (from: number, to: number) => zoom.current?.(from, to) : null;
    const options = { ...size, locale, weekLocale, timeZone, fadedBefore, onCursor: setCursor, onSelect };
    plot.current = createPlot(target.current, data, options);
    return () => plot.current?.u.destroy();
  }, [daily, height, locale, weekLocale, timeZone, theme, fadedBefore, canZoom]);

  // What somebody points at or draws out meanwhile stays.
  useLayoutEffect(() => plot.current?.show(data), [data]);

  // After the plot was drawn anew, too: what the keyboard has chosen stays while the chart lives.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a plot of another size or theme is a new one
  useLayoutEffect(() => {
    if (plot.current && standing) return showStanding(plot.current.u, data, standing);
    return undefined;
  }, [standing, data, width, locale, weekLocale, timeZone, theme]);

  useLayoutEffect(() => {
    const element = target.current;
    if (!element) return;
    // At once, before the next paint: a chart is never seen in the size of yesterday's window.
    const observer = new ResizeObserver(() => {
      const size = sizeOf(element, height);
      plot.current?.u.setSize(size);
      setWidth(size.width);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [height]);

  const last = data.starts.length - 1;
  const at = standing === null ? last : indexOf(standing.at, data.starts);
  return (
    <div className="chart">
      {data.quantity === 'count' ? null : <MarksLane data={data} width={width} />}
      <div
        ref={target}
        className={canZoom ? 'plot zooms' : 'plot'}
        {...keys}
        onDoubleClick={() => onUnzoom?.()}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-description={t(canZoom ? 'common.chart.keysZoom' : 'common.chart.keysMove')}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={at}
        aria-valuetext={said(at, selection)}
        style={{ minBlockSize: width < PHONE_WIDTH ? PHONE_HEIGHT : height }}
      />
      {cursor ? <ChartTip data={data} cursor={cursor} width={width} /> : null}
    </div>
  );
}

function sizeOf(element: HTMLElement, height: number): { width: number; height: number } {
  const width = element.clientWidth;
  return { width, height: width < PHONE_WIDTH ? Math.min(height, PHONE_HEIGHT) : height };
}
