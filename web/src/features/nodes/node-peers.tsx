import { useQuery } from '@tanstack/react-query';
import { peersQuery } from '../../api/resources.ts';
import type { Node } from '../../api/types.ts';
import { Empty, TableBlock } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Link } from '../../components/link.tsx';
import { PeerHead, PeerRow } from '../../components/peer-row.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useTranslation } from '../../i18n/words.tsx';

const MOST = 100;

export function NodePeers({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const query = useQuery(peersQuery({ node: node.id, limit: MOST }));
  return (
    <Card
      title={t('nodes.peers')}
      hint={t('nodes.peersMean')}
      sub={t('nodes.peersSub', { count: node.peers.total })}
      actions={
        <Link to="/peers" search={{ node: node.id }}>
          {t('nodes.assign')}
        </Link>
      }
      footer={query.data?.nextCursor ? <span>{t('nodes.firstPeers', { count: MOST })}</span> : undefined}
    >
      <TableScroll>
        <table className="two-names">
          <PeerHead beside="user" />
          <tbody>
            <TableBlock query={query} rows={4} columns={[110, 64, 96, -64, -56, -56, -24]} hidden={[1, 2, 3]}>
              {({ items }) => items.map((peer) => <PeerRow key={peer.id} peer={peer} beside="user" />)}
            </TableBlock>
          </tbody>
        </table>
      </TableScroll>
      {query.data?.items.length === 0 ? <Empty title={t('nodes.noPeers')}>{t('nodes.noPeersWhy')}</Empty> : null}
    </Card>
  );
}
