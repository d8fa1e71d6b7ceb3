import { useQuery } from '@tanstack/react-query';
import { gapsQuery } from '../../api/resources.ts';
import { useSeesAll } from '../../api/session.tsx';
import { Block, Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Page } from '../../components/frame/page.tsx';
import { GapsTable } from '../../components/gaps-table.tsx';
import { useRangeWords } from '../../components/range-picker.tsx';
import { SetAsideCard } from '../../components/set-aside-card.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useRange } from '../../lib/use-range.ts';
import { OpenAlerts, PastAlerts } from './alert-lists.tsx';

/** What needs a look now, what did, and what is not known of the past. */
export function AlertsPage() {
  const { t } = useTranslation();
  const seesAll = useSeesAll();
  return (
    <Page title={t('common.nav.alerts')} range="7d">
      {seesAll ? <OpenAlerts /> : null}
      {seesAll ? <PastAlerts /> : null}
      <GapsCard />
      {seesAll ? <SetAsideCard kind="quarantine" /> : null}
    </Page>
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
