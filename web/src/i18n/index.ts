import { directionOf, LANGUAGES, type Language, setLanguage } from './language.ts';
import { loadLanguage } from './strings.ts';

const KEY = 'xpert.language';

let chosen: Language | null = null;

export async function chooseLanguage(language: Language): Promise<void> {
  chosen = language;
  await loadLanguage(language);
  // Another one was chosen while the words of this one came.
  if (chosen !== language) return;
  setLanguage(language);
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
}

export function firstLanguage(): Language {
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
