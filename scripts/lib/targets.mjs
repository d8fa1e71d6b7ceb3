import { join } from 'node:path';
import { root } from './root.mjs';
import { isFresh } from './stale.mjs';

const dist = join(root, 'dist');
const shared = ['package-lock.json', 'tsconfig.json', 'scripts/build.mjs'];

/** What is built, of what, and the file that remembers of which contents it was built. */
export const targets = {
  server: { mark: join(dist, '.server'), inputs: [...shared, 'src', 'openapi.json'] },
  web: { mark: join(dist, '.web'), inputs: [...shared, 'web'] },
};

/** @returns the names of the targets that are missing or older than their sources. */
export function staleTargets() {
  return Object.keys(targets).filter((name) => !isFresh(targets[name].mark, targets[name].inputs));
}
