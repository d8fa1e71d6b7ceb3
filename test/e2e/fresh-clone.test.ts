import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { freePort, root, temporaryFolder } from '../support/server.ts';

const folder = temporaryFolder('clone');
const clone = join(folder.path, 'xpert');
afterAll(() => folder.remove());

const git = (...args: string[]) => execFileSync('git', args, { cwd: clone, encoding: 'utf8' });

/** Ids of processes that work inside the clone. */
function processesInside(): string[] {
  const found = execFileSync('sh', ['-c', `ls -l /proc/[0-9]*/cwd 2>/dev/null | grep -F -- '-> ${clone}' || true`], {
    encoding: 'utf8',
  });
  return found.trim() === '' ? [] : found.trim().split('\n');
}

test('SIGTERM during the first installation ends all of it within 5 s, exit code 0, and leaves the checkout clean', async () => {
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', root, clone]);
  const child = spawn('npm', ['start'], {
    cwd: clone,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, XPERT_PORT: String(await freePort()) },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk));
  while (!output.includes('Installing packages') && child.exitCode === null)
    await new Promise((done) => setTimeout(done, 50));
  await new Promise((done) => setTimeout(done, 1_500));
  expect(output).toContain('node_modules is missing');

  const asked = performance.now();
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
  expect(child.exitCode).toBe(0);
  expect(performance.now() - asked).toBeLessThan(5_000);
  expect(processesInside()).toEqual([]);
  expect(git('status', '--porcelain')).toBe('');
});
