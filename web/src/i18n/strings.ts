import i18next from 'i18next';

/** A chunk for each file: the first page brings its own words and the common ones, every further page the words of its feature. */
const FILES = import.meta.glob<Record<string, unknown>>(
  ['./strings.*.json', './said.*.json', '../features/*/strings.*.json'],
  { import: 'default' },
);

/** Parts of the words that some page has asked for: features by their folders, what all share, what the server says. */
const wanted = new Set(['common', 'said']);

/** The words of a feature in the language that is read, and from now on in any other that is chosen. */
export async function loadStrings(feature: string): Promise<void> {
  wanted.add(feature);
  // Another language may be chosen while the words of this one come.
  for (let read = ''; read !== i18next.language; ) {
    read = i18next.language;
    await add(read, feature);
  }
}

/** Everything that was asked for so far, in another language. */
export async function loadLanguage(language: string): Promise<void> {
  // Another page may be opened while they come.
  for (let known = 0; known !== wanted.size; ) {
    known = wanted.size;
    await Promise.all([...wanted].map((part) => add(language, part)));
  }
}

/** `features/nodes/strings.en.json` is `nodes.*`. What the server says is English as it comes: there is no file for it. */
async function add(language: string, part: string): Promise<void> {
  if (i18next.getResource(language, 'translation', part) !== undefined) return;
  const strings = await FILES[fileOf(language, part)]?.();
  if (strings) i18next.addResourceBundle(language, 'translation', { [part]: strings }, true);
}

function fileOf(language: string, part: string): string {
  if (part === 'common') return `./strings.${language}.json`;
  if (part === 'said') return `./said.${language}.json`;
  return `../features/${part}/strings.${language}.json`;
}
