import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMayWrite } from '../../api/session.ts';
import type { User } from '../../api/types.ts';
import { Empty, Failure } from '../../components/block.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useWindowedRows } from '../../lib/use-windowed-rows.ts';
import { useUsersWindow } from './use-users-window.ts';
import { UsersBar } from './users-bar.tsx';
import { UsersTable } from './users-table.tsx';

const WAITING_ROWS = 8;

interface UsersListProps {
  readonly search: string;
  readonly state: User['state'] | undefined;
}

/** A list of any length: the page scrolls through all of it, and only what is in sight is drawn and read. */
export function UsersList({ search, state }: UsersListProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useMayWrite();
  const body = useRef<HTMLTableSectionElement>(null);
  const [known, setKnown] = useState(WAITING_ROWS);
  const [chosen, setChosen] = useState<ReadonlyMap<string, string>>(new Map());
  const rows = useWindowedRows(body, known);
  const users = useUsersWindow({ search: search || undefined, state }, rows.first, rows.end);
  if (users.total !== undefined && users.total !== known) setKnown(users.total);
  if (users.total === undefined && users.error) return <Failure error={users.error} retry={users.retry} />;
  const toggle = (id: string, name: string) =>
    setChosen((before) => {
      const next = new Map(before);
      if (!next.delete(id)) next.set(id, name);
      return next;
    });
  return (
    <>
      {chosen.size > 0 ? <UsersBar chosen={chosen} onClear={() => setChosen(new Map())} /> : null}
      <UsersTable
        body={body}
        rows={rows}
        users={users}
        known={known}
        chosen={mayWrite ? chosen : null}
        onToggle={toggle}
        onChooseShown={setChosen}
      />
      {users.total === 0 ? <Nobody filtered={search !== '' || state !== undefined} /> : null}
      <p className="list-end" role="status">
        {users.total === undefined
          ? '\u00a0'
          : t('users.inAll', { count: users.total, shown: format.count(users.total) })}
        {users.error ? ` · ${t('common.notRefreshed', { at: format.time(users.updatedAt) })}` : ''}
      </p>
    </>
  );
}

function Nobody({ filtered }: { readonly filtered: boolean }) {
  const { t } = useTranslation();
  return filtered ? <Empty title={t('users.noMatch')} /> : <Empty title={t('users.none')}>{t('users.noneWhy')}</Empty>;
}
