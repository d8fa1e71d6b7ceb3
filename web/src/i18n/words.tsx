import i18next, { type i18n as I18n, type TFunction } from 'i18next';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';

interface Words {
  readonly t: TFunction;
  readonly i18n: I18n;
}

const Context = createContext<Words | null>(null);

/** The words of the language that is read, for all that is below. A page shows thousands of them: only this follows changes. */
export function WordsProvider({ children }: { readonly children: ReactNode }) {
  const [words, setWords] = useState(wordsOfNow);
  useEffect(() => {
    const show = () => setWords(wordsOfNow());
    i18next.on('languageChanged', show);
    return () => i18next.off('languageChanged', show);
  }, []);
  return <Context.Provider value={words}>{children}</Context.Provider>;
}

function wordsOfNow(): Words {
  return { t: wordsOf(i18next.language), i18n: i18next };
}

/** The words of a language. Most have nothing to fill in: they are looked up, which is a tenth of the work. */
export function wordsOf(language: string): TFunction {
  const translate = i18next.getFixedT(language);
  const t = (key: string, options?: Record<string, unknown>): string => {
    const plain: unknown = options === undefined ? i18next.getResource(language, 'translation', key) : undefined;
    return typeof plain === 'string' && !/\{\{|\$t\(/.test(plain) ? plain : endedOnce(translate(key, options ?? {}));
  };
  return t as TFunction;
}

/** A date may end in a full stop of its own (Russian: "28 нояб."), and then a sentence that it ends has two. */
export function endedOnce(text: string): string {
  return text.replace(/(\p{L}\.)\.(?=\s|$)/gu, '$1');
}

export function useTranslation(): Words {
  const words = useContext(Context);
  if (words === null) throw new Error('No WordsProvider above.');
  return words;
}
