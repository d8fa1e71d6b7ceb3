import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClickHouseClient } from '../../src/storage/clickhouse/client.ts';
import { DayTable } from '../../src/storage/clickhouse/day-table.ts';
import { BATCH_COLUMNS } from '../../src/storage/sql/mirror/outbox.ts';
import { CLUSTER, ClickHouseCluster, ONE_SHARD_LESS } from '../support/clickhouse-cluster.ts';
import { killedWhileItShips } from '../support/killed-shipping.ts';
import { mirrorDays } from '../support/mirrored-store.ts';
import { Deeds, databaseOf, MirroredWorld, type MirrorPlace, startPostgres } from '../support/mirrored-world.ts';
import type { PostgresServer } from '../support/postgres.ts';

/** Rows of a batch: a few, so that there are many. */
const SHARE = 3;

let postgres: PostgresServer;
let cluster: ClickHouseCluster;

beforeAll(async () => {
  [postgres, cluster] = await Promise.all([startPostgres(), ClickHouseCluster.start()]);
});

afterAll(() => Promise.all([postgres?.stop(), cluster?.stop()]));

/** Each copy is one replica of either shard; the last one is what the table that asks them all answers. */
async function onCluster(): Promise<MirrorPlace> {
  const url = await cluster.newDatabase();
  const database = databaseOf(url);
  const of = (server: number, table: string, life: string) =>
    mirrorDays(cluster.servers[server] as (typeof cluster.servers)[0], `${database}.${table}`, life);
  const days = async (life: string) => {
    const copies = [];
    for (const replica of [0, 1]) {
      const halves = [
        await of(replica, 'xpert_history_shard', life),
        await of(2 + replica, 'xpert_history_shard', life),
      ];
      for (const half of halves) expect(half.length).toBeGreaterThan(0);
      copies.push(sorted(halves.flat()));
    }
    return [...copies, await of(3, 'xpert_history_all', life)];
  };
  return { url, cluster: CLUSTER, days };
}

/** By day and tally, as both databases sort. */
function sorted(rows: readonly string[]): string[] {
  const key = (row: string) => row.split(' ').map(Number);
  return rows.toSorted((a, b) => {
    const [[dayA = 0, tallyA = 0], [dayB = 0, tallyB = 0]] = [key(a), key(b)];
    return dayA - dayB || tallyA - tallyB;
  });
}

async function begun(): Promise<{ world: MirroredWorld; deeds: Deeds }> {
  const world = await MirroredWorld.openOn(postgres, await onCluster(), SHARE);
  const deeds = new Deeds(world);
  await deeds.begin();
  for (let n = 0; n < 6; n++) await deeds.report(n, 10 + n, 1 + n);
  deeds.pass(24 * 40);
  // Charts of everything have it from the mirror where records are gone.
  await deeds.cleanup(5);
  return { world, deeds };
}

async function someLateReports(deeds: Deeds, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await deeds.report(n, 10 + n, 1 + (n % 25));
}

/** The sizes of what both copies have are the same as soon as replicas have told one another. */
async function settled(world: MirroredWorld): Promise<number> {
  for (let tries = 0; ; tries++) {
    try {
      return await world.compare();
    } catch (error) {
      if (tries === 100) throw error;
      await delay(100);
    }
  }
}

const say = (what: string, ms: number) => process.stdout.write(`${what}: ${(ms / 1000).toFixed(1)} s\n`);

test('two shards of two replicas: each replica has its half of the days, row by row', {
  timeout: 120_000,
}, async () => {
  const { world, deeds } = await begun();
  try {
    expect(await settled(world)).toBeGreaterThan(5);
    await someLateReports(deeds, 20);
    await deeds.correct(0, 20, 3);
    await deeds.rebind(1, 5);
    await deeds.reset(0);
    await world.compareCharts(deeds.users, deeds.nodeId);
    await settled(world);
    await world.compareCharts(deeds.users, deeds.nodeId);
    expect(world.store.seen.answers).toBeGreaterThan(0);
    expect(world.store.seen.restarts).toBe(0);
  } finally {
    await world.end();
  }
});

test('replicas killed in turn, also the one that is asked, while batches are sent', { timeout: 300_000 }, async () => {
  const { world, deeds } = await begun();
  try {
    await settled(world);
    for (const [round, server] of [cluster.servers[0], cluster.servers[3], cluster.servers[1]].entries()) {
      const busy = someLateReports(deeds, 12);
      await server?.kill();
      const since = Date.now();
      await busy;
      await world.compareCharts(deeds.users, deeds.nodeId);
      await someLateReports(deeds, 6);
      await world.shipped();
      say(`replica ${round} of three killed, the other takes everything`, Date.now() - since);
      const again = Date.now();
      await server?.up();
      await settled(world);
      say('it is back, and has every row', Date.now() - again);
      await world.compareCharts(deeds.users, deeds.nodeId);
    }
    expect(world.store.seen.restarts).toBe(0);
  } finally {
    await world.end();
  }
});

