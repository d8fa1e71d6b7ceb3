import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { MoveStep } from '../../src/app/moving/move.ts';
import { Sqlite } from '../../src/lib/sqlite.ts';
import { migrate, past, send } from '../support/moving.ts';
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
  // Days that are closed.
  for (let day = 1; day <= 6; day++) expect((await send(server, past(day, `past ${day}`))).status).toBe(200);
  await owner.call('POST', '/api/v1/resets', { scope: 'all' });
  node.write();
  await owner.call('POST', `/api/v1/nodes/${nodeId}/poll`);
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
  // A socket cannot be copied, and is nobody's.
  cpSync(dataDir, copy, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  return copy;
}

const copyOfFilled = () => copyOf(filled.path);

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

/** Moves by the command and answers what it said. */
async function move(dataDir: string, url: string, ...args: string[]): Promise<string> {
  const { child, ended, output } = migrate(dataDir, url, ...args);
  await ended;
  expect(child.exitCode, output()).toBe(0);
  return output();
}

const lastCommit = (dataDir: string) =>
  JSON.parse(readFileSync(join(dataDir, 'last-commit.json'), 'utf8')) as { incarnation: string; sequence: number };

test('there and back, again and again: the same ledger goes on, and whatever was left is refused', async () => {
  const [dataDir, url] = [copyOfFilled(), database.newDatabase()];
  const file = join(dataDir, 'traffic_stats.db');
  let sent = 0;
  let expected = before;
  let sequence = 0;
  const lives = new Set<string>();
  for (let round = 0; round < 3; round++) {
    for (const to of ['postgres', 'sqlite']) {
      await move(dataDir, url, ...(to === 'sqlite' ? ['--to', 'sqlite'] : []));
      const [here, there] = to === 'sqlite' ? [{}, { XPERT_DATABASE_URL: url }] : [{ XPERT_DATABASE_URL: url }, {}];
      expect(await opens(copyOf(dataDir), there)).toMatch(/The ledger moved to/);
      const server = (await opens(dataDir, here)) as TestServer;
      expect(await figures(server)).toEqual(expected);
      const fresh = { user_token: 'user-3', server: 'new.example.com', port: 1, protocol: 'vless' };
      const report = { ...fresh, bytes_uploaded: 5 + sent, bytes_downloaded: 70 + sent, event_id: `new ${sent++}` };
      expect((await send(server, report)).status).toBe(200);
      expect(await (await send(server, report)).json()).toMatchObject({ duplicates: 1 });
      expected = await figures(server);
      await server.stop();
      const known = lastCommit(dataDir);
      lives.add(known.incarnation);
      // What is known of the database: its last commit, also when the ledger left it.
      expect(known.sequence).toBeGreaterThanOrEqual(sequence);
      sequence = known.sequence;
    }
  }
  expect(lives.size).toBe(1);
  // What earlier moves left is beside it, and is refused when somebody puts it back.
  const left = readdirSync(dataDir).filter(
    (name) => name.startsWith('traffic_stats.db.left-') && !/-(wal|shm)$/.test(name),
  );
  expect(left).toHaveLength(3);
  const other = copyOf(dataDir);
  for (const name of readdirSync(other).filter((each) => /^traffic_stats\.db(-wal|-shm)?$/.test(each)))
    rmSync(join(other, name));
  renameSync(join(other, left[0] as string), join(other, 'traffic_stats.db'));
  expect(await opens(other, {})).toMatch(/The ledger moved to postgres/);
  expect(existsSync(file)).toBe(true);
}, 240_000);

test('a file with a ledger of its own is not replaced, and a database of somebody else neither', async () => {
  const [dataDir, url] = [copyOfFilled(), database.newDatabase()];
  await move(dataDir, url);
  const other = copyOfFilled();
  const back = migrate(other, url, '--to', 'sqlite');
  await back.ended;
  expect(back.child.exitCode).toBe(1);
  expect(back.output()).toContain('already, which has not moved');
  expect(await figures((await opens(other, {})) as TestServer)).toEqual(before);
  const nothing = migrate(newFolder(), database.newDatabase(), '--to', 'sqlite');
  await nothing.ended;
  expect(nothing.child.exitCode).toBe(1);
  expect(nothing.output()).toContain('There is no ledger in postgres');
}, 120_000);

