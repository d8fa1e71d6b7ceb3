import { cpSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { awayFromEnd } from '../support/away-from-end.ts';
import { BreakableProxy } from '../support/breakable-proxy.ts';
import { CLICKHOUSE_PASSWORD, ClickHouseServer } from '../support/clickhouse.ts';
import { ledgerDays, mirrorDays } from '../support/mirrored-store.ts';
import { migrate, past, send } from '../support/moving.ts';
import { PostgresServer } from '../support/postgres.ts';
import { freePort, startServer, type TestServer, temporaryFolder } from '../support/server.ts';
import { Owner } from '../torture/load.ts';

const DAYS = 6;

let postgres: PostgresServer;
let clickhouse: ClickHouseServer;
/** A data folder with a ledger in a file that has usage of so many days that are over. */
let filled: ReturnType<typeof temporaryFolder>;
const folders: ReturnType<typeof temporaryFolder>[] = [];
const servers: TestServer[] = [];

beforeAll(async () => {
  await awayFromEnd('day', 20 * 60_000);
  [postgres, clickhouse] = await Promise.all([PostgresServer.start(), ClickHouseServer.start()]);
  filled = temporaryFolder('move-with-mirror');
  const server = await startServer({ dataDir: filled.path });
  for (let day = 0; day <= DAYS; day++) expect((await send(server, past(day, `past ${day}`))).status).toBe(200);
  await server.stop();
}, 25 * 60_000);

afterEach(async () => {
  for (const server of servers.splice(0)) await server.kill();
  for (const folder of folders.splice(0)) folder.remove();
});

afterAll(async () => {
  filled.remove();
  await Promise.all([postgres.stop(), clickhouse.stop()]);
});

function copyOfFilled(): string {
  const folder = temporaryFolder('move-mirror');
  folders.push(folder);
  cpSync(filled.path, folder.path, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  return folder.path;
}

async function serve(dataDir: string, env: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const server = await startServer({ dataDir, env });
  servers.push(server);
  return server;
}

const settings = (url: string, mirror: string) => ({ XPERT_DATABASE_URL: url, XPERT_CLICKHOUSE_URL: mirror });
const today = () => Math.floor(Date.now() / 86_400_000);
const sql = (url: string, text: string) => postgres.sql(new URL(url).pathname.slice(1), text);
const lifeOf = (url: string) => sql(url, 'SELECT life, sealed FROM xpert.history_mirror');

/** Both sides row by row. @returns how many rows there are */
async function compare(url: string, mirror: string): Promise<number> {
  const [database, life = ''] = [new URL(mirror).pathname.slice(1), lifeOf(url).split('|')[0]];
  const days = ledgerDays(postgres, url, today());
  expect(await mirrorDays(clickhouse, `${database}.xpert_history`, life)).toEqual(days);
  return days.length;
}

/** Until the server says that it has everything there. */
async function shipped(server: TestServer, url: string): Promise<void> {
  const owner = await Owner.of(server.url);
  // Whoever asks is told of everything that was answered: it is in the tables then.
  await owner.call('GET', '/api/v1/usage/summary?days=30');
  const isThere = async () => {
    const { checks } = await owner.call<{ checks: { name: string; message: string }[] }>('GET', '/api/v1/doctor');
    return checks.find(({ name }) => name === 'history')?.message;
  };
  await expect.poll(isThere, { timeout: 60_000 }).toBe('ClickHouse has all days that are over.');
  const waiting = 'SELECT (SELECT count(*) FROM xpert.history_outbox) + sealed - shipped FROM xpert.history_mirror';
  await expect.poll(() => sql(url, waiting), { timeout: 60_000 }).toBe('0');
}

test('without a server the command fills ClickHouse itself, and the server goes on with the same filling', async () => {
  const [dataDir, url, mirror] = [copyOfFilled(), postgres.newDatabase(), await clickhouse.newDatabase()];
  const { child, ended, output } = migrate(dataDir, '', '--to', url, '--clickhouse', mirror);
  await ended;
  expect(child.exitCode, output()).toBe(0);
  expect(output()).toContain(
    `ClickHouse has the history: ${DAYS} days with ${DAYS * 20} rows were compared, none differs.`,
  );
  expect(await compare(url, mirror)).toBe(DAYS * 20);
  // What it was told to the end, without passwords.
  const last = output().trimEnd().split('\n').slice(-2);
  expect(last[0]).toContain(`XPERT_DATABASE_URL (postgres://xpert@`);
  expect(last[1]).toContain(`XPERT_CLICKHOUSE_URL (http://default@127.0.0.1:${clickhouse.port}/`);
  expect(output()).not.toContain(encodeURIComponent(CLICKHOUSE_PASSWORD));
  const before = lifeOf(url);
  const server = await serve(dataDir, settings(url, mirror));
  await shipped(server, url);
  expect(lifeOf(url)).toBe(before);
  await server.stop();
  const back = migrate(dataDir, url, '--to', 'sqlite', '--json');
  await back.ended;
  expect(back.child.exitCode, back.output()).toBe(0);
}, 240_000);

test('a server that runs goes on in the database with ClickHouse, whatever is reported meanwhile', async () => {
  const [dataDir, url, mirror] = [copyOfFilled(), postgres.newDatabase(), await clickhouse.newDatabase()];
  const server = await serve(dataDir);
  let isStopping = false;
  const late = (async () => {
    for (let n = 0; !isStopping; n++) {
      // Of days that are over: they change what was copied, filled and compared already.
      const answer = await send(server, past(1 + (n % DAYS), `late ${n}`)).catch(() => null);
      await answer?.arrayBuffer();
      await delay(20);
    }
  })();
  const { child, ended, output } = migrate(dataDir, '', '--to', url, '--clickhouse', mirror, '--json');
  await ended;
  isStopping = true;
  await late;
  expect(child.exitCode, `${output()}\n${server.output()}`).toBe(0);
  const { place, history } = JSON.parse(
    output()
      .split('\n')
      .find((line) => line.startsWith('{')) ?? '{}',
  );
  expect(place).toContain('postgres://');
  expect(history).toMatchObject({ state: 'done', comparedDays: DAYS });
  expect(server.child.exitCode).toBeNull();
  await shipped(server, url);
  expect(await compare(url, mirror)).toBeGreaterThanOrEqual(DAYS * 20);
}, 240_000);

test('a ClickHouse that cannot be used is told before anything is moved', async () => {
  const [dataDir, url, mirror] = [copyOfFilled(), postgres.newDatabase(), await clickhouse.newDatabase()];
  const wrong = {
    'ClickHouse cannot be reached': clickhouse.address('default', await freePort()),
    'ClickHouse refused': mirror.replace(encodeURIComponent(CLICKHOUSE_PASSWORD), 'wrong'),
    "Database nowhere doesn't exist": clickhouse.address('nowhere'),
  };
  for (const [text, address] of Object.entries(wrong)) {
    const { child, ended, output } = migrate(dataDir, '', '--to', url, '--clickhouse', address);
    await ended;
    expect(child.exitCode).toBe(1);
    expect(output()).toContain(text);
    expect(output()).toContain('Nothing was moved.');
  }
  expect(sql(url, "SELECT to_regnamespace('xpert') IS NULL")).toBe('t');
  await serve(dataDir);
}, 240_000);

test.each(['SIGINT', 'SIGKILL'] as const)(
  'broken off by %s while ClickHouse is filled, the ledger has moved, and the server fills it',
  async (signal) => {
    const [dataDir, url] = [copyOfFilled(), postgres.newDatabase()];
    const proxy = await BreakableProxy.to(clickhouse.port);
    try {
      const database = new URL(await clickhouse.newDatabase()).pathname.slice(1);
      const mirror = clickhouse.address(database, proxy.port);
      const { child, ended, output } = migrate(dataDir, '', '--to', url, '--clickhouse', mirror);
      const until = async (text: string) => {
        while (!output().includes(text) && child.exitCode === null) await delay(5);
      };
      await until('to the byte');
      proxy.cut();
      await until('ClickHouse is being filled');
      const began = () => sql(url, 'SELECT count(*) FROM xpert.history_mirror');
      await expect.poll(began).toBe('1');
      child.kill(signal);
      await ended;
      if (signal === 'SIGINT') {
        expect(child.exitCode, output()).toBe(0);
        expect(output()).toContain('It was broken off');
        expect(output()).toContain('XPERT_CLICKHOUSE_URL (http');
      }
      proxy.mend();
      const server = await serve(dataDir, settings(url, mirror));
      await shipped(server, url);
      expect(await compare(url, mirror)).toBe(DAYS * 20);
    } finally {
      proxy.close();
    }
  },
  240_000,
);
