import { useNavigate, useSearch } from '@tanstack/react-router';
import { useDeferredValue } from 'react';
import { address } from '../../api/client.ts';
import { useIsOwner, useMayWrite } from '../../api/session.tsx';
import { AccessNotice } from '../../components/access-notice.tsx';
import { Card } from '../../components/card.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Page } from '../../components/frame/page.tsx';
import { Icon } from '../../components/icon.tsx';
import { Menu, MenuLabel } from '../../components/menu.tsx';
import { UnclaimedNotice } from '../../components/unclaimed-notice.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useTypedText } from '../../lib/search.ts';
import { CreateUserForm } from './create-user-form.tsx';
import { ImportUsers } from './import-users.tsx';
import { useColumns } from './use-columns.ts';
import { UsersFilters } from './users-filters.tsx';
import { UsersList } from './users-list.tsx';
import { type UsersSearch, useChangeUsersSearch } from './users-search.ts';

export function UsersPage() {
  const { t } = useTranslation();
  const mayWrite = useMayWrite();
  const search: UsersSearch = useSearch({ strict: false });
  const { q = '', create = false, importing = false, state, plan, tag, owner, sort, order } = search;
  const change = useChangeUsersSearch();
  const columns = useColumns();
  const [text, setText] = useTypedText(q, (next) => change({ q: next || undefined }));
  const narrowed = { search: useDeferredValue(text) || undefined, state, plan, tag: tag || undefined, owner };
  return (
    <Page title={t('common.nav.users')}>
      <AccessNotice />
      <UnclaimedNotice />
      <Card
        title={t('common.nav.users')}
        hint={t('users.mean')}
        sub={t('users.sub')}
        actions={mayWrite ? <Actions /> : undefined}
      >
        <UsersFilters search={search} text={text} onText={setText} columns={columns} />
        <UsersList
          key={JSON.stringify(narrowed)}
          filter={{ ...narrowed, sort, order }}
          columns={columns.shown}
          onSort={({ by, order: next }) => change({ sort: by, order: next })}
        />
      </Card>
      <Dialog title={t('users.create')} open={create && mayWrite} onClose={() => change({ create: undefined })}>
        <CreateUserForm onDone={() => change({ create: undefined })} />
      </Dialog>
      <Dialog
        title={t('users.import.title')}
        open={importing && mayWrite}
        onClose={() => change({ importing: undefined })}
      >
        <ImportUsers onDone={() => change({ importing: undefined })} />
      </Dialog>
    </Page>
  );
}

function Actions() {
  const { t } = useTranslation();
  const change = useChangeUsersSearch();
  const navigate = useNavigate();
  const isOwner = useIsOwner();
  // Not "More" alone: a user's own menu is called that.
  const label = `${t('users.import.title')}, ${t('users.exportAll')}`;
  const download = () => {
    const link = document.createElement('a');
    link.href = address('api/v1/users/export');
    link.download = '';
    link.click();
  };
  return (
    <>
      <Menu
        label={label}
        trigger={
          <button type="button" className="btn quiet icon" aria-label={label}>
            <Icon name="more" />
          </button>
        }
        items={[
          {
            key: 'import',
            label: <MenuLabel icon="plus" text={t('users.import.title')} />,
            onPick: () => change({ importing: true }),
          },
          ...(isOwner
            ? [
                {
                  key: 'bot',
                  label: <MenuLabel icon="server" text={t('users.import.other')} />,
                  onPick: () => void navigate({ to: '/import' }),
                },
              ]
            : []),
          { key: 'export', label: <MenuLabel icon="export" text={t('users.exportAll')} />, onPick: download },
        ]}
      />
      <button type="button" className="btn primary" onClick={() => change({ create: true })}>
        <Icon name="plus" />
        {t('users.create')}
      </button>
    </>
  );
}
