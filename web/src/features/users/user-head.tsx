import type { User } from '../../api/types.ts';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { NextPlan } from './next-plan.tsx';
import { UserActions } from './user-actions.tsx';
import { UserTags } from './user-tags.tsx';
import { UserUsage } from './user-usage.tsx';

/** Who it is, what they used of what they may, and what can be done. */
export function UserHead({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const format = useFormat();
  const facts = [
    user.email,
    user.telegramId ? `Telegram ${user.telegramId}` : null,
    user.owner ? t('users.ownedBy', { name: user.owner.name }) : null,
    t('users.sinceDay', { day: format.day(user.createdAt) }),
  ].filter((fact) => fact !== null);
  return (
    <section className="card" aria-label={user.name}>
      <div className="pad uhead">
        <div className="idrow">
          <span className="avatar xl" aria-hidden="true">
            {user.name.slice(0, 1).toUpperCase()}
          </span>
          <div>
            <h2 className="uname">{user.name}</h2>
            <span className="mut">{facts.join(' · ')}</span>
            <UserTags tags={user.tags} />
          </div>
        </div>
        <UserUsage user={user} />
        <NextPlan user={user} />
        <UserActions user={user} />
      </div>
      {user.note ? <footer>{user.note}</footer> : null}
    </section>
  );
}
