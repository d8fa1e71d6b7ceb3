import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Entry, entriesQuery, useUndoEntry } from '../../api/entries.ts';
import { useIsOwner } from '../../api/session.tsx';
import { Block, Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Icon } from '../../components/icon.tsx';
import { Bytes } from '../../components/numbers.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { Pager } from '../../components/table.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';

export function EntriesCard({ onAdd }: { readonly onAdd?: () => void }) {
  const { t } = useTranslation();
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const query = useQuery(entriesQuery(cursors.at(-1)));
  const next = query.data?.nextCursor;
  return (
    <Card
      title={t('corrections.made')}
      hint={t('corrections.means')}
      actions={
        onAdd ? (
          <button type="button" className="btn primary" onClick={onAdd}>
            <Icon name="plus" />
            {t('corrections.add')}
          </button>
        ) : undefined
      }
      footer={
        next || cursors.length > 0 ? (
          <Pager
            from={cursors.length * 50}
            count={query.data?.items.length ?? 0}
            total={query.data?.total ?? null}
            onBack={cursors.length > 0 ? () => setCursors(cursors.slice(0, -1)) : null}
            onNext={next ? () => setCursors([...cursors, next]) : null}
          />
        ) : undefined
      }
    >
      <Block query={query} skeleton={<SkeletonLines />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('corrections.none')}>{t('corrections.noneWhy')}</Empty>
          ) : (
            <TableScroll>
              <table>
                <thead>
                  <tr>
                    <th scope="col">{t('corrections.when')}</th>
                    <th scope="col">{t('corrections.what')}</th>
                    <th scope="col" className="hide-s">
                      {t('corrections.whose')}
                    </th>
                    <th scope="col" className="r">
                      {t('corrections.change')}
                    </th>
                    <th scope="col" className="hide-m">
                      {t('common.entry.reason')}
                    </th>
                    <th scope="col" className="hide-m">
                      {t('corrections.by')}
                    </th>
                    <th scope="col">
                      <span className="vh">{t('common.undo')}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((entry) => (
                    <Row key={entry.id} entry={entry} />
                  ))}
                </tbody>
              </table>
            </TableScroll>
          )
        }
      </Block>
    </Card>
  );
}

function Row({ entry }: { readonly entry: Entry }) {
  const { t } = useTranslation();
  const format = useFormat();
  const owner = useIsOwner();
  const undo = useUndoEntry();
  const { effect } = entry;
  const whose = effect.holders.map(({ name }) => name).join(', ');
  const isOpen = entry.undoneBy === null && entry.undoes === null;
  return (
    <tr>
      <td className="num">{format.short(entry.at)}</td>
      <td>
        {t(entry.undoes ? 'corrections.kind.undoing' : `corrections.kind.${entry.kind}`)}
        {entry.undoneBy ? <span className="badge">{t('corrections.isUndone')}</span> : null}
      </td>
      <td className="hide-s">
        <span className="clip" title={whose}>
          {whose}
        </span>
      </td>
      <td className="r">
        {entry.kind === 'rebinding' ? (
          <span className="mut">{t('corrections.moved')}</span>
        ) : (
          <Bytes value={effect.traffic.totalBytes} />
        )}
      </td>
      <td className="hide-m words">{entry.reason}</td>
      <td className="hide-m mut">{entry.by?.name ?? t('corrections.onServer')}</td>
      <td className="r">
        {owner && isOpen ? (
          <button type="button" className="btn quiet" disabled={undo.isPending} onClick={() => undo.mutate(entry.id)}>
            {t('common.undo')}
          </button>
        ) : null}
      </td>
    </tr>
  );
}
