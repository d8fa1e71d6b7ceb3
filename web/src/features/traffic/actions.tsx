import { useIsFetching, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLive } from '../../api/live.ts';
import { useIsOwner } from '../../api/session.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { Link } from '../../components/link.tsx';
import { useReset } from '../../components/use-reset.ts';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import type { CurrentRange } from '../../lib/use-range.ts';
import { summaryQuery } from './api.ts';

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

function ResetAll() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const reset = useReset();
  return (
    <span className="push">
      <button type="button" className="btn danger" onClick={() => setOpen(true)}>
        {t('traffic.resetAll.button')}
      </button>
      <Dialog title={t('traffic.resetAll.title')} open={open} onClose={() => setOpen(false)}>
        <p>{t('traffic.resetAll.what')}</p>
        <dl className="kv box">
          <dt>{t('traffic.resetAll.startsAnew')}</dt>
          <dd>{t('traffic.resetAll.startsAnewWhat')}</dd>
          <dt>{t('traffic.resetAll.stays')}</dt>
          <dd>{t('traffic.resetAll.staysWhat')}</dd>
          <dt>{t('traffic.resetAll.back')}</dt>
          <dd>{t('traffic.resetAll.backWhat')}</dd>
        </dl>
        <div className="row-end">
          <button type="button" className="btn" onClick={() => setOpen(false)}>
            {t('common.cancel')}
          </button>
          <button
            type="button"
            className="btn danger"
            disabled={reset.isPending}
            onClick={() => reset.mutate({ scope: 'all' }, { onSettled: () => setOpen(false) })}
          >
            {t('traffic.resetAll.do')}
          </button>
        </div>
      </Dialog>
    </span>
  );
}
