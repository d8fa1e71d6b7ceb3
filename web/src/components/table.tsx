import type { CSSProperties, ReactNode } from 'react';
import { useTranslation } from '../i18n/words.tsx';
import { useFormat } from '../lib/use-format.ts';

export interface Sort<K extends string> {
  readonly by: K;
  readonly order: 'asc' | 'desc';
}

interface SortHeaderProps<K extends string> {
  readonly by: K;
  readonly sort: Sort<K>;
  readonly onSort: (sort: Sort<K>) => void;
  readonly className?: string | undefined;
  readonly style?: CSSProperties;
  readonly children: ReactNode;
}

/** A column head that sorts; the first press sorts numbers from the largest. */
export function SortHeader<K extends string>({ by, sort, onSort, className, style, children }: SortHeaderProps<K>) {
  const active = sort.by === by;
  const first = by === 'name' ? 'asc' : 'desc';
  const next = active && sort.order === first ? (first === 'asc' ? 'desc' : 'asc') : first;
  return (
    <th
      scope="col"
      className={className}
      style={style}
      aria-sort={active ? (sort.order === 'asc' ? 'ascending' : 'descending') : undefined}
    >
      <button type="button" className="sort" onClick={() => onSort({ by, order: next })}>
        {children}
        {active ? <span aria-hidden="true">{sort.order === 'asc' ? ' ↑' : ' ↓'}</span> : null}
      </button>
    </th>
  );
}

interface PagerProps {
  readonly from: number;
  readonly count: number;
  readonly total: number | null;
  readonly onBack: (() => void) | null;
  readonly onNext: (() => void) | null;
}

export function Pager({ from, count, total, onBack, onNext }: PagerProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <span className="num">
        {count === 0 ? format.count(0) : `${format.count(from + 1)}–${format.count(from + count)}`}
        {total === null ? '' : ` / ${format.count(total)}`}
      </span>
      <span className="push row2s">
        <button type="button" className="btn" disabled={!onBack} onClick={() => onBack?.()}>
          {t('common.back')}
        </button>
        <button type="button" className="btn" disabled={!onNext} onClick={() => onNext?.()}>
          {t('common.next')}
        </button>
      </span>
    </>
  );
}
