import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usersQuery } from '../../api/resources.ts';
import { useMayWrite } from '../../api/session.ts';
import { Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Page } from '../../components/frame/page.tsx';
import { Icon } from '../../components/icon.tsx';
import { Pager } from '../../components/table.tsx';
import { UnclaimedNotice } from '../../components/unclaimed-notice.tsx';
import { CreateUserForm } from './create-user-form.tsx';
import { UsersTable } from './users-table.tsx';

const PAGE_ROWS = 50;

export function UsersPage() {
  const { t } = useTranslation();
  const mayWrite = useMayWrite();
  const [text, setText] = useState('');
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const [creating, setCreating] = useState(false);
  const search = useDeferredValue(text);
  const filter = { search: search || undefined, limit: PAGE_ROWS, cursor: cursors.at(-1) };
  const query = useQuery({ ...usersQuery(filter), placeholderData: keepPreviousData });
  const items = query.data?.items ?? [];
  const next = query.data?.nextCursor;
  return (
    <Page title={t('common.nav.users')}>
      <UnclaimedNotice />
      <Card
        title={t('common.nav.users')}
        hint={t('users.mean')}
        sub={t('users.sub')}
        actions={
          mayWrite ? (
            <button type="button" className="btn primary" onClick={() => setCreating(true)}>
              <Icon name="plus" />
              {t('users.create')}
            </button>
          ) : undefined
        }
        footer={
          items.length > 0 ? (
            <Pager
              from={cursors.length * PAGE_ROWS}
              count={items.length}
              total={query.data?.total ?? null}
              onBack={cursors.length > 0 ? () => setCursors(cursors.slice(0, -1)) : null}
              onNext={next ? () => setCursors([...cursors, next]) : null}
            />
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
              setCursors([]);
              setText(event.target.value);
            }}
          />
        </div>
        <UsersTable query={query} />
        {query.data && items.length === 0 ? (
          <Empty title={t(search ? 'users.noMatch' : 'users.none')}>{search ? null : t('users.noneWhy')}</Empty>
        ) : null}
      </Card>
      <Dialog title={t('users.create')} open={creating} onClose={() => setCreating(false)}>
        <CreateUserForm onDone={() => setCreating(false)} />
      </Dialog>
    </Page>
  );
}
