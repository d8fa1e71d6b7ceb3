import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Notice as NoticeMessage, Overview } from '../../api/types.ts';
import { Notice } from '../../components/notice.tsx';

/** The most serious thing that is wrong, one line; the rest waits on the alerts page. */
export function OverviewNotice({ overview }: { readonly overview: Overview }) {
  const { t } = useTranslation();
  const notice = overview.notices.find((one) => one.severity === 'error') ?? overview.notices[0];
  if (!notice) return null;
  const more = overview.notices.length - 1;
  return (
    <Notice
      kind={notice.severity === 'error' ? 'down' : 'degraded'}
      title={notice.message}
      action={<NoticeAction notice={notice} />}
    >
      {notice.hint} {more > 0 ? <Link to="/alerts">{t('overview.moreNotices', { count: more })}</Link> : null}
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
