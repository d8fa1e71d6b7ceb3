import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { alertsQuery } from '../../api/alerts.ts';
import { useIsOwner } from '../../api/session.tsx';
import type { Alert } from '../../api/types.ts';
import { AlertLine } from '../../components/alert-line.tsx';
import { Block, Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Icon } from '../../components/icon.tsx';
import { Menu } from '../../components/menu.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useAcknowledge, useMute } from './api.ts';

const OPEN_ROWS = 100;
const PAGE_ROWS = 25;

/** What needs a look now: somebody can say that they see to it, or that nobody wants to hear of it. */
export function OpenAlerts() {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery(alertsQuery('open', OPEN_ROWS));
  const more = (query.data?.total ?? 0) - OPEN_ROWS;
  return (
    <Card title={t('alerts.now')} hint={t('alerts.nowMeans')}>
      <Block query={query} skeleton={<SkeletonLines />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('alerts.none')}>{t('alerts.noneWhy')}</Empty>
          ) : (
            <ul className="tl states alerts">
              {items.map((alert) => (
                <AlertLine key={alert.id} alert={alert} actions={<Actions alert={alert} />} />
              ))}
            </ul>
          )
        }
      </Block>
      {more > 0 ? <p className="pad mut">{t('alerts.more', { count: more, shown: format.count(more) })}</p> : null}
    </Card>
  );
}

function Actions({ alert }: { readonly alert: Alert }) {
  const { t } = useTranslation();
  const acknowledge = useAcknowledge();
  const mute = useMute();
  if (!useIsOwner()) return null;
  const { id, acknowledged, muted } = alert;
  const muteFor = (hours: number | null) => () => mute({ id, muted: true, hours });
  return (
    <>
      <button
        type="button"
        className="btn small"
        onClick={() => acknowledge({ id, acknowledged: acknowledged === null })}
      >
        {acknowledged === null ? t('alerts.acknowledge') : t('alerts.reopen')}
      </button>
      <Menu
        label={t('alerts.mute')}
        trigger={
          <button type="button" className="btn small quiet icon" aria-label={t('alerts.mute')} title={t('alerts.mute')}>
            <Icon name="more" />
          </button>
        }
        items={
          muted
            ? [{ key: 'off', label: t('alerts.unmute'), onPick: () => mute({ id, muted: false }) }]
            : [
                { key: '8', label: t('alerts.muteHours', { count: 8 }), onPick: muteFor(8) },
                { key: '168', label: t('alerts.muteWeek'), onPick: muteFor(168) },
                { key: 'ever', label: t('alerts.muteForGood'), onPick: muteFor(null) },
              ]
        }
      />
    </>
  );
}

/** What was, newest first. */
export function PastAlerts() {
  const { t } = useTranslation();
  const [rows, setRows] = useState(PAGE_ROWS);
  const query = useQuery({ ...alertsQuery('ended', rows), placeholderData: (before) => before });
  const hasMore = query.data?.nextCursor != null;
  return (
    <Card title={t('alerts.past')} hint={t('alerts.pastMeans')}>
      <Block query={query} skeleton={<SkeletonLines />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('alerts.noPast')}>{t('alerts.noPastWhy')}</Empty>
          ) : (
            <ul className="tl states alerts">
              {items.map((alert) => (
                <AlertLine key={alert.id} alert={alert} />
              ))}
            </ul>
          )
        }
      </Block>
      {hasMore && rows < 1000 ? (
        <div className="pad">
          <button type="button" className="btn" onClick={() => setRows(rows + 4 * PAGE_ROWS)}>
            {t('alerts.older')}
          </button>
        </div>
      ) : null}
    </Card>
  );
}
