import { useQuery } from '@tanstack/react-query';
import { unclaimedQuery } from '../api/resources.ts';
import { useIsOwner } from '../api/session.tsx';
import { useTranslation } from '../i18n/words.tsx';
import { useFormat } from '../lib/use-format.ts';
import { Link } from './link.tsx';
import { Notice } from './notice.tsx';

/** Usage that belongs to nobody yet, and the way to claim it. Nothing to show: nothing is shown. */
export function UnclaimedNotice() {
  const { t } = useTranslation();
  const format = useFormat();
  const owner = useIsOwner();
  const unclaimed = useQuery({ ...unclaimedQuery, enabled: owner }).data;
  const holders = unclaimed ? unclaimed.tokens.length + unclaimed.peers.length : 0;
  if (!unclaimed || holders === 0) return null;
  return (
    <Notice
      kind="unknown"
      title={t('common.unclaimedNotice', { bytes: format.bytesText(unclaimed.traffic.totalBytes) })}
      action={
        <Link className="btn" to="/peers">
          {t('common.claimNow')}
        </Link>
      }
    >
      {t('common.unclaimedNoticeWhy', {
        tokens: t('common.unknownTokens', { count: unclaimed.tokens.length }),
        devices: t('common.freeDevices', { count: unclaimed.peers.length }),
      })}
    </Notice>
  );
}
