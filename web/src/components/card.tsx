import { type ReactNode, useId } from 'react';
import { Hint } from './answer.tsx';

interface CardProps {
  readonly title: string;
  readonly sub?: ReactNode;
  /** What the block's numbers mean and how they are counted. */
  readonly hint: Exclude<ReactNode, null | undefined | boolean>;
  readonly actions?: ReactNode;
  readonly footer?: ReactNode;
  /** Columns of twelve; all by default. */
  readonly span?: 4 | 5 | 6 | 7 | 8;
  readonly className?: string;
  readonly children: ReactNode;
}

export function Card({ title, sub, hint, actions, footer, span, className = '', children }: CardProps) {
  const id = useId();
  return (
    <section className={`card ${span ? `c${span}` : ''} ${className}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        <Hint>{hint}</Hint>
        {sub === undefined ? null : <span className="sub">{sub}</span>}
        {actions === undefined ? null : <span className="push">{actions}</span>}
      </header>
      {children}
      {footer === undefined ? null : <footer>{footer}</footer>}
    </section>
  );
}
