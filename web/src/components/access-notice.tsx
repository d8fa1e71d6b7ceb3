import { useQuery } from '@tanstack/react-query';
import { accessStateQuery, usePauseAccess } from '../api/access.ts';
import { nodesQuery } from '../api/resources.ts';
import { useIsOwner, useSeesAll } from '../api/session.tsx';
import { useTranslation } from '../i18n/words.tsx';
import { useFormat } from '../lib/use-format.ts';
import { Link } from './link.tsx';
import { Notice } from './notice.tsx';

/** Access that is not taken although it should be: the fuse blew, or nothing is changed at all; and the way on. */
export function AccessNotice() {
  const { t } = useTranslation();
  const format = useFormat();
  const owner = useIsOwner();
  const state = useQuery({ ...accessStateQuery, enabled: useSeesAll() }).data;
  const nodes = useQuery({ ...nodesQuery, enabled: (state?.fuses.length ?? 0) > 0 }).data?.items ?? [];
  const pause = usePauseAccess();
  const standstill = state?.standstill;
  if (standstill) {
    const { reason, since } = standstill;
    return (
      <Notice
        kind="degraded"
        title={t(`common.access.standstill.${reason}`)}
        action={
          <WayOn reason={reason} isOwner={owner} isBusy={pause.isPending} onResume={() => pause.mutate('resume')} />
        }
      >
        {t(`common.access.standstillWhat.${reason}`)}{' '}
        {since ? t('common.access.since', { at: format.instant(since) }) : null}
      </Notice>
    );
  }
  const [fuse, ...others] = state?.fuses ?? [];
  if (!fuse) return null;
  const node = nodes.find(({ id }) => id === fuse.nodeId);
  return (
    <Notice
      kind="degraded"
      title={t('common.access.blown', { name: node?.name ?? '…', count: fuse.cuts })}
      action={
        <Link className="btn" to="/nodes/$nodeId" params={{ nodeId: fuse.nodeId }}>
          {t('common.access.look')}
        </Link>
      }
    >
      {t('common.access.blownWhat', { allowed: format.count(fuse.allowed), at: format.instant(fuse.since) })}
      {others.length > 0 ? ` ${t('common.access.blownElsewhere', { count: others.length })}` : ''}
    </Notice>
  );
}

interface WayOnProps {
  readonly reason: string;
  readonly isOwner: boolean;
  readonly isBusy: boolean;
  readonly onResume: () => void;
}

function WayOn({ reason, isOwner, isBusy, onResume }: WayOnProps) {
  const { t } = useTranslation();
  if (!isOwner) return null;
  if (reason === 'tracking-off') {
    return (
      <Link className="btn" to="/traffic">
        {t('common.nav.traffic')}
      </Link>
    );
  }
  if (reason === 'clock-suspect') return null;
  return (
    <button type="button" className="btn" disabled={isBusy} onClick={onResume}>
      {t('common.access.goOn')}
    </button>
  );
}
