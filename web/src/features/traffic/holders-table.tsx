import { useState } from 'react';
import type { Holder, List } from '../../api/types.ts';
import { type Loadable, TableBlock } from '../../components/block.tsx';
import { DirectionName } from '../../components/numbers.tsx';
import { type Sort, SortHeader } from '../../components/table.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import type { CurrentRange } from '../../lib/use-range.ts';
import type { HolderFilter } from './holder-filters.tsx';
import { HolderRow } from './holder-row.tsx';

export type HolderSort = 'name' | 'tx' | 'rx' | 'total' | 'connections' | 'lastUsed';

interface HoldersTableProps {
  readonly query: Loadable<List<Holder>>;
  readonly range: CurrentRange;
  readonly sort: Sort<HolderSort>;
  readonly onSort: (sort: Sort<HolderSort>) => void;
  readonly filter: HolderFilter;
}

export function HoldersTable({ query, range, sort, onSort, filter }: HoldersTableProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (key: string) => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  return (
    <TableScroll>
      <table className="holders">
        <thead>
          <tr>
            <SortHeader by="name" sort={sort} onSort={onSort}>
              {t('common.user')}
            </SortHeader>
            <th scope="col" className="hide-s">
              {t('traffic.holders.through')}
            </th>
            <th scope="col" className="hide-m">
              <span className="vh">{t('traffic.holders.share')}</span>
            </th>
            <SortHeader by="tx" sort={sort} onSort={onSort} className="r">
              <DirectionName of="download" />
            </SortHeader>
            <SortHeader by="rx" sort={sort} onSort={onSort} className="r hide-s">
              <DirectionName of="upload" />
            </SortHeader>
            <SortHeader by="total" sort={sort} onSort={onSort} className="r hide-m">
              {t('common.total')}
            </SortHeader>
            <SortHeader by="connections" sort={sort} onSort={onSort} className="r hide-s">
              {t('traffic.holders.connections')}
            </SortHeader>
            <SortHeader by="lastUsed" sort={sort} onSort={onSort} className="r">
              {t('common.lastUsed')}
            </SortHeader>
          </tr>
        </thead>
        <tbody>
          <TableBlock query={query} rows={8} columns={[120, 64, 140, -56, -56, -56, -32, -40]} hidden={[1, 2, 4, 5, 6]}>
            {({ items }) => {
              const longest = Math.max(0, ...items.map((holder) => Number(holder.traffic.totalBytes)));
              return items.map((holder) => {
                const key = holder.userId ?? holder.userToken ?? holder.peerId ?? holder.name;
                return (
                  <HolderRow
                    key={key}
                    holder={holder}
                    longest={longest}
                    range={range}
                    filter={filter}
                    open={open.has(key)}
                    onToggle={() => toggle(key)}
                  />
                );
              });
            }}
          </TableBlock>
        </tbody>
      </table>
    </TableScroll>
  );
}
