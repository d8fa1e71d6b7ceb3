export const LANGUAGES = { en: 'English', ru: 'Русский', fa: 'فارسی', zh: '中文' } as const;
export type Language = keyof typeof LANGUAGES;

let language: Language = 'en';
const followers = new Set<() => void>();

/** The one that is read. */
export function languageNow(): Language {
  return language;
}

export function setLanguage(next: Language): void {
  language = next;
  for (const follow of followers) follow();
}

/** @returns what ends it. */
export function followLanguage(follow: () => void): () => void {
  followers.add(follow);
  return () => followers.delete(follow);
}

export function directionOf(of: Language): 'ltr' | 'rtl' {
  return of === 'fa' ? 'rtl' : 'ltr';
}
