import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Root of the checkout that is measured. */
export const root = process.env.XPERT_BENCH_ROOT ?? process.cwd();

/** Where the bench keeps its files: on the disk of the system's temporary folder, not in the checkout. */
export function benchDir(): string {
  const dir = path.join(os.tmpdir(), `xpert-bench-${os.userInfo().username}`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return dir;
}

/** A folder of this run, removed when the process ends. */
export function scratchDir(): string {
  const dir = mkdtempSync(path.join(benchDir(), 'run-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/**
 * A prepared folder that outlives the run: made by `prepare` when there is none of this `name` for the present text of
 * `sources` (files or folders of the checkout). Older ones of the name are removed.
 */
export async function prepared(
  name: string,
  sources: readonly string[],
  prepare: (dir: string) => Promise<void>,
): Promise<string> {
  const key = `${name}-${digest(sources)}`;
  const dir = path.join(benchDir(), key);
  if (existsSync(dir)) return dir;
  for (const old of readdirSync(benchDir())) {
    if (old.startsWith(`${name}-`)) rmSync(path.join(benchDir(), old), { recursive: true, force: true });
  }
  const making = path.join(benchDir(), `${name}-making-${process.pid}`);
  mkdirSync(making);
  const start = performance.now();
  process.stderr.write(`  preparing ${name} (kept for later runs) …\n`);
  await prepare(making);
  renameSync(making, dir);
  process.stderr.write(`  prepared ${name} in ${((performance.now() - start) / 1000).toFixed(0)} s\n`);
  return dir;
}

/** Digest of the product's and the bench's source text, tests left out. */
function digest(sources: readonly string[]): string {
  const hash = createHash('sha256');
  const add = (file: string): void => {
    if (statSync(file).isDirectory()) {
      for (const entry of readdirSync(file).sort()) add(path.join(file, entry));
    } else if (!file.endsWith('.test.ts')) {
      hash.update(path.relative(root, file)).update(readFileSync(file));
    }
  };
  for (const source of sources) add(path.join(root, source));
  return hash.digest('hex').slice(0, 16);
}
