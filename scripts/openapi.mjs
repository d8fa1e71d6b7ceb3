// Writes openapi.json from the routes of the server; with --check only says whether the committed one still fits.
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from './lib/root.mjs';

const path = join(root, 'openapi.json');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The server's source is TypeScript: it is bundled beside node_modules, so that packages resolve, and then asked. */
async function describe() {
  const folder = await mkdtemp(join(root, 'node_modules/.xpert-openapi-'));
  try {
    const outfile = join(folder, 'openapi.mjs');
    await build({
      entryPoints: [join(root, 'src/http/openapi.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      packages: 'external',
      logLevel: 'error',
    });
    const { describeApi } = await import(pathToFileURL(outfile).href);
    return `${JSON.stringify(await describeApi(version), null, 2)}\n`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const text = await describe();
if (!process.argv.includes('--check')) {
  writeFileSync(path, text);
} else if (text !== readFileSync(path, 'utf8')) {
  process.stderr.write('openapi.json does not fit the routes any more. Run: node scripts/openapi.mjs\n');
  process.exitCode = 1;
}
