import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { PostgresServer } from '../support/postgres.ts';
import { login, startServer, temporaryFolder } from '../support/server.ts';

const folder = temporaryFolder('sqlite-alone');

afterAll(() => folder.remove());

/** Writes down what is loaded in any thread of the process, line by line. */
function listening(to: string): string {
  const hooks = `import { appendFileSync } from 'node:fs';
    export async function load(url, context, next) {
      appendFileSync(${JSON.stringify(to)}, url + '\\n');
      return await next(url, context);
    }`;
  const file = join(folder.path, 'listen.mjs');
  writeFileSync(
    file,
    `import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hooks)}));`,
  );
  return pathToFileURL(file).href;
}

/** What a server loaded until it answered a chart. */
async function loadedBy(name: string, env: Record<string, string>): Promise<string[]> {
  const to = join(folder.path, `${name}.txt`);
  const dataDir = temporaryFolder(`sqlite-alone-${name}`);
  const server = await startServer({
    dataDir: dataDir.path,
    env: { ...env, NODE_OPTIONS: `--import=${listening(to)}` },
  });
  try {
    const answer = await fetch(`${server.url}/api/v1/usage/series?days=90`, {
      headers: { cookie: await login(server) },
    });
    expect(answer.status).toBe(200);
  } finally {
    await server.kill();
    dataDir.remove();
  }
  return readFileSync(to, 'utf8').trim().split('\n');
}

/** Words of PostgreSQL's protocol, of Xpert's lock there, and of ClickHouse's interface: nobody else's code has them. */
const OTHERS = /readyForQuery|pg_advisory|x-clickhouse-user/;

const ofOthers = (loaded: readonly string[]) =>
  loaded.filter((url) => url.startsWith('file:') && OTHERS.test(readFileSync(new URL(url), 'utf8')));

test('who keeps the ledger in a file loads nothing of other engines', async () => {
  const loaded = await loadedBy('file', {});
  expect(loaded.length).toBeGreaterThan(20);
  expect(ofOthers(loaded)).toEqual([]);
}, 120_000);

test('what is looked for is what is loaded for PostgreSQL', async () => {
  const database = await PostgresServer.start();
  try {
    const loaded = await loadedBy('postgres', { XPERT_DATABASE_URL: database.newDatabase() });
    expect(ofOthers(loaded).length).toBeGreaterThan(1);
  } finally {
    await database.stop();
  }
}, 120_000);
