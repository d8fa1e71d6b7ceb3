import { useQuery } from '@tanstack/react-query';
import { get } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { useNodes } from '../../api/use-nodes.ts';
import { useTranslation } from '../../i18n/words.tsx';
import { Ago } from '../ago.tsx';

const CHECK_MS = 30_000;

/** Whether the ledger takes writes, whether this page hears of changes, and when a node was last read. */
export function Foot() {
  const { t } = useTranslation();
  const live = useLive();
  const ready = useQuery({
    queryKey: ['ready'],
    queryFn: ({ signal }) => get<unknown>('readyz', {}, signal).then(() => true),
    refetchInterval: CHECK_MS,
    retry: false,
  });
  const readings = (useNodes().data?.items ?? []).flatMap((node) => node.lastCompleteAt ?? []);
  const last = readings.toSorted().at(-1);
  return (
    <div className="side-foot">
      <span className={live.connected ? '' : 'bad'}>
        <i className={`live ${live.connected ? '' : 'off'}`} />{' '}
        {live.connected ? t('common.live.on') : t('common.live.off')}
      </span>
      {!live.connected ? null : ready.isError ? (
        <span className="bad">{t('common.live.notWritable')}</span>
      ) : (
        <span>{ready.data ? t('common.live.writable') : '\u00a0'}</span>
      )}
      {last ? (
        <span>
          {t('common.live.lastReading')} <Ago at={last} />
        </span>
      ) : null}
    </div>
  );
}
