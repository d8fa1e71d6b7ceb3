import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './root.mjs';

const isTest = /\.test\.tsx?$/;

function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !isTest.test(entry.name) && !entry.parentPath.includes('/node_modules'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** What a build was made of: a digest over names and contents, so that a checkout that only touches files is no change. */
export function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const path of paths.flatMap((path) => filesUnder(join(root, path)))) {
    const content = readFileSync(path);
    hash.update(`${relative(root, path)} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

export function isFresh(mark, paths) {
  return existsSync(mark) && readFileSync(mark, 'utf8') === fingerprint(paths);
}

export function markFresh(mark, print) {
  writeFileSync(mark, print);
}
