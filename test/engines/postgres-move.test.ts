import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Sqlite } from '../../src/lib/sqlite.ts';
import { PostgresServer } from '../support/postgres.ts';
import { root, startServer, type TestServer, temporaryFolder } from '../support/server.ts';
import { FileNode, Owner, random } from '../torture/load.ts';

let database: PostgresServer;
/** A data folder with a ledger in a file: users, reports, a node, a reset, a quota. */
let filled: ReturnType<typeof temporaryFolder>;
let before: unknown;
const folders: ReturnType<typeof temporaryFolder>[] = [];
const servers: TestServer[] = [];

beforeAll(async () => {
  database = await PostgresServer.start();
  filled = temporaryFolder('move-from');
  const server = await startServer({ dataDir: filled.path });
  await fill(server);
  before = await figures(server);
  await server.stop();
});

afterEach(async () => {
  for (const server of servers.splice(0)) await server.kill();
  for (const folder of folders.splice(0)) folder.remove();
});

afterAll(async () => {
  filled.remove();
  await database.stop();
});

async function fill(server: TestServer): Promise<void> {
  const owner = await Owner.of(server.url);
  const node = new FileNode(join(filled.path, 'node.txt'));
  const nodeId = await owner.addFileNode(node.path);
  await owner.call('POST', `/api/v1/nodes/${nodeId}/poll`);
  for (let n = 0; n < 20; n++) {
    const token = `user-${n}`;
    // Words that a list of PostgreSQL has to quote.
    await owner.call('POST', '/api/v1/users', { name: `"n" {${n}}, \\ NULL`, userToken: token });
    const reports = Array.from({ length: 50 }, (_, i) => ({
      ...{ user_token: token, server: `vpn-${i % 7}.example.com`, port: 443, protocol: 'vless', event_id: `${n} ${i}` },
      ...{ bytes_uploaded: 1 + random(1e6), bytes_downloaded: 2e6 + random(1e9) },
    }));
    const answer = await send(server, reports);
    expect(answer.status).toBe(200);
    node.carry();
  }
  await owner.call('POST', '/api/v1/resets', { scope: 'all' });
  node.write();
  await owner.call('POST', `/api/v1/nodes/${nodeId}/poll`);
}