test('ZooKeeper killed while batches are sent', { timeout: 200_000 }, async () => {
  const { world, deeds } = await begun();
  try {
    await settled(world);
    const busy = someLateReports(deeds, 12);
    await cluster.zookeeper.kill();
    await busy;
    await someLateReports(deeds, 6);
    await world.compareCharts(deeds.users, deeds.nodeId);
    await expect.poll(() => world.store.seen.failures.length, { timeout: 20_000 }).toBeGreaterThan(0);
    const again = Date.now();
    await cluster.zookeeper.up();
    await world.shipped();
    say('ZooKeeper is back, and what waited is sent', Date.now() - again);
    await settled(world);
    await world.compareCharts(deeds.users, deeds.nodeId);
  } finally {
    await world.end();
  }
});

/** Rows of as many segments, of one day. */
function batchOf(number: number, segments: number, day = 20_000) {
  const rows = Array.from({ length: segments }, (_, n) => {
    const own: Record<string, string> = {
      day: `${day}`,
      segment_id: `${n}`,
      tally_id: `${n}`,
      rx: `${n + 1}`,
      present: '1',
    };
    return BATCH_COLUMNS.map((name) => own[name] ?? (/^(server|protocol|node_id|service_id)$/.test(name) ? 'x' : '0'));
  });
  return { life: '7', number, seal: `${900 + number}`, rows };
}

/** Over each server as the first that is asked. */
function tables(url: string): DayTable[] {
  return cluster.servers.map((_, n) => {
    const client = new ClickHouseClient(url);
    for (let turns = 0; turns < n; turns++) client.turn();
    return new DayTable(client, CLUSTER);
  });
}

/** Only the replica that leads its shard takes this. */
async function dropFromSecondShard(url: string, partition: string): Promise<void> {
  for (const server of cluster.servers.slice(2)) {
    const of = `database = '${databaseOf(url)}' AND table = 'xpert_history_shard'`;
    const [[leads] = []] = await server.ask(`SELECT is_leader FROM system.replicas WHERE ${of}`);
    if (leads === '1')
      return void (await server.ask(`ALTER TABLE ${databaseOf(url)}.xpert_history_shard DROP PARTITION ${partition}`));
  }
  throw new Error('neither leads');
}

const everything = { life: '7', first: 0, last: 30_000, line: null, segments: null, nodeId: null } as const;

