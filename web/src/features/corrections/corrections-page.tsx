import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useIsOwner, useSeesAll } from '../../api/session.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Page } from '../../components/frame/page.tsx';
import { SetAsideCard } from '../../components/set-aside-card.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { CorrectionForm } from './correction-form.tsx';
import { EntriesCard } from './entries-card.tsx';

/** What was added to the ledger by hand, and what waits for a decision. Nothing that was booked is ever changed. */
export function CorrectionsPage() {
  const { user = '' }: { user?: string } = useSearch({ strict: false });
  return <Corrections key={user} user={user} />;
}

function Corrections({ user }: { readonly user: string }) {
  const { t } = useTranslation();
  const owner = useIsOwner();
  const seesAll = useSeesAll();
  const [open, setOpen] = useState(user !== '');
  return (
    <Page title={t('corrections.title')} parent={{ to: '/traffic', name: t('common.nav.traffic') }}>
      <EntriesCard {...(owner ? { onAdd: () => setOpen(true) } : {})} />
      {seesAll ? <SetAsideCard kind="quarantine" /> : null}
      {seesAll ? <SetAsideCard kind="baselines" /> : null}
      <Dialog title={t('corrections.add')} open={open && owner} onClose={() => setOpen(false)}>
        <CorrectionForm user={user} onDone={() => setOpen(false)} />
      </Dialog>
    </Page>
  );
}
