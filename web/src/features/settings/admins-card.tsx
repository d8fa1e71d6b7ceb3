import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { adminsQuery } from '../../api/resources.ts';
import { useSession } from '../../api/session.tsx';
import type { Admin, Role } from '../../api/types.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Form, FormError, fieldError, TextField } from '../../components/form.tsx';
import { Select } from '../../components/select.tsx';
import { State } from '../../components/state.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { AdminHelp } from './admin-help.tsx';
import { useAddAdmin, useDisableAdmin } from './api.ts';
import { ListCard, type ListColumn } from './list-card.tsx';
import { ResellerLimit } from './reseller-limit.tsx';

/** People who log in. */
export function AdminsCard() {
  const { t } = useTranslation();
  const query = useQuery(adminsQuery);
  const [adding, setAdding] = useState(false);
  const columns: readonly ListColumn[] = [
    { name: t('settings.admins.name'), waiting: 96 },
    { name: t('settings.admins.role'), waiting: 72 },
    { name: t('common.stateWord'), waiting: 64 },
    { name: t('settings.admins.since'), className: 'r hide-s', waiting: -64 },
    { name: t('common.more'), className: 'r', unseen: true, waiting: -72 },
  ];
  return (
    <ListCard
      of="admins"
      columns={columns}
      query={query}
      row={(admin) => <Row key={admin.id} admin={admin} />}
      onAdd={() => setAdding(true)}
    >
      <Dialog title={t('settings.admins.add')} open={adding} onClose={() => setAdding(false)}>
        <AddAdminForm onDone={() => setAdding(false)} />
      </Dialog>
    </ListCard>
  );
}

function Row({ admin }: { readonly admin: Admin }) {
  const { t } = useTranslation();
  const format = useFormat();
  const own = useSession()?.admin?.id === admin.id;
  const disable = useDisableAdmin();
  return (
    <tr>
      <td>
        <span className="name">{admin.name}</span>{' '}
        {admin.twoFactor ? <span className="badge">{t('settings.admins.twoFactor')}</span> : null}
      </td>
      <td>{t(`common.role.${admin.role}`)}</td>
      <td className="two-lines">
        <State of={admin.disabled ? 'degraded' : 'up'}>
          {t(admin.disabled ? 'settings.admins.isDisabled' : 'settings.admins.isEnabled')}
        </State>
      </td>
      <td className="r mut hide-s">{format.day(admin.createdAt)}</td>
      <td className="r acts-cell">
        <span className="row-acts">
          {admin.role === 'reseller' ? <ResellerLimit admin={admin} /> : null}
          {own ? (
            <span className="mut">{t('settings.admins.you')}</span>
          ) : (
            <>
              <button
                type="button"
                className="btn small"
                disabled={disable.isPending}
                onClick={() => disable.mutate({ id: admin.id, disabled: !admin.disabled })}
              >
                {t(admin.disabled ? 'settings.admins.enable' : 'settings.admins.disable')}
              </button>
              <AdminHelp admin={admin} />
            </>
          )}
        </span>
      </td>
    </tr>
  );
}

const ROLES: readonly Role[] = ['reseller', 'viewer', 'owner'];

function AddAdminForm({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const add = useAddAdmin();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('reseller');
  const [password, setPassword] = useState('');
  return (
    <Form onSubmit={() => add.mutate({ name, role, password }, { onSuccess: onDone })}>
      <TextField
        label={t('settings.admins.name')}
        value={name}
        onChange={setName}
        error={fieldError(add.error, 'name')}
        autoFocus
      />
      <Select
        label={t('settings.admins.role')}
        value={role}
        options={ROLES.map((one) => ({ value: one, label: t(`common.role.${one}`) }))}
        onChange={setRole}
      />
      <p className="note">{t(`settings.admins.roleWhat.${role}`)}</p>
      <TextField
        label={t('settings.password.next')}
        type="password"
        autoComplete="new-password"
        value={password}
        onChange={setPassword}
        error={fieldError(add.error, 'password')}
      />
      <FormError error={add.error} fields={['name', 'password']} />
      <div className="row-end">
        <button type="button" className="btn" onClick={onDone}>
          {t('common.cancel')}
        </button>
        <button type="submit" className="btn primary" disabled={name === '' || password.length < 8 || add.isPending}>
          {t('settings.admins.add')}
        </button>
      </div>
    </Form>
  );
}
