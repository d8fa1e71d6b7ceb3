import { useQuery } from '@tanstack/react-query';
import { useIsOwner } from '../../api/session.tsx';
import { Card } from '../../components/card.tsx';
import { Link } from '../../components/link.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { type Succession, successionsQuery, useAssignPeers } from './api.ts';

/** Devices that look like the next ones of a user, whose key was made anew or whose account was renamed; nothing if there are none. */
export function SuccessionsCard() {
  const { t } = useTranslation();
  const items = useQuery({ ...successionsQuery, enabled: useIsOwner() }).data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Card title={t('peers.successions.title')} hint={t('peers.successions.means')}>
      <TableScroll>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('peers.successions.fresh')}</th>
              <th scope="col">{t('peers.successions.ended')}</th>
              <th scope="col" className="hide-s">
                {t('peers.successions.because')}
              </th>
              <th scope="col" className="r">
                <span className="vh">{t('common.claim')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <Row key={`${item.successor.peerId} ${item.ended.peerId}`} item={item} />
            ))}
          </tbody>
        </table>
      </TableScroll>
    </Card>
  );
}

function Row({ item: { userId, userName, nodeName, ended, successor, because, only } }: { readonly item: Succession }) {
  const { t } = useTranslation();
  const format = useFormat();
  const assign = useAssignPeers();
  const reasons = because.map((reason) => t(`peers.successions.same.${reason}`));
  const why = [...reasons, only ? null : t('peers.successions.notAlone')].filter(Boolean).join(' · ');
  return (
    <tr>
      <td>
        <span className="name">{nameOf(successor)}</span> <span className="badge">{nodeName}</span>
        <span className="note">{t('peers.successions.since', { at: format.short(successor.firstSeenAt) })}</span>
      </td>
      <td>
        <Link className="name" to="/users/$userId" params={{ userId }}>
          {userName}
        </Link>{' '}
        <span className="mut">{nameOf(ended)}</span>
        <span className="mut only-s">{why}</span>
      </td>
      <td className="hide-s two-lines">{why}</td>
      <td className="r">
        <button
          type="button"
          className="btn small"
          disabled={assign.isPending}
          onClick={() => assign.mutate({ peerIds: [successor.peerId], userId, countInCycle: true })}
        >
          {t('peers.successions.accept', { name: userName })}
        </button>
      </td>
    </tr>
  );
}

function nameOf({ name, key }: { readonly name: string | null; readonly key: string }): string {
  return name ?? (key.length > 20 ? `${key.slice(0, 12)}…` : key);
}
