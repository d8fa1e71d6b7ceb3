import type { ReactNode } from 'react';
import type { AccessItem } from '../api/access.ts';
import { useTranslation } from '../i18n/words.tsx';
import { useFormat } from '../lib/use-format.ts';
import { useSaid } from '../lib/use-said.ts';
import { Link } from './link.tsx';
import { Bytes } from './numbers.tsx';
import { State } from './state.tsx';
import { TableScroll } from './table-scroll.tsx';

const SHAPES = {
  waiting: 'degraded',
  held: 'degraded',
  suspending: 'degraded',
  suspended: 'down',
  'off-by-others': 'unknown',
  returning: 'degraded',
  left: 'unknown',
} as const;

interface AccessTableProps {
  readonly items: readonly AccessItem[];
  /** What the first column names: on a node whose devices they are, of a user where. */
  readonly first: 'user' | 'node';
  /** More about why one is as it is. */
  readonly remarkOn?: (item: AccessItem) => ReactNode;
}

/** Devices whose access is to be off, or that Xpert suspended, and what they carried all the same. */
export function AccessTable({ items, first, remarkOn }: AccessTableProps) {
  const { t } = useTranslation();
  return (
    <TableScroll>
      <table className="two-names">
        <thead>
          <tr>
            <th scope="col">{t(`common.${first}`)}</th>
            <th scope="col" className="hide-s">
              {t('common.peer.device')}
            </th>
            <th scope="col">{t('common.stateWord')}</th>
            <th scope="col" className="hide-s">
              {t('common.access.why')}
            </th>
            <th scope="col" className="r hide-s">
              {t('common.access.overshoot')}
            </th>
            <th scope="col" className="r hide-m">
              {t('common.access.dropped')}
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <Row key={item.peerId} item={item} first={first} remark={remarkOn?.(item)} />
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

interface RowProps extends Pick<AccessTableProps, 'first'> {
  readonly item: AccessItem;
  readonly remark: ReactNode;
}

function Row({ item, first, remark }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const said = useSaid();
  // Nothing waits where Xpert may not touch anything.
  const isIdle = item.mode === 'read-only' && item.state === 'waiting';
  const since = item.appliedAt ?? item.wantedAt;
  const reason = item.reason ? t(`common.access.reason.${item.reason}`) : '';
  const problem = item.problem ? said(item.problem) : null;
  const why = (
    <>
      {reason}
      {remark}
      {problem ? (
        <span className="warned">
          {reason ? ' · ' : ''}
          {problem.message} {problem.hint}
        </span>
      ) : null}
    </>
  );
  return (
    <tr>
      <td>
        {first === 'node' ? (
          <span className="plain" title={item.nodeName}>
            {item.nodeName}
          </span>
        ) : (
          <Whose item={item} />
        )}
      </td>
      <td className="hide-s mut">
        <span className="clip" title={item.key}>
          {item.name ?? `${item.key.slice(0, 12)}…`}
        </span>
      </td>
      <td>
        <State
          of={isIdle ? 'unknown' : SHAPES[item.state]}
          title={since ? t('common.access.since', { at: format.instant(since) }) : ''}
        >
          {t(isIdle ? 'common.access.would' : `common.access.peer.${item.state}`)}
        </State>
        <span className="mut only-s">{why}</span>
      </td>
      <td className="hide-s two-lines">{why}</td>
      <td className="r hide-s">
        <Bytes value={item.overshootBytes} />
      </td>
      <td className="r hide-m">
        <Bytes value={item.droppedBytes} />
      </td>
    </tr>
  );
}

function Whose({ item }: { readonly item: AccessItem }) {
  const { t } = useTranslation();
  if (item.userId === null) return <span className="mut">{t('common.unclaimed')}</span>;
  return (
    <Link className="name" title={item.userName ?? undefined} to="/users/$userId" params={{ userId: item.userId }}>
      {item.userName}
    </Link>
  );
}
