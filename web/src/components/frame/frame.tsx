import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useRouter } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { listen } from '../../api/live.ts';
import { useSession } from '../../api/session.tsx';
import { useTranslation } from '../../i18n/words.tsx';
import { Logo } from '../icon.tsx';
import { Link } from '../link.tsx';
import { Foot } from './foot.tsx';
import { Nav } from './nav.tsx';

/** Around every page of a logged-in admin: side bar, and the line that brings changes. */
export function Frame({ children = <Outlet /> }: { readonly children?: ReactNode }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  useEffect(() => listen(client), [client]);
  useLeaveWithoutSession();
  return (
    <div className="app">
      <button type="button" className="skip" onClick={skipToContent}>
        {t('common.skip')}
      </button>
      <aside className="side">
        <Link className="brand" to="/" aria-label="Xpert">
          <Logo />
          <span className="t">Xpert</span>
        </Link>
        <Nav />
        <Foot />
      </aside>
      {children}
    </div>
  );
}

/** The session ended elsewhere, or ran out: the routes are asked again, and lead to the login and from there back. */
function useLeaveWithoutSession(): void {
  const session = useSession();
  const router = useRouter();
  const ended = session !== undefined && session.admin === null;
  useEffect(() => {
    if (ended) void router.invalidate();
  }, [ended, router]);
}

/** A link would do, but the hash is the address of the page here. */
function skipToContent(): void {
  document.querySelector<HTMLElement>('#content :is(a, button, input)')?.focus();
}
