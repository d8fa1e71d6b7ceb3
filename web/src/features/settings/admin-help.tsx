import { useState } from 'react';
import type { Admin } from '../../api/types.ts';
import { DeleteForm } from '../../components/delete-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { Icon } from '../../components/icon.tsx';
import { Menu, MenuLabel } from '../../components/menu.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useResetPassword, useResetTwoFactor } from './api.ts';

type Opened = 'password' | 'factor';

/** For whoever has lost a password or a second factor. */
export function AdminHelp({ admin }: { readonly admin: Admin }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<Opened | null>(null);
  const resetFactor = useResetTwoFactor(admin);
  const { name } = admin;
  const label = t('settings.admins.help.of', { name });
  const close = () => setOpened(null);
  const entry = (key: Opened, icon: 'edit' | 'key') => ({
    key,
    label: <MenuLabel icon={icon} text={t(`settings.admins.help.${key}`)} />,
    onPick: () => setOpened(key),
  });
  return (
    <>
      <Menu
        label={label}
        trigger={
          <button type="button" className="btn quiet icon small" aria-label={label}>
            <Icon name="more" />
          </button>
        }
        items={[entry('password', 'edit'), ...(admin.twoFactor ? [entry('factor', 'key')] : [])]}
      />
      <Dialog title={t('settings.admins.help.passwordOf', { name })} open={opened === 'password'} onClose={close}>
        <PasswordForm admin={admin} onDone={close} />
      </Dialog>
      <Dialog title={t('settings.admins.help.factorOf', { name })} open={opened === 'factor'} onClose={close}>
        <DeleteForm
          what={t('settings.admins.help.factorWhat')}
          label={t('settings.admins.help.factorDo')}
          remove={resetFactor}
          onCancel={close}
          onDone={close}
        />
      </Dialog>
    </>
  );
}

function PasswordForm({ admin, onDone }: { readonly admin: Admin; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const reset = useResetPassword(admin);
  const [password, setPassword] = useState('');
  return (
    <Form onSubmit={() => reset.mutate(password, { onSuccess: onDone })}>
      <p className="note">{t('settings.admins.help.passwordWhat')}</p>
      <TextField
        label={t('settings.password.next')}
        type="password"
        autoComplete="new-password"
        value={password}
        onChange={setPassword}
        error={fieldError(reset.error, 'password')}
        autoFocus
      />
      <FormError error={reset.error} fields={['password']} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button type="submit" className="btn primary" disabled={password.length < 8 || reset.isPending}>
          {t('common.save')}
        </button>
      </div>
    </Form>
  );
}
