import { useIsOwner, useMayWrite, useSession } from '../../api/session.tsx';
import { Page } from '../../components/frame/page.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { AdminsCard } from './admins-card.tsx';
import { AppearanceCard } from './appearance-card.tsx';
import { AuditCard } from './audit-card.tsx';
import { BackupCard } from './backup-card.tsx';
import { ChannelsCard } from './channels-card.tsx';
import { DoctorCard } from './doctor-card.tsx';
import { LedgerCard } from './ledger-card.tsx';
import { PasswordCard } from './password-card.tsx';
import { PlansCard } from './plans-card.tsx';
import { TemplatesCard } from './templates-card.tsx';
import { TokensCard } from './tokens-card.tsx';
import { TwoFactorCard } from './two-factor-card.tsx';

export function SettingsPage() {
  const { t } = useTranslation();
  const owner = useIsOwner();
  const mayWrite = useMayWrite();
  const version = useSession()?.version;
  return (
    <Page title={t('common.nav.settings')}>
      <div className="c7 column">
        <LedgerCard />
        <AppearanceCard />
      </div>
      <div className="c5 column">
        {owner ? <BackupCard /> : null}
        <PasswordCard />
        <TwoFactorCard />
      </div>
      <PlansCard />
      {mayWrite ? <TemplatesCard /> : null}
      {owner ? <ChannelsCard /> : null}
      {owner ? <DoctorCard /> : null}
      {owner ? <AdminsCard /> : null}
      {mayWrite ? <TokensCard /> : null}
      {owner ? <AuditCard /> : null}
      <p className="mut small">{t('settings.version', { version })}</p>
    </Page>
  );
}
