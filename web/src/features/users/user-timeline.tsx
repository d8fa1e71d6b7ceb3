import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { resetsQuery, seriesQuery } from '../../api/resources.ts';
import { useIsOwner, useMayWrite } from '../../api/session.tsx';
import type { Gap, Series, User } from '../../api/types.ts';
import { Block } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Icon, type IconName } from '../../components/icon.tsx';
import { useRangeWords } from '../../components/range-picker.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { UndoReset } from '../../components/undo-reset.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { isPause, oncePerPause } from '../../lib/pauses.ts';
import { useFormat } from '../../lib/use-format.ts';
import type { CurrentRange } from '../../lib/use-range.ts';
import {
  type Correction,
  type StateChange,
  stateChangesQuery,
  type TopUp,
  topUpsQuery,
  userCorrectionsQuery,
  useUndoTopUp,
} from './api.ts';
import { useEntitled } from './user-marks.ts';

interface Event {
  readonly key: string;
  readonly at: string;
  readonly icon: IconName;
  readonly title: string;
  readonly why?: ReactNode;
}

const MOST = 12;
/** Shorter ones are the pauses of a restart. */
const SHORTEST_MS = 60_000;

/** What changed how this user is counted, newest first: resets, corrections, times that are not known. */
export function UserTimeline({ user, range }: { readonly user: User; readonly range: CurrentRange }) {
  const { t } = useTranslation();
  const words = useRangeWords();
  const owner = useIsOwner();
  const series = useQuery(seriesQuery({ by: 'total', user: user.id }, range.key, range.period));
  const corrections = useQuery({ ...userCorrectionsQuery(user.id), enabled: owner });
  const changes = useQuery(stateChangesQuery(user.id)).data?.items ?? [];
  const topUps = useQuery(topUpsQuery(user.id)).data?.items ?? [];
  const stateEvent = useStateEvent();
  const topUpEvent = useTopUpEvent();
  const gapEvent = useGapEvent();
  const resetEvent = useResetEvent();
  const correctionEvent = useCorrectionEvent();
  const entitled = useEntitled(user);
  return (
    <Card title={t('users.timeline')} hint={t('users.timelineMeans')} sub={words(range.range)}>
      <Block query={series} skeleton={<SkeletonLines lines={4} />}>
        {({ marks, gaps, from }) => {
          const begin = from[0] ?? '';
          const created: Event = { key: 'created', at: user.createdAt, icon: 'plus', title: t('users.wasCreated') };
          const events: Event[] = [
            ...marks.filter(({ kind }) => kind === 'reset').map(resetEvent),
            ...oncePerPause(gaps.filter(isLong)).map(gapEvent),
            ...(corrections.data?.items ?? []).filter(({ at }) => at >= begin).map(correctionEvent),
            ...changes.filter(({ at }) => at >= begin).map(stateEvent),
            ...topUps.filter(({ at }) => at >= begin).map(topUpEvent),
            ...(entitled !== null && entitled.at >= begin
              ? [{ ...entitled, key: 'entitled', icon: 'edit' as const }]
              : []),
            ...(user.createdAt >= begin ? [created] : []),
          ].toSorted((a, b) => b.at.localeCompare(a.at));
          return events.length === 0 ? (
            <p className="pad mut">{t('users.quiet')}</p>
          ) : (
            <Lines events={events.slice(0, MOST)} more={Math.max(0, events.length - MOST)} />
          );
        }}
      </Block>
    </Card>
  );
}

function isLong(gap: Gap): boolean {
  return gap.to === null || Date.parse(gap.to) - Date.parse(gap.from) >= SHORTEST_MS;
}

function Lines({ events, more }: { readonly events: readonly Event[]; readonly more: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <ul className="tl">
        {events.map((event) => (
          <li key={event.key}>
            <Icon name={event.icon} />
            <b>{event.title}</b>
            <time className="when" dateTime={event.at} title={format.instant(event.at)}>
              {format.short(event.at)}
            </time>
            {event.why === undefined ? null : <span className="why">{event.why}</span>}
          </li>
        ))}
      </ul>
      {more > 0 ? <p className="list-end">{t('users.andMore', { count: more })}</p> : null}
    </>
  );
}

function useGapEvent(): (gap: Gap) => Event {
  const { t } = useTranslation();
  const format = useFormat();
  return (gap) => ({
    key: `gap ${gap.nodeId} ${gap.from}`,
    at: gap.from,
    icon: 'gap',
    title: isPause(gap)
      ? t(`common.gaps.reason.${gap.reason}`, gap.reason)
      : t('common.chart.gap', { name: gap.nodeName ?? t('common.deletedNode') }),
    why: [
      isPause(gap) ? null : t(`common.gaps.reason.${gap.reason}`, gap.reason),
      gap.to === null
        ? t('users.untilNow')
        : t('users.lasted', { duration: format.duration(Date.parse(gap.to) - Date.parse(gap.from)) }),
    ]
      .filter(Boolean)
      .join(' · '),
  });
}

function useResetEvent(): (mark: Series['marks'][number]) => Event {
  const { t } = useTranslation();
  const resets = useQuery({ ...resetsQuery, enabled: useMayWrite() }).data?.items ?? [];
  return (mark) => {
    const reset = resets.find((one) => one.at === mark.at && one.undoneAt === null);
    const by = reset?.by?.name ? t('users.doneBy', { name: reset.by.name }) : null;
    return {
      key: `reset ${mark.at}`,
      at: mark.at,
      icon: 'reset',
      title: t('users.wasReset'),
      why: (
        <>
          {[by, reset?.reason, t('users.resetMeans')].filter(Boolean).join(' · ')}{' '}
          {reset === undefined ? null : <UndoReset id={reset.id} ofAdmin={reset.scope === 'owner'} />}
        </>
      ),
    };
  };
}

function useCorrectionEvent(): (entry: Correction) => Event {
  const { t } = useTranslation();
  return (entry) => ({
    key: `entry ${entry.id}`,
    at: entry.at,
    icon: 'edit',
    title: t(entry.undoes === null ? `users.entry.${entry.kind}` : 'users.entryUndone'),
    why: [entry.by?.name ? t('users.doneBy', { name: entry.by.name }) : null, entry.reason].filter(Boolean).join(' · '),
  });
}

function useStateEvent(): (change: StateChange) => Event {
  const { t } = useTranslation();
  return ({ at, to, reason, quota }) => ({
    key: `state ${at} ${to}`,
    at,
    icon: 'limit',
    title: t(`users.became.${to}`),
    why: [reason ? t(`users.because.${reason}`) : null, quota && quota !== 'all' ? quota : null]
      .filter(Boolean)
      .join(' · '),
  });
}

function useTopUpEvent(): (topUp: TopUp) => Event {
  const { t } = useTranslation();
  const format = useFormat();
  const undo = useUndoTopUp();
  return ({ id, at, bytes, reason, undoneAt }) => ({
    key: `top-up ${id}`,
    at,
    icon: 'plus',
    title: t('users.topUp.was', { bytes: format.bytesText(bytes) }),
    why: (
      <>
        {reason}{' '}
        {undoneAt === null ? (
          <button type="button" className="link" disabled={undo.isPending} onClick={() => undo.mutate(id)}>
            {t('common.undo')}
          </button>
        ) : (
          t('users.topUp.wasUndone', { at: format.short(undoneAt) })
        )}
      </>
    ),
  });
}
