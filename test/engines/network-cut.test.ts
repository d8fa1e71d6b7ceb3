import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { PostgresDatabase } from '../../src/storage/postgres/database.ts';
import { ClickHouseServer } from '../support/clickhouse.ts';
import { sendLate, untilMirrored } from '../support/killed-shipping.ts';
import { Lab, type LabHost, missingForLab } from '../support/lab.ts';
import { databaseOf, type Engines, MirroredWorld, makeSchema } from '../support/mirrored-world.ts';
import { PostgresServer, postgresWorkers } from '../support/postgres.ts';
import { login, startServer, type TestServer, temporaryFolder } from '../support/server.ts';
import { auditRows, type Book, NOTHING_WRONG } from '../torture/books.ts';
import { startSenders } from '../torture/load.ts';

const missing = missingForLab(['nft', 'tc']);
if (missing !== null) process.stdout.write(`No network can be cut here: ${missing}.\n`);
const cutTest = test.skipIf(missing !== null);

let lab: Lab;
let host: LabHost;
/** Of the host with Xpert, and of this machine with the databases, in the network between. */
let [there, here] = ['', ''];
let engines: Engines;
let folder: ReturnType<typeof temporaryFolder>;
let server: TestServer | null = null;

beforeAll(async () => {
  if (missing !== null) return;
  lab = new Lab();
  host = await lab.host();
  there = await lab.linkToHere(host, 'up0');
  here = there.replace(/\d+$/, (last) => String(Number(last) - 1));
  const [postgres, clickhouse] = await Promise.all([
    PostgresServer.start({ tls: true, near: here }),
    ClickHouseServer.start(undefined, '', here),
  ]);
  await makeSchema(postgres);
  engines = { postgres, clickhouse, stop: () => Promise.all([postgres.stop(), clickhouse.stop()]) };
});

afterEach(async () => {
  await server?.kill();
  server = null;
  folder?.remove();
});

afterAll(async () => {
  await engines?.stop();
  await lab?.close();
});

/** From now on no packet to or from these ports arrives, and nobody is told. */
async function cut(...ports: readonly number[]): Promise<void> {
  const rules = `table inet cut {
    chain out { type filter hook output priority 0; tcp dport { ${ports.join(', ')} } drop; }
    chain in { type filter hook input priority 0; tcp sport { ${ports.join(', ')} } drop; }
  }`;
  await host.run('nft', ['-f', '-'], rules);
}

const mend = () => host.run('nft', ['delete', 'table', 'inet', 'cut']);

async function start(env: Record<string, string>): Promise<TestServer> {
  folder = temporaryFolder('network-cut');
  server = await startServer({ dataDir: folder.path, host: there, wrap: host.enter, env });
  return server;
}

/** Of a world's ledger and mirror by way of the network that is cut. */
function addressesOf(world: MirroredWorld) {
  const { postgres, clickhouse } = engines;
  return {
    XPERT_DATABASE_URL: postgres.nearAddress(new URL(world.url).pathname.slice(1)),
    XPERT_CLICKHOUSE_URL: clickhouse.address(databaseOf(world.mirrorUrl), clickhouse.port, here),
  };
}

/** What it answers, and after how long, ms. */
async function ask(url: string, cookie = ''): Promise<{ status: number; text: string; ms: number }> {
  const began = performance.now();
  const answer = await fetch(url, { headers: { cookie } });
  const text = await answer.text();
  return { status: answer.status, text, ms: performance.now() - began };
}

/** @returns after how long it was so, ms */
async function until(isSo: () => Promise<boolean>, withinMs: number): Promise<number> {
  const began = performance.now();
  while (!(await isSo())) {
    if (performance.now() - began > withinMs) throw new Error(`it is not so within ${withinMs / 1000} s`);
    await delay(50);
  }
  return performance.now() - began;
}

const seconds = (...ms: number[]) => ms.map((each) => (each / 1000).toFixed(1)).join(', ');

