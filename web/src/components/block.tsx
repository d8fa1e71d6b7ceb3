import { type ReactNode, useState } from 'react';
import { useTranslation } from '../i18n/words.tsx';
import { useFormat } from '../lib/use-format.ts';
import { Icon } from './icon.tsx';
import { SkeletonRows, type SkeletonRowsProps } from './skeleton.tsx';
import { useErrorWords } from './use-error-words.ts';

/** The part of a query's result that a block needs. */
export interface Loadable<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
  readonly dataUpdatedAt: number;
  readonly refetch: () => unknown;
}

interface BlockProps<T> {
  readonly query: Loadable<T>;
  /** The real layout, waiting. */
  readonly skeleton: ReactNode;
  /** Around what is said instead of the content, or below it. */
  readonly frame?: (said: ReactNode) => ReactNode;
  readonly children: (data: T) => ReactNode;
}

/** One block of a page, on its own: waiting, failed, or showing; an error here leaves the others as they are. */
export function Block<T>({ query, skeleton, frame = (said) => said, children }: BlockProps<T>) {
  const { t } = useTranslation();
  const format = useFormat();
  if (query.data === undefined) {
    return query.error ? frame(<Failure error={query.error} retry={query.refetch} />) : skeleton;
  }
  return (
    <>
      {children(query.data)}
      {query.error
        ? frame(
            <p className="stale" role="status">
              <Icon name="clock" /> {t('common.notRefreshed', { at: format.time(query.dataUpdatedAt) })}
            </p>,
          )
        : null}
    </>
  );
}

interface TableBlockProps<T> extends Pick<BlockProps<T>, 'query' | 'children'>, SkeletonRowsProps {}

/** The same for the rows of a table: what is said has a row of its own. */
export function TableBlock<T>({ query, children, ...waiting }: TableBlockProps<T>) {
  const frame = (said: ReactNode) => (
    <tr>
      <td className="said" colSpan={waiting.columns.length}>
        {said}
      </td>
    </tr>
  );
  return (
    <Block query={query} skeleton={<SkeletonRows {...waiting} />} frame={frame}>
      {children}
    </Block>
  );
}

/** What failed, what to do, and a button that tries again. */
export function Failure({ error, retry }: { readonly error: Error; readonly retry?: () => unknown }) {
  const { t } = useTranslation();
  const [isTrying, setTrying] = useState(false);
  const again = async () => {
    setTrying(true);
    await retry?.();
    setTrying(false);
  };
  const { message, hint } = useErrorWords()(error);
  return (
    <div className="failure" role="alert">
      <Icon name="warn" />
      <div>
        <b>{message}</b>
        {hint ? <p>{hint}</p> : null}
      </div>
      {retry ? (
        <button type="button" className="btn" aria-busy={isTrying} onClick={() => void again()}>
          <Icon name="reset" className={isTrying ? 'turning' : ''} />
          {t('common.tryAgain')}
        </button>
      ) : null}
    </div>
  );
}

/** Nothing here yet, and what would bring something. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <b>{title}</b>
      {children}
    </div>
  );
}
