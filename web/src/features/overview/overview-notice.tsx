import type { ReactNode } from 'react';
import type { Notice as NoticeMessage, Overview } from '../../api/types.ts';
import { useIsAway } from '../../components/frame/connection-notice.tsx';
import { Link } from '../../components/link.tsx';
import { Notice } from '../../components/notice.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useNow } from '../../lib/use-now.ts';
import { useSaid } from '../../lib/use-said.ts';

/** The most serious thing that is wrong, one line; the rest waits on the alerts page. */
export function OverviewNotice({ overview }: { readonly overview: Overview }) {
  const { t } = useTranslation();
  const said = useSaid();
  const isAway = useIsAway();
  const notice = overview.notices.find((one) => one.severity === 'error') ?? overview.notices[0];
  // What was wrong when the server was last heard says less than that it is not heard.
  if (!notice || isAway) return null;
  const more = overview.notices.length - 1;
  const link = more > 0 ? <Link to="/alerts">{t('overview.moreNotices', { count: more })}</Link> : null;
  const words = said(notice);
  if (isSilence(notice)) return <SilentNode notice={notice}>{link}</SilentNode>;
  return (
    <Notice
      kind={notice.severity === 'error' ? 'down' : 'degraded'}
      title={words.message}
      action={<NoticeAction notice={notice} />}
    >
      {words.hint} {link}
    </Notice>
  );
}

/** A node that cannot be read: what it is called, since when, and what that means; the cause stands on its page. */
function isSilence(notice: NoticeMessage): boolean {
  return notice.severity === 'error' && notice.nodeId !== null && notice.since !== null;
}

function SilentNode({ notice, children }: { readonly notice: NoticeMessage; readonly children: ReactNode }) {
  const { t } = useTranslation();
  const format = useFormat();
  const elapsed = useNow(30_000) - Date.parse(notice.since ?? '');
  return (
    <Notice
      kind="unknown"
      title={t('common.silentFor', { name: notice.nodeName, duration: format.duration(elapsed) })}
      action={<NoticeAction notice={notice} />}
    >
      {t('common.notLost')} {children}
    </Notice>
  );
}

function NoticeAction({ notice }: { readonly notice: NoticeMessage }) {
  const { t } = useTranslation();
  if (notice.nodeId) {
    return (
      <Link className="btn" to="/nodes/$nodeId" params={{ nodeId: notice.nodeId }}>
        {t('overview.seeWhy')}
      </Link>
    );
  }
  if (notice.code.startsWith('tracking')) {
    return (
      <Link className="btn" to="/traffic">
        {t('overview.toTracking')}
      </Link>
    );
  }
  return (
    <Link className="btn" to="/alerts">
      {t('overview.seeWhy')}
    </Link>
  );
}
