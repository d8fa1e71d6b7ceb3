import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { followLanguage, type Language, languageNow } from './language.ts';
import { type Translate, wordsOf } from './translate.ts';

interface Words {
  readonly t: Translate;
  readonly language: Language;
}

const Context = createContext<Words | null>(null);

/** The words of the language that is read, for all that is below. A page shows thousands of them: only this follows changes. */
export function WordsProvider({ children }: { readonly children: ReactNode }) {
  const [words, setWords] = useState(wordsOfNow);
  useEffect(() => followLanguage(() => setWords(wordsOfNow())), []);
  return <Context.Provider value={words}>{children}</Context.Provider>;
}

function wordsOfNow(): Words {
  return { t: wordsOf(languageNow()), language: languageNow() };
}

export function useTranslation(): Words {
  const words = useContext(Context);
  if (words === null) throw new Error('No WordsProvider above.');
  return words;
}