cutTest(
  'cut off from PostgreSQL under load, for a moment and for long: booked is what was sent',
  { timeout: 180_000 },
  async () => {
    const database = engines.postgres.newDatabase();
    const name = new URL(database).pathname.slice(1);
    const { url, port } = await start({ XPERT_DATABASE_URL: engines.postgres.nearAddress(name) });
    const book: Book = new Map();
    const isReady = async (is: boolean) => ((await ask(`${url}/readyz`)).status === 200) === is;
    for (const [round, cutMs] of [2_000, 16_000].entries()) {
      const senders = startSenders({ host: there, port, book }, 6, round);
      await delay(500);
      await cut(engines.postgres.tlsPort as number);
      const began = performance.now();
      if (cutMs > 10_000) {
        const noticed = await until(() => isReady(false), 15_000);
        process.stdout.write(`cut off from PostgreSQL: said so after ${seconds(noticed)} s\n`);
        expect((await ask(`${url}/healthz`)).status).toBe(200);
      }
      await delay(Math.max(0, cutMs - (performance.now() - began)));
      await mend();
      const again = await until(() => isReady(true), 60_000);
      process.stdout.write(`cut of ${seconds(cutMs)} s: takes reports again after ${seconds(again)} s\n`);
      await delay(500);
      senders.stopNew();
      await senders.finished;
    }
    // A read waits for everything that was answered.
    await ask(`${url}/api/v1/usage/summary?days=30`, await login({ url }));
    const db = new PostgresDatabase(database, (await postgresWorkers()).socket);
    const figures = auditRows((sql) => db.prepare(sql).safeIntegers().all(), book, new Map());
    db.close();
    expect(figures).toEqual(NOTHING_WRONG);
  },
);

