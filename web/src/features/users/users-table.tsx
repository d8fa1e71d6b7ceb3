import { type CSSProperties, memo, type RefObject } from 'react';
import type { User } from '../../api/types.ts';
import { Later } from '../../components/later.tsx';
import { Link } from '../../components/link.tsx';
import { RowSpacer } from '../../components/row-spacer.tsx';
import { type Sort, SortHeader } from '../../components/table.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { WaitingRow } from '../../components/waiting-row.tsx';
import { useTranslation } from '../../i18n/words.tsx';
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

export function UsersTable({ body, rows, users, known, onToggle, ...head }: UsersTableProps) {
  const { columns, chosen } = head;
  const indexes = Array.from({ length: rows.end - rows.first }, (_, offset) => rows.first + offset);
  const shown = indexes.flatMap((index) => users.at(index) ?? []);
  const width = columns.length + (chosen ? 2 : 1);
  return (
    <TableScroll>
      <table
        className={`fixed-rows steady ${columns.includes('quota') ? 'with-quota' : ''}`}
        style={{ '--least': `${leastWidth(columns)}px` } as CSSProperties}
        aria-rowcount={known + 1}
      >
        <Head {...head} shown={shown} />
        <tbody ref={body}>
          <RowSpacer height={rows.above} columns={width} />
          {indexes.map((index) => {
            const user = users.at(index);
            if (!user) return <WaitingRow key={index} columns={width} index={index} />;
            return (
              <Later key={index} place={<WaitingRow columns={width} index={index} />}>
                <Row
                  user={user}
                  index={index}
                  columns={columns}
                  isChosen={chosen?.has(user.id) ?? null}
                  onToggle={onToggle}
                />
              </Later>
            );
          })}
          <RowSpacer height={rows.below} columns={width} />
        </tbody>
      </table>
    </TableScroll>
  );
}

/** With room for names. */
function leastWidth(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + LOOKS[column].width, 200);
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
          const { sort: by, className, width } = LOOKS[column];
          const look = { className, style: { '--width': `${width}px` } as CSSProperties };
          return by ? (
            <SortHeader key={column} by={by} sort={sort} onSort={onSort} {...look}>
              <ColumnName of={column} />
            </SortHeader>
          ) : (
            <th key={column} scope="col" {...look}>
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
        <Link className="name" title={user.name} to="/users/$userId" params={{ userId: user.id }}>
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
