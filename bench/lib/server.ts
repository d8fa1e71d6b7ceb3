import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { root } from './workspace.ts';

export interface RunningServer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly pid: number;
  /** Seconds from the start of the process to the first 200 of /readyz; 0 for baselines. */
  readonly secondsToReady: number;
  stop(): Promise<void>;
}

/** For a profile of the server: `--cpu-prof --cpu-prof-dir=/tmp/profiles`. */
const nodeArgs = process.env.BENCH_NODE_ARGS?.split(' ') ?? [];

/** Starts the built server as its users do, with a data folder of its own, and waits until it is ready. */
export async function startXpert(dataDir: string, env: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...nodeArgs, path.join(root, 'dist', 'xpert.mjs'), 'start'], {
    cwd: dataDir,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...environmentWithoutXpert(),
      NODE_ENV: 'production',
      XPERT_PORT: String(port),
      XPERT_DATA_DIR: dataDir,
      XPERT_ADMIN_USERNAME: 'owner',
      XPERT_ADMIN_PASSWORD: 'bench-password-of-no-worth',
      ...env,
    },
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(child, `${url}/readyz`);
  return running(child, url, (performance.now() - startedAt) / 1000);
}

/** Starts one of `bench/baselines/*.mjs` that serve: they print their port. */
export async function startBaseline(name: string, args: readonly string[] = []): Promise<RunningServer> {
  const script = path.join(root, 'bench', 'baselines', `${name}.mjs`);
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...environmentWithoutXpert(), NODE_ENV: 'production' },
  });
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  return running(child, `http://127.0.0.1:${Number(chunk.toString('utf8'))}`, 0);
}

/** Settings of whoever runs the bench must not change what it measures. */
function environmentWithoutXpert(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('XPERT_')));
}

function running(child: ChildProcess, url: string, secondsToReady: number): RunningServer {
  if (child.pid === undefined) throw new Error(`${url} did not start`);
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.removeListener('exit', kill);
    if (child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  return { url, pid: child.pid, secondsToReady, stop };
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; ) {
    if (child.exitCode !== null)
      throw new Error(`The server ended with exit code ${child.exitCode} before it was ready.`);
    const answer = await fetch(url).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  child.kill('SIGKILL');
  throw new Error(`${url} did not answer 200 within a minute.`);
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  server.close();
  await once(server, 'close');
  return address.port;
}
