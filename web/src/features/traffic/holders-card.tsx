import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import { address } from '../../api/client.ts';
import { type HoldersFilter, holdersQuery } from '../../api/resources.ts';
import type { Holder, List } from '../../api/types.ts';
import { Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { ExportMenu } from '../../components/export-menu.tsx';
import { useRangeWords } from '../../components/range-picker.tsx';
import { Pager, type Sort } from '../../components/table.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useChangeSearch, useTypedText } from '../../lib/search.ts';
import type { CurrentRange } from '../../lib/use-range.ts';
import { type HolderFilter, HolderFilters } from './holder-filters.tsx';
import { type HolderSort, HoldersTable } from './holders-table.tsx';

const PAGE_ROWS = 25;

/** In the URL: a view can be shared. */
interface TrafficSearch {
  readonly q?: string | undefined;
  /** host:port */
  readonly server?: string | undefined;
  readonly protocol?: string | undefined;
  readonly sort?: HolderSort | undefined;
  readonly order?: 'asc' | 'desc' | undefined;
}

/** Who used how much: filtered, sorted, page by page; each row opens to its servers. */
export function HoldersCard({ range }: { readonly range: CurrentRange }) {
  const { t } = useTranslation();
  const words = useRangeWords();
  const { q = '', server = '', protocol = '', ...sorted }: TrafficSearch = useSearch({ strict: false });
  const change = useChangeSearch<TrafficSearch>();
  const [text, setText] = useTypedText(q, (next) => change({ q: next || undefined }));
  const search = useDeferredValue(text);
  const filter: HolderFilter = { server, protocol };
  const sort: Sort<HolderSort> = { by: sorted.sort ?? 'tx', order: sorted.order ?? 'desc' };
  const narrowed: HoldersFilter = {
    search: search || undefined,
    ...serverOf(server),
    protocol: protocol || undefined,
    sort: sort.by,
    order: sort.order,
  };
  const pages = useCursors(JSON.stringify([narrowed, range.key]));
  const request = { ...narrowed, limit: PAGE_ROWS, cursor: pages.cursors.at(-1) };
  const query = useQuery({ ...holdersQuery(request, range.key, range.period), placeholderData: keepPreviousData });
  const items = query.data?.items ?? [];
  const next = query.data?.nextCursor;
  const total = query.data?.total ?? null;
  const clear = () => {
    setText('');
    change({ q: undefined, server: undefined, protocol: undefined });
  };
  return (
    <Card
      title={t('traffic.holders.title')}
      hint={t('traffic.holders.means')}
      sub={words(range.range)}
      actions={<ExportMenu range={range} />}
      footer={
        items.length > 0 ? (
          <Pager
            from={pages.cursors.length * PAGE_ROWS}
            count={items.length}
            total={total}
            onBack={pages.back}
            onNext={next ? () => pages.next(next) : null}
          />
        ) : undefined
      }
    >
      <HolderFilters
        text={text}
        onText={setText}
        filter={filter}
        onChange={change}
        range={range}
        found={countOf(query.data)}
      />
      <HoldersTable
        query={query}
        range={range}
        sort={sort}
        onSort={({ by, order }) => change({ sort: by, order })}
        filter={filter}
      />
      {query.data && items.length === 0 ? (
        text || server || protocol ? (
          <Empty title={t('traffic.holders.noMatch')}>
            <button type="button" className="link" onClick={clear}>
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

/** Undefined while it is not known. */
function countOf(found: List<Holder> | undefined): number | undefined {
  return found?.total ?? found?.items.length;
}

/** Cursors of the pages before the one that is shown; they lead through one view alone. */
function useCursors(view: string) {
  const [known, setKnown] = useState<{ readonly view: string; readonly cursors: readonly string[] }>({
    view,
    cursors: [],
  });
  const cursors = known.view === view ? known.cursors : [];
  return {
    cursors,
    back: cursors.length > 0 ? () => setKnown({ view, cursors: cursors.slice(0, -1) }) : null,
    next: (cursor: string) => setKnown({ view, cursors: [...cursors, cursor] }),
  };
}

/** A server is a host:port; the port stands after the last colon. */
function serverOf(choice: string): { server?: string; port?: number } {
  const colon = choice.lastIndexOf(':');
  return colon < 0 ? {} : { server: choice.slice(0, colon), port: Number(choice.slice(colon + 1)) };
}
