import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { anyBytes, overviewQuery } from '../../api/resources.ts';
import { useIsOwner, useSeesAll } from '../../api/session.tsx';
import type { Overview } from '../../api/types.ts';
import { Failure } from '../../components/block.tsx';
import { Page } from '../../components/frame/page.tsx';
import { KpiSkeleton } from '../../components/kpi.tsx';
import { Later } from '../../components/later.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useRange } from '../../lib/use-range.ts';
import { ActivePeers } from './active-peers.tsx';
import { Figures } from './figures.tsx';
import { FirstByte } from './first-byte.tsx';
import { Happened } from './happened.tsx';
import { NodesCard } from './nodes-card.tsx';
import { OpenAlerts } from './open-alerts.tsx';
import { OverviewChart } from './overview-chart.tsx';
import { OverviewNotice } from './overview-notice.tsx';
import { ServicesCard } from './services-card.tsx';
import { TopUsers } from './top-users.tsx';

export function OverviewPage() {
  const { t } = useTranslation();
  const query = useQuery(overviewQuery);
  const owner = useIsOwner();
  // Who saw the empty panel also sees the first report arrive, instead of a page that changes under their eyes.
  const sawEmpty = useRef(false);
  if (owner && query.data && isEmpty(query.data)) sawEmpty.current = true;
  if (query.data && sawEmpty.current) {
    return (
      <Page title={t('common.nav.overview')}>
        <FirstByte overview={query.data} />
      </Page>
    );
  }
  return (
    <Page title={t('common.nav.overview')} range="24h">
      {query.data ? <OverviewNotice overview={query.data} /> : null}
      {query.data ? <Figures overview={query.data} /> : <FiguresWaiting error={query.error} retry={query.refetch} />}
      <OverviewBlocks />
    </Page>
  );
}

/** The chart comes with the figures; what is farther down follows block by block. */
function OverviewBlocks() {
  const range = useRange('24h');
  const seesAll = useSeesAll();
  return (
    <>
      <OverviewChart range={range} />
      {seesAll ? <OpenAlerts /> : null}
      <Later place={<Place look="c7 listed" />}>
        <TopUsers range={range} />
      </Later>
      {seesAll ? (
        <>
          <Later place={<Place look="c5 listed" />}>
            <ServicesCard />
          </Later>
          <Later place={<Place look="c8" />}>
            <NodesCard />
          </Later>
          <Later place={<Place look="c4" />}>
            <Happened range={range} />
          </Later>
          <Later place={<Place look="" />}>
            <ActivePeers range={range} />
          </Later>
        </>
      ) : null}
    </>
  );
}

/** The card of a block before it is drawn. */
function Place({ look }: { readonly look: string }) {
  return <section className={`card place ${look}`} aria-busy="true" />;
}

/** No node, and never a byte. */
function isEmpty(overview: Overview): boolean {
  const counted = anyBytes(overview.today.totalBytes, overview.last30Days.totalBytes, overview.unclaimed.totalBytes);
  return overview.nodes.total === 0 && overview.users.total === 0 && !counted;
}

function FiguresWaiting({ error, retry }: { readonly error: Error | null; readonly retry: () => unknown }) {
  const { t } = useTranslation();
  if (error) {
    return (
      <section className="card" aria-label={t('overview.figures')}>
        <Failure error={error} retry={retry} />
      </section>
    );
  }
  return (
    <section className="kpis" aria-label={t('overview.figures')}>
      <KpiSkeleton />
      <KpiSkeleton />
      <KpiSkeleton />
      <KpiSkeleton />
      <KpiSkeleton />
    </section>
  );
}
