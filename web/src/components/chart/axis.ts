import { formatBytes, formatRate } from '../../lib/format.ts';
import { type ChartData, stack } from './model.ts';

/** Factor and unit of the vertical axis, so that its numbers stay short. */
export function axisUnit(data: ChartData): { readonly factor: number; readonly unit: string } {
  if (data.quantity === 'count') return { factor: 1, unit: '' };
  const top = Math.max(1, ...stack(data.series, data.starts.length).totals);
  const { unit } = data.quantity === 'bytes' ? formatBytes(top, 'en') : formatRate(top, 'en');
  const base = data.quantity === 'bytes' ? 1024 : 1000;
  const steps =
    data.quantity === 'bytes'
      ? ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']
      : ['bit', 'kbit', 'Mbit', 'Gbit', 'Tbit'];
  return { factor: base ** Math.max(0, steps.indexOf(unit)), unit };
}
