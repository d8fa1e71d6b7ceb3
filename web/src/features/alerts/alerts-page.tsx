import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { gapsQuery, overviewQuery } from '../../api/resources.ts';
import { useSeesAll } from '../../api/session.ts';
import type { Notice } from '../../api/types.ts';
import { Block, Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Page } from '../../components/frame/page.tsx';
import { GapsTable } from '../../components/gaps-table.tsx';
import { useRangeWords } from '../../components/range-picker.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { State } from '../../components/state.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useRange } from '../../lib/use-range.ts';
import { useSaid } from '../../lib/use-said.ts';
import { QuarantineCard } from './quarantine-card.tsx';

/** What needs a look now, and what is not known of the past. */
export function AlertsPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('common.nav.alerts')} range="7d">
      <NoticesCard />
      <GapsCard />
      {useSeesAll() ? <QuarantineCard /> : null}
    </Page>
  );
}

function NoticesCard() {
  const { t } = useTranslation();
  const query = useQuery(overviewQuery);
  return (
    <Card title={t('alerts.now')} hint={t('alerts.nowMeans')}>
      <Block query={query} skeleton={<SkeletonLines />}>
        {({ notices }) =>
          notices.length === 0 ? (
            <Empty title={t('alerts.none')}>{t('alerts.noneWhy')}</Empty>
          ) : (
            <ul className="tl states">
              {notices.map((notice) => (
                <NoticeLine key={`${notice.code}${notice.nodeId ?? ''}`} notice={notice} />
              ))}
            </ul>
          )
        }
      </Block>
    </Card>
  );
}

function NoticeLine({ notice }: { readonly notice: Notice }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { message, hint } = useSaid()(notice);
  return (
    <li>
      <State of={notice.severity === 'error' ? 'down' : 'degraded'} iconOnly>
        {t(`alerts.severity.${notice.severity}`)}
      </State>
      <b>{notice.nodeName ? `${notice.nodeName}: ${message}` : message}</b>
      <span className="when">{notice.since ? format.short(notice.since) : ''}</span>
      <span className="why">
        {hint}{' '}
        {notice.nodeId ? (
          <Link to="/nodes/$nodeId" params={{ nodeId: notice.nodeId }}>
            {t('alerts.openNode', { name: notice.nodeName })}
          </Link>
        ) : null}
      </span>
    </li>
  );
}

function GapsCard() {
  const { t } = useTranslation();
  const range = useRange('7d');
  const words = useRangeWords();
  const query = useQuery(gapsQuery(range.key, range.period));
  return (
    <Card title={t('alerts.gaps')} hint={t('alerts.gapsMean')} sub={words(range.range)}>
      <Block query={query} skeleton={<SkeletonLines />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('alerts.noGaps')}>{t('alerts.noGapsWhy')}</Empty>
          ) : (
            <GapsTable gaps={items.toSorted((a, b) => b.from.localeCompare(a.from))} />
          )
        }
      </Block>
    </Card>
  );
}
