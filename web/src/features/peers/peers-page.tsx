import { useMayWrite } from '../../api/session.tsx';
import { Empty } from '../../components/block.tsx';
import { Page } from '../../components/frame/page.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { AssignCard } from './assign-card.tsx';
import { AutomaticCard } from './automatic-card.tsx';
import { SuccessionsCard } from './successions-card.tsx';
import { TokensCard } from './tokens-card.tsx';

/** Whose is what: tokens and devices that belong to nobody yet, and three ways to give them to users. */
export function PeersPage() {
  const { t } = useTranslation();
  const mayWrite = useMayWrite();
  return (
    <Page title={t('peers.title')} parent={{ to: '/users', name: t('common.nav.users') }}>
      {mayWrite ? (
        <>
          <SuccessionsCard />
          <TokensCard />
          <AssignCard />
          <AutomaticCard />
        </>
      ) : (
        <section className="card">
          <Empty title={t('peers.readOnly')} />
        </section>
      )}
    </Page>
  );
}
