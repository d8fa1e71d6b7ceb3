import type uPlot from 'uplot';
import { type ChartData, type ChartSeries, stack } from './model.ts';

const EDGE = 1.5;
const BAR_SHARE = 0.58;
const MOST_BAR_PX = 28;

interface Brush {
  readonly ctx: CanvasRenderingContext2D;
  readonly data: ChartData;
  /** Canvas pixels per CSS pixel. */
  readonly ratio: number;
  /** Left edge and middle of a bucket, height of a value. */
  readonly left: (index: number) => number;
  readonly x: (index: number) => number;
  readonly y: (value: number) => number;
  readonly color: (token: string) => string;
  readonly slot: number;
  /** Each is made once. */
  readonly hatchings: Map<string, CanvasPattern | string>;
}

/** Draws the stack, the gaps and the late parts into the plot of `u`; `fadedBefore` in seconds: not counted any more. */
export function drawStack(u: uPlot, data: ChartData, fadedBefore: number | null): void {
  const style = getComputedStyle(document.documentElement);
  const half = data.bucketSeconds / 2;
  const left = (index: number) => u.valToPos(data.starts[index] ?? 0, 'x', true);
  const brush: Brush = {
    ctx: u.ctx,
    data,
    ratio: devicePixelRatio,
    left,
    x: (index) => u.valToPos((data.starts[index] ?? 0) + half, 'x', true),
    y: (value) => u.valToPos(value, 'y', true),
    color: (token) => style.getPropertyValue(token).trim(),
    slot: u.valToPos(data.bucketSeconds, 'x', true) - u.valToPos(0, 'x', true),
    hatchings: new Map(),
  };
  brush.ctx.save();
  brush.ctx.beginPath();
  brush.ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
  brush.ctx.clip();
  if (data.shape === 'bars') drawUnknownSlots(brush, u.bbox);
  const { floors } = stack(data.series, data.starts.length);
  const area = Number(brush.color('--area')) || 0.5;
  data.series.forEach((series, index) => {
    const floor = floors[index] ?? [];
    if (data.shape === 'bars') drawBars(brush, series, floor, fadedBefore);
    else drawAreas(brush, series, floor, area);
  });
  drawMarks(brush, u.bbox);
  brush.ctx.restore();
}

/** Among bars an empty slot would read as zero: what is not known is hatched. */
function drawUnknownSlots(brush: Brush, box: uPlot.BBox): void {
  brush.data.starts.forEach((_, index) => {
    if (brush.data.series.length === 0 || brush.data.series.some((series) => series.values[index] !== null)) return;
    brush.ctx.fillStyle = hatch(brush, '--unknown-fill', 6, 1.2);
    brush.ctx.fillRect(brush.left(index), box.top, brush.slot, box.height);
  });
}

function drawBars(brush: Brush, series: ChartSeries, floor: readonly number[], fadedBefore: number | null): void {
  const { ctx, ratio } = brush;
  const width = Math.min(brush.slot * BAR_SHARE, MOST_BAR_PX * ratio);
  series.values.forEach((value, index) => {
    if (value === null || value === 0) return;
    const base = floor[index] ?? 0;
    const top = brush.y(base + value);
    // One pixel of air between the parts of a bar.
    const height = Math.max(ratio, brush.y(base) - top - (base > 0 ? ratio : 0));
    const faded = fadedBefore !== null && (brush.data.starts[index] ?? 0) < fadedBefore;
    ctx.globalAlpha = faded ? 0.3 : 1;
    ctx.fillStyle = series.late[index] ? hatch(brush, series.color, 5, 2.2) : brush.color(series.color);
    ctx.fillRect(brush.x(index) - width / 2, top, width, height);
    if (series.late[index]) {
      ctx.strokeStyle = brush.color(series.color);
      ctx.lineWidth = ratio;
      ctx.strokeRect(brush.x(index) - width / 2, top, width, height);
    }
  });
  ctx.globalAlpha = 1;
}

function drawAreas(brush: Brush, series: ChartSeries, floor: readonly number[], area: number): void {
  let end: number | null = null;
  for (const run of runsOf(series.values)) {
    if (end !== null) joinDotted(brush, series, floor, end, run.first);
    if (run.first === run.last) drawLonely(brush, series, floor, run.first, area);
    for (const part of partsOf(run, series.late)) drawPart(brush, series, floor, part, area);
    end = run.last;
  }
}

interface Run {
  readonly first: number;
  readonly last: number;
}

function runsOf(values: readonly (number | null)[]): Run[] {
  const runs: Run[] = [];
  values.forEach((value, index) => {
    if (value === null) return;
    const last = runs.at(-1);
    if (last?.last === index - 1) runs[runs.length - 1] = { first: last.first, last: index };
    else runs.push({ first: index, last: index });
  });
  return runs;
}

