import { join } from 'node:path';
import { ensureInstalled } from './install.mjs';
import { root } from './root.mjs';
import { run } from './run.mjs';
import { staleTargets } from './targets.mjs';

/** Installs and builds whatever is missing or stale; does nothing, fast, when all is there. Exits on failure. */
export async function ensureReady() {
  const say = (line) => process.stderr.write(`${line}\n`);
  await ensureInstalled(say);
  const stale = staleTargets();
  if (stale.length === 0) return;
  say(`Building ${stale.map((name) => (name === 'web' ? 'the panel' : 'the server')).join(' and ')} …`);
  const code = await run(process.execPath, [join(root, 'scripts/build.mjs'), '--stale'], {
    output: 'stderr',
    cwd: root,
  });
  if (code !== 0) process.exit(1);
}
