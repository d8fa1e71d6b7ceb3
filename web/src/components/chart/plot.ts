import uPlot from 'uplot';
import { dayOf } from '../../lib/zone.ts';
import { axisUnit, labelledDays } from './axis.ts';
import { drawStack } from './draw.ts';
import { indexOf, type Standing, selectionOf } from './keys.ts';
import { type ChartData, stack } from './model.ts';

/** Room for the numbers of the vertical axis, and to the right of the last bucket; the marks lane uses them too. */
export const AXIS_PX = 48;
export const END_PX = 24;

const DAY_SECONDS = 86_400;
const LABEL_PX = 76;
/** Less is a click, or a hand that trembles. */
const LEAST_PX = 8;
const NOTHING = { left: 0, top: 0, width: 0, height: 0 };
const FONT = '11px Inter, system-ui, sans-serif';

export interface Cursor {
  readonly index: number;
  readonly left: number;
}

export interface PlotOptions {
  readonly width: number;
  readonly height: number;
  readonly locale: string;
  readonly weekLocale: string;
  readonly timeZone: string;
  readonly fadedBefore: number | null;
  readonly onCursor: (cursor: Cursor | null) => void;
  /** A part was drawn out, in seconds; null: nothing can be. */
  readonly onSelect: ((from: number, to: number) => void) | null;
}

/** `pointed` is where the pointer stood on the plot before this one: it has not moved, and goes on reading. */
export function createPlot(
  target: HTMLElement,
  data: ChartData,
  options: PlotOptions,
  pointed?: Readonly<uPlot.Cursor>,
): uPlot {
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
  const days = daily ? data.starts.map((start) => dayOf(new Date(start * 1000), options.timeZone)) : [];
  const number = new Intl.NumberFormat(options.locale, { maximumSignificantDigits: 3, useGrouping: false });
  const plot = new uPlot(
    {
      width: options.width,
      height: options.height,
      padding: [8, END_PX, 0, 0],
      legend: { show: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), options.timeZone),
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: options.onSelect !== null, y: false, setScale: false, dist: LEAST_PX },
        sync: { key: 'page' },
      },
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
          ...(daily ? { splits: (u: uPlot) => dayMiddles(u, { days, middles, locale: options.weekLocale }) } : {}),
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
        ready: [(u) => drawOutByTouch(u)],
        setSelect: [(u) => selected(u, options.onSelect)],
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
  const { left = -1, top: height = 0 } = pointed ?? {};
  whenReady(() => left >= 0 && plot.setCursor({ left, top: height }));
  return plot;
}

/** A plot that was just made has its scales in the microtask after. */
function whenReady(task: () => void): void {
  queueMicrotask(task);
}

/** Shows where the keyboard stands, and what it has selected. @returns what takes both away. */
export function showStanding(u: uPlot, data: ChartData, standing: Standing): () => void {
  let isOver = false;
  whenReady(() => {
    if (!isOver) drawStanding(u, data, standing);
  });
  return () => {
    isOver = true;
    u.setSelect(NOTHING, false);
    u.setCursor({ left: -1, top: -1 });
  };
}

function drawStanding(u: uPlot, data: ChartData, standing: Standing): void {
  const selection = selectionOf(standing, data.starts, data.bucketSeconds);
  const [left = 0, right = 0] = selection?.map((at) => u.valToPos(at, 'x')) ?? [];
  u.setSelect({ left, width: right - left, top: 0, height: selection ? u.over.clientHeight : 0 }, false);
  const start = data.starts[indexOf(standing.at, data.starts)] ?? 0;
  u.setCursor({ left: u.valToPos(start + data.bucketSeconds / 2, 'x'), top: 0 });
}

/** What was drawn out, told in seconds; the mark goes, as the chart will show that part alone. */
function selected(u: uPlot, tell: PlotOptions['onSelect']): void {
  const { left, width } = u.select;
  if (width < LEAST_PX) return;
  u.setSelect(NOTHING, false);
  // Charts of the page share the cursor: the one under the hand tells.
  if (u.over.matches(':hover') || u.over.dataset.touched === 'true')
    tell?.(u.posToVal(left, 'x'), u.posToVal(left + width, 'x'));
}

/** A finger that goes sideways draws out a part, as the mouse does; up and down it scrolls the page. */
function drawOutByTouch(u: uPlot): void {
  let begin: number | null = null;
  const at = (event: PointerEvent) => event.clientX - u.over.getBoundingClientRect().left;
  const draw = (event: PointerEvent, isOver: boolean) => {
    if (begin === null) return;
    const [from, to] = [begin, Math.min(Math.max(at(event), 0), u.over.clientWidth)];
    u.setSelect({ left: Math.min(from, to), width: Math.abs(to - from), top: 0, height: u.over.clientHeight }, isOver);
  };
  u.over.addEventListener('pointerdown', (event) => {
    begin = event.pointerType === 'touch' ? at(event) : null;
    u.over.dataset.touched = String(begin !== null);
  });
  u.over.addEventListener('pointermove', (event) => draw(event, false));
  u.over.addEventListener('pointerup', (event) => {
    draw(event, true);
    begin = null;
  });
  u.over.addEventListener('pointercancel', () => {
    begin = null;
    u.setSelect(NOTHING, false);
  });
}

/** A label below the middle of a day, for as many days as have room. */
function dayMiddles(
  u: uPlot,
  {
    days,
    middles,
    locale,
  }: { readonly days: readonly string[]; readonly middles: readonly number[]; readonly locale: string },
): number[] {
  const room = Math.max(1, Math.floor(u.width / LABEL_PX));
  const labelled = labelledDays(days, room, locale);
  return middles.filter((_, index) => labelled[index]);
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
