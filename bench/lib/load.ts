import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Sample } from './rounds.ts';
import { root } from './workspace.ts';

export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** `single`: one report a request, a random one of `users`. `batch`: a random line of the file `bodies`. */
  readonly body: { readonly users: number } | { readonly bodies: string };
}

/** What a generator prints as its last line; times in microseconds. */
interface Measured {
  readonly requests: number;
  readonly micros: number;
  readonly bad: number;
  readonly socketErrors: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const hasWrk = spawnSync('wrk', ['--version']).error === undefined;

/** Name of the generator in use: wrk where it is installed (it needs a third of a core), else our own. */
export const generator = hasWrk ? 'wrk' : 'bench/lib/load-generator.mjs';

/** Sends requests for some seconds over kept connections; `value` = requests per second. @throws if any went wrong. */
export async function load(wanted: Load): Promise<Sample> {
  const seed = String(randomBytes(3).readUIntBE(0, 3));
  const prefix = randomBytes(6).toString('hex');
  const [script, argument] =
    'users' in wanted.body
      ? (['single-reports', String(wanted.body.users)] as const)
      : (['batch-reports', wanted.body.bodies] as const);
  const lib = path.join(root, 'bench', 'lib');
  const args = [argument, prefix, seed];
  const connections = String(wanted.connections);
  const output = hasWrk
    ? await outputOf('wrk', [
        ...['-t1', '-c', connections, '-d', `${wanted.seconds}s`, '--timeout', '20s'],
        ...['-s', path.join(lib, `${script}.lua`), wanted.url, '--', ...args],
      ])
    : await outputOf(process.execPath, [
        path.join(lib, 'load-generator.mjs'),
        ...[script, wanted.url, connections, String(wanted.seconds), ...args],
      ]);
  return toSample(output);
}

function toSample(output: string): Sample {
  const measured = JSON.parse(output.trim().split('\n').at(-1) ?? '') as Measured;
  if (measured.bad > 0 || measured.socketErrors > 0) {
    throw new Error(`${measured.bad} answers were not 2xx, ${measured.socketErrors} connections broke:\n${output}`);
  }
  return {
    value: measured.requests / (measured.micros / 1e6),
    requests: measured.requests,
    p50Ms: measured.p50 / 1000,
    p99Ms: measured.p99 / 1000,
    maxMs: measured.max / 1000,
  };
}

function outputOf(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(chunks).toString('utf8'));
      else reject(new Error(`${command} ended with exit code ${code}`));
    });
  });
}
