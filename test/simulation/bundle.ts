import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');
// Inside node_modules, so that the bundle finds the packages it leaves external.
const folder = path.join(root, 'node_modules', '.cache', 'xpert-simulation', String(process.pid));

/** A bug planted into a source file: one piece of its text, found exactly once, is replaced. */
export interface PlantedBug {
  readonly name: string;
  readonly file: string;
  readonly was: string;
  readonly becomes: string;
}

/** Builds the simulation with the sources as they are, or with a bug in them. @returns the file to run */
export async function buildSimulation(bug: PlantedBug | null = null): Promise<string> {
  const outdir = path.join(folder, bug === null ? 'as-it-is' : bug.name.replaceAll(/\W+/g, '-'));
  await build({
    absWorkingDir: root,
    entryPoints: ['test/simulation/main.ts', 'src/storage/postgres/socket-worker.ts'],
    outdir,
    entryNames: '[name]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: bug === null ? 'inline' : false,
    logLevel: 'warning',
    plugins: bug === null ? [] : [planting(bug)],
  });
  return path.join(outdir, 'main.mjs');
}

function planting({ name, file, was, becomes }: PlantedBug): Plugin {
  return {
    name: 'planted bug',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path: loaded }) => {
        if (loaded !== path.join(root, file)) return null;
        const text = readFileSync(loaded, 'utf8');
        const pieces = text.split(was);
        if (pieces.length === 2) return { contents: pieces.join(becomes), loader: 'ts' };
        throw new Error(`"${name}" cannot be planted: its text is ${pieces.length - 1} times in ${file}`);
      });
    },
  };
}

/** Runs a simulation to its end. */
export function play(
  file: string,
  args: readonly string[],
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--enable-source-maps', '--max-semi-space-size=64', file, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString('utf8') }));
  });
}
