// `npm run simulate -- [--seeds N] [--from S] [--jobs N] [--go-on] …`: the simulation of the ledger in its long form.
// docs/testing.md tells what it does and how to play a seed again.
import { join } from 'node:path';
import { ensureReady } from './lib/ready.mjs';
import { root } from './lib/root.mjs';
import { endOnSignals, run } from './lib/run.mjs';

endOnSignals();
await ensureReady();
const { build } = await import('esbuild');
// Inside node_modules, so that the bundle finds the packages it leaves external.
const outdir = join(root, 'node_modules/.cache/xpert-simulation/long');
await build({
  entryPoints: [join(root, 'test/simulation/main.ts'), join(root, 'src/storage/postgres/socket-worker.ts')],
  outdir,
  entryNames: '[name]',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: 'inline',
  logLevel: 'warning',
});
process.exitCode = await run(process.execPath, [
  '--enable-source-maps',
  // What a seed holds lives for some seconds.
  '--max-semi-space-size=64',
  join(outdir, 'main.mjs'),
  ...process.argv.slice(2),
]);
