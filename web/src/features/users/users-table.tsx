import { memo, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { User } from '../../api/types.ts';
import { Link } from '../../components/link.tsx';
import { RowSpacer } from '../../components/row-spacer.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { type Sort, SortHeader } from '../../components/table.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import type { WindowedRows } from '../../lib/use-windowed-rows.ts';
import type { Column } from './use-columns.ts';
import type { UsersWindow } from './use-users-window.ts';
import { ColumnName, LOOKS, RowQuota, UserCell } from './users-cells.tsx';
import type { UsersSearch } from './users-search.ts';

type Chosen = ReadonlyMap<string, string>;
export type UsersSort = Sort<NonNullable<UsersSearch['sort']>>;

interface HeadProps {
  readonly columns: readonly Column[];
  readonly sort: UsersSort;
  readonly onSort: (sort: UsersSort) => void;
  /** Null: nothing can be chosen. */
  readonly chosen: Chosen | null;
  readonly onChooseShown: (chosen: Chosen) => void;
}

interface UsersTableProps extends HeadProps {
  readonly body: RefObject<HTMLTableSectionElement | null>;
  readonly rows: WindowedRows;
  readonly users: UsersWindow;
  readonly known: number;
  readonly onToggle: (id: string, name: string) => void;
}

const NAME_WAITING = 110;
const CHOICE_WAITING = 16;

export function UsersTable({ body, rows, users, known, onToggle, ...head }: UsersTableProps) {
  const { columns, chosen } = head;
  const indexes = Array.from({ length: rows.end - rows.first }, (_, offset) => rows.first + offset);
  const shown = indexes.flatMap((index) => users.at(index) ?? []);
  const waiting = [
    ...(chosen ? [CHOICE_WAITING] : []),
    NAME_WAITING,
    ...columns.map((column) => LOOKS[column].waiting),
  ];
  const before = waiting.length - columns.length;
  const hidden = columns.flatMap((column, index) => (LOOKS[column].className?.includes('hide') ? index + before : []));
  return (
    <TableScroll>
      <table className={columns.includes('quota') ? 'fixed-rows with-quota' : 'fixed-rows'} aria-rowcount={known + 1}>
        <Head {...head} shown={shown} />
        <tbody ref={body}>
          <RowSpacer height={rows.above} columns={waiting.length} />
          {indexes.map((index) => {
            const user = users.at(index);
            return user ? (
              <Row
                key={index}
                user={user}
                index={index}
                columns={columns}
                isChosen={chosen?.has(user.id) ?? null}
                onToggle={onToggle}
              />
            ) : (
              <SkeletonRows key={index} rows={1} columns={waiting} hidden={hidden} />
            );
          })}
          <RowSpacer height={rows.below} columns={waiting.length} />
        </tbody>
      </table>
    </TableScroll>
  );
}

function Head({
  columns,
  sort,
  onSort,
  chosen,
  shown,
  onChooseShown,
}: HeadProps & { readonly shown: readonly User[] }) {
  const { t } = useTranslation();
  const all = shown.length > 0 && shown.every(({ id }) => chosen?.has(id));
  return (
    <thead>
      <tr>
        {chosen ? (
          <th scope="col" className="pick">
            <input
              type="checkbox"
              className="check"
              aria-label={t('users.chooseShown')}
              checked={all}
              onChange={() => onChooseShown(all ? new Map() : new Map(shown.map(({ id, name }) => [id, name])))}
            />
          </th>
        ) : null}
        <SortHeader by="name" sort={sort} onSort={onSort}>
          {t('users.name')}
        </SortHeader>
        {columns.map((column) => {
          const { sort: by, className } = LOOKS[column];
          return by ? (
            <SortHeader key={column} by={by} sort={sort} onSort={onSort} {...(className ? { className } : {})}>
              <ColumnName of={column} />
            </SortHeader>
          ) : (
            <th key={column} scope="col" className={className}>
              <ColumnName of={column} />
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

interface RowProps {
  readonly user: User;
  readonly index: number;
  readonly columns: readonly Column[];
  /** Null: nothing can be chosen. */
  readonly isChosen: boolean | null;
  readonly onToggle: (id: string, name: string) => void;
}

/** Drawn anew only when its user changes: what scrolling brings is added to the rows that are there. */
const Row = memo(function Row({ user, index, columns, isChosen, onToggle }: RowProps) {
  const { t } = useTranslation();
  return (
    <tr aria-rowindex={index + 2} className={isChosen ? 'chosen' : undefined}>
      {isChosen === null ? null : (
        <td className="pick">
          <input
            type="checkbox"
            className="check"
            aria-label={t('users.choose', { name: user.name })}
            checked={isChosen}
            onChange={() => onToggle(user.id, user.name)}
          />
        </td>
      )}
      <td>
        <Link className="name" to="/users/$userId" params={{ userId: user.id }}>
          {user.name}
        </Link>
        {columns.includes('quota') ? <RowQuota user={user} /> : null}
      </td>
      {columns.map((column) => (
        <UserCell key={column} column={column} user={user} />
      ))}
    </tr>
  );
});
