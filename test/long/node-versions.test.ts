import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { root, temporaryFolder } from '../support/server.ts';

const folder = temporaryFolder('node');
afterAll(() => folder.remove());
const run = promisify(execFile);

/** The releases beside the oldest one; the npm package `node-linux-…` holds the program and its headers. */
test.each(['22', '24'])(
  'installs, builds and passes its tests on Node.js %s',
  { timeout: 1_500_000 },
  async (major) => {
    const home = join(folder.path, `node-${major}`);
    mkdirSync(home);
    const name = `node-linux-${process.arch}@${major}`;
    const { stdout } = await run('npm', ['pack', '--silent', name], { cwd: home });
    const archive = stdout.trim().split('\n').at(-1) ?? '';
    execFileSync('tar', ['-xzf', archive, '--strip-components=1'], { cwd: home });

    const clone = join(folder.path, `xpert-${major}`);
    execFileSync('git', ['clone', '--quiet', '--no-hardlinks', root, clone]);
    const env = {
      ...process.env,
      PATH: `${join(home, 'bin')}:${process.env.PATH}`,
      npm_config_nodedir: home,
    };
    const inClone = (file: string, args: readonly string[]) =>
      run(file, args, { cwd: clone, env, maxBuffer: 64 * 2 ** 20 });
    expect((await inClone('node', ['--version'])).stdout).toMatch(new RegExp(`^v${major}\\.`));
    await inClone('npm', ['ci', '--prefer-offline', '--ignore-scripts']);
    await inClone('node', ['scripts/build.mjs']);
    const tests = ['node_modules/vitest/vitest.mjs', 'run', '--project=unit', '--project=contract'];
    const { stdout: report } = await inClone('node', tests).catch((error: { stdout?: string }) => {
      throw new Error(`on Node.js ${major}:\n${error.stdout?.slice(-4000)}`);
    });
    expect(report).toMatch(/\d+ passed/);
  },
);
