import { useQuery } from '@tanstack/react-query';
import type { Carrier } from '../../api/types.ts';
import { Filters } from '../../components/filters.tsx';
import { protocolName } from '../../components/protocol-badge.tsx';
import { Select } from '../../components/select.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { RANGES, type RangeName } from '../../lib/range.ts';
import type { CurrentRange } from '../../lib/use-range.ts';
import { topCarriersQuery } from './api.ts';

/** Empty is any. */
export interface HolderFilter {
  /** host:port */
  readonly server: string;
  readonly protocol: string;
}

interface HolderFiltersProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly filter: HolderFilter;
  readonly onChange: (change: { readonly [K in keyof HolderFilter]?: string | undefined }) => void;
  readonly range: CurrentRange;
  /** Absent while it is not known. */
  readonly found: number | undefined;
}

export function HolderFilters({ text, onText, filter, onChange, range, found }: HolderFiltersProps) {
  const { t } = useTranslation();
  const carriers = useQuery(topCarriersQuery(range.key, range.period)).data?.items ?? [];
  const any = { value: '', label: t('traffic.filter.any') };
  const servers = known(filter.server, carriers, ({ server, port }) => `${server}:${port}`);
  const protocols = known(filter.protocol, carriers, ({ protocol }) => protocol).toSorted();
  return (
    <Filters label={t('traffic.filter.search')} text={text} onText={onText}>
      <DaysFilter range={range} />
      <Select
        label={t('traffic.filter.server')}
        value={filter.server}
        options={[any, ...servers.map((server) => ({ value: server, label: server }))]}
        onChange={(server) => onChange({ server: server || undefined })}
      />
      <Select
        label={t('traffic.filter.protocol')}
        value={filter.protocol}
        options={[any, ...protocols.map((protocol) => ({ value: protocol, label: protocolName(protocol) }))]}
        onChange={(protocol) => onChange({ protocol: protocol || undefined })}
      />
      <span className="push hide-s mut">
        {found === undefined ? null : t('traffic.filter.found', { count: found })}
      </span>
    </Filters>
  );
}

/** What can be chosen, with what is chosen: a shared address may name one that was idle in this range. */
function known(chosen: string, carriers: readonly Carrier[], nameOf: (carrier: Carrier) => string): string[] {
  return [...new Set([...carriers.map(nameOf), ...(chosen ? [chosen] : [])])];
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
