import { useQuery } from '@tanstack/react-query';
import { settingsQuery } from '../../api/resources.ts';
import { Block } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { State } from '../../components/state.tsx';
import { Switch } from '../../components/switch.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useSetTracking } from './api.ts';

const VARIABLE = 'XPERT_TRAFFIC_TRACKING_ENABLED';

/** The switch of the whole accounting, with what it means in both positions. */
export function TrackingCard() {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery(settingsQuery);
  const change = useSetTracking();
  const enabled = query.data?.tracking.enabled ?? true;
  const since = query.data?.tracking.since;
  return (
    <Card
      title={t('traffic.tracking.title')}
      hint={t('traffic.tracking.means')}
      span={4}
      actions={
        query.data ? (
          <>
            <State of={enabled ? 'up' : 'degraded'}>
              {t(enabled ? 'traffic.tracking.on' : 'traffic.tracking.off')}
            </State>
            <Switch
              label={t('traffic.tracking.title')}
              checked={enabled}
              disabled={change.isPending}
              onChange={(next) => change.mutate(next)}
            />
          </>
        ) : undefined
      }
    >
      <Block query={query} skeleton={<SkeletonLines />}>
        {(settings) => (
          <div className="pad row-text">
            <p>{t(enabled ? 'traffic.tracking.onMeans' : 'traffic.tracking.offMeans')}</p>
            {!enabled && since ? (
              <p className="bad">{t('traffic.tracking.offSince', { at: format.instant(since) })}</p>
            ) : null}
            {settings.fixedByEnvironment.includes(VARIABLE) ? (
              <p className="note">{t('traffic.tracking.environment', { variable: VARIABLE })}</p>
            ) : null}
          </div>
        )}
      </Block>
    </Card>
  );
}
