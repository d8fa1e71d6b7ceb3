import { useState } from 'react';
import { useIsOwner } from '../../api/session.tsx';
import { Paste } from '../../components/copy.tsx';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { SCOPES, type Scope, useAddToken } from './api.ts';

const OWNER_ONLY: readonly Scope[] = ['ingest', 'metrics'];

/** A token is shown once, right after it was made. */
export function AddTokenForm({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const owner = useIsOwner();
  const add = useAddToken();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['read']);
  const [signing, setSigning] = useState(false);
  if (add.data) {
    return (
      <>
        <p>{t('settings.tokens.once')}</p>
        <Paste label={t('settings.tokens.token')} lines={add.data.token} />
        {add.data.signingSecret ? (
          <Paste label={t('settings.tokens.signingSecret')} lines={add.data.signingSecret} />
        ) : null}
        <div className="row-end">
          <button type="button" className="btn primary" onClick={onDone}>
            {t('settings.tokens.copied')}
          </button>
        </div>
      </>
    );
  }
  const toggle = (scope: Scope) =>
    setScopes(scopes.includes(scope) ? scopes.filter((one) => one !== scope) : [...scopes, scope]);
  const offered = SCOPES.filter((scope) => owner || !OWNER_ONLY.includes(scope));
  const ingest = scopes.includes('ingest');
  return (
    <Form onSubmit={() => add.mutate({ name, scopes, ...(ingest && signing ? { signing } : {}) })}>
      <TextField
        label={t('settings.tokens.name')}
        value={name}
        onChange={setName}
        error={fieldError(add.error, 'name')}
        autoFocus
      />
      <fieldset className="choices">
        <legend>{t('settings.tokens.scopes')}</legend>
        {offered.map((scope) => (
          <label key={scope}>
            <input type="checkbox" className="check" checked={scopes.includes(scope)} onChange={() => toggle(scope)} />
            <span>
              <b>{scope}</b>
              <span className="note">{t(`settings.tokens.scopeWhat.${scope}`)}</span>
            </span>
          </label>
        ))}
        {ingest ? (
          <label>
            <input type="checkbox" className="check" checked={signing} onChange={() => setSigning(!signing)} />
            <span>
              <b>{t('settings.tokens.signing')}</b>
              <span className="note">{t('settings.tokens.signingWhat')}</span>
            </span>
          </label>
        ) : null}
      </fieldset>
      <FormError error={add.error} fields={['name']} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button type="submit" className="btn primary" disabled={name === '' || scopes.length === 0 || add.isPending}>
          {t('settings.tokens.add')}
        </button>
      </div>
    </Form>
  );
}