test('one batch sent by all servers at once, and again, is there once', { timeout: 120_000 }, async () => {
  const over = tables(await cluster.newDatabase());
  await over[0]?.prepare();
  const sent = await Promise.allSettled([...over, ...over, ...over].map((table) => table.send(batchOf(1, 10))));
  expect(sent.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
  for (const table of over) expect(await table.send(batchOf(1, 10))).toBe(true);
  const sums = await over[0]?.sum({ ...everything, shipped: 1, shippedSeal: '901' });
  expect(sums?.rows).toEqual([[20_000, '', '55', '0', '0', '0']]);
  expect(await over[0]?.holdsAll('7', 1, '901')).toBe(true);
  expect(await over[0]?.send({ ...batchOf(1, 10), seal: '5' })).toBe(false);
});

test('of a batch that one shard took and the other could not, the rest is sent', { timeout: 120_000 }, async () => {
  const url = await cluster.newDatabase();
  const [table] = tables(url) as [DayTable];
  await table.prepare();
  expect(await table.send(batchOf(1, 10))).toBe(true);
  expect(await table.send(batchOf(2, 10, 20_100))).toBe(true);
  // The second shard is as if it had not taken it.
  await dropFromSecondShard(url, '(7, 2025)');
  // One look while the halves differ: which shard has which batch is told.
  const asked = { ...everything, shipped: 1, shippedSeal: '901' };
  const marks = async () => (await table.sum(asked))?.since.map(({ shard, number, seal }) => [shard, number, seal]);
  await expect.poll(marks, { timeout: 20_000 }).toEqual([[0, 2, '902']]);
  const bytes = async () => (await table.sum(asked))?.rows.map(([day, , rx]) => [day, rx]).sort();
  expect(await bytes()).toEqual([
    [20_000, '55'],
    [20_100, `${1 + 3 + 5 + 7 + 9}`],
  ]);
  expect(await table.sum({ ...everything, shipped: 2, shippedSeal: '902' })).toBeNull();
  expect(await table.send(batchOf(2, 10, 20_100))).toBe(true);
  expect(await bytes()).toEqual([
    [20_000, '55'],
    [20_100, '55'],
  ]);
  expect(await table.holdsAll('7', 2, '902')).toBe(true);
});

/** The table that asks all shards, as it is over the shard that stays. */
async function withoutSecondShard(url: string): Promise<DayTable> {
  for (const server of cluster.servers) await server.ask(`DROP TABLE ${databaseOf(url)}.xpert_history_all`);
  const table = new DayTable(new ClickHouseClient(url), ONE_SHARD_LESS);
  await table.prepare();
  return table;
}

test('the last shard is taken away: what is left is not taken for the whole', { timeout: 120_000 }, async () => {
  const url = await cluster.newDatabase();
  const [table] = tables(url) as [DayTable];
  await table.prepare();
  for (const number of [1, 2]) expect(await table.send(batchOf(number, 10))).toBe(true);
  const less = await withoutSecondShard(url);
  await expect.poll(() => less.holdsAll('7', 1, '901').catch(() => null), { timeout: 20_000 }).toBe(false);
  expect(await less.sum({ ...everything, shipped: 1, shippedSeal: '901' })).toBeNull();
  expect(await less.sum({ ...everything, shipped: 0, shippedSeal: '0' })).toBeNull();
  // Nor is one that was under way.
  expect(await less.send(batchOf(2, 10))).toBe(false);
  // In another life all goes there.
  expect(await less.send({ ...batchOf(1, 10), life: '8' })).toBe(true);
  const again = { ...everything, life: '8', shipped: 1, shippedSeal: '901' };
  expect((await less.sum(again))?.rows).toEqual([[20_000, '', '55', '0', '0', '0']]);
});

test('tables that were dropped on all servers are made again', { timeout: 120_000 }, async () => {
  const url = await cluster.newDatabase();
  const [table] = tables(url) as [DayTable];
  await table.prepare();
  expect(await table.send(batchOf(1, 10))).toBe(true);
  for (const server of cluster.servers) await server.ask(`DROP TABLE ${databaseOf(url)}.xpert_history_shard`);
  await table.prepare();
  await expect.poll(() => table.holdsAll('7', 1, '901').catch(() => null), { timeout: 20_000 }).toBe(false);
  expect(await table.send({ ...batchOf(1, 10), life: '8' })).toBe(true);
});

test('a batch for a shard that is away is not sent by halves, and goes when it is back', {
  timeout: 120_000,
}, async () => {
  const [table] = tables(await cluster.newDatabase()) as [DayTable];
  await table.prepare();
  expect(await table.send(batchOf(1, 10))).toBe(true);
  const away = cluster.servers.slice(2);
  await Promise.all(away.map((server) => server.kill()));
  await expect(table.send(batchOf(2, 10))).rejects.toMatchObject({ code: 'history-refused' });
  await Promise.all(away.map((server) => server.up()));
  await expect.poll(() => table.send(batchOf(2, 10)).catch(() => null), { timeout: 20_000 }).toBe(true);
  // Another replica than the one that took it may be asked: it is told that it is behind until it is not.
  const asked = { ...everything, shipped: 2, shippedSeal: '902' };
  const whole = async () => ((await table.sum(asked))?.rows ?? []).map(([, , rx]) => rx);
  await expect.poll(whole, { timeout: 20_000 }).toEqual(['110']);
});

test('Xpert ended between sending and noting that it was sent', { timeout: 120_000 }, async () => {
  const { world, deeds } = await begun();
  try {
    await settled(world);
    for (let round = 0; round < 3; round++) {
      await world.close();
      world.sql(`UPDATE xpert.history_mirror SET shipped = shipped - 1, shipped_seal = b.seal
        FROM xpert.history_batch b WHERE b.number = shipped - 1`);
      await world.open();
      await someLateReports(deeds, 2);
      await world.compareCharts(deeds.users, deeds.nodeId);
      await settled(world);
    }
    expect(world.store.seen.restarts).toBe(0);
  } finally {
    await world.end();
  }
});

test('Xpert killed while it feeds the cluster, again and again', { timeout: 200_000 }, async () => {
  const world = await MirroredWorld.openOn(postgres, await onCluster());
  try {
    await world.close();
    await killedWhileItShips(world, 4);
  } finally {
    await world.end();
  }
});

test('a year that one shard lost on both replicas: all is filled in anew', { timeout: 120_000 }, async () => {
  const { world, deeds } = await begun();
  try {
    await settled(world);
    const life = world.sql('SELECT life FROM xpert.history_mirror');
    await dropFromSecondShard(world.mirrorUrl, `(${life}, 2025)`);
    await world.compareCharts(deeds.users, deeds.nodeId);
    await expect.poll(() => world.store.seen.restarts, { timeout: 20_000 }).toBe(1);
    await settled(world);
    await world.compareCharts(deeds.users, deeds.nodeId);
  } finally {
    await world.end();
  }
});
