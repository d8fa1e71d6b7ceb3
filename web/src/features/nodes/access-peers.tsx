import { useQuery } from '@tanstack/react-query';
import { type AccessItem, accessItemsQuery } from '../../api/access.ts';
import type { Node } from '../../api/types.ts';
import { Link } from '../../components/link.tsx';
import { Bytes } from '../../components/numbers.tsx';
import { State } from '../../components/state.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useSaid } from '../../lib/use-said.ts';

const SHAPES = {
  waiting: 'degraded',
  held: 'degraded',
  suspending: 'degraded',
  suspended: 'down',
  'off-by-others': 'unknown',
  returning: 'degraded',
  left: 'unknown',
} as const;

/** Peers whose access is to be off there, or that Xpert suspended; nobody: nothing is shown. */
export function AccessPeers({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const items = useQuery(accessItemsQuery(node.id)).data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <TableScroll>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('common.user')}</th>
            <th scope="col" className="hide-s">
              {t('common.peer.device')}
            </th>
            <th scope="col">{t('common.stateWord')}</th>
            <th scope="col" className="hide-m">
              {t('nodes.access.why')}
            </th>
            <th scope="col" className="r hide-s">
              {t('nodes.access.overshoot')}
            </th>
            <th scope="col" className="r hide-m">
              {t('nodes.access.dropped')}
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <Row key={item.peerId} item={item} />
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

function Row({ item }: { readonly item: AccessItem }) {
  const { t } = useTranslation();
  const format = useFormat();
  const said = useSaid();
  // Nothing waits where Xpert may not touch anything.
  const isIdle = item.mode === 'read-only' && item.state === 'waiting';
  const since = item.appliedAt ?? item.wantedAt;
  const reason = item.reason ? t(`common.access.reason.${item.reason}`) : '';
  const problem = item.problem ? said(item.problem) : null;
  return (
    <tr>
      <td>
        {item.userId === null ? (
          <span className="mut">{t('common.unclaimed')}</span>
        ) : (
          <Link className="name" to="/users/$userId" params={{ userId: item.userId }}>
            {item.userName}
          </Link>
        )}
      </td>
      <td className="hide-s mut">
        <span className="clip" title={item.key}>
          {item.name ?? `${item.key.slice(0, 12)}…`}
        </span>
      </td>
      <td>
        <State
          of={isIdle ? 'unknown' : SHAPES[item.state]}
          title={since ? t('common.access.since', { at: format.instant(since) }) : ''}
        >
          {t(isIdle ? 'nodes.access.would' : `nodes.access.peer.${item.state}`)}
        </State>
      </td>
      <td className="hide-m words">
        {reason}
        {problem ? (
          <span className="warned">
            {reason ? ' · ' : ''}
            {problem.message} {problem.hint}
          </span>
        ) : null}
      </td>
      <td className="r hide-s">
        <Bytes value={item.overshootBytes} />
      </td>
      <td className="r hide-m">
        <Bytes value={item.droppedBytes} />
      </td>
    </tr>
  );
}
