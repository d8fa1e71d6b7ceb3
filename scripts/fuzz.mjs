// `npm run fuzz -- [--inputs N] [--first N] [--target NAME]`: generated inputs for parsers and the HTTP server, a million.
import { join } from 'node:path';
import { ensureReady } from './lib/ready.mjs';
import { root } from './lib/root.mjs';
import { endOnSignals, run } from './lib/run.mjs';

endOnSignals();
await ensureReady();
const { build } = await import('esbuild');
// Inside node_modules, so that the bundle finds the packages it leaves external.
const outfile = join(root, 'node_modules/.cache/xpert-fuzz/fuzz.mjs');
await build({
  entryPoints: [join(root, 'test/fuzz/main.ts')],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: 'inline',
  logLevel: 'warning',
});
const args = ['--expose-gc', '--enable-source-maps', outfile, '--openapi', join(root, 'openapi.json')];
process.exitCode = await run(process.execPath, [...args, ...process.argv.slice(2)]);
