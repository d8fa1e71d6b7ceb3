import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark';
export type ThemeChoice = Theme | 'system';

const THEME_KEY = 'xpert.theme';
const CONTRAST_KEY = 'xpert.contrast';
const listeners = new Set<() => void>();
const system = matchMedia('(prefers-color-scheme: dark)');
const painted = matchMedia('(forced-colors: active)');
let choice: ThemeChoice = remembered();
for (const query of [system, painted]) query.addEventListener('change', show);

function remembered(): ThemeChoice {
  try {
    const kept = localStorage.getItem(THEME_KEY);
    return kept === 'dark' || kept === 'light' ? kept : 'system';
  } catch {
    return 'system';
  }
}

/** What holds stands at the root, so that the styles know one dark theme, however it came about. */
function show(): void {
  document.documentElement.dataset.theme = current();
  announce();
}

function announce(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function current(): Theme {
  // Where the system paints, its ground decides: what is drawn by hand has to stand on it.
  if (choice !== 'system' && !painted.matches) return choice;
  return system.matches ? 'dark' : 'light';
}

function isHighContrast(): boolean {
  return document.documentElement.dataset.contrast === 'high';
}

/** The theme in force: the chosen one, else the system's. */
export function useTheme(): readonly [Theme, (theme: ThemeChoice) => void] {
  return [useSyncExternalStore(subscribe, current), chooseTheme];
}

export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(subscribe, () => choice);
}

export function useContrast(): readonly [high: boolean, (high: boolean) => void] {
  return [useSyncExternalStore(subscribe, isHighContrast), chooseContrast];
}

function chooseTheme(theme: ThemeChoice): void {
  choice = theme;
  remember(THEME_KEY, theme);
  show();
}

/** `normal` is remembered too: it holds against a system that asks for more contrast. */
function chooseContrast(high: boolean): void {
  const { dataset } = document.documentElement;
  if (high) dataset.contrast = 'high';
  else delete dataset.contrast;
  remember(CONTRAST_KEY, high ? 'high' : 'normal');
  announce();
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
}
