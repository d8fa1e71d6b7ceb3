import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';

interface NoticeProps {
  /** Grey and hatched: something is not known. Amber: something works badly. Red: something does not work. */
  readonly kind: 'unknown' | 'degraded' | 'down' | 'up';
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}

/** At most one on a page: what happened, what it means for the numbers, one thing to do. */
export function Notice({ kind, title, children, action }: NoticeProps) {
  return (
    <div className={`notice ${kind}`} role="status">
      <Icon name={`st-${kind}`} />
      <p>
        <b>{title}</b> {children}
      </p>
      {action ? <span className="push">{action}</span> : null}
    </div>
  );
}
