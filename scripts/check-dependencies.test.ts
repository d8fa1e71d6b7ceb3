import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Runs the check over a small tree of its own. */
function check(files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'xpert-deps-'));
  folders.push(folder);
  const all = { 'tsconfig.json': '{ "compilerOptions": { "allowImportingTsExtensions": true } }', ...files };
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const script = join(import.meta.dirname, 'check-dependencies.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, 'src', 'web/src'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, text: stdout + stderr };
}

const web = { 'web/src/routes.tsx': 'export {};' };
const empty = 'export const x = 1;';

describe('the dependency rule', { timeout: 30_000 }, () => {
  test('a clean tree passes', () => {
    const { status, text } = check({ ...web, 'src/core/a.ts': "export { x } from './b.ts';", 'src/core/b.ts': empty });
    expect(text).toContain('3 modules');
    expect(status).toBe(0);
  });

  test('each forbidden import is named with its rule', () => {
    const planted: readonly (readonly [rule: string, path: string, content: string])[] = [
      ['core-is-pure', 'src/core/a.ts', "import 'node:fs'; export {};"],
      ['core-is-pure', 'src/core/b.ts', "export { x } from '../lib/x.ts';"],
      ['lib-knows-no-domain', 'src/lib/a.ts', "export { x } from '../core/x.ts';"],
      ['adapters-face-core', 'src/integrations/a/a.ts', "export { x } from '../b/x.ts';"],
      ['adapters-face-core', 'src/storage/a/a.ts', "export { x } from '../../http/x.ts';"],
      ['delivery-faces-core', 'src/http/a.ts', "export { x } from '../app/x.ts';"],
      ['cli-goes-through-app', 'src/cli/a.ts', "export { x } from '../http/x.ts';"],
      ['only-entry-points-compose', 'src/storage/b/a.ts', "export { x } from '../../cli/x.ts';"],
      ['app-starts-no-cli', 'src/app/a.ts', "export { x } from '../cli/x.ts';"],
      ['web-is-an-api-client', 'web/src/api/a.ts', "export { x } from '../../../src/core/x.ts';"],
      ['features-are-islands', 'web/src/features/a/a.ts', "export { x } from '../b/x.ts';"],
      ['web-flows-one-way', 'web/src/lib/a.ts', "export { x } from '../features/b/x.ts';"],
      ['no-cycles', 'src/core/c.ts', "export { y } from './d.ts'; export const x = 1;"],
    ];
    const targets = [
      'src/lib',
      'src/core',
      'src/integrations/b',
      'src/http',
      'src/app',
      'src/cli',
      'web/src/features/b',
    ];
    const { status, text } = check({
      ...Object.fromEntries(targets.map((folder) => [`${folder}/x.ts`, empty])),
      'src/core/d.ts': "export { x as y } from './c.ts';",
      ...Object.fromEntries(planted.map(([, path, content]) => [path, content])),
    });
    for (const [rule, path] of planted)
      expect(text).toMatch(new RegExp(`error ${rule}: .*${path.replaceAll('.', '\\.')}`));
    expect(status).toBe(1);
  });

  test('seeing no module at all is a failure, not a pass', () => {
    const { status, text } = check({ 'src/empty.txt': '', 'web/src/empty.txt': '', 'other.ts': empty });
    expect(text).toContain('nothing was checked');
    expect(status).toBe(1);
  });
});
