/** Words as a file has them: sentences, or more of them below a name. */
export interface Texts {
  readonly [name: string]: string | Texts;
}

/** `nodes.state.up` stands in the part `nodes`. */
type Parts = Map<string, Texts>;

const byLanguage = new Map<string, Parts>();

export function hasTexts(language: string, part: string): boolean {
  return byLanguage.get(language)?.has(part) ?? false;
}

export function addTexts(language: string, part: string, texts: Texts): void {
  const parts: Parts = byLanguage.get(language) ?? new Map();
  byLanguage.set(language, parts.set(part, texts));
}

export function textOf(language: string, key: string): string | undefined {
  const [part = '', ...path] = key.split('.');
  let found: string | Texts | undefined = byLanguage.get(language)?.get(part);
  for (const name of path) found = typeof found === 'object' && Object.hasOwn(found, name) ? found[name] : undefined;
  return typeof found === 'string' ? found : undefined;
}
