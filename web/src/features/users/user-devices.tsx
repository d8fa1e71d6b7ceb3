import { useQuery } from '@tanstack/react-query';
import { peersQuery } from '../../api/resources.ts';
import { useMayWrite } from '../../api/session.tsx';
import type { User } from '../../api/types.ts';
import { Empty, TableBlock } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Icon } from '../../components/icon.tsx';
import { Link } from '../../components/link.tsx';
import { PeerHead, PeerRow } from '../../components/peer-row.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useTranslation } from '../../i18n/words.tsx';

export function UserDevices({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const mayWrite = useMayWrite();
  const query = useQuery(peersQuery({ user: user.id, limit: 200 }));
  return (
    <Card
      title={t('users.devices')}
      hint={t('users.devicesMean')}
      span={7}
      actions={
        mayWrite ? (
          <Link className="btn quiet" to="/peers">
            <Icon name="plus" />
            {t('users.assign')}
          </Link>
        ) : undefined
      }
    >
      <TableScroll>
        <table className="two-names">
          <PeerHead beside="node" />
          <tbody>
            <TableBlock query={query} rows={2} columns={[110, 64, 96, -64, -56, -56, -24]} hidden={[1, 2, 5]}>
              {({ items }) => items.map((peer) => <PeerRow key={peer.id} peer={peer} beside="node" />)}
            </TableBlock>
          </tbody>
        </table>
      </TableScroll>
      {query.data?.items.length === 0 ? <Empty title={t('users.noDevices')}>{t('users.noDevicesWhy')}</Empty> : null}
    </Card>
  );
}
