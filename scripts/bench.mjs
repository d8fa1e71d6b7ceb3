// Measures the figures of docs/performance.md: one JSON object on stdout, everything else on stderr.
// `npm run -s bench -- NAME…` runs some of them. bench/README.md says how to read the answer.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ensureReady } from './lib/ready.mjs';
import { root } from './lib/root.mjs';

// Inside node_modules, so that the bundles find the packages they leave external.
const outDir = path.join(root, 'node_modules', '.cache', 'xpert-bench');

const known = readdirSync(path.join(root, 'bench'))
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.slice(0, -'.bench.ts'.length))
  .sort();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no figure ${unknown.join(', ')}. Figures: ${known.join(', ')}.\n`);
  process.exit(2);
}

await ensureReady();
await bundleFigures();
const run = await runEntry('run-conditions');
const figures = {};
for (const name of wanted.length > 0 ? wanted : known) {
  process.stderr.write(`\n== ${name}\n`);
  figures[name] = await runFigure(name);
}
process.stdout.write(`${JSON.stringify({ figures, run }, null, 2)}\n`);
process.exitCode = Object.values(figures).some((figure) => 'error' in figure) ? 1 : 0;

async function bundleFigures() {
  const { build } = await import('esbuild');
  mkdirSync(outDir, { recursive: true });
  await build({
    entryPoints: [
      ...known.map((name) => path.join(root, 'bench', `${name}.bench.ts`)),
      path.join(root, 'bench', 'lib', 'run-conditions.ts'),
    ],
    entryNames: '[name]',
    outdir: outDir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}

/** Each figure gets a process of its own: no compiled code and no garbage of another one. */
async function runFigure(name) {
  try {
    const { figure, result } = await runEntry(`${name}.bench`);
    const { ratio, ...details } = result;
    const ok = figure.better === 'higher' ? ratio >= figure.target : ratio <= figure.target;
    process.stderr.write(`${name}: ratio ${ratio} (target ${figure.target}, ${figure.better} is better)\n`);
    return { ratio, target: figure.target, better: figure.better, ok, ...details };
  } catch (error) {
    process.stderr.write(`${name}: ${error.message}\n`);
    return { ratio: null, ok: false, error: error.message };
  }
}

/** Runs one bundle; it answers with one JSON text on its file descriptor 3. */
async function runEntry(entry) {
  const file = path.join(outDir, `${entry}.mjs`);
  const main = path.join(root, 'bench', 'lib', 'run-entry.mjs');
  const child = spawn(process.execPath, ['--enable-source-maps', main, file], {
    cwd: root,
    stdio: ['ignore', 2, 2, 'pipe'],
    env: { ...process.env, XPERT_BENCH_ROOT: root },
  });
  const chunks = [];
  child.stdio[3].on('data', (chunk) => chunks.push(chunk));
  const code = await exitCode(child);
  if (code !== 0) throw new Error(`ended with exit code ${code}; its message is above`);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

function exitCode(child) {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? signal));
  });
}