function send(server: TestServer, body: unknown) {
  return fetch(`${server.url}/api/xpert/traffic-webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** What people are shown, without what depends on the moment. */
async function figures(server: TestServer): Promise<unknown> {
  const owner = await Owner.of(server.url);
  const summary = await owner.call<{ traffic: unknown }>('GET', '/api/v1/usage/summary?days=30');
  const { items } = await owner.call<{ items: { name: string; userToken: string }[] }>(
    'GET',
    '/api/v1/users?limit=100',
  );
  const of = (token: string) => owner.call('GET', `/api/xpert/traffic-stats/${token}?days=30`);
  const usage = await Promise.all(items.map(({ userToken }) => of(userToken)));
  const global = await owner.call('GET', '/api/xpert/traffic-stats/global?days=30');
  return { traffic: summary.traffic, names: items.map(({ name }) => name), usage, global };
}

function newFolder(): string {
  const folder = temporaryFolder('move');
  folders.push(folder);
  return folder.path;
}

function copyOf(dataDir: string): string {
  const copy = newFolder();
  cpSync(dataDir, copy, { recursive: true });
  return copy;
}

const copyOfFilled = () => copyOf(filled.path);

function migrate(dataDir: string, url: string) {
  const env = { ...process.env, XPERT_DATA_DIR: dataDir, XPERT_DATABASE_URL: url };
  const child = spawn(process.execPath, [join(root, 'dist/xpert.mjs'), 'migrate'], {
    cwd: dataDir,
    env,
    stdio: 'pipe',
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { child, ended: once(child, 'close'), output: () => Buffer.concat(chunks).toString() };
}

async function opens(dataDir: string, env: Readonly<Record<string, string>>): Promise<TestServer | string> {
  try {
    const server = await startServer({ dataDir, env });
    servers.push(server);
    return server;
  } catch (error) {
    return (error as Error).message;
  }
}

test('a ledger that moved is the same to the byte, and the file is not opened any more', async () => {
  const [dataDir, url] = [copyOfFilled(), database.newDatabase()];
  const { child, ended, output } = migrate(dataDir, url);
  await ended;
  expect(output()).toContain('to the byte');
  expect(child.exitCode).toBe(0);
  expect(await opens(dataDir, {})).toMatch(/The ledger moved to postgres:\/\/xpert@/);
  const server = (await opens(dataDir, { XPERT_DATABASE_URL: url })) as TestServer;
  expect(await figures(server)).toEqual(before);
  // Ids of what is new go on after those that came along; a repeated report is known.
  const report = { user_token: 'user-3', server: 'new.example.com', port: 1, protocol: 'vless' };
  const first = { ...report, bytes_uploaded: 5, bytes_downloaded: 7, event_id: 'new' };
  expect((await send(server, first)).status).toBe(200);
  expect(await (await send(server, first)).json()).toMatchObject({ duplicates: 1 });
  const again = migrate(dataDir, url);
  await again.ended;
  expect(again.child.exitCode).toBe(1);
}, 120_000);

test('a database with a ledger in it is left alone', async () => {
  const url = database.newDatabase();
  await ((await opens(newFolder(), { XPERT_DATABASE_URL: url })) as TestServer).stop();
  const dataDir = copyOfFilled();
  const { child, ended, output } = migrate(dataDir, url);
  await ended;
  expect(child.exitCode).toBe(1);
  expect(output()).toContain('There is a ledger in this database already');
  expect(await figures((await opens(dataDir, {})) as TestServer)).toEqual(before);
}, 120_000);

test('a ledger that has not moved is not left behind: an empty database opens without it only where it is set aside', async () => {
  const [dataDir, url] = [copyOfFilled(), database.newDatabase()];
  const file = join(dataDir, 'traffic_stats.db');
  expect(await opens(dataDir, { XPERT_DATABASE_URL: url })).toMatch(/has not moved[\s\S]*xpert migrate/);
  expect(database.sql(new URL(url).pathname.slice(1), "SELECT to_regnamespace('xpert') IS NULL")).toBe('t');
  const original = newFolder();
  const originalFile = new Sqlite(join(original, 'traffic_stats.db'));
  originalFile.exec('CREATE TABLE traffic_usage (id INTEGER PRIMARY KEY)');
  originalFile.close();
  expect(await opens(original, { XPERT_DATABASE_URL: url })).toMatch(/has not moved[\s\S]*without XPERT_DATABASE_URL/);
  renameSync(file, `${file}.aside`);
  const server = (await opens(dataDir, { XPERT_DATABASE_URL: url })) as TestServer;
  expect(await figures(server)).toMatchObject({ names: [] });
  await server.stop();
  // From now on there is a ledger in the database: a file beside it is not used.
  renameSync(`${file}.aside`, file);
  expect(await figures((await opens(dataDir, { XPERT_DATABASE_URL: url })) as TestServer)).toMatchObject({ names: [] });
}, 120_000);

test('a move that is killed leaves one place that opens, and can be run again', async () => {
  for (let round = 0; round < 5; round++) {
    const [dataDir, url] = [copyOfFilled(), database.newDatabase()];
    const move = migrate(dataDir, url);
    await Promise.race([delay(300 + random(1_500)), move.ended]);
    move.child.kill('SIGKILL');
    await move.ended;
    // Each over a folder of its own: whoever holds a folder keeps the other one out of it.
    const places = [await opens(copyOf(dataDir), {}), await opens(copyOf(dataDir), { XPERT_DATABASE_URL: url })];
    const open = places.filter((place) => typeof place !== 'string');
    const names = places.map((place) => (typeof place === 'string' ? place : 'opens'));
    expect(open.length, names.join('\n---\n')).toBe(1);
    expect(await figures(open[0] as TestServer)).toEqual(before);
    for (const server of servers.splice(0)) await server.kill();
    if (typeof places[0] === 'string') continue;
    const again = migrate(dataDir, url);
    await again.ended;
    expect(again.child.exitCode, again.output()).toBe(0);
    expect(await figures((await opens(dataDir, { XPERT_DATABASE_URL: url })) as TestServer)).toEqual(before);
    for (const server of servers.splice(0)) await server.kill();
  }
}, 300_000);