/** A run cut where measured becomes late; the parts share their border. */
function partsOf(run: Run, late: readonly boolean[]): (Run & { readonly late: boolean })[] {
  const parts: (Run & { late: boolean })[] = [];
  for (let index = run.first; index < run.last; index += 1) {
    const isLate = Boolean(late[index] && late[index + 1]) || Boolean(late[index + 1] && index + 1 === run.last);
    const before = parts.at(-1);
    if (before && before.late === isLate) parts[parts.length - 1] = { ...before, last: index + 1 };
    else parts.push({ first: index, last: index + 1, late: isLate });
  }
  return parts;
}

function drawPart(
  brush: Brush,
  series: ChartSeries,
  floor: readonly number[],
  part: Run & { readonly late: boolean },
  area: number,
): void {
  const { ctx } = brush;
  const top = (index: number) => brush.y((floor[index] ?? 0) + (series.values[index] ?? 0));
  ctx.beginPath();
  for (let index = part.first; index <= part.last; index += 1) ctx.lineTo(brush.x(index), top(index));
  const edge = new Path2D();
  for (let index = part.first; index <= part.last; index += 1) edge.lineTo(brush.x(index), top(index));
  for (let index = part.last; index >= part.first; index -= 1) ctx.lineTo(brush.x(index), brush.y(floor[index] ?? 0));
  ctx.closePath();
  ctx.globalAlpha = part.late ? 1 : area;
  ctx.fillStyle = part.late ? hatch(brush, series.color, 5, 1.8) : brush.color(series.color);
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.strokeStyle = brush.color(series.color);
  ctx.lineWidth = EDGE * brush.ratio;
  ctx.lineJoin = 'round';
  ctx.stroke(edge);
}

/** A single bucket between gaps has no area: a bar as wide as its time. */
function drawLonely(brush: Brush, series: ChartSeries, floor: readonly number[], index: number, area: number): void {
  const { ctx } = brush;
  const top = brush.y((floor[index] ?? 0) + (series.values[index] ?? 0));
  const base = brush.y(floor[index] ?? 0);
  const half = Math.max(brush.slot / 2, brush.ratio);
  ctx.fillStyle = brush.color(series.color);
  ctx.globalAlpha = area;
  ctx.fillRect(brush.x(index) - half, top, half * 2, base - top);
  ctx.globalAlpha = 1;
  ctx.fillRect(brush.x(index) - half, top, half * 2, EDGE * brush.ratio);
}

/** In areas nothing is drawn where nothing is known; a dotted line joins the ends. */
function joinDotted(brush: Brush, series: ChartSeries, floor: readonly number[], from: number, to: number): void {
  const { ctx, ratio } = brush;
  ctx.beginPath();
  ctx.moveTo(brush.x(from), brush.y((floor[from] ?? 0) + (series.values[from] ?? 0)));
  ctx.lineTo(brush.x(to), brush.y((floor[to] ?? 0) + (series.values[to] ?? 0)));
  ctx.setLineDash([2 * ratio, 3 * ratio]);
  ctx.strokeStyle = brush.color('--unknown-fill');
  ctx.lineWidth = ratio;
  ctx.stroke();
  ctx.setLineDash([]);
}

function drawMarks(brush: Brush, box: uPlot.BBox): void {
  const { ctx, ratio, data } = brush;
  const first = data.starts[0] ?? 0;
  for (const mark of data.marks) {
    if (mark.to !== null) continue;
    const x = brush.left(0) + ((mark.from - first) / data.bucketSeconds) * brush.slot;
    ctx.beginPath();
    ctx.moveTo(x, box.top);
    ctx.lineTo(x, box.top + box.height);
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    ctx.strokeStyle = brush.color('--mark');
    ctx.lineWidth = ratio;
    ctx.stroke();
    ctx.setLineDash([]);
  }
}

/** Stripes at 45 degrees in a colour, `step` px apart, `line` px thick. */
function hatch(brush: Brush, token: string, step: number, line: number): CanvasPattern | string {
  const key = `${token} ${step} ${line}`;
  const hatching = brush.hatchings.get(key) ?? makeHatching(brush, token, step, line);
  brush.hatchings.set(key, hatching);
  return hatching;
}

function makeHatching(brush: Brush, token: string, step: number, line: number): CanvasPattern | string {
  const color = brush.color(token);
  const size = Math.round(step * Math.SQRT2 * brush.ratio);
  const tile = document.createElement('canvas');
  tile.width = size;
  tile.height = size;
  const ctx = tile.getContext('2d');
  if (!ctx) return color;
  ctx.strokeStyle = color;
  ctx.lineWidth = line * brush.ratio;
  ctx.beginPath();
  for (const shift of [-size, 0, size]) {
    ctx.moveTo(shift - 1, size + 1);
    ctx.lineTo(shift + size + 1, -1);
  }
  ctx.stroke();
  return brush.ctx.createPattern(tile, 'repeat') ?? color;
}
