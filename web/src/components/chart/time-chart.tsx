import { useLayoutEffect, useRef, useState } from 'react';
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
  /** Shows the part that was drawn out, from and to in seconds. */
  readonly onZoom?: (from: number, to: number) => void;
  /** Double click: shows all again. */
  readonly onUnzoom?: (() => void) | null;
}

const HEIGHT = 264;
const PHONE_HEIGHT = 200;
const PHONE_WIDTH = 480;

export function TimeChart({ data, label, height = HEIGHT, fadedBefore = null, ...zooming }: TimeChartProps) {
  const { onZoom, onUnzoom } = zooming;
  const { locale, weekLocale, timeZone } = useFormat();
  const [theme] = useTheme();
  const target = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const [width, setWidth] = useState(0);
  const [cursor, setCursor] = useState<Cursor | null>(null);
  const zoom = useRef(onZoom);
  zoom.current = onZoom;
  const canZoom = onZoom !== undefined;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme's colours are read when the plot is drawn
  useLayoutEffect(() => {
    if (!target.current) return;
    const size = sizeOf(target.current, height);
    const onSelect = canZoom ? (from: number, to: number) => zoom.current?.(from, to) : null;
    const options = { ...size, locale, weekLocale, timeZone, fadedBefore, onCursor: setCursor, onSelect };
    plot.current = createPlot(target.current, data, options);
    return () => plot.current?.destroy();
  }, [data, height, locale, weekLocale, timeZone, theme, fadedBefore, canZoom]);

  useLayoutEffect(() => {
    const element = target.current;
    if (!element) return;
    // At once, before the next paint: a chart is never seen in the size of yesterday's window.
    const observer = new ResizeObserver(() => {
      const size = sizeOf(element, height);
      plot.current?.setSize(size);
      setWidth(size.width);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [height]);

  return (
    <div className="chart">
      {data.quantity === 'count' ? null : <MarksLane data={data} width={width} />}
      <div
        ref={target}
        className={canZoom ? 'plot zooms' : 'plot'}
        onDoubleClick={() => onUnzoom?.()}
        role="img"
        aria-label={label}
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
