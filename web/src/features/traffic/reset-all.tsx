import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ResetRequest } from '../../api/resets.ts';
import { adminsQuery } from '../../api/resources.ts';
import { Dialog } from '../../components/dialog.tsx';
import { ResetForm } from '../../components/reset-form.tsx';
import { Select } from '../../components/select.tsx';
import { useTranslation } from '../../i18n/words.tsx';

const EVERYBODY = '';

/** A reset of everybody's usage, or of all users of an admin: now, or at a time to come. */
export function ResetAll() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [admin, setAdmin] = useState(EVERYBODY);
  const close = () => {
    setOpen(false);
    setAdmin(EVERYBODY);
  };
  const title = admin === EVERYBODY ? t('traffic.resetAll.title') : t('common.reset.titleOfOwner', { name: admin });
  const request: ResetRequest = admin === EVERYBODY ? { scope: 'all' } : { scope: 'owner', owner: admin };
  return (
    <span className="push">
      <button type="button" className="btn danger" onClick={() => setOpen(true)}>
        {t('traffic.resetAll.button')}
      </button>
      <Dialog title={title} open={open} onClose={close}>
        <Whose admin={admin} onChange={setAdmin} />
        <ResetForm request={request} name={admin} onDone={close} />
      </Dialog>
    </span>
  );
}

/** Nothing to choose where only one admin has users. */
function Whose({ admin, onChange }: { readonly admin: string; readonly onChange: (admin: string) => void }) {
  const { t } = useTranslation();
  const admins = (useQuery(adminsQuery).data?.items ?? []).filter(({ role }) => role !== 'viewer');
  if (admins.length < 2) return null;
  const options = [
    { value: EVERYBODY, label: t('traffic.resetAll.everybody') },
    ...admins.map(({ name }) => ({ value: name, label: t('traffic.resetAll.usersOf', { name }) })),
  ];
  return <Select label={t('traffic.resetAll.whose')} value={admin} options={options} onChange={onChange} />;
}
