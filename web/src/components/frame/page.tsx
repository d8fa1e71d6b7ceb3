import { type ReactNode, useEffect } from 'react';
import type { RangeName } from '../../lib/range.ts';
import { Link } from '../link.tsx';
import { PaletteButton } from '../palette/palette-button.tsx';
import { RangePicker } from '../range-picker.tsx';
import { ConnectionNotice } from './connection-notice.tsx';
import { AdminMenu, LanguageMenu, ThemeButton } from './controls.tsx';
import { Drawer } from './drawer.tsx';

interface PageProps {
  readonly title: string;
  /** The list this page belongs to. */
  readonly parent?: { readonly to: string; readonly name: string };
  /** The page's own range when the URL has none; absent: the page has no range. */
  readonly range?: RangeName;
  readonly children: ReactNode;
}

/** Top bar and content of one page. */
export function Page({ title, parent, range, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Xpert`;
  }, [title]);
  return (
    <div className="page">
      <header className="top">
        <Drawer />
        <div className="crumb">
          {parent ? (
            <>
              <Link to={parent.to} className="hide-s">
                {parent.name}
              </Link>
              <span className="sep hide-s" aria-hidden="true">
                /
              </span>
            </>
          ) : null}
          <h1>{title}</h1>
        </div>
        <span className="push" />
        {range ? <RangePicker fallback={range} /> : null}
        <PaletteButton />
        <span className="opt">
          <LanguageMenu />
        </span>
        <ThemeButton />
        <span className="opt">
          <AdminMenu />
        </span>
      </header>
      <main id="content" tabIndex={-1}>
        <ConnectionNotice />
        {children}
      </main>
    </div>
  );
}
