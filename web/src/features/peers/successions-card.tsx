import { useQuery } from '@tanstack/react-query';
import { useIsOwner } from '../../api/session.tsx';
import { Card } from '../../components/card.tsx';
import { Icon } from '../../components/icon.tsx';
import { Link } from '../../components/link.tsx';
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
      <ul className="tl alerts">
        {items.map((item) => (
          <Row key={`${item.successor.peerId} ${item.ended.peerId}`} item={item} />
        ))}
      </ul>
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
    <li>
      <Icon name="key" />
      <b title={successor.key}>
        {t('peers.successions.freshOn', {
          device: apart(nameOf(successor)),
          node: apart(nodeName ?? t('common.deletedNode')),
        })}
      </b>
      <span className="when">{t('peers.successions.since', { at: format.short(successor.firstSeenAt) })}</span>
      <span className="why">
        <span>
          {t('peers.successions.ended')}{' '}
          <Link to="/users/$userId" params={{ userId }}>
            <bdi>{userName}</bdi>
          </Link>
          {' · '}
          <bdi title={ended.key}>{nameOf(ended)}</bdi>
        </span>
        <span>{why}</span>
      </span>
      <span className="acts">
        <button
          type="button"
          className="btn small"
          disabled={assign.isPending}
          onClick={() => assign.mutate({ peerIds: [successor.peerId], userId, countInCycle: true })}
        >
          <span className="cut">{t('peers.successions.accept', { name: userName })}</span>
        </button>
      </span>
    </li>
  );
}

function nameOf({ name, key }: { readonly name: string | null; readonly key: string }): string {
  return name ?? (key.length > 20 ? `${key.slice(0, 12)}…` : key);
}

/** A name within a sentence, whichever way it is written. */
function apart(name: string): string {
  return `\u2068${name}\u2069`;
}
