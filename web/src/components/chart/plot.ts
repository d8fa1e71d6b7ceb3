import uPlot from 'uplot';
import { axisUnit } from './axis.ts';
import { drawStack } from './draw.ts';
import { type ChartData, stack } from './model.ts';

/** Room for the numbers of the vertical axis, and to the right of the last bucket; the marks lane uses them too. */
export const AXIS_PX = 48;
export const END_PX = 24;

const DAY_SECONDS = 86_400;
const LABEL_PX = 76;
const FONT = '11px Inter, system-ui, sans-serif';

export interface Cursor {
  readonly index: number;
  readonly left: number;
}

export interface PlotOptions {
  readonly width: number;
  readonly height: number;
  readonly locale: string;
  readonly timeZone: string;
  readonly fadedBefore: number | null;
  readonly onCursor: (cursor: Cursor | null) => void;
}

export function createPlot(target: HTMLElement, data: ChartData, options: PlotOptions): uPlot {
  const begin = data.starts[0] ?? 0;
  const end = (data.starts.at(-1) ?? 0) + data.bucketSeconds;
  const { totals } = stack(data.series, data.starts.length);
  const { factor } = axisUnit(data);
  const color = (token: string) => getComputedStyle(document.documentElement).getPropertyValue(token).trim();
  const middles = data.starts.map((start) => start + data.bucketSeconds / 2);
  const max = Math.max(0, ...totals);
  const step = lineStep(max, factor);
  const lines = Math.max(1, Math.ceil(max / step));
  const top = lines * step;
  const daily = data.bucketSeconds >= DAY_SECONDS;
  const number = new Intl.NumberFormat(options.locale, { maximumSignificantDigits: 3, useGrouping: false });
  return new uPlot(
    {
      width: options.width,
      height: options.height,
      padding: [8, END_PX, 0, 0],
      legend: { show: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), options.timeZone),
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, sync: { key: 'page' } },
      scales: {
        x: { time: true, range: [begin, end] },
        y: { range: [0, top] },
      },
      axes: [
        {
          stroke: () => color('--ink-3'),
          font: FONT,
          size: 28,
          gap: 8,
          space: LABEL_PX,
          grid: { show: false },
          ticks: { show: false },
          border: { show: true, stroke: () => color('--axis'), width: 1 },
          ...(daily ? { splits: (u: uPlot) => dayMiddles(u, middles) } : {}),
          values: (_, splits, __, ___, increment) => splits.map(timeLabel(options, daily ? DAY_SECONDS : increment)),
        },
        {
          stroke: () => color('--ink-3'),
          font: FONT,
          size: AXIS_PX,
          gap: 8,
          grid: { stroke: () => color('--grid'), width: 1 },
          ticks: { show: false },
          splits: () => Array.from({ length: lines + 1 }, (_, line) => line * step),
          values: (_, splits) => splits.map((split) => number.format(split / factor)),
        },
      ],
      series: [{}, { paths: () => null, points: { show: false } }],
      hooks: {
        draw: [(u) => drawStack(u, data, options.fadedBefore)],
        setCursor: [
          (u) => {
            const index = u.cursor.idx;
            const hovered = index !== null && index !== undefined && (u.cursor.left ?? -1) >= 0;
            options.onCursor(hovered ? { index, left: u.valToPos(middles[index] ?? 0, 'x') + AXIS_PX } : null);
          },
        ],
      },
    },
    [middles, totals],
    target,
  );
}

/** A label below the middle of a day, for as many days as have room. */
function dayMiddles(u: uPlot, middles: readonly number[]): number[] {
  const room = Math.max(1, Math.floor(u.width / LABEL_PX));
  const every = Math.ceil(middles.length / room);
  return middles.filter((_, index) => index % every === 0);
}

/** Distance of the horizontal lines: a round number of the axis' unit, so that three or four lines reach the top. */
function lineStep(max: number, factor: number): number {
  const wanted = Math.max(max, 4) / factor / 4;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= wanted) ?? 10;
  return step * power * factor;
}

function timeLabel(options: PlotOptions, increment: number): (seconds: number) => string {
  const { locale, timeZone } = options;
  const clock = new Intl.DateTimeFormat(locale, { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const day = new Intl.DateTimeFormat(locale, { timeZone, day: 'numeric', month: 'short' });
  return (seconds) => (increment >= DAY_SECONDS ? day : clock).format(seconds * 1000);
}
