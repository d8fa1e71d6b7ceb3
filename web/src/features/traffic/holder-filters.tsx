import { useQuery } from '@tanstack/react-query';
import { protocolName } from '../../components/protocol-badge.tsx';
import { Select } from '../../components/select.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { RANGES, type RangeName } from '../../lib/range.ts';
import type { CurrentRange } from '../../lib/use-range.ts';
import { topCarriersQuery } from './api.ts';

export interface HolderFilter {
  readonly search: string;
  /** host:port; empty is any. */
  readonly server: string;
  readonly protocol: string;
}

export const NO_FILTER: HolderFilter = { search: '', server: '', protocol: '' };

interface HolderFiltersProps {
  readonly filter: HolderFilter;
  readonly onChange: (filter: HolderFilter) => void;
  readonly range: CurrentRange;
  readonly found: number;
}

export function HolderFilters({ filter, onChange, range, found }: HolderFiltersProps) {
  const { t } = useTranslation();
  const carriers = useQuery(topCarriersQuery(range.key, range.period)).data?.items ?? [];
  const any = { value: '', label: t('traffic.filter.any') };
  const servers = [...new Set(carriers.map((carrier) => `${carrier.server}:${carrier.port}`))];
  const protocols = [...new Set(carriers.map((carrier) => carrier.protocol))].toSorted();
  return (
    <div className="filters">
      <input
        className="field"
        type="search"
        placeholder={t('traffic.filter.search')}
        aria-label={t('traffic.filter.search')}
        value={filter.search}
        onChange={(event) => onChange({ ...filter, search: event.target.value })}
      />
      <DaysFilter range={range} />
      <Select
        label={t('traffic.filter.server')}
        value={filter.server}
        options={[any, ...servers.map((server) => ({ value: server, label: server }))]}
        onChange={(server) => onChange({ ...filter, server })}
      />
      <Select
        label={t('traffic.filter.protocol')}
        value={filter.protocol}
        options={[any, ...protocols.map((protocol) => ({ value: protocol, label: protocolName(protocol) }))]}
        onChange={(protocol) => onChange({ ...filter, protocol })}
      />
      <span className="push hide-s mut">{t('traffic.filter.found', { count: found })}</span>
    </div>
  );
}

/** The same range as in the top bar, where the table is. */
function DaysFilter({ range }: { readonly range: CurrentRange }) {
  const { t } = useTranslation();
  const own = range.range.kind !== 'named';
  const options = RANGES.map((name) => ({ value: name as RangeName | 'own', label: t(`common.range.${name}`) }));
  return (
    <Select
      label={t('traffic.filter.days')}
      value={range.range.kind === 'named' ? range.range.name : 'own'}
      options={own ? [...options, { value: 'own', label: t('common.range.dates') }] : options}
      onChange={(value) => (value === 'own' ? undefined : range.setRange({ range: value }))}
    />
  );
}
