import type { ReactNode } from 'react';
import { Bar } from './skeleton.tsx';

interface KpiProps {
  readonly label: ReactNode;
  readonly value: ReactNode;
  readonly aside?: ReactNode;
  readonly detail?: ReactNode;
}

/** One of the few big numbers. */
export function Kpi({ label, value, aside, detail }: KpiProps) {
  return (
    <div className="kpi">
      <span className="l">{label}</span>
      <div className="row">
        {value}
        {aside}
      </div>
      <span className="x">{detail}</span>
    </div>
  );
}

export function KpiSkeleton() {
  return (
    <div className="kpi" aria-busy="true">
      <span className="l">
        <Bar width={72} />
      </span>
      <div className="row">
        <span className="big">
          <span className="sk sk-big" />
        </span>
      </div>
      <span className="x">
        <Bar width={104} />
      </span>
    </div>
  );
}
