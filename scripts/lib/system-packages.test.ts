import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const folder = new URL('../../test/', import.meta.url).pathname;
const list = readFileSync(new URL('./system-packages.mjs', import.meta.url), 'utf8');

it('every program that a test needs from the system has its package in the list', () => {
  const needed = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .flatMap((path) => [...readFileSync(join(folder, path), 'utf8').matchAll(/missingForLab\(\[([^\]]+)\]/g)])
    .flatMap(([, programs = '']) => [...programs.matchAll(/'([^']+)'/g)].map(([, program]) => program));
  const installable = [...list.matchAll(/^ {2}\['([^']+)', '[^']+'\],$/gm)].map(([, program]) => program);
  expect(needed).toContain('wg');
  expect([...new Set(needed)].filter((program) => !installable.includes(program))).toEqual([]);
});
