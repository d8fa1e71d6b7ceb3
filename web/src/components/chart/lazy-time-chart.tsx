import { lazy, Suspense } from 'react';
import type { TimeChartProps } from './time-chart.tsx';

const TimeChart = lazy(async () => ({ default: (await import('./time-chart.tsx')).TimeChart }));

/** The drawing library comes when a chart is on the page; its place is kept until then. */
export function LazyTimeChart(props: TimeChartProps) {
  const lane = props.data.quantity === 'count' ? 0 : 24;
  return (
    <Suspense
      fallback={<div className="chart-place" aria-busy="true" style={{ blockSize: (props.height ?? 264) + lane }} />}
    >
      <TimeChart {...props} />
    </Suspense>
  );
}
