import { useQuery } from '@tanstack/react-query';
import { Card } from '../../components/card.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { type PlannedReset, plannedResetsQuery, useCancelReset } from './api.ts';

/** Resets that lie ahead, whoever planned them; nothing where there are none. */
export function PlannedResets() {
  const { t } = useTranslation();
  const planned = useQuery(plannedResetsQuery).data ?? [];
  if (planned.length === 0) return null;
  return (
    <Card title={t('traffic.planned.title')} hint={t('traffic.planned.means')}>
      <ul className="settings-list">
        {planned.map((reset) => (
          <PlannedLine key={reset.id} reset={reset} />
        ))}
      </ul>
    </Card>
  );
}

function PlannedLine({ reset }: { readonly reset: PlannedReset }) {
  const { t } = useTranslation();
  const format = useFormat();
  const cancel = useCancelReset();
  const { scope, owner, userIds, half, reason, at } = reset;
  const whose =
    scope === 'all'
      ? t('traffic.planned.all')
      : scope === 'owner'
        ? t('traffic.planned.owner', { name: owner ?? '—' })
        : t('traffic.planned.users', { count: userIds.length });
  const details = [half === null ? null : t(`traffic.planned.half.${half}`), reset.by?.name ?? null, reason];
  return (
    <li>
      <div>
        <b>{format.instant(at)}</b>
        <p className="note">{[whose, ...details].filter(Boolean).join(' · ')}</p>
      </div>
      <span className="row2s">
        <button type="button" className="btn" disabled={cancel.isPending} onClick={() => cancel.mutate(reset.id)}>
          {t('traffic.planned.cancel')}
        </button>
      </span>
    </li>
  );
}
