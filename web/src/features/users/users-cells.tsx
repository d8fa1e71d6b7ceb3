import type { ReactNode } from 'react';
import type { User } from '../../api/types.ts';
import { Icon } from '../../components/icon.tsx';
import { Bytes, Count, DirectionName, Unknown } from '../../components/numbers.tsx';
import { UsageCell } from '../../components/usage-bar.tsx';
import { useQuotaPart } from '../../components/use-quota-part.ts';
import { useTranslation } from '../../i18n/words.tsx';
import { directionsOf } from '../../lib/direction.ts';
import { useFormat } from '../../lib/use-format.ts';
import type { Column } from './use-columns.ts';
import { UserState } from './user-state.tsx';
import { UserTags } from './user-tags.tsx';
import { partOf } from './user-usage.tsx';
import type { UsersSearch } from './users-search.ts';

interface ColumnLook {
  readonly sort?: NonNullable<UsersSearch['sort']>;
  readonly className?: string;
  /** In px, for its longest words and numbers in any language: where all columns stand, none is measured. */
  readonly width: number;
}

/** How each column is drawn, and what the server sorts it by. */
export const LOOKS: Readonly<Record<Column, ColumnLook>> = {
  state: { width: 136 },
  quota: { width: 240, sort: 'share', className: 'hide-m quota-col' },
  used: { width: 132, sort: 'used', className: 'r hide-m' },
  plan: { width: 130, className: 'hide-m' },
  expires: { width: 104, sort: 'expires', className: 'r hide-m' },
  tags: { width: 150, className: 'hide-m' },
  owner: { width: 110, className: 'hide-m' },
  devices: { width: 96, className: 'r hide-s' },
  download: { width: 100, className: 'r hide-s' },
  upload: { width: 92, className: 'r hide-s' },
  total: { width: 92, sort: 'total', className: 'r' },
  seen: { width: 104, sort: 'seen', className: 'r hide-m' },
  since: { width: 112, className: 'r hide-m' },
};

export function ColumnName({ of }: { readonly of: Column }) {
  const { t } = useTranslation();
  return of === 'download' || of === 'upload' ? <DirectionName of={of} /> : t(`users.column.${of}`);
}

const CELLS: Readonly<Record<Column, (props: { readonly user: User }) => ReactNode>> = {
  state: ({ user }) => <UserState user={user} />,
  quota: Quota,
  used: Used,
  plan: Plan,
  expires: Expires,
  tags: ({ user }) => <UserTags tags={user.tags} />,
  owner: ({ user }) => <span className="mut">{user.owner?.name ?? ''}</span>,
  devices: ({ user }) => <Count value={user.peers} />,
  download: ({ user }) => <Bytes value={directionsOf(user.traffic).download} />,
  upload: ({ user }) => <Bytes value={directionsOf(user.traffic).upload} />,
  total: ({ user }) => <Bytes value={user.traffic.totalBytes} />,
  seen: Seen,
  since: Since,
};

export function UserCell({ column, user }: { readonly column: Column; readonly user: User }) {
  const Content = CELLS[column];
  return (
    <td className={LOOKS[column].className}>
      <Content user={user} />
    </td>
  );
}

/** The quota that is nearest to its end. */
function nearestOf(user: User) {
  return (user.entitlement?.quotas ?? []).toSorted((a, b) => partOf(b) - partOf(a))[0];
}

function Quota({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const format = useFormat();
  const partOfTraffic = useQuotaPart();
  const nearest = nearestOf(user);
  if (!nearest) return <span className="mut">{t('users.noQuota')}</span>;
  const resetsAt = user.entitlement?.resetsAt ?? null;
  const part = partOfTraffic(user.entitlement?.terms.quotas.find(({ name }) => name === nearest.name));
  const of = t('users.ofQuota', { bytes: format.bytesText(nearest.allowanceBytes) });
  return (
    <span className="quota-cell" title={`${format.bytesText(nearest.usedBytes)} ${of}, ${part}`}>
      <UsageCell part={partOf(nearest)} />
      {resetsAt === null ? null : <ResetDay at={resetsAt} day={format.day(resetsAt)} />}
    </span>
  );
}

/** The quota under the name, where there is no room for its column: how much of it, and when it begins anew. */
export function RowQuota({ user }: { readonly user: User }) {
  const format = useFormat();
  const nearest = nearestOf(user);
  const resetsAt = user.entitlement?.resetsAt ?? null;
  if (!nearest) return null;
  return (
    <span className="row-quota">
      <UsageCell part={partOf(nearest)} />
      {resetsAt === null ? null : <ResetDay at={resetsAt} day={format.day(resetsAt)} />}
    </span>
  );
}

function ResetDay({ at, day }: { readonly at: string; readonly day: string }) {
  const { t } = useTranslation();
  return (
    <time className="reset-day" dateTime={at} title={t('users.resetsThen', { day })}>
      <Icon name="reset" />
      {day}
      <span className="vh">{t('users.resetsThen', { day })}</span>
    </time>
  );
}

function Used({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const nearest = nearestOf(user);
  return nearest ? <Bytes value={nearest.usedBytes} /> : <Unknown reason={t('users.noQuota')} />;
}

function Plan({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const plan = user.entitlement?.plan;
  return plan ? plan.name : <span className="mut">{t(user.entitlement ? 'users.ownTerms' : 'users.noPlan')}</span>;
}

function Expires({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const format = useFormat();
  const at = user.entitlement?.expiresAt ?? null;
  if (at === null) return <span className="mut">{t('users.neverExpires')}</span>;
  return (
    <time className="num" dateTime={at} title={format.instant(at)}>
      {format.day(at)}
    </time>
  );
}

function Seen({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (user.lastSeenAt === null) return <span className="mut">{t('users.neverSeen')}</span>;
  return (
    <time className="num mut" dateTime={user.lastSeenAt} title={format.instant(user.lastSeenAt)}>
      {format.short(user.lastSeenAt)}
    </time>
  );
}

function Since({ user }: { readonly user: User }) {
  const format = useFormat();
  return <span className="num mut">{format.day(user.createdAt)}</span>;
}