const killedMove = join(root, 'dist/app/killed-move.mjs');

/** Which of both opens from this folder; it has to be one, and to be the ledger. */
async function theOneThatOpens(dataDir: string, url: string): Promise<'file' | 'database'> {
  const places = [await opens(copyOf(dataDir), {}), await opens(copyOf(dataDir), { XPERT_DATABASE_URL: url })];
  const names = places.map((place) => (typeof place === 'string' ? place : 'opens'));
  const open = places.filter((place) => typeof place !== 'string');
  expect(open.length, names.join('\n---\n')).toBe(1);
  expect(await figures(open[0] as TestServer)).toEqual(before);
  for (const server of servers.splice(0)) await server.kill();
  return typeof places[0] === 'string' ? 'database' : 'file';
}

test('a move that is killed at any step leaves one place that opens, in both directions', async () => {
  await build({
    ...{ entryPoints: [join(root, 'test/support/killed-move.ts')], outfile: killedMove, bundle: true },
    ...{ platform: 'node', format: 'esm', packages: 'external', target: 'node20' },
  });
  const killAt = (dataDir: string, url: string, to: string, step: MoveStep) => {
    const env = { ...process.env, XPERT_DATA_DIR: dataDir, XPERT_DATABASE_URL: url };
    const { signal, stderr } = spawnSync(process.execPath, [killedMove, to, step], { cwd: dataDir, env });
    expect(signal, stderr.toString()).toBe('SIGKILL');
  };
  const there: readonly MoveStep[] = ['begun', 'copied', 'proved', 'left', 'finished'];
  for (const step of there) {
    const [dataDir, url] = [copyOfFilled(), database.newDatabase()];
    killAt(dataDir, url, 'postgres', step);
    const where = await theOneThatOpens(dataDir, url);
    expect(where, step).toBe(step === 'left' || step === 'finished' ? 'database' : 'file');
    // What was broken off can be done again.
    if (where === 'file') await move(dataDir, url);
  }
  const back: readonly MoveStep[] = ['begun', 'copied', 'proved', 'leaving', 'left', 'finished'];
  for (const step of back) {
    const [dataDir, url] = [copyOfFilled(), database.newDatabase()];
    await move(dataDir, url);
    killAt(dataDir, url, 'sqlite', step);
    const where = await theOneThatOpens(dataDir, url);
    expect(where, step).toBe(step === 'left' || step === 'finished' ? 'file' : 'database');
    if (where === 'database') await move(dataDir, url, '--to', 'sqlite');
  }
  rmSync(killedMove);
}, 600_000);

/** Sends reports one after the other until told to stop; whoever is refused sends the same again. */
function sender(server: Pick<TestServer, 'url'>, name: string) {
  let isStopping = false;
  const tally = { sent: 0n, refused: 0, longestMs: 0 };
  const run = async () => {
    for (let n = 0; !isStopping; n++) {
      // Now and then late bytes of a day that is closed.
      const late = n % 5 === 0 ? past(1 + (n % 6), '')[0] : {};
      const [up, down] = [1 + random(1e6), 2e6 + random(1e8)];
      const report = {
        ...{ ...late, user_token: `user-${n % 20}`, server: `${name}.example.com`, port: 443, protocol: 'vless' },
        ...{ event_id: `${name} ${n}`, bytes_uploaded: up, bytes_downloaded: down },
      };
      const startedMs = performance.now();
      while (!(await isTaken(server, report))) {
        tally.refused++;
        await delay(20);
      }
      tally.sent += BigInt(up + down);
      tally.longestMs = Math.max(tally.longestMs, performance.now() - startedMs);
    }
  };
  const running = run();
  return {
    tally,
    stop: async () => {
      isStopping = true;
      await running;
    },
  };
}

