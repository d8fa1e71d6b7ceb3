import { useIsOwner, useMayWrite } from '../../api/session.tsx';
import { Page } from '../../components/frame/page.tsx';
import { PlannedResets } from '../../components/planned-resets.tsx';
import { UnclaimedNotice } from '../../components/unclaimed-notice.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useRange } from '../../lib/use-range.ts';
import { Actions } from './actions.tsx';
import { DatabaseCard } from './database-card.tsx';
import { DevicesCard } from './devices-card.tsx';
import { HoldersCard } from './holders-card.tsx';
import { Statistics } from './statistics.tsx';
import { TrackingCard } from './tracking-card.tsx';

/** The Traffic Manager: who used how much through which server, and the work on the ledger. */
export function TrafficPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('common.nav.traffic')} range="30d">
      <Content />
    </Page>
  );
}

function Content() {
  const owner = useIsOwner();
  const mayWrite = useMayWrite();
  const range = useRange('30d');
  return (
    <>
      <Actions range={range} />
      <UnclaimedNotice />
      {mayWrite ? <PlannedResets /> : null}
      <Statistics range={range} />
      {owner ? <DatabaseCard /> : null}
      {owner ? <TrackingCard /> : null}
      <HoldersCard range={range} />
      <DevicesCard />
    </>
  );
}
