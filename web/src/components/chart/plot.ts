import uPlot from 'uplot';
import { dayOf } from '../../lib/zone.ts';
import { axisUnit, labelledDays } from './axis.ts';
import { drawStack } from './draw.ts';
import { indexOf, type Standing, selectionOf } from './keys.ts';
import { type ChartData, isDaily, stack } from './model.ts';

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

/** A chart on the page, and what shows another state of it: the plot stays, with what is pointed at or drawn out on it. */
export interface Plot {
  readonly u: uPlot;
  readonly show: (data: ChartData) => void;
}

/** What is shown changes; whether it is of whole days does not. */
export function createPlot(target: HTMLElement, data: ChartData, options: PlotOptions): Plot {
  let frame = frameOf(data, options);
  const now = () => frame;
  const daily = isDaily(data);
  const u = new uPlot(
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
        x: { time: true, range: () => [frame.begin, frame.end] },
        y: { range: () => [0, frame.lines * frame.step] },
      },
      axes: [timeAxis(daily, now, options), valueAxis(now, options)],
      series: [{}, { paths: () => null, points: { show: false } }],
      hooks: {
        ready: [(plot) => drawOutByTouch(plot)],
        setSelect: [(plot) => selected(plot, options.onSelect)],
        draw: [(plot) => drawStack(plot, frame.data, options.fadedBefore)],
        setCursor: [(plot) => options.onCursor(cursorOf(plot, frame))],
      },
    },
    [frame.middles, frame.totals],
    target,
  );
  const show = (next: ChartData) => {
    if (next === frame.data) return;
    frame = frameOf(next, options);
    u.setData([frame.middles, frame.totals]);
  };
  return { u, show };
}

function timeAxis(daily: boolean, now: () => Frame, options: PlotOptions): uPlot.Axis {
  return {
    stroke: () => colorOf('--ink-3'),
    font: FONT,
    size: 28,
    gap: 8,
    space: LABEL_PX,
    grid: { show: false },
    ticks: { show: false },
    border: { show: true, stroke: () => colorOf('--axis'), width: 1 },
    ...(daily ? { splits: (u: uPlot) => dayMiddles(u, now(), options.weekLocale) } : {}),
    values: (_, splits, __, ___, increment) => splits.map(timeLabel(options, daily ? DAY_SECONDS : increment)),
  };
}

function valueAxis(now: () => Frame, { locale }: PlotOptions): uPlot.Axis {
  const number = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3, useGrouping: false });
  return {
    stroke: () => colorOf('--ink-3'),
    font: FONT,
    size: AXIS_PX,
    gap: 8,
    grid: { stroke: () => colorOf('--grid'), width: 1 },
    ticks: { show: false },
    splits: () => Array.from({ length: now().lines + 1 }, (_, line) => line * now().step),
    values: (_, splits) => splits.map((split) => number.format(split / now().factor)),
  };
}

function colorOf(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(token).trim();
}

/** What is drawn, and between which ends. */
interface Frame {
  readonly data: ChartData;
  readonly begin: number;
  readonly end: number;
  readonly middles: number[];
  readonly totals: number[];
  /** Of whole days: which. */
  readonly days: readonly string[];
  readonly factor: number;
  /** Distance of the horizontal lines, and how many there are above the lowest. */
  readonly step: number;
  readonly lines: number;
}

function frameOf(data: ChartData, { timeZone }: PlotOptions): Frame {
  const { totals } = stack(data.series, data.starts.length);
  const { factor } = axisUnit(data);
  const max = Math.max(0, ...totals);
  const step = lineStep(max, factor);
  return {
    data,
    begin: data.starts[0] ?? 0,
    end: (data.starts.at(-1) ?? 0) + data.bucketSeconds,
    middles: data.starts.map((start) => start + data.bucketSeconds / 2),
    totals,
    days: isDaily(data) ? data.starts.map((start) => dayOf(new Date(start * 1000), timeZone)) : [],
    factor,
    step,
    lines: Math.max(1, Math.ceil(max / step)),
  };
}

function cursorOf({ cursor, valToPos }: uPlot, { middles }: Frame): Cursor | null {
  const { idx, left = -1 } = cursor;
  if (idx === null || idx === undefined || left < 0) return null;
  return { index: idx, left: valToPos(middles[idx] ?? 0, 'x') + AXIS_PX };
}

/** A plot that was just made, or given other data, has its scales in the microtask after. */
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
function dayMiddles(u: uPlot, { days, middles }: Frame, locale: string): number[] {
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
