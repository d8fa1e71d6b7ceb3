import i18next, { type FormatterModule } from 'i18next';
import { loadLanguage } from './strings.ts';

export const LANGUAGES = { en: 'English', ru: 'Русский', fa: 'فارسی', zh: '中文' } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = 'xpert.language';

export async function startI18n(): Promise<void> {
  await i18next.use(numbers).init({
    resources: {},
    fallbackLng: false,
    // Numbers inside sentences in the reader's own digits; where those are Latin, as they come.
    interpolation: { escapeValue: false, alwaysFormat: true },
  });
  await chooseLanguage(firstLanguage());
}

/** Made when a number is first told in Persian: the data of a language takes long to load. */
let persian: Intl.NumberFormat | undefined;

function inPersian(value: number): string {
  persian ??= new Intl.NumberFormat('fa', { useGrouping: false });
  return persian.format(value);
}

const numbers: FormatterModule = {
  type: 'formatter',
  init: () => undefined,
  add: () => undefined,
  addCached: () => undefined,
  format: (value: unknown, _format, language) =>
    typeof value === 'number' && language === 'fa' ? inPersian(value) : (value as string),
};

let chosen: Language | null = null;

export async function chooseLanguage(language: Language): Promise<void> {
  chosen = language;
  await loadLanguage(language);
  // Another one was chosen while the words of this one came.
  if (chosen !== language) return;
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  document.documentElement.dir = i18next.dir(language);
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
}

function firstLanguage(): Language {
  const wanted = [stored(), ...navigator.languages].map((tag) => tag?.slice(0, 2));
  return wanted.find(isLanguage) ?? 'en';
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function isLanguage(tag: string | undefined): tag is Language {
  return tag !== undefined && tag in LANGUAGES;
}
