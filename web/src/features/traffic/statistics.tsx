import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Summary } from '../../api/types.ts';
import { Answer, Facts, Hint } from '../../components/answer.tsx';
import { Failure } from '../../components/block.tsx';
import { Kpi, KpiSkeleton } from '../../components/kpi.tsx';
import { Bytes, Count } from '../../components/numbers.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import type { CurrentRange } from '../../lib/use-range.ts';
import { summaryQuery } from './api.ts';

/** The four numbers of the seed: users, servers, traffic, connections. */
export function Statistics({ range }: { readonly range: CurrentRange }) {
  const { t } = useTranslation();
  const query = useQuery(summaryQuery(range.key, range.period));
  const label = t('traffic.statistics.title');
  if (query.data) {
    return (
      <section className="kpis four" aria-label={label}>
        <Figures summary={query.data} />
      </section>
    );
  }
  if (query.error) {
    return (
      <section className="card" aria-label={label}>
        <Failure error={query.error} retry={query.refetch} />
      </section>
    );
  }
  return (
    <section className="kpis four" aria-label={label}>
      <KpiSkeleton />
      <KpiSkeleton />
      <KpiSkeleton />
      <KpiSkeleton />
    </section>
  );
}

function Figures({ summary }: { readonly summary: Summary }) {
  const { t } = useTranslation();
  const format = useFormat();
  const unclaimed = Number(summary.unclaimed.totalBytes);
  const total = Number(summary.traffic.totalBytes);
  return (
    <>
      <Kpi
        label={<Label name={t('traffic.statistics.users')} means={t('traffic.statistics.usersMean')} />}
        value={<Count big value={summary.users} />}
        detail={t('traffic.statistics.usersDetail')}
      />
      <Kpi
        label={<Label name={t('traffic.statistics.servers')} means={t('traffic.statistics.serversMean')} />}
        value={<Count big value={summary.servers} />}
        detail={t('traffic.statistics.serversDetail', { count: summary.protocols })}
      />
      <Kpi
        label={<Label name={t('traffic.statistics.traffic')} means={t('traffic.statistics.trafficMean')} />}
        value={
          <Answer
            trigger={
              <button type="button" className="ask">
                <Bytes big value={summary.traffic.totalBytes} />
              </button>
            }
          >
            <Facts
              facts={[
                [t('traffic.statistics.from'), format.instant(summary.from)],
                [t('traffic.statistics.to'), format.instant(summary.to)],
                [t('traffic.statistics.exactly'), format.exactBytes(summary.traffic.totalBytes)],
              ]}
            />
          </Answer>
        }
        detail={
          unclaimed === 0
            ? t('traffic.statistics.allClaimed')
            : t('traffic.statistics.unclaimed', {
                bytes: format.bytesText(summary.unclaimed.totalBytes),
                percent: format.percent(total === 0 ? 0 : unclaimed / total),
              })
        }
      />
      <Kpi
        label={<Label name={t('traffic.statistics.connections')} means={t('traffic.statistics.connectionsMean')} />}
        value={<Count big value={summary.connections} />}
        detail={t('traffic.statistics.connectionsDetail')}
      />
    </>
  );
}

function Label({ name, means }: { readonly name: string; readonly means: ReactNode }) {
  return (
    <>
      {name} <Hint>{means}</Hint>
    </>
  );
}
