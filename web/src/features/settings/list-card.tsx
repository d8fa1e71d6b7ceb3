import type { ReactNode } from 'react';
import { Block, Empty, type Loadable, TableBlock } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Icon } from '../../components/icon.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useTranslation } from '../../i18n/words.tsx';

export interface ListColumn {
  readonly name: string;
  readonly className?: string;
  /** Its name is for readers alone: the column of the buttons. */
  readonly unseen?: boolean;
  /** Width of its waiting bar; negative: at the end of the cell. */
  readonly waiting: number;
}

interface ListCardProps<T> {
  /** Its words stand below `settings.<of>`: title, mean, add, and none and noneWhy where it can be empty. */
  readonly of: 'plans' | 'templates' | 'tokens' | 'admins';
  readonly columns: readonly ListColumn[];
  readonly query: Loadable<{ readonly items: readonly T[] }>;
  readonly isShown?: (item: T) => boolean;
  readonly row: (item: T) => ReactNode;
  /** Absent: nothing can be added here. */
  readonly onAdd?: (() => void) | undefined;
  /** The dialogs that belong to it. */
  readonly children: ReactNode;
}

/** A short list of the settings with a button that adds to it; while there is nothing it says what would be there. */
export function ListCard<T>({ of, columns, query, isShown = () => true, row, onAdd, children }: ListCardProps<T>) {
  const { t } = useTranslation();
  const isEmpty = query.data !== undefined && !query.data.items.some(isShown);
  const hidden = columns.flatMap(({ className = '' }, index) => (className.includes('hide') ? index : []));
  return (
    <Card
      title={t(`settings.${of}.title`)}
      hint={t(`settings.${of}.mean`)}
      actions={
        onAdd ? (
          <button type="button" className="btn quiet" onClick={onAdd}>
            <Icon name="plus" />
            {t(`settings.${of}.add`)}
          </button>
        ) : undefined
      }
    >
      {isEmpty ? (
        <Block query={query} skeleton={null}>
          {() => <Empty title={t(`settings.${of}.none`)}>{t(`settings.${of}.noneWhy`)}</Empty>}
        </Block>
      ) : (
        <TableScroll>
          <table>
            <thead>
              <tr>
                {columns.map(({ name, className, unseen }) => (
                  <th key={name} scope="col" className={className}>
                    {unseen ? <span className="vh">{name}</span> : name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              <TableBlock query={query} rows={2} columns={columns.map(({ waiting }) => waiting)} hidden={hidden}>
                {({ items }) => items.filter(isShown).map(row)}
              </TableBlock>
            </tbody>
          </table>
        </TableScroll>
      )}
      {children}
    </Card>
  );
}
