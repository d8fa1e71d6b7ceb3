import { useQuery } from '@tanstack/react-query';
import { Fragment, useMemo, useState } from 'react';
import { peersQuery } from '../../api/resources.ts';
import type { Peer } from '../../api/types.ts';
import { useNodes } from '../../api/use-nodes.ts';
import { Empty, TableBlock } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Link } from '../../components/link.tsx';
import { DirectionMark } from '../../components/numbers.tsx';
import { Pager } from '../../components/table.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { DeviceRow, UserSumRow } from './device-rows.tsx';
import { groupByUser } from './devices.ts';

const MOST_PEERS = 1000;
const PAGE_USERS = 10;

/** Every device of every user: node, received, sent, and the sum of each user. */
export function DevicesCard() {
  const { t } = useTranslation();
  const query = useQuery(peersQuery({ limit: MOST_PEERS }));
  const nodes = useNodes().data?.items ?? [];
  const more = query.data?.nextCursor !== null && query.data !== undefined;
  const [first, setFirst] = useState(0);
  const groups = useMemo(() => groupByUser(query.data?.items ?? []), [query.data]);
  const shown = groups.slice(first, first + PAGE_USERS);
  const empty = query.data?.items.length === 0;
  return (
    <Card
      title={t('traffic.devices.title')}
      hint={t('traffic.devices.means')}
      sub={t('traffic.devices.sub')}
      actions={<Link to="/peers">{t('traffic.devices.assign')}</Link>}
      footer={
        groups.length > PAGE_USERS || more ? (
          <>
            {more ? <span>{t('traffic.devices.first', { count: MOST_PEERS })}</span> : null}
            <Pager
              from={first}
              count={shown.length}
              total={groups.length}
              onBack={first > 0 ? () => setFirst(first - PAGE_USERS) : null}
              onNext={first + PAGE_USERS < groups.length ? () => setFirst(first + PAGE_USERS) : null}
            />
          </>
        ) : undefined
      }
    >
      <TableScroll>
        <table className="two-names">
          <thead>
            <tr>
              <th scope="col">{t('traffic.devices.device')}</th>
              <th scope="col">{t('common.node')}</th>
              <th scope="col" className="hide-m">
                {t('traffic.devices.address')}
              </th>
              <th scope="col" className="r hide-s">
                <DirectionMark of="upload" /> {t('traffic.devices.received')}
              </th>
              <th scope="col" className="r hide-s">
                <DirectionMark of="download" /> {t('traffic.devices.sent')}
              </th>
              <th scope="col" className="r">
                {t('common.total')}
              </th>
              <th scope="col" className="r hide-m">
                {t('traffic.devices.asOf')}
              </th>
            </tr>
          </thead>
          <tbody>
            <TableBlock query={query} rows={5} columns={[120, 72, 88, -56, -56, -56, -48]} hidden={[2, 4, 5, 6]}>
              {() =>
                shown.map((group) => (
                  <Fragment key={group.userId ?? 'nobody'}>
                    <UserSumRow group={group} />
                    {group.peers.map((peer: Peer) => (
                      <DeviceRow key={peer.id} peer={peer} node={nodes.find((node) => node.id === peer.nodeId)} />
                    ))}
                  </Fragment>
                ))
              }
            </TableBlock>
          </tbody>
        </table>
      </TableScroll>
      {empty ? (
        <Empty title={t('traffic.devices.none')}>
          <Link to="/nodes/add">{t('traffic.devices.addNode')}</Link>
        </Empty>
      ) : null}
    </Card>
  );
}
