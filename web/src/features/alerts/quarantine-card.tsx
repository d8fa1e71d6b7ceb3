import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Block, Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Bytes } from '../../components/numbers.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { type Quarantined, quarantineQuery } from './api.ts';

export function QuarantineCard() {
  const { t } = useTranslation();
  const query = useQuery(quarantineQuery);
  return (
    <Card title={t('alerts.quarantine')} hint={t('alerts.quarantineMeans')}>
      <Block query={query} skeleton={<SkeletonLines />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('alerts.noQuarantine')}>{t('alerts.noQuarantineWhy')}</Empty>
          ) : (
            <TableScroll>
              <table>
                <thead>
                  <tr>
                    <th scope="col">{t('alerts.when')}</th>
                    <th scope="col">{t('alerts.what')}</th>
                    <th scope="col" className="hide-s">
                      {t('alerts.why')}
                    </th>
                    <th scope="col" className="r">
                      {t('common.total')}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((item) => (
                    <Row key={item.id} item={item} />
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

function Row({ item }: { readonly item: Quarantined }) {
  const format = useFormat();
  const what = [item.userToken, item.server, item.peerId].filter((part) => part !== null).join(' · ');
  return (
    <tr>
      <td>{format.instant(item.at)}</td>
      <td>{what}</td>
      <td className="hide-s mut">{item.reason}</td>
      <td className="r">
        <Bytes value={item.traffic.totalBytes} />
      </td>
    </tr>
  );
}
