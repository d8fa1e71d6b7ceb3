import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { freePort, root, temporaryFolder } from '../support/server.ts';

const folder = temporaryFolder('clone');
const clone = join(folder.path, 'xpert');
afterAll(() => folder.remove());

test('a fresh clone installs, builds and serves with npm start alone, and stays clean', {
  timeout: 600_000,
}, async () => {
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', root, clone]);
  const port = await freePort();
  const child = spawn('npm', ['start'], {
    cwd: clone,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, XPERT_PORT: String(port) },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk));
  while (!output.includes('Xpert is ready') && child.exitCode === null)
    await new Promise((done) => setTimeout(done, 200));
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('<!doctype html>');
  child.kill('SIGTERM');
  await once(child, 'exit');
  expect(child.exitCode).toBe(0);
  expect(execFileSync('git', ['status', '--porcelain'], { cwd: clone, encoding: 'utf8' })).toBe('');
});
