import { useState } from 'react';
import { Dialog } from '../../components/dialog.tsx';
import { FormError } from '../../components/form.tsx';
import { InstantField, useInstant } from '../../components/instant-field.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { useReset } from '../../components/use-reset.ts';
import { useTranslation } from '../../i18n/words.tsx';
import { usePlanReset } from './api.ts';

/** A reset of everybody's usage: now, or at a time to come. */
export function ResetAll() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <span className="push">
      <button type="button" className="btn danger" onClick={() => setOpen(true)}>
        {t('traffic.resetAll.button')}
      </button>
      <Dialog title={t('traffic.resetAll.title')} open={open} onClose={() => setOpen(false)}>
        <ResetAllForm onDone={() => setOpen(false)} />
      </Dialog>
    </span>
  );
}

function ResetAllForm({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const [when, setWhen] = useState<'now' | 'later'>('now');
  const [local, setLocal] = useState('');
  const at = useInstant(local);
  const reset = useReset();
  const plan = usePlanReset();
  return (
    <>
      <p>{t(when === 'now' ? 'traffic.resetAll.what' : 'traffic.resetAll.whatThen')}</p>
      <dl className="kv box">
        <dt>{t('traffic.resetAll.startsAnew')}</dt>
        <dd>{t('traffic.resetAll.startsAnewWhat')}</dd>
        <dt>{t('traffic.resetAll.stays')}</dt>
        <dd>{t('traffic.resetAll.staysWhat')}</dd>
        <dt>{t('traffic.resetAll.back')}</dt>
        <dd>{t('traffic.resetAll.backWhat')}</dd>
      </dl>
      <Segmented
        label={t('traffic.resetAll.when')}
        value={when}
        options={(['now', 'later'] as const).map((value) => ({ value, label: t(`traffic.resetAll.${value}`) }))}
        onChange={setWhen}
      />
      {when === 'later' ? <InstantField label={t('traffic.resetAll.at')} value={local} onChange={setLocal} /> : null}
      {when === 'later' ? <FormError error={plan.error} /> : null}
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        {when === 'now' ? (
          <button
            type="button"
            className="btn danger"
            disabled={reset.isPending}
            onClick={() => reset.mutate({ scope: 'all' }, { onSettled: onDone })}
          >
            {t('traffic.resetAll.do')}
          </button>
        ) : (
          <button
            type="button"
            className="btn danger"
            disabled={at === undefined || plan.isPending}
            onClick={() => at !== undefined && plan.mutate(at, { onSuccess: onDone })}
          >
            {t('traffic.resetAll.plan')}
          </button>
        )}
      </div>
    </>
  );
}
