import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

/** The built product as its users start it, in a process of its own. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly child: ChildProcess;
  /** Everything it wrote so far. */
  output(): string;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Ends it in order; resolves with the exit code. */
  stop(): Promise<number | null>;
}

export interface ServerOptions {
  readonly dataDir: string;
  readonly port?: number;
  /** Where it can be reached from here, if that is not loopback: of a namespace. */
  readonly host?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Ready when this answers 200: one that cannot answer /readyz yet may live. */
  readonly readyPath?: string;
  /** A command that runs the rest of its arguments, for example in a namespace. */
  readonly wrap?: readonly string[];
}

export const OWNER = { name: 'owner', password: 'a-password-for-tests-only' } as const;

/** Starts the server and waits for /readyz. Throws with what it wrote if it ends before. */
export async function startServer(options: ServerOptions): Promise<TestServer> {
  const port = options.port ?? (await freePort());
  const [command = process.execPath, ...args] = [
    ...(options.wrap ?? []),
    process.execPath,
    join(root, 'dist/xpert.mjs'),
    'start',
  ];
  const child = spawn(command, args, {
    cwd: options.dataDir,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...environmentWithoutXpert(),
      XPERT_PORT: String(port),
      ...(options.host === undefined ? {} : { XPERT_HOST: options.host }),
      XPERT_DATA_DIR: options.dataDir,
      XPERT_TIME_ZONE: 'UTC',
      XPERT_ADMIN_USERNAME: OWNER.name,
      XPERT_ADMIN_PASSWORD: OWNER.password,
      ...options.env,
    },
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const output = () => Buffer.concat(chunks).toString('utf8');
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'close');
      child.kill(signal);
      await ended;
    }
    return child.exitCode;
  };
  const url = `http://${options.host ?? '127.0.0.1'}:${port}`;
  await untilReady(child, `${url}${options.readyPath ?? '/readyz'}`, output);
  return {
    url,
    port,
    dataDir: options.dataDir,
    child,
    output,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}

/** A data folder that is removed by `remove()`. */
export function temporaryFolder(name: string): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `xpert-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Logs in as the owner and answers the cookie header. */
export async function login(
  server: Pick<TestServer, 'url'>,
  who: { readonly name: string; readonly password: string } = OWNER,
): Promise<string> {
  const answer = await fetch(`${server.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(who),
  });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0];
  if (answer.status !== 200 || cookie === undefined) throw new Error(`login: ${answer.status} ${await answer.text()}`);
  return cookie;
}

export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  server.close();
  await once(server, 'close');
  return address.port;
}

function environmentWithoutXpert(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('XPERT_')));
}

async function untilReady(child: ChildProcess, url: string, output: () => string): Promise<void> {
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; ) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}:\n${output()}`);
    const answer = await fetch(url).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  child.kill('SIGKILL');
  throw new Error(`The server was not ready within a minute:\n${output()}`);
}
