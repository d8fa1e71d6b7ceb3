import { useTranslation } from '../../i18n/words.tsx';
import { Empty, Failure } from '../block.tsx';
import { Link } from '../link.tsx';
import { Page } from './page.tsx';

/** A page that could not be shown at all; the menu stays. */
export function PageFailure({ error, reset }: { readonly error: unknown; readonly reset: () => void }) {
  return (
    <main className="alone">
      <section className="card">
        <Failure error={error instanceof Error ? error : new Error(String(error))} retry={reset} />
      </section>
    </main>
  );
}

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('common.noSuchPage')}>
      <section className="card">
        <Empty title={t('common.noSuchPageWhy')}>
          <Link to="/">{t('common.toOverview')}</Link>
        </Empty>
      </section>
    </Page>
  );
}
