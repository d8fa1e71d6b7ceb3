import { useQuery } from '@tanstack/react-query';
import { adminsQuery, plansQuery } from '../../api/resources.ts';
import { useIsOwner } from '../../api/session.tsx';
import type { User } from '../../api/types.ts';
import { Filters } from '../../components/filters.tsx';
import { Select } from '../../components/select.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { ColumnsMenu } from './columns-menu.tsx';
import type { UsersColumns } from './use-columns.ts';
import { type UsersSearch, useChangeUsersSearch } from './users-search.ts';

const STATES = ['active', 'limited', 'expired', 'suspended', 'on-hold'] as const;
const ANY = '';

interface UsersFiltersProps {
  readonly search: UsersSearch;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly columns: UsersColumns;
}

/** What the list is narrowed to; plans and admins can be chosen where there are some. */
export function UsersFilters({ search, text, onText, columns }: UsersFiltersProps) {
  const { t } = useTranslation();
  const change = useChangeUsersSearch();
  const isOwner = useIsOwner();
  const plans = useQuery(plansQuery).data?.items ?? [];
  const admins = useQuery({ ...adminsQuery, enabled: isOwner }).data?.items ?? [];
  const any = { value: ANY, label: t('users.anyState') };
  return (
    <Filters label={t('users.search')} text={text} onText={onText}>
      <Select<string>
        label={t('common.stateWord')}
        value={search.state ?? ANY}
        options={[any, ...STATES.map((value) => ({ value, label: t(`users.state.${value}`) }))]}
        onChange={(value) => change({ state: value === ANY ? undefined : (value as User['state']) })}
      />
      {plans.length > 0 ? (
        <Select<string>
          label={t('common.entitle.plan')}
          value={search.plan ?? ANY}
          options={[any, ...plans.map(({ name }) => ({ value: name, label: name }))]}
          onChange={(value) => change({ plan: value || undefined })}
        />
      ) : null}
      {admins.length > 1 ? (
        <Select<string>
          label={t('users.column.owner')}
          value={search.owner ?? ANY}
          options={[any, ...admins.map(({ name }) => ({ value: name, label: name }))]}
          onChange={(value) => change({ owner: value || undefined })}
        />
      ) : null}
      {!search.tag ? null : (
        <button
          type="button"
          className="chip"
          aria-label={t('users.tagOff', { tag: search.tag })}
          onClick={() => change({ tag: undefined })}
        >
          {search.tag} <span aria-hidden="true">×</span>
        </button>
      )}
      <span className="push">
        <ColumnsMenu columns={columns} />
      </span>
    </Filters>
  );
}
