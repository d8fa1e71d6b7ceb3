import { useQuery } from '@tanstack/react-query';
import { type AccessPreview, accessPreviewQuery, type NodeAccess, useSetMode } from '../../api/access.ts';
import { Block } from '../../components/block.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useSaid } from '../../lib/use-said.ts';

/** Peers that a preview names. */
const TOLD = 50;

/** What the node looks like now, what would be changed there, and the word to do so from now on. */
export function AccessPreviewPanel({ access, onDone }: { readonly access: NodeAccess; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const preview = useQuery(accessPreviewQuery(access.nodeId));
  const set = useSetMode(access.nodeId);
  return (
    <>
      <Block query={preview} skeleton={<SkeletonLines lines={4} />}>
        {(data) => <Found preview={data} />}
      </Block>
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.close')}
        </button>
        {access.mode === 'read-only' ? (
          <button
            type="button"
            className="btn primary"
            disabled={!preview.data || set.isPending}
            onClick={() => set.mutate({ mode: 'enforce' }, { onSuccess: onDone })}
          >
            {t('nodes.access.enforce')}
          </button>
        ) : null}
      </div>
    </>
  );
}

function Found({ preview }: { readonly preview: AccessPreview }) {
  const { t } = useTranslation();
  const format = useFormat();
  const said = useSaid();
  const { suspend, restore, left, allowed } = preview;
  if (suspend.length + restore.length + left.length === 0) return <p>{t('nodes.access.nothing')}</p>;
  return (
    <div className="stack" role="status">
      <Peers title={t('nodes.access.wouldSuspend', { count: suspend.length })} peers={suspend} />
      {suspend.length > allowed ? (
        <p className="warned">{t('nodes.access.wouldBlow', { allowed: format.count(allowed) })}</p>
      ) : null}
      <Peers title={t('nodes.access.wouldRestore', { count: restore.length })} peers={restore} />
      <Peers
        title={t('nodes.access.wouldLeave', { count: left.length })}
        peers={left.map((peer) => ({ ...peer, why: said(peer.why).message }))}
      />
    </div>
  );
}

interface PeersProps {
  readonly title: string;
  readonly peers: readonly (AccessPreview['suspend'][number] & { readonly why?: string })[];
}

function Peers({ title, peers }: PeersProps) {
  const { t } = useTranslation();
  if (peers.length === 0) return null;
  return (
    <section>
      <h3 className="sect">{title}</h3>
      <ul className="told">
        {peers.slice(0, TOLD).map(({ peerId, name, key, service, userName, reason, why }) => (
          <li key={peerId}>
            <b>{userName ?? t('common.unclaimed')}</b>{' '}
            <span className="mut">
              {name ?? key} · {service}
              {reason ? ` · ${t(`common.access.reason.${reason}`)}` : ''}
              {why ? ` · ${why}` : ''}
            </span>
          </li>
        ))}
        {peers.length > TOLD ? <li className="mut">…</li> : null}
      </ul>
    </section>
  );
}