cutTest(
  'a link so slow that a batch takes many seconds, and a new connection longer than is waited for: nothing is given up',
  { timeout: 180_000 },
  async () => {
    const database = engines.postgres.newDatabase();
    const name = new URL(database).pathname.slice(1);
    const { url, output } = await start({ XPERT_DATABASE_URL: engines.postgres.nearAddress(name) });
    // What leaves Xpert's host waits for up to four seconds before it is on its way, and far more is to be written.
    const slow = ['rate', '800kbit', 'burst', '16kb', 'latency', '4s'];
    await host.run('tc', ['qdisc', 'add', 'dev', 'up0', 'root', 'tbf', ...slow]);
    const reports = Array.from({ length: 6_000 }, (_, n) => ({
      ...{ user_token: `user-${n}`, server: 'vpn.example.com', port: 443, protocol: 'vless', event_id: `event-${n}` },
      ...{ bytes_uploaded: 1, bytes_downloaded: 2 },
    }));
    const began = performance.now();
    const answer = await fetch(`${url}/api/xpert/traffic-webhook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(reports),
    });
    const text = await answer.text();
    const taken = performance.now() - began;
    await host.run('tc', ['qdisc', 'del', 'dev', 'up0', 'root']);
    process.stdout.write(`a link of 100 kB/s: 6,000 reports are answered ${answer.status} after ${seconds(taken)} s\n`);
    expect({ status: answer.status, text }).toMatchObject({ status: 200 });
    // Else it would say nothing: the link has to be as slow as is meant.
    expect(taken).toBeGreaterThan(6_000);
    const summary = await ask(`${url}/api/v1/usage/summary?days=30`, await login({ url }));
    expect(JSON.parse(summary.text)).toMatchObject({ users: 6_000, traffic: { rxBytes: 6_000, txBytes: 12_000 } });
    expect(output()).not.toContain('is lost');
  },
);

cutTest(
  'cut off from ClickHouse: said within seconds, nobody waits long, and afterwards the mirror is whole',
  { timeout: 180_000 },
  async () => {
    const world = await MirroredWorld.open(engines);
    try {
      await world.close();
      const { clickhouse } = engines;
      const { url } = await start(addressesOf(world));
      const cookie = await login({ url });
      for (let n = 0; n < 20; n++) await sendLate(url, n);
      await untilMirrored(world);
      const users = await fetch(`${url}/api/v1/users`, {
        method: 'POST',
        headers: { cookie, 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'ann', userToken: 'user-1' }),
      });
      const { id } = (await users.json()) as { id: string };
      const to = new Date().toISOString();
      const year = `${url}/api/v1/usage/series?from=${new Date(Date.now() - 365 * 86_400_000).toISOString()}&to=${to}&bucket=86400`;
      const chart = () => ask(`${year}&by=user&user=${id}`, cookie);
      const before = await chart();
      expect(before.text).toMatch(/"totalBytes":\[[^\]]*[1-9]/);
      await cut(clickhouse.port);
      const charts = [await chart(), await chart(), await chart()];
      for (const { status, text } of charts) expect({ status, text }).toEqual({ status: 200, text: before.text });
      process.stdout.write(
        `cut off from ClickHouse: charts of a year after ${seconds(...charts.map(({ ms }) => ms))} s\n`,
      );
      expect(Math.max(...charts.map(({ ms }) => ms))).toBeLessThan(10_000);
      // The first one did ask it, and nobody else does.
      expect(charts[0]?.ms).toBeGreaterThan(2_500);
      expect(charts.at(-1)?.ms).toBeLessThan(3_000);
      for (let n = 20; n < 40; n++) await sendLate(url, n);
      const isDown = async () => /^xpert_history_shipping_up 0$/m.test((await ask(`${url}/metrics`, cookie)).text);
      process.stdout.write(`and said so after ${seconds(await until(isDown, 15_000))} s\n`);
      const pages = [await ask(`${url}/api/v1/overview`, cookie), await ask(`${url}/metrics`, cookie)];
      for (const { status, ms } of pages) expect([status, ms < 3_000]).toEqual([200, true]);
      expect(pages[0]?.text).toContain('history-behind');
      await mend();
      const began = performance.now();
      expect(await untilMirrored(world)).toBeGreaterThan(20);
      process.stdout.write(`and everything is sent ${seconds(performance.now() - began)} s after the cut\n`);
    } finally {
      await world.end();
    }
  },
);

cutTest(
  'cut off from both: pages and figures say so within seconds, and nothing is lost',
  { timeout: 180_000 },
  async () => {
    const world = await MirroredWorld.open(engines);
    try {
      await world.close();
      const { postgres, clickhouse } = engines;
      const { url } = await start(addressesOf(world));
      const cookie = await login({ url });
      for (let n = 0; n < 20; n++) await sendLate(url, n);
      await untilMirrored(world);
      await cut(postgres.tlsPort as number, clickhouse.port);
      const pages = await Promise.all(
        ['api/v1/overview', 'metrics', 'api/v1/doctor'].map((page) => ask(`${url}/${page}`, cookie)),
      );
      process.stdout.write(
        `cut off from both: answered ${pages.map(({ status, ms }) => `${status} after ${seconds(ms)} s`).join(', ')}\n`,
      );
      for (const { status, ms } of pages) expect([status, ms < 10_000]).toEqual([503, true]);
      // Whoever asks then waits for no more than one attempt to connect.
      const later = [];
      for (let n = 0; n < 6; n++) later.push(await ask(`${url}/api/v1/overview`, cookie));
      process.stdout.write(`and then after ${seconds(...later.map(({ ms }) => ms))} s\n`);
      for (const { status, ms } of later) expect([status, ms < 8_000]).toEqual([503, true]);
      expect(Math.min(...later.map(({ ms }) => ms))).toBeLessThan(1_000);
      await mend();
      await until(async () => (await ask(`${url}/readyz`)).status === 200, 60_000);
      for (let n = 40; n < 50; n++) await sendLate(url, n);
      expect(await untilMirrored(world)).toBeGreaterThan(20);
    } finally {
      await world.end();
    }
  },
);
