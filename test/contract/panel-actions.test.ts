import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NOT_IN_THE_PANEL, PANEL_ACTIONS } from '../support/panel-actions.ts';
import { root } from '../support/server.ts';

const BELOW = '/api/v1';
const listed = PANEL_ACTIONS.flatMap(({ operation }) => operation ?? []);

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Everything of the API that changes something; addresses of the systems before have no part in the panel. */
function changes(): string[] {
  const { paths } = JSON.parse(readFileSync(join(root, 'openapi.json'), 'utf8')) as OpenApi;
  return Object.entries(paths)
    .filter(([path]) => path.startsWith(BELOW))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
    .filter((operation) => !operation.startsWith('GET '))
    .map((operation) => operation.replace(BELOW, ''));
}

/** Addresses that the panel sends changes to, as its sources name them: method, and path with `{}` for what is filled in. */
function sent(): string[] {
  const files = readdirSync(join(root, 'web/src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    /(?<!\.test|\.d)\.tsx?$/.test(file),
  );
  const calls = /\b(post|put|patch|remove)(?:<[^()]*?>)?\(\s*(['`])api\/v1(\/[^'`]*)\2/g;
  return files.flatMap((file) =>
    [...readFileSync(join(root, 'web/src', file), 'utf8').matchAll(calls)].map(([, method = '', , path = '']) => {
      const verb = method === 'remove' ? 'DELETE' : method.toUpperCase();
      return `${verb} ${path.replace(/\$\{[^}]*\}/g, '{}')}`;
    }),
  );
}

/** `/x/{}/y` against `/x/{id}/y`, and `/access/{}` against `/access/pause`. */
function fits(named: string, operation: string): boolean {
  const pattern = named.replace(/[.*+?^$()|[\]\\/]/g, '\\$&').replaceAll('{}', '[^/]+');
  return new RegExp(`^${pattern}$`).test(operation);
}

test('every operation that changes something is pressed in the panel, or listed as not offered there', () => {
  expect([...new Set([...listed, ...NOT_IN_THE_PANEL])].toSorted()).toEqual(changes().toSorted());
  expect(NOT_IN_THE_PANEL.filter((operation) => listed.includes(operation))).toEqual([]);
});

test('whatever the panel sends is one of them', () => {
  const found = sent();
  expect(found.length).toBeGreaterThan(40);
  expect(found.filter((named) => !listed.some((operation) => fits(named, operation)))).toEqual([]);
});

test('each has a test in a browser that presses it', () => {
  const texts = new Map<string, string>();
  const textOf = (file: string) => {
    const text = texts.get(file) ?? readFileSync(join(root, 'test/e2e', file), 'utf8');
    texts.set(file, text);
    return text;
  };
  const missing = PANEL_ACTIONS.filter(({ file, test: name }) => !textOf(file).includes(`test('${name}`));
  expect(missing).toEqual([]);
});

/** Every action that is written down, by its name: those of single routes, of many users at once, and of what was set aside. */
function audited(): string[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    /^(http\/routes|app)\/.*(?<!\.test)\.ts$/.test(file),
  );
  const texts = files.map((file) => readFileSync(join(root, 'src', file), 'utf8'));
  const named = texts.flatMap((text) =>
    [...text.matchAll(/\baudit\([^'`]*'([a-z-]+\.[a-z-]+)'/g)].map(([, action = '']) => action),
  );
  const bulk = /ACTIONS = \[(.*?)\]/.exec(texts[files.indexOf('http/routes/users-in-bulk.ts')] ?? '')?.[1] ?? '';
  const ofMany = [...bulk.matchAll(/'([a-z-]+)'/g)].map(([, action]) => `users.${action}`);
  const aside = ['quarantine', 'baseline'].flatMap((kind) => [`${kind}.book`, `${kind}.dismiss`]);
  return [...new Set([...named, ...ofMany, ...aside, 'access.suspended', 'access.restored'])];
}

test('whatever the list of who did what can say has words there', () => {
  type Words = Readonly<Record<string, Readonly<Record<string, string>>>>;
  const file = join(root, 'web/src/features/settings/strings.en.json');
  const { action: words } = JSON.parse(readFileSync(file, 'utf8')) as { action: Words };
  const actions = audited();
  expect(actions.length).toBeGreaterThan(60);
  const untold = actions.filter((action) => {
    const [of = '', what = ''] = action.split('.');
    return words[of]?.[what] === undefined;
  });
  expect(untold).toEqual([]);
});
