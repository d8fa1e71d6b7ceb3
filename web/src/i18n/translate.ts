import { textOf } from './texts.ts';

/** What is filled into a sentence by name: `{{count}}`. */
export interface Values {
  readonly [name: string]: unknown;
  /** Chooses among forms of the sentence, too: `peers_one`, `peers_few`; `peers_zero` where a language has none by itself. */
  readonly count?: number | undefined;
  /** Where there are no such words. */
  readonly defaultValue?: string | undefined;
}

export type Translate = (key: string, values?: Values) => string;

/** The words of a language; a key that has none is told itself. */
export function wordsOf(language: string): Translate {
  // Made when it is first needed: the data of a language takes long to load.
  let rules: Intl.PluralRules | undefined;
  const formOf = (count: number) => {
    rules ??= new Intl.PluralRules(language);
    return rules.select(count);
  };
  const sentenceOf = (key: string, count: number | undefined) => {
    if (count === undefined) return textOf(language, key);
    const none = count === 0 ? textOf(language, `${key}_zero`) : undefined;
    return none ?? textOf(language, `${key}_${formOf(count)}`) ?? textOf(language, key);
  };
  return (key, values) => {
    const sentence = sentenceOf(key, values?.count);
    if (sentence === undefined) return values?.defaultValue ?? key;
    return values === undefined ? sentence : fillIn(sentence, values, language);
  };
}

function fillIn(sentence: string, values: Values, language: string): string {
  return sentence.replace(/\{\{(\w+)\}\}/g, (gap, name: string) =>
    Object.hasOwn(values, name) ? told(values[name], language) : gap,
  );
}

let persian: Intl.NumberFormat | undefined;

/** Numbers inside sentences in the reader's own digits; where those are Latin, as they come. */
function told(value: unknown, language: string): string {
  if (typeof value !== 'number' || language !== 'fa') return String(value ?? '');
  persian ??= new Intl.NumberFormat('fa', { useGrouping: false });
  return persian.format(value);
}
