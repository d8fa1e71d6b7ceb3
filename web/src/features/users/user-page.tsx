import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useMayWrite } from '../../api/session.tsx';
import type { User } from '../../api/types.ts';
import { Failure } from '../../components/block.tsx';
import { TrafficChart } from '../../components/chart/traffic-chart.tsx';
import { ExportMenu } from '../../components/export-menu.tsx';
import { Page } from '../../components/frame/page.tsx';
import { PlannedResets } from '../../components/planned-resets.tsx';
import { SkeletonPage } from '../../components/skeleton.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useRange } from '../../lib/use-range.ts';
import { userQuery } from './api.ts';
import { UserAccess } from './user-access.tsx';
import { UserCycles } from './user-cycles.tsx';
import { UserDevices } from './user-devices.tsx';
import { UserHead } from './user-head.tsx';
import { UserLink } from './user-link.tsx';
import { useUserMarks } from './user-marks.ts';
import { UserTimeline } from './user-timeline.tsx';
import { UserTokens } from './user-tokens.tsx';
import { UserWhere } from './user-where.tsx';

export function UserPage() {
  const { t } = useTranslation();
  const { userId = '' }: { userId?: string } = useParams({ strict: false });
  const query = useQuery(userQuery(userId));
  return (
    <Page
      title={query.data?.name ?? t('common.user')}
      parent={{ to: '/users', name: t('common.nav.users') }}
      range="30d"
    >
      {query.data ? (
        <Content user={query.data} />
      ) : query.error ? (
        <section className="card">
          <Failure error={query.error} retry={query.refetch} />
        </section>
      ) : (
        <SkeletonPage />
      )}
    </Page>
  );
}

function Content({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const range = useRange('30d');
  const marks = useUserMarks(user);
  const mayWrite = useMayWrite();
  return (
    <>
      <UserHead user={user} />
      <UserAccess user={user} />
      <TrafficChart
        title={t('users.overTime')}
        hint={t('users.overTimeMeans')}
        filter={{ by: 'total', user: user.id }}
        range={range}
        marks={marks}
        controls={<ExportMenu range={range} user={user.id} />}
        fadeBeforeReset
      />
      <UserDevices user={user} />
      <UserWhere user={user} range={range} />
      <div className="c7 column">
        <UserTimeline user={user} range={range} />
        <UserCycles user={user} />
      </div>
      <div className="c5 column">
        {user.linkToken === undefined ? null : <UserLink user={user} />}
        <UserTokens user={user} />
        {mayWrite && user.deletedAt === null ? <PlannedResets user={user} /> : null}
      </div>
    </>
  );
}
