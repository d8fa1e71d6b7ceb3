import { useQuery } from '@tanstack/react-query';
import { memo, useRef } from 'react';
import { nodesQuery } from '../../api/resources.ts';
import { useIsOwner } from '../../api/session.tsx';
import type { Node } from '../../api/types.ts';
import { Empty, TableBlock } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Page } from '../../components/frame/page.tsx';
import { Icon } from '../../components/icon.tsx';
import { Later } from '../../components/later.tsx';
import { Link } from '../../components/link.tsx';
import { Bytes, Count, Rate, Unknown } from '../../components/numbers.tsx';
import { RowSpacer } from '../../components/row-spacer.tsx';
import { State } from '../../components/state.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { UptimeCells } from '../../components/uptime-cells.tsx';
import { WaitingRow } from '../../components/waiting-row.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { isReadable } from '../../lib/node-state.ts';
import { useFormat } from '../../lib/use-format.ts';
import { useWindowedRows } from '../../lib/use-windowed-rows.ts';
import { NodeTags } from './node-tags.tsx';
import { useNodeWords } from './node-words.ts';

/** Widths of the waiting bars. */
const COLUMNS = [80, 96, 200, 160, -40, -48, -56, -64] as const;

/** Only the rows in sight are drawn, and ask for their ninety days. */
export function NodesPage() {
  const { t } = useTranslation();
  const query = useQuery(nodesQuery);
  const owner = useIsOwner();
  const nodes = query.data?.items ?? [];
  const body = useRef<HTMLTableSectionElement>(null);
  const rows = useWindowedRows(body, nodes.length);
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
          <table className="fixed-rows" aria-rowcount={nodes.length + 1}>
            <thead>
              <tr>
                <th scope="col">{t('common.node')}</th>
                <th scope="col">{t('common.stateWord')}</th>
                <th scope="col" className="hide-m">
                  {t('common.inWords')}
                </th>
                <th scope="col" className="hide-m strip-col">
                  {t('nodes.uptime')}
                </th>
                <th scope="col" className="r hide-m">
                  {t('nodes.uptimeShare')}
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
            <tbody ref={body}>
              <RowSpacer height={rows.above} columns={COLUMNS.length} />
              <TableBlock query={query} rows={3} columns={COLUMNS} hidden={[2, 3, 4, 5, 7]}>
                {({ items }) =>
                  items.slice(rows.first, rows.end).map((node, offset) => (
                    <Later key={node.id} place={<WaitingRow columns={COLUMNS.length} index={rows.first + offset} />}>
                      <Row node={node} index={rows.first + offset} />
                    </Later>
                  ))
                }
              </TableBlock>
              <RowSpacer height={rows.below} columns={COLUMNS.length} />
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

/** Drawn anew only when its node changes. */
const Row = memo(function Row({ node, index }: { readonly node: Node; readonly index: number }) {
  const words = useNodeWords();
  const { t } = useTranslation();
  const format = useFormat();
  const readable = isReadable(node);
  const reason = words(node);
  return (
    <tr aria-rowindex={index + 2}>
      <td>
        <Link className="name" title={node.name} to="/nodes/$nodeId" params={{ nodeId: node.id }}>
          {node.name}
        </Link>
        <span className="hide-m">
          <NodeTags tags={node.tags} />
        </span>
      </td>
      <td>
        <State of={node.state} />
      </td>
      <td className="hide-m mut words" title={reason}>
        {reason}
      </td>
      <UptimeCells nodeId={node.id} />
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
});
