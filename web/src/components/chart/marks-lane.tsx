import { Icon, type IconName } from '../icon.tsx';
import type { ChartData, ChartMark } from './model.ts';
import { AXIS_PX, END_PX } from './plot.ts';

const ICONS: Readonly<Record<ChartMark['kind'], IconName>> = { reset: 'reset', gap: 'gap', late: 'clock' };
/** Words need this much room, an icon this much. */
const WORD_PX = 132;
const ICON_PX = 18;

/** The lane above a plot: what happened when, in icons and, where there is room, words. */
export function MarksLane({ data, width }: { readonly data: ChartData; readonly width: number }) {
  const begin = data.starts[0] ?? 0;
  const end = (data.starts.at(-1) ?? 0) + data.bucketSeconds;
  const plot = width - AXIS_PX - END_PX;
  const x = (seconds: number) =>
    AXIS_PX + (plot * (Math.min(end, Math.max(begin, seconds)) - begin)) / (end - begin || 1);
  let free = 0;
  const placed = data.marks.flatMap((mark, index) => {
    const left = x(mark.from);
    if (mark.from > end || (mark.to ?? mark.from) < begin || left < free) return [];
    const next = data.marks[index + 1];
    const room = (next ? x(next.from) : width) - left;
    const words = room >= WORD_PX && width >= 560;
    free = left + (words ? WORD_PX : ICON_PX);
    return [{ mark, left, words, span: mark.to === null ? 0 : x(mark.to) - left }];
  });
  return (
    <ul className="lane">
      {placed.map(({ mark, left, words, span }) => (
        <li key={`${mark.kind}${mark.from}${mark.label}`} style={{ left }} title={mark.label}>
          <Icon name={ICONS[mark.kind]} />
          <span className={words ? '' : 'vh'}>{mark.label}</span>
          {span > 2 ? <i style={{ width: span }} /> : null}
        </li>
      ))}
    </ul>
  );
}
