// Checks the panel's strings: every language has every key, every key that the code asks for exists, and every key is
// asked for; and what the server says has words in every language but its own. Keys are `<feature>.<path>`; a template such as t(`nodes.state.${x}`) uses everything below its fixed part.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './lib/root.mjs';
import { problemCodes, saidCodes } from './lib/said-codes.mjs';

const ROOT = join(import.meta.dirname, '..', 'web', 'src');
const LANGUAGES = ['en', 'ru', 'fa', 'zh'];
const PLURALS = /_(zero|one|two|few|many|other)$/;

const files = readdirSync(ROOT, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));

/** All keys of one language with their text, `common.…` from i18n/, the rest by feature. */
function stringsOf(language) {
  const keys = new Map();
  for (const file of files.filter((name) => name.endsWith(`strings.${language}.json`))) {
    const parts = relative(ROOT, file).split('/');
    const area = parts[0] === 'features' ? parts[1] : 'common';
    collect(JSON.parse(readFileSync(file, 'utf8')), area, keys);
  }
  return keys;
}

function collect(value, path, keys) {
  if (typeof value === 'string') keys.set(path, value);
  else for (const [name, inner] of Object.entries(value)) collect(inner, `${path}.${name}`, keys);
}

/** What the code asks for: whole keys, and prefixes of computed ones. */
function usedKeys() {
  const whole = new Map();
  const prefixes = new Map();
  for (const file of files.filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'))) {
    const text = readFileSync(file, 'utf8');
    for (const [, key] of text.matchAll(/['"]([a-z-]+(?:\.[A-Za-z0-9-]+)+)['"]/g)) whole.set(key, file);
    for (const [, prefix] of text.matchAll(/`([a-z-]+\.(?:[A-Za-z0-9-]+\.)*)\$\{/g)) prefixes.set(prefix, file);
    for (const [, key] of text.matchAll(/\bt\(\s*['"]([^'"]+)['"]/g)) whole.set(key, file);
  }
  return { whole, prefixes };
}

const problems = [];
const byLanguage = new Map(LANGUAGES.map((language) => [language, stringsOf(language)]));
const bases = new Map(
  LANGUAGES.map((language) => [
    language,
    new Set([...byLanguage.get(language).keys()].map((key) => key.replace(PLURALS, ''))),
  ]),
);
const all = new Set([...bases.values()].flatMap((keys) => [...keys]));
const { whole, prefixes } = usedKeys();
const areas = new Set([...all].map((key) => key.split('.')[0]));

for (const [language, keys] of bases) {
  for (const key of all) if (!keys.has(key)) problems.push(`${language}: "${key}" is missing`);
  for (const [key, text] of byLanguage.get(language))
    if (text.trim() === '') problems.push(`${language}: "${key}" is empty`);
}
for (const [key, text] of byLanguage.get('en')) {
  const names = variables(text);
  if (PLURALS.test(key)) continue;
  for (const language of LANGUAGES) {
    const other = byLanguage.get(language).get(key);
    if (other === undefined) continue;
    const missing = [...names].filter((name) => !variables(other).has(name));
    if (missing.length > 0) problems.push(`${language}: "${key}" does not say {{${missing.join('}}, {{')}}}`);
  }
}
for (const [key, file] of whole) {
  if (areas.has(key.split('.')[0]) && !all.has(key)) problems.push(`"${key}" does not exist (${relative(ROOT, file)})`);
}
for (const key of all) {
  const used = whole.has(key) || [...prefixes.keys()].some((prefix) => key.startsWith(prefix));
  if (!used) problems.push(`"${key}" is not used`);
}
for (const [prefix, file] of prefixes) {
  const known = [...all].some((key) => key.startsWith(prefix));
  if (areas.has(prefix.split('.')[0]) && !known)
    problems.push(`nothing begins with "${prefix}" (${relative(ROOT, file)})`);
}

function variables(text) {
  return new Set([...text.matchAll(/\{\{(\w+)/g)].map(([, name]) => name));
}

// What the server says has the same codes and parts in every translation.
const said = LANGUAGES.filter((language) => language !== 'en').map((language) => {
  const keys = new Map();
  collect(JSON.parse(readFileSync(join(ROOT, 'i18n', `said.${language}.json`), 'utf8')), 'said', keys);
  return [language, keys];
});
for (const key of new Set(said.flatMap(([, keys]) => [...keys.keys()]))) {
  for (const [language, keys] of said) if (!keys.has(key)) problems.push(`${language}: "${key}" is missing`);
}
// And everything that the server can say in the panel has words there.
for (const [code, [file]] of saidCodes(root)) {
  for (const [language, keys] of said)
    if (!keys.has(`said.${code}.message`))
      problems.push(`${language}: "said.${code}" is missing (src/${file} says it)`);
}
const refused = problemCodes(root);
if (refused.length === 0) problems.push('no code was found in src/http/problem.ts');
for (const { code, hasHint } of refused) {
  for (const part of hasHint ? ['message', 'hint'] : ['message'])
    for (const [language, keys] of said)
      if (!keys.has(`said.${code}.${part}`)) problems.push(`${language}: "said.${code}.${part}" is missing`);
}

for (const problem of problems) console.error(problem);
console.log(
  problems.length === 0
    ? `strings: ${all.size} keys in ${LANGUAGES.join(', ')}`
    : `strings: ${problems.length} problems`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
