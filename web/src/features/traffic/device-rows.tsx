import type { Node, Peer } from '../../api/types.ts';
import { Link } from '../../components/link.tsx';
import { Bytes } from '../../components/numbers.tsx';
import { ProtocolBadge } from '../../components/protocol-badge.tsx';
import { State } from '../../components/state.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import type { DeviceGroup } from './devices.ts';

/** The sum of one user over their devices. Received and sent are the node's words, as in the seed's table. */
export function UserSumRow({ group }: { readonly group: DeviceGroup }) {
  const { t } = useTranslation();
  return (
    <tr className="group">
      <th scope="rowgroup">
        {group.userId === null ? (
          <span className="name">{t('traffic.devices.nobody')}</span>
        ) : (
          <Link
            className="name"
            title={group.userName ?? undefined}
            to="/users/$userId"
            params={{ userId: group.userId }}
          >
            {group.userName}
          </Link>
        )}
      </th>
      <td className="mut">{t('traffic.devices.count', { count: group.peers.length })}</td>
      <td className="hide-m" />
      <td className="r hide-s">
        <Bytes value={group.traffic.rxBytes} />
      </td>
      <td className="r hide-s">
        <Bytes value={group.traffic.txBytes} />
      </td>
      <td className="r">
        <Bytes value={group.traffic.totalBytes} />
      </td>
      <td className="hide-m" />
    </tr>
  );
}

export function DeviceRow({ peer, node }: { readonly peer: Peer; readonly node: Node | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const readAt = node?.lastCompleteAt;
  return (
    <tr className="det">
      <td>
        <span className="plain" title={peer.name ?? peer.key}>
          {peer.name ?? <code>{peer.key.slice(0, 10)}…</code>}
        </span>{' '}
        {peer.endedAt ? <span className="badge">{t('common.ended')}</span> : null}
      </td>
      <td>
        {peer.stale && node ? (
          <State of={node.state}>
            <NodeName of={peer} />
          </State>
        ) : (
          <NodeName of={peer} />
        )}{' '}
        <span className="hide-s">
          <ProtocolBadge protocol={peer.protocol} />
        </span>
      </td>
      <td className="hide-m mut">
        <code>{peer.allowedIps[0]?.replace(/\/(32|128)$/, '') ?? '—'}</code>
      </td>
      <td className="r hide-s">
        <Bytes value={peer.traffic.rxBytes} />
      </td>
      <td className="r hide-s">
        <Bytes value={peer.traffic.txBytes} />
      </td>
      <td className="r">
        <Bytes value={peer.traffic.totalBytes} />
      </td>
      <td className="r mut hide-m">
        {readAt ? format.short(readAt) : '—'}
        {peer.stale ? ` · ${t('traffic.devices.stale')}` : ''}
      </td>
    </tr>
  );
}

function NodeName({ of }: { readonly of: Pick<Peer, 'nodeName'> }) {
  return (
    <span className="plain" title={of.nodeName ?? undefined}>
      {of.nodeName}
    </span>
  );
}
