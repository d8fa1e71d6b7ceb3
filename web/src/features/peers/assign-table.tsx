import type { List, Peer } from '../../api/types.ts';
import { type Loadable, TableBlock } from '../../components/block.tsx';
import { Bytes } from '../../components/numbers.tsx';
import { PeerName } from '../../components/peer-row.tsx';
import { ProtocolBadge } from '../../components/protocol-badge.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';

interface AssignTableProps {
  readonly query: Loadable<List<Peer>>;
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
}

export function AssignTable({ query, chosen, onChoose }: AssignTableProps) {
  const { t } = useTranslation();
  const items = query.data?.items ?? [];
  const all = items.length > 0 && items.every((peer) => chosen.has(peer.id));
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChoose(next);
  };
  return (
    <TableScroll>
      <table className="two-names">
        <thead>
          <tr>
            <th scope="col">
              <label className="row2s tight">
                <input
                  type="checkbox"
                  className="check"
                  checked={all}
                  aria-label={t('peers.chooseAll')}
                  onChange={() => onChoose(all ? new Set() : new Set(items.map((peer) => peer.id)))}
                />
                {t('common.peer.device')}
              </label>
            </th>
            <th scope="col" className="hide-s">
              {t('common.node')}
            </th>
            <th scope="col" className="hide-m">
              {t('common.peer.address')}
            </th>
            <th scope="col">{t('common.user')}</th>
            <th scope="col" className="r">
              {t('common.total')}
            </th>
            <th scope="col" className="r hide-m">
              {t('peers.before')}
            </th>
            <th scope="col" className="r hide-m">
              {t('peers.seen')}
            </th>
          </tr>
        </thead>
        <tbody>
          <TableBlock query={query} rows={5} columns={[140, 72, 88, 64, -56, -56, -64]} hidden={[1, 2, 5, 6]}>
            {({ items: peers }) =>
              peers.map((peer) => <Row key={peer.id} peer={peer} checked={chosen.has(peer.id)} onToggle={toggle} />)
            }
          </TableBlock>
        </tbody>
      </table>
    </TableScroll>
  );
}

interface RowProps {
  readonly peer: Peer;
  readonly checked: boolean;
  readonly onToggle: (id: string) => void;
}

function Row({ peer, checked, onToggle }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <tr>
      <td>
        <label className="row2s tight">
          <input type="checkbox" className="check" checked={checked} onChange={() => onToggle(peer.id)} />
          <span className="name">
            <PeerName peer={peer} />
          </span>
        </label>
      </td>
      <td className="hide-s">
        <span className="plain" title={peer.nodeName ?? undefined}>
          {peer.nodeName}
        </span>{' '}
        <ProtocolBadge protocol={peer.protocol} />
      </td>
      <td className="hide-m mut">
        <code>{peer.allowedIps[0]?.replace(/\/(32|128)$/, '') ?? '—'}</code>
      </td>
      <td>{peer.userName ?? <span className="badge">{t('common.unclaimed')}</span>}</td>
      <td className="r">
        <Bytes value={peer.traffic.totalBytes} atLeast={peer.stale} />
      </td>
      <td className="r hide-m mut">{peer.beforeXpert ? <Bytes value={peer.beforeXpert.totalBytes} /> : '—'}</td>
      <td className="r hide-m mut">{format.short(peer.firstSeenAt)}</td>
    </tr>
  );
}
