import { useQuery } from '@tanstack/react-query';
import type { Carrier, Holder, Traffic } from '../../api/types.ts';
import { Failure } from '../../components/block.tsx';
import { HolderName } from '../../components/holder-name.tsx';
import { Icon } from '../../components/icon.tsx';
import { Bytes, Count, Unknown } from '../../components/numbers.tsx';
import { ProtocolBadge } from '../../components/protocol-badge.tsx';
import { ShareBar } from '../../components/share-bar.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { directionsOf } from '../../lib/direction.ts';
import { useFormat } from '../../lib/use-format.ts';
import type { CurrentRange } from '../../lib/use-range.ts';
import { carriersQuery, type HolderKey } from './api.ts';
import type { HolderFilter } from './holder-filters.tsx';

interface HolderRowProps {
  readonly holder: Holder;
  readonly longest: number;
  readonly range: CurrentRange;
  readonly filter: HolderFilter;
  readonly open: boolean;
  readonly onToggle: () => void;
}

export function HolderRow({ holder, longest, range, filter, open, onToggle }: HolderRowProps) {
  const { t } = useTranslation();
  return (
    <>
      <tr className={open ? 'open' : ''}>
        <td>
          <span className="row2s tight">
            <button
              type="button"
              className="btn quiet icon mini"
              aria-expanded={open}
              aria-label={t(open ? 'traffic.holders.closeRow' : 'traffic.holders.openRow', { name: holder.name })}
              onClick={onToggle}
            >
              <Icon name="chev" className="chev i-flip" />
            </button>
            <HolderName holder={holder} />
          </span>
        </td>
        <td className="hide-s mut">{t('traffic.holders.servers', { count: holder.servers })}</td>
        <Numbers
          traffic={holder.traffic}
          longest={longest}
          connections={holder.connections}
          lastUsedAt={holder.lastUsedAt}
        />
      </tr>
      {open ? <Carriers holder={holder} longest={longest} range={range} filter={filter} /> : null}
    </>
  );
}

interface NumbersProps {
  readonly traffic: Traffic;
  readonly longest: number;
  readonly connections: number;
  readonly lastUsedAt: string | null;
}

function Numbers({ traffic, longest, connections, lastUsedAt }: NumbersProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { download, upload } = directionsOf(traffic);
  return (
    <>
      <td className="hide-m share-col">
        <ShareBar traffic={traffic} longest={longest} />
      </td>
      <td className="r">
        <Bytes value={download} />
      </td>
      <td className="r hide-s">
        <Bytes value={upload} />
      </td>
      <td className="r hide-m">
        <Bytes value={traffic.totalBytes} />
      </td>
      <td className="r hide-s">
        <Count value={connections} />
      </td>
      <td className="r mut">
        {lastUsedAt === null ? (
          <Unknown reason={t('traffic.holders.neverUsed')} />
        ) : (
          <time dateTime={lastUsedAt} title={format.instant(lastUsedAt)}>
            {format.short(lastUsedAt)}
          </time>
        )}
      </td>
    </>
  );
}

/** Where the bytes of a row went: one line per server:port and protocol. */
function Carriers({ holder, longest, range, filter }: Omit<HolderRowProps, 'open' | 'onToggle'>) {
  const { t } = useTranslation();
  const query = useQuery(carriersQuery(keyOf(holder), range.key, range.period));
  if (query.data) {
    return query.data.items
      .filter((carrier) => matches(carrier, filter))
      .map((carrier) => (
        <tr key={`${carrier.server}:${carrier.port}/${carrier.protocol}`} className="det">
          <td title={addressOf(carrier)}>{addressOf(carrier)}</td>
          <td className="hide-s">
            <ProtocolBadge protocol={carrier.protocol} />
          </td>
          <Numbers
            traffic={carrier.traffic}
            longest={longest}
            connections={carrier.connections}
            lastUsedAt={carrier.lastUsedAt}
          />
        </tr>
      ));
  }
  if (query.error) {
    return (
      <tr className="det">
        <td colSpan={8}>
          <Failure error={query.error} retry={query.refetch} />
        </td>
      </tr>
    );
  }
  const rows = Math.min(Math.max(holder.servers, 1), 4);
  return (
    <>
      <tr className="vh">
        <td>{t('traffic.loading')}</td>
      </tr>
      <SkeletonRows
        rows={rows}
        className="det"
        columns={[168, 64, 0, -52, -52, -52, -28, -36]}
        hidden={[1, 2, 4, 5, 6]}
      />
    </>
  );
}

function keyOf(holder: Holder): HolderKey {
  if (holder.userId !== null) return { user: holder.userId };
  return holder.userToken !== null ? { token: holder.userToken } : { peer: holder.peerId ?? '' };
}

function addressOf({ server, port }: Carrier): string {
  return `${server}${port > 0 ? `:${port}` : ''}`;
}

function matches(carrier: Carrier, filter: HolderFilter): boolean {
  const server = filter.server === '' || filter.server === `${carrier.server}:${carrier.port}`;
  return server && (filter.protocol === '' || filter.protocol === carrier.protocol);
}
