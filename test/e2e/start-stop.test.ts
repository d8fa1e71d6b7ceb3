import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { freePort, root, temporaryFolder } from '../support/server.ts';

const children: ChildProcess[] = [];
const folders: { remove(): void }[] = [];

afterEach(() => {
  for (const child of children.splice(0))
    if (child.exitCode === null && child.pid !== undefined) killGroup(child, 'SIGKILL');
  for (const folder of folders.splice(0)) folder.remove();
});

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-(child.pid ?? 0), signal);
  } catch {
    // It is gone.
  }
}

/** `npm start` as a person types it, in a process group of its own. */
async function npmStart(env: Record<string, string> = {}) {
  const folder = temporaryFolder('start');
  folders.push(folder);
  const port = await freePort();
  const child = spawn('npm', ['start'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, XPERT_PORT: String(port), XPERT_DATA_DIR: join(folder.path, 'data'), ...env },
  });
  children.push(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk));
  const url = `http://127.0.0.1:${port}`;
  const ready = async () => {
    for (const deadline = performance.now() + 30_000; performance.now() < deadline; ) {
      if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}:\n${output}`);
      if (output.includes('Xpert is ready')) return;
      await new Promise((done) => setTimeout(done, 20));
    }
    throw new Error(`not ready within 30 s:\n${output}`);
  };
  return { child, url, folder: folder.path, ready, output: () => output };
}

async function endWithin(child: ChildProcess, ms: number): Promise<number | null> {
  const started = performance.now();
  if (child.exitCode === null) await once(child, 'exit');
  expect(performance.now() - started).toBeLessThan(ms);
  return child.exitCode;
}

async function isDown(url: string): Promise<boolean> {
  return (await fetch(`${url}/healthz`).catch(() => null)) === null;
}

describe('npm start', () => {
  test('shows the link for the owner and the tunnel, and the link works once', async () => {
    const { child, url, ready, output } = await npmStart();
    await ready();
    expect(output()).toContain(`Xpert is ready: ${url}`);
    expect(output()).toMatch(/ssh -L \d+:127\.0\.0\.1:\d+ /);
    const token = /#\/setup\/(\S+)/.exec(output())?.[1];
    const setUp = () =>
      fetch(`${url}/api/v1/setup`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token, name: 'owner', password: 'long enough for a test' }),
      });
    expect((await setUp()).status).toBe(200);
    expect((await setUp()).status).toBe(403);
    child.kill('SIGTERM');
    expect(await endWithin(child, 5_000)).toBe(0);
  });

  test('SIGTERM to npm alone ends the server, exit code 0', async () => {
    const { child, url, ready } = await npmStart();
    await ready();
    child.kill('SIGTERM');
    expect(await endWithin(child, 5_000)).toBe(0);
    expect(await isDown(url)).toBe(true);
  });

  test('SIGTERM to the group ends it too, even with an open event stream', async () => {
    const { child, url, ready } = await npmStart({
      XPERT_ADMIN_USERNAME: 'owner',
      XPERT_ADMIN_PASSWORD: 'long enough for a test',
    });
    await ready();
    const login = await fetch(`${url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'owner', password: 'long enough for a test' }),
    });
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
    const events = await fetch(`${url}/api/v1/events`, { headers: { cookie } });
    expect(events.status).toBe(200);
    killGroup(child, 'SIGTERM');
    expect(await endWithin(child, 5_000)).toBe(0);
    expect(await isDown(url)).toBe(true);
  });

  test('leaves nothing behind but the data', async () => {
    const { child, folder, ready } = await npmStart();
    await ready();
    expect(existsSync(join(folder, 'data/xpert.sock'))).toBe(true);
    expect(readFileSync(join(folder, 'data/xpert.holder'), 'utf8').trim()).toMatch(/^\d+ server /);
    child.kill('SIGTERM');
    await endWithin(child, 5_000);
    expect(existsSync(join(folder, 'data/xpert.sock'))).toBe(false);
    expect(existsSync(join(folder, 'data/xpert.holder'))).toBe(false);
  });

  test('a port in use ends the start with exit code 1 and says who to look for', async () => {
    const first = await npmStart();
    await first.ready();
    const second = await npmStart({ XPERT_PORT: new URL(first.url).port });
    expect(await endWithin(second.child, 15_000)).toBe(1);
    expect(second.output()).toContain('Another program listens on 127.0.0.1:');
    first.child.kill('SIGTERM');
    expect(await endWithin(first.child, 5_000)).toBe(0);
  });

  test('a wrong setting names the variable, what it got and what it wants, exit code 2', async () => {
    const { child, output } = await npmStart({ XPERT_TIME_ZONE: 'Mars/Olympus' });
    expect(await endWithin(child, 10_000)).toBe(2);
    expect(output()).toContain('XPERT_TIME_ZONE is "Mars/Olympus"; it must be the name of a time zone');
  });
});
