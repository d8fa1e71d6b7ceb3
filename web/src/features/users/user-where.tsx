import { useQuery } from '@tanstack/react-query';
import type { Carrier, User } from '../../api/types.ts';
import { Empty, TableBlock } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Bytes } from '../../components/numbers.tsx';
import { ProtocolBadge } from '../../components/protocol-badge.tsx';
import { useRangeWords } from '../../components/range-picker.tsx';
import { PartBar } from '../../components/share-bar.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import type { CurrentRange } from '../../lib/use-range.ts';
import { userCarriersQuery } from './api.ts';

/** Through which servers, and what part of the whole. */
export function UserWhere({ user, range }: { readonly user: User; readonly range: CurrentRange }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useRangeWords();
  const query = useQuery(userCarriersQuery(user.id, range.key, range.period));
  const items = query.data?.items ?? [];
  const total = items.reduce((sum, carrier) => sum + BigInt(carrier.traffic.totalBytes), 0n);
  return (
    <Card
      title={t('users.where')}
      hint={t('users.whereMeans')}
      sub={words(range.range)}
      span={5}
      footer={items.length > 0 ? <span>{t('users.sumOfParts', { bytes: format.bytesText(total) })}</span> : undefined}
    >
      <TableScroll>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('users.server')}</th>
              <th scope="col" className="r">
                {t('common.total')}
              </th>
              <th scope="col">{t('users.shareOf')}</th>
            </tr>
          </thead>
          <tbody>
            <TableBlock query={query} rows={3} columns={[120, -48, 88]}>
              {() => items.map((carrier) => <Row key={keyOf(carrier)} carrier={carrier} total={Number(total)} />)}
            </TableBlock>
          </tbody>
        </table>
      </TableScroll>
      {query.data && items.length === 0 ? <Empty title={t('users.nothingHere')} /> : null}
    </Card>
  );
}

function keyOf(carrier: Carrier): string {
  return `${carrier.server}:${carrier.port}/${carrier.protocol}`;
}

function Row({ carrier, total }: { readonly carrier: Carrier; readonly total: number }) {
  const format = useFormat();
  const { t } = useTranslation();
  const address = `${carrier.server}${carrier.port > 0 ? `:${carrier.port}` : ''}`;
  const part = total === 0 ? 0 : Number(carrier.traffic.totalBytes) / total;
  return (
    <tr>
      <td className="two-lines">
        <span className="name">{carrier.deleted ? t('common.deletedName', { name: address }) : address}</span>{' '}
        <ProtocolBadge protocol={carrier.protocol} />
      </td>
      <td className="r">
        <Bytes value={carrier.traffic.totalBytes} />
      </td>
      <td className="part-col">
        <PartBar part={part} percent={format.percent(part)} />
      </td>
    </tr>
  );
}
