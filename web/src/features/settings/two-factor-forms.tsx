import { useEffect, useState } from 'react';
import { Paste } from '../../components/copy.tsx';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { QrCode } from '../../components/qr-code.tsx';
import { SkeletonLines } from '../../components/skeleton.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { type Confirmation, useEnable, useProposal } from './two-factor-api.ts';

/** Scan, type the code that the app shows, confirm with the password; then the recovery codes, once. */
export function EnableForm({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const { data, error, mutate } = useProposal();
  const enable = useEnable();
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  useEffect(() => mutate(), [mutate]);
  if (enable.data) return <RecoveryCodes codes={enable.data.recoveryCodes} onDone={onDone} />;
  if (!data) return error ? <FormError error={error} /> : <SkeletonLines />;
  return (
    <Form onSubmit={() => enable.mutate({ password, secret: data.secret, code })}>
      <p>{t('settings.twoFactor.scan')}</p>
      <div className="qr-frame">
        <QrCode text={data.uri} label={t('settings.twoFactor.qr')} />
      </div>
      <Paste label={t('settings.twoFactor.byHand')} lines={data.secret} />
      <TextField
        label={t('settings.twoFactor.code')}
        value={code}
        onChange={setCode}
        inputMode="numeric"
        autoComplete="one-time-code"
        dir="ltr"
        error={fieldError(enable.error, 'code')}
      />
      <TextField
        label={t('settings.password.current')}
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
      />
      <FormError error={enable.error} fields={['code']} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button
          type="submit"
          className="btn primary"
          disabled={code.replace(/\s/g, '').length !== 6 || password === '' || enable.isPending}
        >
          {t('settings.twoFactor.enable')}
        </button>
      </div>
    </Form>
  );
}

interface ConfirmFormProps {
  readonly what: string;
  readonly button: string;
  readonly error: Error | null;
  readonly isPending: boolean;
  readonly onSubmit: (confirmation: Confirmation) => void;
}

/** As when logging in: the password, and a code of the app or a recovery code. */
export function ConfirmForm({ what, button, error, isPending, onSubmit }: ConfirmFormProps) {
  const { t } = useTranslation();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  return (
    <Form onSubmit={() => onSubmit({ password, code })}>
      <p>{what}</p>
      <TextField
        label={t('settings.password.current')}
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        autoFocus
      />
      <TextField
        label={t('settings.twoFactor.code')}
        value={code}
        onChange={setCode}
        autoComplete="one-time-code"
        dir="ltr"
      />
      <FormError error={error} />
      <div className="row-end">
        <button type="submit" className="btn primary" disabled={password === '' || code.trim() === '' || isPending}>
          {button}
        </button>
      </div>
    </Form>
  );
}

export function RecoveryCodes({ codes, onDone }: { readonly codes: readonly string[]; readonly onDone: () => void }) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t('settings.twoFactor.keepCodes')}</p>
      <Paste label={t('settings.twoFactor.codes')} lines={codes.join('\n')} />
      <div className="row-end">
        <button type="button" className="btn primary" onClick={onDone}>
          {t('settings.twoFactor.kept')}
        </button>
      </div>
    </>
  );
}
