import { useQuery } from '@tanstack/react-query';
import { address } from '../../api/client.ts';
import type { User } from '../../api/types.ts';
import { TableBlock } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { TrafficCells, TrafficHeads } from '../../components/traffic-columns.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { type Cycle, userCyclesQuery } from './api.ts';

/** Usage cycle by cycle, each with a statement to print. */
export function UserCycles({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const query = useQuery(userCyclesQuery(user.id));
  return (
    <Card title={t('users.cycles')} hint={t('users.cyclesMean')}>
      <TableScroll>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('users.cycle')}</th>
              <TrafficHeads />
              <th scope="col" className="r">
                <span className="vh">{t('users.statement')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            <TableBlock query={query} rows={3} columns={[120, -56, -56, -56, -64]} hidden={[1, 2]}>
              {({ items }) =>
                items
                  .filter(({ to }) => to > user.createdAt)
                  .map((cycle) => <Row key={cycle.from} user={user} cycle={cycle} />)
              }
            </TableBlock>
          </tbody>
        </table>
      </TableScroll>
    </Card>
  );
}

function Row({ user, cycle }: { readonly user: User; readonly cycle: Cycle }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const query = { at: cycle.from, lang: i18n.language };
  const statement = address(`api/v1/users/${encodeURIComponent(user.id)}/statement`, query);
  return (
    <tr>
      <td>
        {format.day(cycle.from)} – {cycle.running ? t('users.today') : format.day(new Date(Date.parse(cycle.to) - 1))}
      </td>
      <TrafficCells traffic={cycle.traffic} atLeast={!cycle.exact} />
      <td className="r">
        <a href={statement} target="_blank" rel="noreferrer">
          {t('users.statement')}
        </a>
      </td>
    </tr>
  );
}
