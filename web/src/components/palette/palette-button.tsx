import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from '../../i18n/words.tsx';
import { Icon } from '../icon.tsx';

const load = () => import('./palette.tsx').then((module) => ({ default: module.Palette }));
const Palette = lazy(load);

/** Fetched once the page has come to rest, so that the first letters typed into it are not lost. */
const LATER_MS = 2_000;

const IS_MAC = /mac|iphone|ipad/i.test(navigator.platform);

/** Opens the command palette: by press, by Ctrl or ⌘ and K, and by / outside of fields. */
export function PaletteButton() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => void load().catch(() => undefined), LATER_MS);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!opensPalette(event)) return;
      event.preventDefault();
      setOpen((before) => event.key === '/' || !before);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <button
        type="button"
        className="field find"
        aria-label={t('common.palette.search')}
        aria-keyshortcuts="Control+K Meta+K"
        onClick={() => setOpen(true)}
      >
        <Icon name="search" />
        <span className="k">{t('common.palette.search')}</span>
        <kbd>{IS_MAC ? '⌘K' : 'Ctrl K'}</kbd>
      </button>
      {open ? (
        <Suspense fallback={null}>
          <Palette onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}

function opensPalette(event: KeyboardEvent): boolean {
  // The place of the key, so that it is K on a Russian or a Persian keyboard too.
  if (event.code === 'KeyK' && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) return true;
  const inField = event.target instanceof Element && event.target.closest('input, textarea, select, [role="dialog"]');
  return event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && inField === null;
}
