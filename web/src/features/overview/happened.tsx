import { useQuery } from '@tanstack/react-query';
import { gapsQuery, resetsQuery } from '../../api/resources.ts';
import { useIsOwner } from '../../api/session.tsx';
import type { Gap, Reset } from '../../api/types.ts';
import { Block, Empty } from '../../components/block.tsx';
import { Card } from '../../components/card.tsx';
import { Icon } from '../../components/icon.tsx';
import { Link } from '../../components/link.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { UndoReset } from '../../components/undo-reset.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { isPause, oncePerPause } from '../../lib/pauses.ts';
import { useFormat } from '../../lib/use-format.ts';
import type { CurrentRange } from '../../lib/use-range.ts';

const ROWS = 6;

/** Gaps and resets of the range, newest first. */
export function Happened({ range }: { readonly range: CurrentRange }) {
  const { t } = useTranslation();
  const owner = useIsOwner();
  const gaps = useQuery(gapsQuery(range.key, range.period));
  const resets = useQuery({ ...resetsQuery, enabled: owner });
  return (
    <Card
      title={t('overview.happened')}
      hint={t('overview.happenedMeans')}
      span={4}
      actions={<Link to="/alerts">{t('overview.all')}</Link>}
    >
      <Block query={gaps} skeleton={<SkeletonLines lines={4} />}>
        {({ items }) => {
          const events = newestFirst(items, resets.data?.items ?? []);
          if (events.length === 0) return <Empty title={t('overview.quiet')}>{t('overview.quietWhy')}</Empty>;
          return (
            <ul className="tl">
              {events
                .slice(0, ROWS)
                .map((event) =>
                  'scope' in event ? (
                    <ResetLine key={event.id} reset={event} />
                  ) : (
                    <GapLine key={`${event.nodeId}${event.from}`} gap={event} />
                  ),
                )}
            </ul>
          );
        }}
      </Block>
    </Card>
  );
}

/** Shorter ones are the pauses of a restart; the alerts page has them all. */
const SHORTEST_MS = 60_000;

function newestFirst(gaps: readonly Gap[], resets: readonly Reset[]): (Gap | Reset)[] {
  const at = (event: Gap | Reset) => ('scope' in event ? event.at : event.from);
  const long = gaps.filter((gap) => gap.to === null || Date.parse(gap.to) - Date.parse(gap.from) >= SHORTEST_MS);
  return [...oncePerPause(long), ...resets].toSorted((a, b) => at(b).localeCompare(at(a)));
}

function GapLine({ gap }: { readonly gap: Gap }) {
  const { t } = useTranslation();
  const format = useFormat();
  const name = gap.nodeName ?? t('common.deletedNode');
  const lasted = gap.to === null ? null : format.duration(Date.parse(gap.to) - Date.parse(gap.from));
  const key = `${isPause(gap) ? 'pause' : 'gap'}${lasted === null ? 'Open' : ''}`;
  const title = t(`overview.silence.${key}`, { name, lasted, why: t(`common.gaps.reason.${gap.reason}`, gap.reason) });
  return (
    <li>
      <Icon name="gap" />
      <b>{title}</b>
      <span className="when">{format.short(gap.from)}</span>
      <span className="why" title={gap.message}>
        {isPause(gap) ? t('overview.pauseMeans') : t(`common.gaps.reason.${gap.reason}`, gap.reason)}
      </span>
    </li>
  );
}

function ResetLine({ reset }: { readonly reset: Reset }) {
  const { t } = useTranslation();
  const format = useFormat();
  const by = reset.by?.name ?? t('overview.somebody');
  return (
    <li>
      <Icon name="reset" />
      <b>{t(`overview.reset.${reset.scope}`, { by })}</b>
      <span className="when">{format.short(reset.at)}</span>
      <span className="why">
        {reset.undoneAt ? (
          t('overview.resetUndone', { at: format.short(reset.undoneAt) })
        ) : (
          <>
            {t('overview.resetMeans')} <UndoReset id={reset.id} ofAdmin={reset.scope === 'owner'} />
          </>
        )}
      </span>
    </li>
  );
}
