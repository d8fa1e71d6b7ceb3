import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { List, User } from '../../api/types.ts';
import { Block, type Loadable } from '../../components/block.tsx';
import { Bytes, Count, DirectionName } from '../../components/numbers.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { State } from '../../components/state.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { directionsOf } from '../../lib/direction.ts';
import { useFormat } from '../../lib/use-format.ts';

export function UsersTable({ query }: { readonly query: Loadable<List<User>> }) {
  const { t } = useTranslation();
  return (
    <TableScroll>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('users.name')}</th>
            <th scope="col">{t('common.stateWord')}</th>
            <th scope="col" className="hide-m">
              {t('users.token')}
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
        <tbody>
          <Block
            query={query}
            skeleton={
              <SkeletonRows rows={8} columns={[110, 64, 96, -24, -56, -56, -56, -64]} hidden={[2, 3, 4, 5, 7]} />
            }
          >
            {({ items }) => items.map((user) => <Row key={user.id} user={user} />)}
          </Block>
        </tbody>
      </table>
    </TableScroll>
  );
}

function Row({ user }: { readonly user: User }) {
  const format = useFormat();
  const { download, upload } = directionsOf(user.traffic);
  return (
    <tr>
      <td>
        <Link className="name" to="/users/$userId" params={{ userId: user.id }}>
          {user.name}
        </Link>
      </td>
      <td>
        <UserState user={user} />
      </td>
      <td className="hide-m mut">{user.userToken === null ? '—' : <code>{user.userToken}</code>}</td>
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

export function UserState({ user, pill = false }: { readonly user: User; readonly pill?: boolean }) {
  const { t } = useTranslation();
  if (user.deletedAt !== null) {
    return (
      <State of="unknown" pill={pill}>
        {t('users.isDeleted')}
      </State>
    );
  }
  return (
    <State of={user.active ? 'up' : 'degraded'} pill={pill}>
      {t(user.active ? 'users.active' : 'users.inactive')}
    </State>
  );
}
