import { useIsFetching, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLive } from '../../api/live.ts';
import { useIsOwner } from '../../api/session.tsx';
import { Icon } from '../../components/icon.tsx';
import { Link } from '../../components/link.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import type { CurrentRange } from '../../lib/use-range.ts';
import { summaryQuery } from './api.ts';
import { ResetAll } from './reset-all.tsx';

/** As of when the page is, Refresh, and Reset All. */
export function Actions({ range }: { readonly range: CurrentRange }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const live = useLive();
  const fetching = useIsFetching({ queryKey: ['usage'] }) > 0;
  const asOf = useQuery(summaryQuery(range.key, range.period)).dataUpdatedAt;
  const owner = useIsOwner();
  return (
    <div className="acts">
      <span className="asof" role="status">
        <i className={`live ${live.connected ? '' : 'off'}`} />
        {asOf > 0 ? t('traffic.asOf', { at: format.time(asOf) }) : t('traffic.loading')}
      </span>
      <button type="button" className="btn" aria-busy={fetching} onClick={() => void client.invalidateQueries()}>
        <Icon name="reset" className={fetching ? 'turning' : ''} />
        {t('traffic.refresh')}
      </button>
      <Link className="btn" to="/corrections">
        <Icon name="edit" />
        {t('common.entry.page')}
      </Link>
      {owner ? <ResetAll /> : null}
    </div>
  );
}
