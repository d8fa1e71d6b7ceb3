import { useQuery } from '@tanstack/react-query';
import { nodeHealthQuery } from '../../api/resources.ts';
import type { Health, Node } from '../../api/types.ts';
import { Block } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { State } from '../../components/state.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { UPTIME_DAYS, UptimeStrip } from '../../components/uptime-strip.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useSaid } from '../../lib/use-said.ts';
import { addDays, dayOf } from '../../lib/zone.ts';

const MOST_CHANGES = 6;
const STATES = ['up', 'degraded', 'down', 'unknown'] as const;

/** Ninety days at a glance, and the latest changes in words. */
export function NodeUptime({ node }: { readonly node: Node }) {
  const { t } = useTranslation();
  const query = useQuery(nodeHealthQuery(node.id));
  return (
    <Card
      title={t('nodes.uptime')}
      hint={t('nodes.uptimeMeans')}
      sub={t('nodes.aBarADay')}
      actions={query.data ? <Shares health={query.data} /> : undefined}
    >
      <Block query={query} skeleton={<SkeletonLines lines={2} />}>
        {(health) => <Strip health={health} />}
      </Block>
    </Card>
  );
}

function Strip({ health }: { readonly health: Health }) {
  const { t } = useTranslation();
  const format = useFormat();
  const first = addDays(dayOf(new Date(), format.timeZone), 1 - UPTIME_DAYS);
  return (
    <>
      <div className="pad">
        <UptimeStrip health={health} big />
        <div className="axis" aria-hidden="true">
          <bdi>{format.calendarDay(first)}</bdi>
          <span>{t('nodes.todayWord')}</span>
        </div>
      </div>
      {health.changes.length > 0 ? <Changes changes={health.changes} /> : null}
    </>
  );
}

/** Which part of the ninety days' known time was in which state; what nobody saw is not in it. */
function Shares({ health }: { readonly health: Health }) {
  const { t } = useTranslation();
  const format = useFormat();
  const seconds = STATES.map((state) => health.days.reduce((sum, day) => sum + day[`${state}Seconds`], 0));
  const all = seconds.reduce((sum, value) => sum + value, 0);
  if (all === 0) return <span className="sub">{t('common.uptime.nothingKnown')}</span>;
  return (
    <span className="row2s">
      {STATES.map((state, index) => {
        const part = (seconds[index] ?? 0) / all;
        return part === 0 ? null : (
          <State key={state} of={state} title={t(`common.state.${state}`)}>
            {format.share(part)}&nbsp;%<span className="vh"> {t(`common.state.${state}`)}</span>
          </State>
        );
      })}
    </span>
  );
}

function Changes({ changes }: { readonly changes: Health['changes'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const said = useSaid();
  return (
    <TableScroll>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('nodes.changedAt')}</th>
            <th scope="col">{t('common.stateWord')}</th>
            <th scope="col" className="hide-s">
              {t('common.gaps.why')}
            </th>
          </tr>
        </thead>
        <tbody>
          {changes.slice(0, MOST_CHANGES).map(({ at, state, reason }) => (
            <tr key={at}>
              <td className="mut">{format.instant(at)}</td>
              <td>
                <State of={state} />
              </td>
              <td className="hide-s mut two-lines">{reason ? said(reason).message : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}
