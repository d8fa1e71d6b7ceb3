import { useQuery } from '@tanstack/react-query';
import { type PlannedReset, plannedResetsQuery, useCancelReset } from '../api/resets.ts';
import type { User } from '../api/types.ts';
import { useTranslation } from '../i18n/words.tsx';
import { useFormat } from '../lib/use-format.ts';
import { Card } from './card.tsx';

/** Resets that lie ahead, whoever planned them: all of them, or those that concern a user; nothing where there are none. */
export function PlannedResets({ user }: { readonly user?: User }) {
  const { t } = useTranslation();
  const all = useQuery(plannedResetsQuery).data ?? [];
  const planned = user === undefined ? all : all.filter((reset) => concerns(reset, user));
  if (planned.length === 0) return null;
  return (
    <Card title={t('common.reset.plannedTitle')} hint={t('common.reset.plannedMeans')}>
      <ul className="settings-list">
        {planned.map((reset) => (
          <PlannedLine key={reset.id} reset={reset} />
        ))}
      </ul>
    </Card>
  );
}

function concerns({ scope, owner, userIds }: PlannedReset, user: User): boolean {
  if (scope === 'user') return userIds.includes(user.id);
  return scope === 'all' || (owner !== null && owner === user.owner?.name);
}

function PlannedLine({ reset }: { readonly reset: PlannedReset }) {
  const { t } = useTranslation();
  const format = useFormat();
  const cancel = useCancelReset();
  const { scope, owner, userIds, userNames, half, reason, at } = reset;
  const count = userIds.length - userNames.length;
  const users = [...userNames, ...(count > 0 ? [t('common.reset.andMore', { count })] : [])].join(', ');
  const whose =
    scope === 'user'
      ? users
      : scope === 'all'
        ? t('common.reset.all')
        : t('common.reset.owner', { name: owner ?? '—' });
  const details = [half === null ? null : t(`common.reset.half.${half}`), reset.by?.name ?? null, reason];
  return (
    <li>
      <div>
        <b>{format.instant(at)}</b>
        <p className="note">{[whose, ...details].filter(Boolean).join(' · ')}</p>
      </div>
      <span className="row2s">
        <button type="button" className="btn" disabled={cancel.isPending} onClick={() => cancel.mutate(reset.id)}>
          {t('common.reset.cancel')}
        </button>
      </span>
    </li>
  );
}
