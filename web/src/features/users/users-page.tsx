import { useNavigate, useSearch } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMayWrite } from '../../api/session.ts';
import type { User } from '../../api/types.ts';
import { Card } from '../../components/card.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Page } from '../../components/frame/page.tsx';
import { Icon } from '../../components/icon.tsx';
import { Select } from '../../components/select.tsx';
import { UnclaimedNotice } from '../../components/unclaimed-notice.tsx';
import { CreateUserForm } from './create-user-form.tsx';
import { UsersList } from './users-list.tsx';

/** Search and what is open stand in the URL: a view can be shared. */
export interface UsersSearch {
  readonly q?: string | undefined;
  readonly state?: User['state'] | undefined;
  readonly create?: boolean | undefined;
}

const STATES = ['active', 'limited', 'expired', 'suspended', 'on-hold'] as const;

export function UsersPage() {
  const { t } = useTranslation();
  const mayWrite = useMayWrite();
  const { q = '', state, create = false }: UsersSearch = useSearch({ strict: false });
  const change = useChangeSearch();
  const [text, setText] = useState(q);
  const search = useDeferredValue(text);
  return (
    <Page title={t('common.nav.users')}>
      <UnclaimedNotice />
      <Card
        title={t('common.nav.users')}
        hint={t('users.mean')}
        sub={t('users.sub')}
        actions={
          mayWrite ? (
            <button type="button" className="btn primary" onClick={() => change({ create: true })}>
              <Icon name="plus" />
              {t('users.create')}
            </button>
          ) : undefined
        }
      >
        <div className="filters">
          <input
            className="field"
            type="search"
            value={text}
            placeholder={t('users.search')}
            aria-label={t('users.search')}
            onChange={(event) => {
              setText(event.target.value);
              change({ q: event.target.value || undefined });
            }}
          />
          <Select<User['state'] | 'any'>
            label={t('common.stateWord')}
            value={state ?? 'any'}
            options={[
              { value: 'any', label: t('users.anyState') },
              ...STATES.map((value) => ({ value, label: t(`users.state.${value}`) })),
            ]}
            onChange={(value) => change({ state: value === 'any' ? undefined : value })}
          />
        </div>
        <UsersList key={`${state} ${search}`} search={search} state={state} />
      </Card>
      <Dialog title={t('users.create')} open={create && mayWrite} onClose={() => change({ create: undefined })}>
        <CreateUserForm onDone={() => change({ create: undefined })} />
      </Dialog>
    </Page>
  );
}

function useChangeSearch(): (change: UsersSearch) => void {
  const navigate = useNavigate();
  return (change) =>
    void navigate({
      to: '.',
      search: (previous: Record<string, unknown>) => ({ ...previous, ...change }),
      replace: true,
      resetScroll: false,
    });
}
