import { useSeesAll } from '../../api/session.tsx';
import type { NodeState, Overview, Traffic } from '../../api/types.ts';
import { Answer, Facts } from '../../components/answer.tsx';
import { Kpi } from '../../components/kpi.tsx';
import { Bytes, Count, DirectionRate, Rate, TrafficDirections, Unknown } from '../../components/numbers.tsx';
import { Spark } from '../../components/spark.tsx';
import { State } from '../../components/state.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { directionsOf } from '../../lib/direction.ts';
import { useFormat } from '../../lib/use-format.ts';

/** Now, today, thirty days, who is online, which nodes answer. */
export function Figures({ overview }: { readonly overview: Overview }) {
  const { t } = useTranslation();
  const seesAll = useSeesAll();
  return (
    <section className={`kpis ${seesAll ? '' : 'three'}`} aria-label={t('overview.figures')}>
      {seesAll ? <Now overview={overview} /> : null}
      <Kpi
        label={t('overview.today')}
        value={<Sum traffic={overview.today} from={overview.today.from} to={overview.asOf} />}
        aside={<Spark values={overview.spark.totalBytes.map((value) => (value === null ? null : Number(value)))} />}
        detail={<AgainstLastWeek overview={overview} />}
      />
      <Kpi
        label={t('overview.last30Days')}
        value={<Sum traffic={overview.last30Days} from={overview.last30Days.from} to={overview.asOf} />}
        detail={<CycleForecast overview={overview} />}
      />
      <Kpi
        label={
          <Answer
            trigger={
              <button type="button" className="ask-label">
                {t('overview.online')}
              </button>
            }
          >
            <p>{t('overview.onlineMeans')}</p>
          </Answer>
        }
        value={<Count big value={overview.online.peers} of={t('overview.of', { count: overview.online.of })} />}
        aside={<Spark values={overview.onlineSpark.active} />}
        detail={t('overview.activeUsers', { count: overview.users.active, total: overview.users.total })}
      />
      {seesAll ? <NodesAnswering overview={overview} /> : null}
    </section>
  );
}

function Now({ overview }: { readonly overview: Overview }) {
  const { t } = useTranslation();
  const { now } = overview;
  if (now === null) {
    return (
      <Kpi
        label={t('overview.now')}
        value={
          <span className="big">
            <Unknown reason={t('overview.noRate')} />
          </span>
        }
        detail={t('overview.noRate')}
      />
    );
  }
  const rates = directionsOf({ rxBytes: now.rxBitsPerSecond, txBytes: now.txBitsPerSecond });
  const missing = now.missingNodes.join(', ');
  const without = missing ? t('overview.nowWithout', { nodes: missing }) : null;
  // The answer names them all.
  const some = now.missingNodes.length > 1 ? t('overview.nowWithoutSome', { count: now.missingNodes.length }) : without;
  return (
    <Kpi
      label={
        <>
          <i className="live" />
          <Answer
            trigger={
              <button type="button" className="ask-label">
                {some ?? t('overview.now')}
              </button>
            }
          >
            {without ? <p>{without}</p> : null}
            <p>{t('overview.nowMeans')}</p>
          </Answer>
        </>
      }
      value={<Rate big value={rates.download + rates.upload} />}
      detail={
        <>
          <DirectionRate of="download" value={rates.download} />
          <DirectionRate of="upload" value={rates.upload} />
        </>
      }
    />
  );
}

interface SumProps {
  readonly traffic: Traffic;
  readonly from: string;
  readonly to: string;
}

/** A big sum that answers: what it counts, from when to when, and exactly. */
function Sum(sum: SumProps) {
  return (
    <Answer
      trigger={
        <button type="button" className="ask">
          <Bytes big value={sum.traffic.totalBytes} />
        </button>
      }
    >
      <SumFacts {...sum} />
    </Answer>
  );
}

/** Apart, so that what nobody asks for is not written: a formatter of dates takes longer to make than a page of words. */
function SumFacts({ traffic, from, to }: SumProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Facts
      facts={[
        [t('overview.counts'), t('overview.countsAll')],
        [t('overview.from'), format.instant(from)],
        [t('overview.to'), `${format.day(to)}, ${format.time(to)}`],
        [t('overview.exactly'), format.exactBytes(traffic.totalBytes)],
      ]}
    />
  );
}

function AgainstLastWeek({ overview }: { readonly overview: Overview }) {
  const { t } = useTranslation();
  const format = useFormat();
  const before = overview.sameTimeLastWeek;
  if (before === null || Number(before.totalBytes) === 0) return <TrafficDirections traffic={overview.today} />;
  const change = Number(overview.today.totalBytes) / Number(before.totalBytes) - 1;
  const sign = change > 0 ? '+' : '';
  return t('overview.againstLastWeek', { change: `${sign}${format.percent(change)}` });
}

/** What the cycle will come to, said as the forecast it is; without one, the directions. */
function CycleForecast({ overview }: { readonly overview: Overview }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { cycle } = overview;
  if (cycle === null || cycle.forecastBytes === null) return <TrafficDirections traffic={overview.last30Days} />;
  return (
    <Answer
      trigger={
        <button type="button" className="ask-label">
          ≈ <Bytes value={cycle.forecastBytes} /> {t('overview.forecast', { at: format.day(cycle.to) })}
        </button>
      }
    >
      <p>{t('overview.forecastMeans')}</p>
      <CycleFacts cycle={cycle} />
    </Answer>
  );
}

function CycleFacts({ cycle }: { readonly cycle: NonNullable<Overview['cycle']> }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Facts
      facts={[
        [t('overview.from'), format.instant(cycle.from)],
        [t('overview.forecastSoFar'), format.exactBytes(cycle.totalBytes)],
      ]}
    />
  );
}

const STATES: readonly Exclude<NodeState, 'error'>[] = ['up', 'degraded', 'down', 'unknown'];

function NodesAnswering({ overview }: { readonly overview: Overview }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { nodes } = overview;
  const answering = nodes.up + nodes.degraded;
  return (
    <Kpi
      label={t('overview.nodesAnswering')}
      value={<Count big value={answering} of={t('overview.of', { count: nodes.total })} />}
      detail={
        nodes.total === 0
          ? t('overview.noNodes')
          : STATES.filter((state) => nodes[state] > 0).map((state) => (
              <State key={state} of={state} title={t(`common.state.${state}`)}>
                {format.count(nodes[state])}
                <span className="vh"> {t(`common.state.${state}`)}</span>
              </State>
            ))
      }
    />
  );
}
