import { useQuery } from '@tanstack/react-query';
import { accessItemsQuery, userAccessQuery } from '../../api/access.ts';
import type { User } from '../../api/types.ts';
import { AccessTable } from '../../components/access-table.tsx';
import { Card } from '../../components/card.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useSaid } from '../../lib/use-said.ts';

/** Where access is to be off, since when it is, why not yet, and what was carried past the limit; nothing: no card. */
export function UserAccess({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const said = useSaid();
  const items = useQuery(accessItemsQuery({ user: user.id })).data?.items ?? [];
  const stays = useQuery({ ...userAccessQuery(user.id), enabled: items.length > 0 }).data?.stays ?? [];
  if (items.length === 0) return null;
  return (
    <Card title={t('users.access.title')} hint={t('users.access.means')}>
      <AccessTable
        items={items}
        first="node"
        remarkOn={({ peerId }) => {
          const why = stays.find((one) => one.peerId === peerId);
          if (!why) return null;
          const { message, hint } = said(why);
          // What to do is said once, however many nodes it is true of.
          const isFirst = stays.find(({ code }) => code === why.code) === why;
          return (
            <span className="mut">
              {' '}
              · {message} {isFirst ? hint : null}
            </span>
          );
        }}
      />
    </Card>
  );
}
