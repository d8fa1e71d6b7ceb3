// Builds dist/: the CLI and server, the worker threads of the ledger and the panel. `--stale` builds only what is not up to date.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { ensureInstalled } from './lib/install.mjs';
import { root } from './lib/root.mjs';
import { endOnSignals, run } from './lib/run.mjs';
import { fingerprint, markFresh } from './lib/stale.mjs';
import { staleTargets, targets } from './lib/targets.mjs';
import { takeTurn } from './lib/turn.mjs';

const dist = join(root, 'dist');
const entryPoints = {
  xpert: 'src/cli/main.ts',
  'sqlite-writer': 'src/storage/sqlite/writer-worker.ts',
  'sqlite-reader': 'src/storage/sqlite/reader-worker.ts',
  'postgres-writer': 'src/storage/postgres/writer-worker.ts',
  'postgres-reader': 'src/storage/postgres/reader-worker.ts',
  'postgres-socket': 'src/storage/postgres/socket-worker.ts',
};
/** Not bundled: native, or (pg-native) only used where somebody installed it. */
const native = ['@node-rs/argon2', 'pg-native'];

/** Bundled packages written for CommonJS ask for `require`, which an ES module does not have. */
const banner =
  "import { createRequire as createRequire_ } from 'node:module'; const require = createRequire_(import.meta.url);";

async function buildServer(out) {
  const { build } = await import('esbuild');
  const options = {
    absWorkingDir: root,
    outdir: out,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outExtension: { '.js': '.mjs' },
    banner: { js: banner },
    define: { XPERT_VERSION: JSON.stringify(version()) },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
  };
  await build({ ...options, entryPoints, splitting: true, chunkNames: 'chunks/[name]-[hash]', external: native });
  await build({
    ...options,
    // One file that a node can fetch: it runs without any package beside it.
    entryPoints: { 'xpert-agent': 'src/cli/agent-main.ts' },
    splitting: false,
    external: [],
  });
  writeFileSync(join(out, 'xpert.mjs'), `#!/usr/bin/env node\n${readFileSync(join(out, 'xpert.mjs'), 'utf8')}`);
  chmodSync(join(out, 'xpert.mjs'), 0o755);
  if (existsSync(join(root, 'openapi.json'))) copyFileSync(join(root, 'openapi.json'), join(out, 'openapi.json'));
}

async function buildWeb(out) {
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const args = [vite, 'build', 'web', '--outDir', out, '--emptyOutDir', '--logLevel', 'error'];
  // Whoever builds within a test would get React as it is for developers: a third heavier, and slower.
  const env = { ...process.env, NODE_ENV: 'production' };
  const code = await run(process.execPath, args, { output: 'stderr', cwd: root, env });
  if (code !== 0) throw new Error('The panel cannot be built; the output of vite stands above.');
  precompress(out);
}

function precompress(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !/\.(js|css|html|svg|json)$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const content = readFileSync(path);
    if (content.length < 1024) continue;
    writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
    writeFileSync(`${path}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  }
}

function version() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
}

/** Builds beside the old one and swaps, so that a build broken off half-way leaves what was there. */
async function buildTarget(name, say) {
  const { mark, inputs } = targets[name];
  const print = fingerprint(inputs);
  const fresh = join(dist, `.building-${name}-${process.pid}`);
  mkdirSync(fresh, { recursive: true });
  const started = process.hrtime.bigint();
  try {
    rmSync(mark, { force: true });
    if (name === 'server') {
      await buildServer(fresh);
      // Chunks of before stay for a day: a server that runs may still load some of them.
      mergeChunks(join(fresh, 'chunks'), join(dist, 'chunks'));
      for (const entry of readdirSync(fresh)) replace(join(fresh, entry), join(dist, entry));
    } else {
      await buildWeb(fresh);
      replace(fresh, join(dist, 'web'));
    }
    markFresh(mark, print);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  say(
    `Built the ${name === 'web' ? 'panel' : 'server'} in ${(Number(process.hrtime.bigint() - started) / 1e9).toFixed(1)} s.`,
  );
}

function mergeChunks(from, to) {
  mkdirSync(to, { recursive: true });
  const yesterdayMs = Date.now() - 86_400_000;
  for (const name of readdirSync(to)) if (statSync(join(to, name)).mtimeMs < yesterdayMs) rmSync(join(to, name));
  for (const name of readdirSync(from)) renameSync(join(from, name), join(to, name));
  rmSync(from, { recursive: true });
}

function replace(from, to) {
  rmSync(to, { recursive: true, force: true });
  renameSync(from, to);
}

endOnSignals();
const say = (line) => process.stderr.write(`${line}\n`);
await ensureInstalled(say);
const release = await takeTurn(join(dist, '.building'));
try {
  const wanted = process.argv.includes('--stale') ? staleTargets() : Object.keys(targets);
  for (const name of wanted) await buildTarget(name, say);
} catch (error) {
  say(error.message);
  process.exitCode = 1;
} finally {
  release();
}
