import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { nodesQuery } from '../../api/resources.ts';
import { useIsOwner } from '../../api/session.ts';
import type { Node } from '../../api/types.ts';
import { Block, Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Page } from '../../components/frame/page.tsx';
import { Icon } from '../../components/icon.tsx';
import { Bytes, Count, Rate, Unknown } from '../../components/numbers.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { State } from '../../components/state.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { isReadable } from '../../lib/node-state.ts';
import { useFormat } from '../../lib/use-format.ts';
import { useNodeWords } from './node-words.ts';

export function NodesPage() {
  const { t } = useTranslation();
  const query = useQuery(nodesQuery);
  const owner = useIsOwner();
  return (
    <Page title={t('common.nav.nodes')}>
      <Card
        title={t('common.nav.nodes')}
        hint={t('nodes.mean')}
        actions={
          owner ? (
            <Link className="btn primary" to="/nodes/add">
              <Icon name="plus" />
              {t('nodes.add')}
            </Link>
          ) : undefined
        }
      >
        <TableScroll>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('common.node')}</th>
                <th scope="col">{t('common.stateWord')}</th>
                <th scope="col" className="hide-m">
                  {t('common.inWords')}
                </th>
                <th scope="col" className="r hide-s">
                  {t('nodes.peersOnline')}
                </th>
                <th scope="col" className="r">
                  {t('nodes.today')}
                </th>
                <th scope="col" className="r hide-s">
                  {t('nodes.now')}
                </th>
              </tr>
            </thead>
            <tbody>
              <Block
                query={query}
                skeleton={<SkeletonRows rows={3} columns={[80, 96, 240, -48, -56, -64]} hidden={[2, 3, 5]} />}
              >
                {({ items }) => items.map((node) => <Row key={node.id} node={node} />)}
              </Block>
            </tbody>
          </table>
        </TableScroll>
        {query.data?.items.length === 0 ? (
          <Empty title={t('nodes.none')}>
            <span>{t('nodes.noneWhy')}</span>
            {owner ? (
              <Link className="btn primary" to="/nodes/add">
                {t('nodes.add')}
              </Link>
            ) : null}
          </Empty>
        ) : null}
      </Card>
    </Page>
  );
}

function Row({ node }: { readonly node: Node }) {
  const words = useNodeWords();
  const { t } = useTranslation();
  const format = useFormat();
  const readable = isReadable(node);
  const reason = words(node);
  return (
    <tr>
      <td>
        <Link className="name" to="/nodes/$nodeId" params={{ nodeId: node.id }}>
          {node.name}
        </Link>
      </td>
      <td>
        <State of={node.state} />
      </td>
      <td className="hide-m mut clip" title={reason}>
        {reason}
      </td>
      <td className="r hide-s">
        {readable ? (
          <Count value={node.peers.online} of={`/ ${format.count(node.peers.total)}`} />
        ) : (
          <Unknown reason={reason} />
        )}
      </td>
      <td className="r">
        <Bytes value={node.today.totalBytes} atLeast={!readable} />
      </td>
      <td className="r hide-s">
        {node.rxBitsPerSecond === null || node.txBitsPerSecond === null ? (
          <Unknown reason={readable ? t('nodes.noRate') : reason} />
        ) : (
          <Rate value={node.rxBitsPerSecond + node.txBitsPerSecond} />
        )}
      </td>
    </tr>
  );
}
