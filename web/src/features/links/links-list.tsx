import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { GivenLink } from '../../api/types.ts';
import { Empty, TableBlock } from '../../components/block.tsx';
import { Icon } from '../../components/icon.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { type LinksFilter, linksQuery } from './api.ts';
import { LinkRow } from './link-row.tsx';

interface LinksListProps {
  readonly filter: LinksFilter;
  /** What narrows the list; while there is nothing to narrow it is not shown. */
  readonly filters: ReactNode;
  readonly onAdd: () => void;
  readonly onChange: (link: GivenLink) => void;
  readonly onDelete: (link: GivenLink) => void;
}

/** What is given out, in the order in which clients get it. */
export function LinksList({ filter, filters, onAdd, onChange, onDelete }: LinksListProps) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(linksQuery(filter));
  const items = query.data?.pages.flatMap((page) => page.items);
  const loadable = { ...query, data: items };
  const isFiltered = Object.values(filter).some(Boolean);
  if (items?.length === 0 && !isFiltered) return <Nothing onAdd={onAdd} />;
  return (
    <>
      {filters}
      {items?.length === 0 ? <Empty title={t('links.noMatch')} /> : null}
      <TableScroll>
        <table className="links">
          <thead>
            <tr>
              <th scope="col">{t('links.name')}</th>
              <th scope="col" className="hide-s">
                {t('links.for')}
              </th>
              <th scope="col" className="r hide-s">
                {t('links.entries')}
              </th>
              <th scope="col" className="hide-s">
                {t('links.state')}
              </th>
              <th scope="col" className="r">
                <span className="vh">{t('links.actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            <TableBlock query={loadable} rows={3} columns={[180, 90, -40, 140, -60]} hidden={[1, 2, 3]}>
              {(links) =>
                links.map((link) => (
                  <LinkRow key={link.id} link={link} onChange={() => onChange(link)} onDelete={() => onDelete(link)} />
                ))
              }
            </TableBlock>
          </tbody>
        </table>
      </TableScroll>
      {query.hasNextPage ? (
        <footer>
          <button
            type="button"
            className="btn quiet"
            disabled={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {t('links.showMore')}
          </button>
        </footer>
      ) : null}
    </>
  );
}

function Nothing({ onAdd }: { readonly onAdd: () => void }) {
  const { t } = useTranslation();
  return (
    <Empty title={t('links.none')}>
      <p>{t('links.noneWhy')}</p>
      <ul className="examples">
        <li>
          <code dir="ltr">vless://UUID@de-1.example.com:443?…#DE</code> {t('links.exampleConfig')}
        </li>
        <li>
          <code dir="ltr">https://provider.example/sub/TOKEN#Provider</code> {t('links.exampleForeign')}
        </li>
      </ul>
      <p>{t('links.ownPanels')}</p>
      <button type="button" className="btn" onClick={onAdd}>
        <Icon name="plus" />
        {t('links.add')}
      </button>
    </Empty>
  );
}
