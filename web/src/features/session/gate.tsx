import type { ReactNode } from 'react';
import { LanguageMenu, ThemeButton } from '../../components/frame/controls.tsx';
import { Logo } from '../../components/icon.tsx';
import { useTranslation } from '../../i18n/words.tsx';

interface GateProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children: ReactNode;
  /** A card of its own below. */
  readonly beside?: ReactNode;
}

/** A page before the panel: login and first start. */
export function Gate({ title, lead, children, beside }: GateProps) {
  const { t } = useTranslation();
  return (
    <div className="gate">
      <header className="gate-top">
        <span className="brand">
          <Logo />
          Xpert
        </span>
        <span className="row2s">
          <LanguageMenu />
          <ThemeButton />
        </span>
      </header>
      <main className="card gate-card">
        <h1>{title}</h1>
        {lead ? <div className="lead">{lead}</div> : null}
        {children}
      </main>
      {beside}
      <footer className="gate-foot">{t('session.promise')}</footer>
    </div>
  );
}
