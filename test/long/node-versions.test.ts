import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root, temporaryFolder } from '../support/server.ts';

const folder = temporaryFolder('node');
afterAll(() => folder.remove());
const run = promisify(execFile);

const MINUTE_MS = 60_000;

/** The releases beside the oldest one; the npm package `node-linux-…` holds the program and its headers. */
describe.each(['22', '24'])('on Node.js %s', (major) => {
  const home = join(folder.path, `node-${major}`);
  const clone = join(folder.path, `xpert-${major}`);
  const env = {
    ...process.env,
    PATH: `${join(home, 'bin')}:${process.env.PATH}`,
    npm_config_nodedir: home,
  };
  const inClone = (file: string, args: readonly string[]) =>
    run(file, args, { cwd: clone, env, maxBuffer: 64 * 2 ** 20 });

  beforeAll(async () => {
    mkdirSync(home);
    const name = `node-linux-${process.arch}@${major}`;
    const { stdout } = await run('npm', ['pack', '--silent', name], { cwd: home });
    const archive = stdout.trim().split('\n').at(-1) ?? '';
    execFileSync('tar', ['-xzf', archive, '--strip-components=1'], { cwd: home });
    execFileSync('git', ['clone', '--quiet', '--no-hardlinks', root, clone]);
    expect((await inClone('node', ['--version'])).stdout).toMatch(new RegExp(`^v${major}\\.`));
    await inClone('npm', ['ci', '--prefer-offline', '--ignore-scripts']);
    await inClone('node', ['scripts/build.mjs']);
  }, 10 * MINUTE_MS);

  test.each([
    ['units and contracts', ['unit', 'contract']],
    ['real daemons', ['integration']],
    ['the panel and the command line', ['e2e']],
  ])(
    'the tests of %s pass',
    async (_name, projects) => {
      const tests = ['node_modules/vitest/vitest.mjs', 'run', ...projects.map((project) => `--project=${project}`)];
      const { stdout: report } = await inClone('node', tests).catch((error: { stdout?: string }) => {
        throw new Error(`on Node.js ${major}:\n${error.stdout?.slice(-4000) ?? String(error)}`);
      });
      expect(report).toMatch(/\d+ passed/);
    },
    60 * MINUTE_MS,
  );
});
