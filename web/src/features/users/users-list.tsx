import { useCallback, useRef, useState } from 'react';
import type { UsersFilter } from '../../api/resources.ts';
import { useMayWrite } from '../../api/session.tsx';
import { Empty, Failure } from '../../components/block.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useWindowedRows } from '../../lib/use-windowed-rows.ts';
import { BulkBar } from './bulk-bar.tsx';
import type { Column } from './use-columns.ts';
import { useUsersWindow } from './use-users-window.ts';
import { type UsersSort, UsersTable } from './users-table.tsx';

const WAITING_ROWS = 8;

interface UsersListProps {
  readonly filter: Omit<UsersFilter, 'limit' | 'cursor'>;
  readonly columns: readonly Column[];
  readonly onSort: (sort: UsersSort) => void;
}

/** A list of any length: the page scrolls through all of it, and only what is in sight is drawn and read. */
export function UsersList({ filter, columns, onSort }: UsersListProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useMayWrite();
  const body = useRef<HTMLTableSectionElement>(null);
  const [known, setKnown] = useState(WAITING_ROWS);
  const [chosen, setChosen] = useState<ReadonlyMap<string, string>>(new Map());
  const toggle = useCallback(
    (id: string, name: string) =>
      setChosen((before) => {
        const next = new Map(before);
        if (!next.delete(id)) next.set(id, name);
        return next;
      }),
    [],
  );
  const rows = useWindowedRows(body, known);
  const users = useUsersWindow(filter, rows.first, rows.end);
  if (users.total !== undefined && users.total !== known) setKnown(users.total);
  if (users.total === undefined && users.error) return <Failure error={users.error} retry={users.retry} />;
  const { sort = 'name', order = 'asc', ...narrowed } = filter;
  return (
    <>
      {chosen.size > 0 ? <BulkBar chosen={chosen} onClear={() => setChosen(new Map())} /> : null}
      <UsersTable
        body={body}
        rows={rows}
        users={users}
        known={known}
        columns={columns}
        sort={{ by: sort, order }}
        onSort={onSort}
        chosen={mayWrite ? chosen : null}
        onToggle={toggle}
        onChooseShown={setChosen}
      />
      {users.total === 0 ? <Nobody filtered={Object.values(narrowed).some((value) => value !== undefined)} /> : null}
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
