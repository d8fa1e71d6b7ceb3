import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useIsOwner } from '../../api/session.tsx';
import type { Node } from '../../api/types.ts';
import { Empty, TableBlock } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Bytes } from '../../components/numbers.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { State } from '../../components/state.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { instantAt } from '../../lib/zone.ts';
import { type Reconciled, reconciliationQuery } from './api.ts';
import { ProviderFigures, TellFigure } from './provider-figures.tsx';

const DAYS = 30;
/** Seconds: a little less than the shortest day, of 23 hours. */
const ALMOST_A_DAY = 22.5 * 3600;
const SHAPES = { ok: 'up', off: 'degraded', unknown: 'unknown' } as const;

/** Whether the sum of all devices is what interface and network card counted themselves, and the card what the provider says. */
export function NodeReconciliation({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const owner = useIsOwner();
  const query = useQuery(reconciliationQuery(node.id, DAYS));
  const [view, setView] = useState<'sum' | 'days'>('sum');
  const views = (['sum', 'days'] as const).map((value) => ({ value, label: t(`nodes.reconciliationView.${value}`) }));
  const { sums = [], days = [] } = query.data ?? {};
  const shown = view === 'sum' ? sums.map((sum) => ({ sum, day: null })) : byDay(days);
  return (
    <Card
      title={t('nodes.reconciliation')}
      hint={t('nodes.reconciliationMeans')}
      sub={t('nodes.days', { count: DAYS })}
      span={7}
      actions={
        <>
          <Segmented label={t('nodes.reconciliationView.of')} value={view} options={views} onChange={setView} />
          {owner ? <TellFigure nodeId={node.id} /> : null}
        </>
      }
      footer={<Unmatched days={days} />}
    >
      <TableScroll tall={view === 'days'}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('nodes.counter')}</th>
              <th scope="col">{t('nodes.match')}</th>
              <th scope="col" className="r hide-s">
                {t('nodes.ofPeers')}
              </th>
              <th scope="col" className="r hide-s">
                {t('nodes.ofCounter')}
              </th>
              <th scope="col" className="r">
                {t('nodes.unattributed')}
              </th>
            </tr>
          </thead>
          <tbody>
            <TableBlock query={query} rows={2} columns={[96, 88, -64, -64, -56]} hidden={[2, 3]}>
              {() => shown.map(({ sum, day }) => <Row key={`${day}${sum.kind}${sum.serviceId}`} sum={sum} day={day} />)}
            </TableBlock>
          </tbody>
        </table>
      </TableScroll>
      {query.data && sums.length === 0 ? <Empty title={t('nodes.noCounters')}>{t('nodes.noCountersWhy')}</Empty> : null}
      <ProviderFigures nodeId={node.id} figures={query.data?.providerFigures ?? []} />
    </Card>
  );
}

type Days = readonly { readonly date: string; readonly counters: readonly Reconciled[] }[];

/** The latest first. */
function byDay(days: Days) {
  return days.toReversed().flatMap(({ date, counters }) => counters.map((sum) => ({ sum, day: date })));
}

function Row({ sum, day }: { readonly sum: Reconciled; readonly day: string | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const untold = t(day === null ? 'nodes.notTold' : 'nodes.notCompared');
  const isPart = day !== null && sum.seconds > 0 && sum.seconds < ALMOST_A_DAY;
  const extra = sum.unattributed ?? null;
  return (
    <tr>
      <td>
        {day === null ? null : <time dateTime={day}>{format.day(instantAt(`${day}T12:00`, format.timeZone))} · </time>}
        <span className="name">{sum.name ?? '—'}</span>{' '}
        <span className="badge">{t(`nodes.counterKind.${sum.kind}`)}</span>
      </td>
      <td>
        <State of={SHAPES[sum.status]}>{t(`nodes.matches.${sum.status}`)}</State>
        {isPart ? (
          <span className="note"> {t('nodes.comparedFor', { duration: format.duration(sum.seconds * 1000) })}</span>
        ) : null}
      </td>
      <td className="r hide-s">
        <Bytes value={sum.peers?.totalBytes ?? null} unknown={untold} />
      </td>
      <td className="r hide-s">
        <Bytes value={sum.counter?.totalBytes ?? null} unknown={untold} />
      </td>
      <td className="r">
        <Bytes value={extra?.totalBytes ?? null} unknown={untold} />
      </td>
    </tr>
  );
}

/** Days on which something did not match, by name; silent when there are none. */
function Unmatched({ days }: { readonly days: Days }) {
  const { t } = useTranslation();
  const format = useFormat();
  const off = days.filter(({ counters }) => counters.some(({ status }) => status === 'off')).map(({ date }) => date);
  const known = days.filter(({ counters }) => counters.some(({ status }) => status !== 'unknown'));
  if (known.length === 0) return <span>&nbsp;</span>;
  if (off.length === 0) return <span>{t('nodes.allMatch', { count: known.length })}</span>;
  return (
    <span>
      {t('nodes.offOn', {
        days: off
          .slice(-5)
          .map((date) => format.day(instantAt(`${date}T12:00`, format.timeZone)))
          .join(', '),
      })}
    </span>
  );
}
