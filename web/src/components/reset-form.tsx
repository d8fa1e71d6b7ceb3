import { useState } from 'react';
import { type ResetRequest, usePlanReset, useReset } from '../api/resets.ts';
import { useTranslation } from '../i18n/words.tsx';
import { FormError } from './form.tsx';
import { InstantField, useInstant } from './instant-field.tsx';
import { ResetLook } from './reset-effect.tsx';
import { Segmented } from './segmented.tsx';

interface ResetFormProps {
  readonly request: ResetRequest;
  /** Whose usage it is, unless everybody's. */
  readonly name?: string;
  readonly when?: 'now' | 'later';
  readonly onDone: () => void;
}

/** A reset of everybody, of an admin's users or of one user: now, with what it does, or at a time to come. */
export function ResetForm({ request, name, when: first = 'now', onDone }: ResetFormProps) {
  const { t } = useTranslation();
  const [when, setWhen] = useState(first);
  const [local, setLocal] = useState('');
  const at = useInstant(local);
  const reset = useReset();
  const plan = usePlanReset();
  const { scope } = request;
  const options = (['now', 'later'] as const).map((value) => ({ value, label: t(`common.reset.${value}`) }));
  return (
    <>
      <Segmented label={t('common.reset.when')} value={when} options={options} onChange={setWhen} />
      {when === 'later' ? (
        <>
          <p>{t(`common.reset.then.${scope}`, { name })}</p>
          <InstantField label={t('common.reset.at')} value={local} onChange={setLocal} />
          <FormError error={plan.error} />
        </>
      ) : (
        <>
          <p>{t(`common.reset.what.${scope}`, { name })}</p>
          <ResetLook request={request} />
        </>
      )}
      <dl className="kv box">
        <dt>{t('common.reset.startsAnew')}</dt>
        <dd>{t('common.reset.startsAnewWhat')}</dd>
        <dt>{t('common.reset.stays')}</dt>
        <dd>{t('common.reset.staysWhat')}</dd>
        <dt>{t('common.reset.back')}</dt>
        <dd>{t('common.reset.backWhat')}</dd>
      </dl>
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        {when === 'now' ? (
          <button
            type="button"
            className="btn danger"
            disabled={reset.isPending}
            onClick={() => reset.mutate({ ...request, name }, { onSettled: onDone })}
          >
            {t(`common.reset.do.${scope}`)}
          </button>
        ) : (
          <button
            type="button"
            className="btn danger"
            disabled={at === undefined || plan.isPending}
            onClick={() => at !== undefined && plan.mutate({ ...request, at }, { onSuccess: onDone })}
          >
            {t('common.reset.plan')}
          </button>
        )}
      </div>
    </>
  );
}