async function isTaken(server: Pick<TestServer, 'url'>, report: unknown): Promise<boolean> {
  try {
    const answer = await send(server, report);
    await answer.text();
    if (answer.status === 503) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    else expect(answer.status).toBe(200);
    return answer.status === 200;
  } catch (error) {
    // For a moment nobody listens.
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** A server on that folder whose figures leave out nothing: late bytes of before a reset would else not show. */
async function serverWithoutReset(dataDir: string): Promise<TestServer> {
  const server = (await opens(dataDir, {})) as TestServer;
  const owner = await Owner.of(server.url);
  const { items } = await owner.call<{ items: { id: string }[] }>('GET', '/api/v1/resets?limit=10');
  for (const { id } of items) await owner.call('DELETE', `/api/v1/resets/${id}`);
  return server;
}

/** Once it serves: between a move and that it opens the ledger where it is then. */
async function bookedOf(server: TestServer): Promise<bigint> {
  const deadline = performance.now() + 60_000;
  while (!(await fetch(`${server.url}/readyz`).catch(() => null))?.ok) {
    if (performance.now() > deadline) throw new Error(`it does not serve again:\n${server.output()}`);
    await delay(20);
  }
  const owner = await Owner.of(server.url);
  const { traffic } = await owner.call<{ traffic: { totalBytes: number } }>('GET', '/api/v1/usage/summary?days=30');
  return BigInt(traffic.totalBytes);
}

test('a server that runs goes on in the database, and back in the file: every byte that was answered is there', async () => {
  const [dataDir, url] = [copyOfFilled(), database.newDatabase()];
  const server = await serverWithoutReset(dataDir);
  let booked = await bookedOf(server);
  for (const to of [url, 'sqlite']) {
    const senders = [1, 2, 3].map((n) => sender(server, `while-${to === 'sqlite' ? 'back' : 'there'}-${n}`));
    await delay(500);
    const said = await move(dataDir, url, '--to', to);
    expect(said).toMatch(/The ledger is in/);
    await delay(1_000);
    await Promise.all(senders.map((each) => each.stop()));
    for (const { tally } of senders) booked += tally.sent;
    expect(senders.some(({ tally }) => tally.refused > 0)).toBe(true);
    expect(await bookedOf(server)).toBe(booked);
    const longest = Math.max(...senders.map(({ tally }) => tally.longestMs));
    console.info(
      `${said.split('\n').find((line) => line.startsWith('The ledger is in'))} Longest report: ${longest.toFixed(0)} ms.`,
    );
  }
  await server.stop();
  expect(await opens(dataDir, { XPERT_DATABASE_URL: url })).toMatch(/The ledger moved to/);
  expect(await bookedOf((await opens(dataDir, {})) as TestServer)).toBe(booked);
}, 240_000);

test('a move that is killed next to a server, in its rounds or while the server waits, takes nothing from it', async () => {
  const [dataDir, url] = [copyOfFilled(), database.newDatabase()];
  const server = await serverWithoutReset(dataDir);
  let booked = await bookedOf(server);
  for (const line of [/closed days/, /asked to wait/, /report_key: \d+ rows\n/]) {
    const senders = [1, 2].map((n) => sender(server, `killed-${line.source.length}-${n}`));
    const running = migrate(dataDir, url);
    while (!line.test(running.output()) && running.child.exitCode === null) await delay(5);
    running.child.kill('SIGKILL');
    await running.ended;
    await delay(1_500);
    await Promise.all(senders.map((each) => each.stop()));
    for (const { tally } of senders) booked += tally.sent;
    expect(await bookedOf(server)).toBe(booked);
  }
  await move(dataDir, url);
  expect(await bookedOf(server)).toBe(booked);
}, 240_000);

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
