// Every panel string exists in every language: `strings.<lang>.json` files that lie side by side must have the same keys.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/root.mjs';

const plural = /_(zero|one|two|few|many|other)$/;

/** Flat keys of a tree of strings; plural forms of one key count once, because languages have different ones. */
function keysOf(tree, prefix = '') {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'object' ? keysOf(value, `${prefix}${key}.`) : [`${prefix}${key}`.replace(plural, '')],
  );
}

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /^strings\.[a-z]+\.json$/.test(entry.name))
    .map((entry) => ({
      folder: entry.parentPath,
      language: entry.name.split('.')[1],
      path: join(entry.parentPath, entry.name),
    }));
}

const files = filesIn(join(root, 'web/src'));
const languages = new Set(files.map((file) => file.language));
const problems = [];
for (const folder of new Set(files.map((file) => file.folder))) {
  const here = new Map(
    files
      .filter((file) => file.folder === folder)
      .map((file) => [file.language, new Set(keysOf(JSON.parse(readFileSync(file.path, 'utf8'))))]),
  );
  const all = new Set([...here.values()].flatMap((keys) => [...keys]));
  for (const language of languages) {
    for (const key of all)
      if (!here.get(language)?.has(key))
        problems.push(`${folder.slice(root.length + 1)}: "${key}" is missing in ${language}`);
  }
}
for (const problem of problems) console.error(problem);
if (files.length === 0 && existsSync(join(root, 'web/src'))) {
  console.error('No strings.<lang>.json was found in web/src: nothing was checked.');
  process.exitCode = 1;
} else {
  console.log(`${files.length} files, ${[...languages].join(', ')}`);
  if (problems.length > 0) process.exitCode = 1;
}
