import { useMayWrite } from '../../api/session.tsx';
import type { User } from '../../api/types.ts';
import { useTranslation } from '../../i18n/words.tsx';
import { useSetNextPlan } from './api.ts';

/** The plan that begins when this one is used up or over; it can be taken away again. */
export function NextPlan({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const mayWrite = useMayWrite();
  const set = useSetNextPlan(user);
  const plan = user.entitlement?.nextPlan ?? null;
  if (plan === null) return null;
  return (
    <p className="cap next-plan">
      {t('users.next.then', { name: plan.name })}{' '}
      {mayWrite && user.deletedAt === null ? (
        <button type="button" className="link" disabled={set.isPending} onClick={() => set.mutate(null)}>
          {t('users.next.remove')}
        </button>
      ) : null}
    </p>
  );
}
