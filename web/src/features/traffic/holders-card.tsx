import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { address } from '../../api/client.ts';
import { type HoldersFilter, holdersQuery } from '../../api/resources.ts';
import { Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { ExportMenu } from '../../components/export-menu.tsx';
import { useRangeWords } from '../../components/range-picker.tsx';
import { Pager, type Sort } from '../../components/table.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import type { CurrentRange } from '../../lib/use-range.ts';
import { type HolderFilter, HolderFilters, NO_FILTER } from './holder-filters.tsx';
import { type HolderSort, HoldersTable } from './holders-table.tsx';

const PAGE_ROWS = 25;

/** Who used how much: filtered, sorted, page by page; each row opens to its servers. */
export function HoldersCard({ range }: { readonly range: CurrentRange }) {
  const { t } = useTranslation();
  const words = useRangeWords();
  const [filter, setFilter] = useState<HolderFilter>(NO_FILTER);
  const [sort, setSort] = useState<Sort<HolderSort>>({ by: 'tx', order: 'desc' });
  /** Cursors of the pages before this one. */
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const search = useDeferredValue(filter.search);
  const request: HoldersFilter = {
    search: search || undefined,
    ...serverOf(filter.server),
    protocol: filter.protocol || undefined,
    sort: sort.by,
    order: sort.order,
    limit: PAGE_ROWS,
    cursor: cursors.at(-1),
  };
  const query = useQuery({ ...holdersQuery(request, range.key, range.period), placeholderData: keepPreviousData });
  const items = query.data?.items ?? [];
  const next = query.data?.nextCursor;
  const total = query.data?.total ?? null;
  const restart =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      setCursors([]);
      set(value);
    };
  const filtered = filter !== NO_FILTER && Object.values(filter).some((value) => value !== '');
  return (
    <Card
      title={t('traffic.holders.title')}
      hint={t('traffic.holders.means')}
      sub={words(range.range)}
      actions={<ExportMenu range={range} />}
      footer={
        items.length > 0 ? (
          <Pager
            from={cursors.length * PAGE_ROWS}
            count={items.length}
            total={total}
            onBack={cursors.length > 0 ? () => setCursors(cursors.slice(0, -1)) : null}
            onNext={next ? () => setCursors([...cursors, next]) : null}
          />
        ) : undefined
      }
    >
      <HolderFilters
        filter={filter}
        onChange={restart(setFilter)}
        range={range}
        found={total === null ? items.length : total}
      />
      <HoldersTable query={query} range={range} sort={sort} onSort={restart(setSort)} filter={filter} />
      {query.data && items.length === 0 ? (
        filtered ? (
          <Empty title={t('traffic.holders.noMatch')}>
            <button type="button" className="link" onClick={() => restart(setFilter)(NO_FILTER)}>
              {t('traffic.holders.clear')}
            </button>
          </Empty>
        ) : (
          <Empty title={t('traffic.holders.nobody')}>
            {t('traffic.holders.nobodyWhy')} <code>{address('api/xpert/traffic-webhook')}</code>
          </Empty>
        )
      ) : null}
    </Card>
  );
}

/** A server is a host:port; the port stands after the last colon. */
function serverOf(choice: string): { server?: string; port?: number } {
  const colon = choice.lastIndexOf(':');
  return colon < 0 ? {} : { server: choice.slice(0, colon), port: Number(choice.slice(colon + 1)) };
}
