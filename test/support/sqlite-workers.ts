import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');
// Inside node_modules, so that the bundles find the native package that they leave external.
const folder = path.join(root, 'node_modules', '.cache', 'xpert-test');

let built: Promise<{ readonly writer: URL; readonly reader: URL }> | null = null;

/** The worker threads of the SQLite store, built from the sources as they are now. */
export function sqliteWorkers(): Promise<{ readonly writer: URL; readonly reader: URL }> {
  built ??= buildWorkers();
  return built;
}

async function buildWorkers(): Promise<{ readonly writer: URL; readonly reader: URL }> {
  // Files of one test process each: several may build at the same time.
  const outdir = path.join(folder, String(process.pid));
  mkdirSync(outdir, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: ['src/storage/sqlite/writer-worker.ts', 'src/storage/sqlite/reader-worker.ts'],
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outExtension: { '.js': '.mjs' },
    logLevel: 'warning',
  });
  const url = (name: string): URL => pathToFileURL(path.join(outdir, name));
  return { writer: url('writer-worker.mjs'), reader: url('reader-worker.mjs') };
}
