import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Block } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Bytes, Count, Unknown } from '../../components/numbers.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { type Database, databaseQuery } from './api.ts';
import { CleanupDialog } from './cleanup-dialog.tsx';

export function DatabaseCard() {
  const { t } = useTranslation();
  const query = useQuery(databaseQuery);
  const [cleaning, setCleaning] = useState(false);
  return (
    <Card
      title={t('traffic.database.title')}
      hint={t('traffic.database.means')}
      span={8}
      actions={
        <button type="button" className="btn quiet" onClick={() => setCleaning(true)}>
          {t('traffic.cleanup.button')}
        </button>
      }
    >
      <Block query={query} skeleton={<SkeletonLines />}>
        {(database) => <Facts database={database} />}
      </Block>
      <CleanupDialog open={cleaning} onClose={() => setCleaning(false)} />
    </Card>
  );
}

function Facts({ database }: { readonly database: Database }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="pad dbgrid">
      <dl className="kv">
        <dt>{t('traffic.database.records')}</dt>
        <dd>
          <Count value={database.records + database.days} />
        </dd>
        <dt>{t('traffic.database.users')}</dt>
        <dd>
          <Count value={database.users} />
        </dd>
        <dt>{t('traffic.database.servers')}</dt>
        <dd>
          <Count value={database.servers} />
        </dd>
      </dl>
      <dl className="kv">
        <dt>{t('traffic.database.size')}</dt>
        <dd>
          <Bytes value={database.bytes} />
        </dd>
        <dt>{t('traffic.database.growth')}</dt>
        <dd>
          {database.growthPerDay === null ? (
            <Unknown reason={t('traffic.database.growthUnknown')} />
          ) : (
            <>
              <Bytes value={Math.max(0, database.growthPerDay)} /> {t('traffic.database.aDay')}
            </>
          )}
        </dd>
        <dt>{t('traffic.database.inAYear')}</dt>
        <dd>
          <Forecast forecast={database.forecast} />
        </dd>
        <dt>{t('traffic.database.kept')}</dt>
        <dd>{t('traffic.database.retention', { count: database.retentionDays })}</dd>
      </dl>
      <dl className="kv">
        <dt>{t('traffic.database.quarters')}</dt>
        <dd>
          <Count value={database.records} />
        </dd>
        <dt>{t('traffic.database.dayRows')}</dt>
        <dd>
          <Count value={database.days} />
        </dd>
        <dt>{t('traffic.database.since')}</dt>
        <dd>
          {database.oldestRecord === null ? (
            <Unknown reason={t('traffic.database.empty')} />
          ) : (
            format.day(database.oldestRecord)
          )}
        </dd>
      </dl>
    </div>
  );
}

/** In a year; in a month, in half a year, and what that is based on stand in the tip. */
function Forecast({ forecast }: { readonly forecast: Database['forecast'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (forecast === null) return <Unknown reason={t('traffic.database.growthUnknown')} />;
  const [month = 0, half = 0, year = 0] = forecast.after.map(({ bytes }) => bytes);
  const tip = t('traffic.database.forecast', {
    count: forecast.basis.days,
    month: format.bytesText(month),
    half: format.bytesText(half),
    records: format.count(forecast.basis.recordsPerDay),
  });
  return (
    <span title={tip}>
      <Bytes value={year} />
    </span>
  );
}
