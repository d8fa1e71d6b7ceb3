import { useQuery } from '@tanstack/react-query';
import { holdersQuery } from '../../api/resources.ts';
import type { Holder } from '../../api/types.ts';
import { Empty, TableBlock } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { HolderName } from '../../components/holder-name.tsx';
import { Link } from '../../components/link.tsx';
import { Bytes, DirectionName } from '../../components/numbers.tsx';
import { useRangeWords } from '../../components/range-picker.tsx';
import { ShareBar } from '../../components/share-bar.tsx';
import { TableScroll } from '../../components/table-scroll.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { directionsOf } from '../../lib/direction.ts';
import { useFormat } from '../../lib/use-format.ts';
import type { CurrentRange } from '../../lib/use-range.ts';

const ROWS = 8;

export function TopUsers({ range }: { readonly range: CurrentRange }) {
  const { t } = useTranslation();
  const words = useRangeWords();
  const query = useQuery(holdersQuery({ sort: 'total', order: 'desc', limit: ROWS }, range.key, range.period));
  const total = query.data?.total;
  return (
    <Card
      title={t('overview.topUsers')}
      hint={t('overview.topUsersMeans')}
      sub={words(range.range)}
      span={7}
      actions={<Link to="/traffic">{total ? t('overview.allOf', { count: total }) : t('overview.all')}</Link>}
    >
      <TableScroll>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('common.user')}</th>
              <th scope="col" className="hide-s">
                <span className="vh">{t('overview.share')}</span>
              </th>
              <th scope="col" className="r">
                <DirectionName of="download" />
              </th>
              <th scope="col" className="r hide-s">
                <DirectionName of="upload" />
              </th>
              <th scope="col" className="r" aria-sort="descending">
                {t('common.total')}
              </th>
              <th scope="col" className="r hide-s hide-l">
                {t('common.lastUsed')}
              </th>
            </tr>
          </thead>
          <tbody>
            <TableBlock query={query} rows={ROWS} columns={[96, 120, -56, -56, -56, -40]} hidden={[1, 3, 5]}>
              {({ items }) => items.map((holder) => <Row key={keyOf(holder)} holder={holder} longest={items[0]} />)}
            </TableBlock>
          </tbody>
        </table>
      </TableScroll>
      {query.data?.items.length === 0 ? <Empty title={t('overview.nobody')}>{t('overview.nobodyWhy')}</Empty> : null}
    </Card>
  );
}

function keyOf(holder: Holder): string {
  return holder.userId ?? holder.userToken ?? holder.peerId ?? holder.name;
}

function Row({ holder, longest }: { readonly holder: Holder; readonly longest: Holder | undefined }) {
  const format = useFormat();
  const { download, upload } = directionsOf(holder.traffic);
  return (
    <tr>
      <td>
        <HolderName holder={holder} />
      </td>
      <td className="hide-s share-col">
        <ShareBar traffic={holder.traffic} longest={Number(longest?.traffic.totalBytes ?? 0)} />
      </td>
      <td className="r">
        <Bytes value={download} />
      </td>
      <td className="r hide-s">
        <Bytes value={upload} />
      </td>
      <td className="r">
        <Bytes value={holder.traffic.totalBytes} />
      </td>
      <td className="r mut hide-s hide-l">{holder.lastUsedAt ? format.short(holder.lastUsedAt) : '—'}</td>
    </tr>
  );
}
