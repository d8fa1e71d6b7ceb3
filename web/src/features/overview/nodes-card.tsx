import { useQuery } from '@tanstack/react-query';
import { nodesQuery } from '../../api/resources.ts';
import { useIsOwner } from '../../api/session.tsx';
import type { Node } from '../../api/types.ts';
import { Empty, TableBlock } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Icon } from '../../components/icon.tsx';
import { Link } from '../../components/link.tsx';
import { Bytes, Count, Rate, Unknown } from '../../components/numbers.tsx';
import { State } from '../../components/state.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { UptimeCells } from '../../components/uptime-cells.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { isReadable, silentSince } from '../../lib/node-state.ts';
import { useFormat } from '../../lib/use-format.ts';

/** More stand on the page of nodes; each asks for its own ninety days. */
const MOST = 12;

export function NodesCard() {
  const { t } = useTranslation();
  const query = useQuery(nodesQuery);
  const owner = useIsOwner();
  return (
    <Card
      title={t('common.nav.nodes')}
      hint={t('overview.nodesMean')}
      span={8}
      footer={
        query.data && query.data.items.length > MOST ? (
          <Link className="push" to="/nodes">
            {t('overview.allOf', { count: query.data.items.length })}
          </Link>
        ) : undefined
      }
      actions={
        owner ? (
          <Link className="btn quiet" to="/nodes/add">
            <Icon name="plus" />
            {t('overview.addNode')}
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
              <th scope="col" className="hide-m strip-col">
                {t('overview.ninetyDays')}
              </th>
              <th scope="col" className="r hide-m">
                {t('overview.uptime')}
              </th>
              <th scope="col" className="r hide-s">
                {t('overview.answersIn')}
              </th>
              <th scope="col" className="r hide-s">
                {t('overview.peersOnline')}
              </th>
              <th scope="col" className="r">
                {t('overview.today')}
              </th>
              <th scope="col" className="r hide-s">
                {t('overview.now')}
              </th>
            </tr>
          </thead>
          <tbody>
            <TableBlock
              query={query}
              rows={3}
              columns={[80, 72, 160, -48, -40, -48, -56, -64]}
              hidden={[2, 3, 4, 5, 7]}
            >
              {({ items }) => items.slice(0, MOST).map((node) => <Row key={node.id} node={node} />)}
            </TableBlock>
          </tbody>
        </table>
      </TableScroll>
      {query.data?.items.length === 0 ? <Empty title={t('overview.noNodes')}>{t('overview.noNodesWhy')}</Empty> : null}
    </Card>
  );
}

function Row({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const format = useFormat();
  const since = silentSince(node);
  const reason = since ? t('common.notKnownSince', { at: format.short(since) }) : t('common.neverRead');
  const readable = isReadable(node);
  return (
    <tr>
      <td>
        <Link className="name" title={node.name} to="/nodes/$nodeId" params={{ nodeId: node.id }}>
          {node.name}
        </Link>
      </td>
      <td>
        <State of={node.state} />
      </td>
      <UptimeCells nodeId={node.id} />
      <td className="r hide-s">
        {readable && node.lastPollDurationMs !== null ? (
          <span className="num">
            {format.count(node.lastPollDurationMs)}
            <span className="u">{t('common.unit.ms')}</span>
          </span>
        ) : (
          <Unknown reason={reason} />
        )}
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
          <Unknown reason={readable ? t('overview.noRate') : reason} />
        ) : (
          <Rate value={node.rxBitsPerSecond + node.txBitsPerSecond} />
        )}
      </td>
    </tr>
  );
}
