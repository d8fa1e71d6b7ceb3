import { useQuery } from '@tanstack/react-query';
import { alertsQuery } from '../../api/alerts.ts';
import { AlertLine } from '../../components/alert-line.tsx';
import { Card } from '../../components/card.tsx';
import { Link } from '../../components/link.tsx';
import { useTranslation } from '../../i18n/words.tsx';

const SHOWN = 4;
const RANK = { error: 0, warning: 1, info: 2 } as const;

/** The gravest alerts that are open; absent while there is none, so that a calm day looks calm. */
export function OpenAlerts() {
  const { t } = useTranslation();
  const { data } = useQuery(alertsQuery('open', 100));
  const open = (data?.items ?? []).filter(({ muted }) => muted === null);
  if (open.length === 0) return null;
  const gravest = open.toSorted((a, b) => RANK[a.severity] - RANK[b.severity]).slice(0, SHOWN);
  return (
    <Card
      title={t('overview.openAlerts')}
      hint={t('overview.openAlertsMean')}
      actions={
        <Link className="btn quiet" to="/alerts">
          {t('overview.allAlerts', { count: data?.total ?? open.length })}
        </Link>
      }
    >
      <ul className="tl states alerts">
        {gravest.map((alert) => (
          <AlertLine key={alert.id} alert={alert} />
        ))}
      </ul>
    </Card>
  );
}
