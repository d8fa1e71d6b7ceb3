import { useState } from 'react';
import { useIsOwner } from '../api/session.tsx';
import type { Peer } from '../api/types.ts';
import { useTranslation } from '../i18n/words.tsx';
import { directionsOf } from '../lib/direction.ts';
import { Ago } from './ago.tsx';
import { Dialog } from './dialog.tsx';
import { Icon } from './icon.tsx';
import { Link } from './link.tsx';
import { Bytes, DirectionName, Unknown } from './numbers.tsx';
import { RebindForm } from './rebind-form.tsx';

/** What a row says beside the device itself: where it is, or whose it is. */
interface Beside {
  readonly beside: 'node' | 'user';
}

export function PeerHead({ beside }: Beside) {
  const { t } = useTranslation();
  return (
    <thead>
      <tr>
        <th scope="col">{t('common.peer.device')}</th>
        <th scope="col" className="hide-s">
          {t(beside === 'node' ? 'common.node' : 'common.user')}
        </th>
        <th scope="col" className="hide-m">
          {t('common.peer.address')}
        </th>
        <th scope="col" className="r hide-s">
          {t('common.peer.lastHandshake')}
        </th>
        <th scope="col" className="r">
          <DirectionName of="download" />
        </th>
        <th scope="col" className="r">
          <DirectionName of="upload" />
        </th>
        <th scope="col" className="pick">
          <span className="vh">{t('common.more')}</span>
        </th>
      </tr>
    </thead>
  );
}

export function PeerRow({ peer, beside }: Beside & { readonly peer: Peer }) {
  const { t } = useTranslation();
  const { download, upload } = directionsOf(peer.traffic);
  return (
    <tr>
      <td>
        <span className="name">
          <Icon name={peer.online ? 'laptop' : 'key'} />
          <PeerName peer={peer} />
        </span>
      </td>
      <td className="hide-s">{beside === 'node' ? <NodeLink peer={peer} /> : <UserLink peer={peer} />}</td>
      <td className="hide-m mut">
        {peer.allowedIps[0] ? <code>{peer.allowedIps[0].replace(/\/(32|128)$/, '')}</code> : '—'}
      </td>
      <td className="r hide-s">
        {peer.lastHandshakeAt === null ? (
          <Unknown reason={t('common.peer.noHandshake')} />
        ) : peer.stale ? (
          <Unknown reason={t('common.peer.stale')} />
        ) : (
          <Ago at={peer.lastHandshakeAt} />
        )}
      </td>
      <td className="r">
        <Bytes value={download} atLeast={peer.stale} />
      </td>
      <td className="r">
        <Bytes value={upload} atLeast={peer.stale} />
      </td>
      <td className="pick">
        <Rebind peer={peer} />
      </td>
    </tr>
  );
}

/** Gives the device to somebody else; the past, too, so it is the owner's to do. */
function Rebind({ peer }: { readonly peer: Peer }) {
  const { t } = useTranslation();
  const owner = useIsOwner();
  const [open, setOpen] = useState(false);
  const title = t('common.rebind.title');
  const label = t('common.rebind.label', { name: peer.name || `${peer.key.slice(0, 12)}…` });
  if (!owner) return null;
  return (
    <>
      <button type="button" className="btn quiet icon" aria-label={label} title={label} onClick={() => setOpen(true)}>
        <Icon name="claim" />
      </button>
      <Dialog title={title} open={open} onClose={() => setOpen(false)}>
        <RebindForm peer={peer} onDone={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function NodeLink({ peer }: { readonly peer: Peer }) {
  return (
    <Link to="/nodes/$nodeId" params={{ nodeId: peer.nodeId }} className="plain" title={peer.nodeName ?? undefined}>
      {peer.nodeName}
    </Link>
  );
}

function UserLink({ peer }: { readonly peer: Peer }) {
  const { t } = useTranslation();
  if (peer.userId === null) return <span className="badge">{t('common.unclaimed')}</span>;
  return (
    <Link to="/users/$userId" params={{ userId: peer.userId }} className="plain" title={peer.userName ?? undefined}>
      {peer.userName}
    </Link>
  );
}

/** A name where there is one, else the beginning of the key. */
export function PeerName({ peer }: { readonly peer: Pick<Peer, 'name' | 'key' | 'endedAt'> }) {
  const { t } = useTranslation();
  return (
    <span title={peer.key}>
      {peer.name || <code>{peer.key.slice(0, 12)}…</code>}
      {peer.endedAt ? <span className="badge">{t('common.ended')}</span> : null}
    </span>
  );
}
