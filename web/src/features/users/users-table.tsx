import { Link } from '@tanstack/react-router';
import type { RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { User } from '../../api/types.ts';
import { Bytes, Count, DirectionName } from '../../components/numbers.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { UsageCell } from '../../components/usage-bar.tsx';
import { directionsOf } from '../../lib/direction.ts';
import { useFormat } from '../../lib/use-format.ts';
import type { WindowedRows } from '../../lib/use-windowed-rows.ts';
import type { UsersWindow } from './use-users-window.ts';
import { UserState } from './user-state.tsx';
import { partOf } from './user-usage.tsx';

type Chosen = ReadonlyMap<string, string>;

interface UsersTableProps {
  readonly body: RefObject<HTMLTableSectionElement | null>;
  readonly rows: WindowedRows;
  readonly users: UsersWindow;
  readonly known: number;
  /** Null: nothing can be chosen. */
  readonly chosen: Chosen | null;
  readonly onToggle: (id: string, name: string) => void;
  readonly onChooseShown: (chosen: Chosen) => void;
}

const SKELETON = [110, 64, 96, -24, -56, -56, -56, -64];
const HIDDEN = [2, 3, 4, 5, 7];

export function UsersTable({ body, rows, users, known, chosen, onToggle, onChooseShown }: UsersTableProps) {
  const indexes = Array.from({ length: rows.end - rows.first }, (_, offset) => rows.first + offset);
  const shown = indexes.flatMap((index) => users.at(index) ?? []);
  const columns = SKELETON.length + (chosen ? 1 : 0);
  const shift = chosen ? 1 : 0;
  return (
    <TableScroll>
      <table className="fixed-rows" aria-rowcount={known + 1}>
        <Head chosen={chosen} shown={shown} onChooseShown={onChooseShown} />
        <tbody ref={body}>
          <Spacer height={rows.above} columns={columns} />
          {indexes.map((index) => {
            const user = users.at(index);
            return user ? (
              <Row key={index} user={user} index={index} chosen={chosen} onToggle={onToggle} />
            ) : (
              <SkeletonRows
                key={index}
                rows={1}
                columns={chosen ? [16, ...SKELETON] : SKELETON}
                hidden={HIDDEN.map((column) => column + shift)}
              />
            );
          })}
          <Spacer height={rows.below} columns={columns} />
        </tbody>
      </table>
    </TableScroll>
  );
}

/** Stands for the rows that are out of sight. */
function Spacer({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height === 0) return null;
  return (
    <tr className="spacer">
      <td colSpan={columns} style={{ blockSize: height }} />
    </tr>
  );
}

interface HeadProps {
  readonly chosen: Chosen | null;
  readonly shown: readonly User[];
  readonly onChooseShown: (chosen: Chosen) => void;
}

function Head({ chosen, shown, onChooseShown }: HeadProps) {
  const { t } = useTranslation();
  const all = chosen !== null && shown.length > 0 && shown.every((user) => chosen.has(user.id));
  return (
    <thead>
      <tr aria-rowindex={1}>
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
        <th scope="col">{t('users.name')}</th>
        <th scope="col">{t('common.stateWord')}</th>
        <th scope="col" className="hide-m quota-col">
          {t('users.quota')}
        </th>
        <th scope="col" className="r hide-s">
          {t('users.devices')}
        </th>
        <th scope="col" className="r hide-s">
          <DirectionName of="download" />
        </th>
        <th scope="col" className="r hide-s">
          <DirectionName of="upload" />
        </th>
        <th scope="col" className="r">
          {t('common.total')}
        </th>
        <th scope="col" className="r hide-m">
          {t('users.since')}
        </th>
      </tr>
    </thead>
  );
}

interface RowProps {
  readonly user: User;
  readonly index: number;
  readonly chosen: Chosen | null;
  readonly onToggle: (id: string, name: string) => void;
}

function Row({ user, index, chosen, onToggle }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { download, upload } = directionsOf(user.traffic);
  const isChosen = chosen?.has(user.id) ?? false;
  return (
    <tr aria-rowindex={index + 2} className={isChosen ? 'chosen' : undefined}>
      {chosen ? (
        <td className="pick">
          <input
            type="checkbox"
            className="check"
            aria-label={t('users.choose', { name: user.name })}
            checked={isChosen}
            onChange={() => onToggle(user.id, user.name)}
          />
        </td>
      ) : null}
      <td>
        <Link className="name" to="/users/$userId" params={{ userId: user.id }}>
          {user.name}
        </Link>
      </td>
      <td>
        <UserState user={user} />
      </td>
      <td className="hide-m quota-col">
        <Quota user={user} />
      </td>
      <td className="r hide-s">
        <Count value={user.peers} />
      </td>
      <td className="r hide-s">
        <Bytes value={download} />
      </td>
      <td className="r hide-s">
        <Bytes value={upload} />
      </td>
      <td className="r">
        <Bytes value={user.traffic.totalBytes} />
      </td>
      <td className="r mut hide-m">{format.day(user.createdAt)}</td>
    </tr>
  );
}

/** The quota that is nearest to its end. */
function Quota({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [tightest] = (user.entitlement?.quotas ?? []).toSorted((a, b) => partOf(b) - partOf(a));
  if (!tightest) return <span className="mut">{t('users.noQuota')}</span>;
  const used = format.bytesText(tightest.usedBytes);
  const of = t('users.ofQuota', { bytes: format.bytesText(tightest.allowanceBytes) });
  return (
    <span title={`${used} ${of}`}>
      <UsageCell part={partOf(tightest)} />
    </span>
  );
}
