import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HistoryRebuilds } from '../../src/app/history-rebuilds.ts';
import { DAY_MS } from '../../src/core/units/time-zone.ts';
import { Deeds, databaseOf, type Engines, MirroredWorld, startEngines } from '../support/mirrored-world.ts';
import { login, root, startServer, temporaryFolder } from '../support/server.ts';

let engines: Engines;

beforeAll(async () => {
  engines = await startEngines();
});

afterAll(() => engines?.stop());

/** Comparing and making anew of a world's days, as the product does it. */
function rebuildsOf(world: MirroredWorld) {
  const failures: unknown[] = [];
  const rebuilds = new HistoryRebuilds({
    compareDay: (day, mends) => world.store.compareDay(day, mends),
    shipping: () => world.store.shipping(),
    calendar: async () => world.store.calendar(),
    clock: world.clock,
    newId: () => 'one',
    onFailure: (error) => failures.push(error),
  });
  const run = async (first: number, last: number, mends: boolean) => {
    await rebuilds.start({ first, last }, mends);
    return await rebuilds.ended();
  };
  return { rebuilds, run, failures };
}

async function begun() {
  const world = await MirroredWorld.open(engines, 3);
  const deeds = new Deeds(world);
  await deeds.begin();
  for (let n = 0; n < 25; n++) await deeds.report(n, 10 + n, 1 + n);
  await deeds.report(0, 5, 0);
  deeds.pass(24 * 3);
  await world.compare();
  const table = `${databaseOf(world.mirrorUrl)}.xpert_history`;
  const life = world.sql('SELECT life FROM xpert.history_mirror');
  const columns = `life, date, batch, seal, day, server, port, protocol, node_id, service_id, tally_id, segment_id, carrier_id`;
  /** Adds to what the mirror has of a day behind everybody's back, as its first row of that day has it. */
  const falsify = (day: number, values: string, seal: '0' | '1' = '0') =>
    engines.clickhouse.ask(`INSERT INTO ${table} (${columns}, rx, tx, present)
      SELECT ${columns}, ${values} FROM ${table} WHERE life = ${life} AND batch = 0 AND seal = ${seal} AND day = ${day} LIMIT 1`);
  return { world, deeds, falsify, table, life };
}

test('a mirror that is right differs nowhere, and is left alone', { timeout: 120_000 }, async () => {
  const { world } = await begun();
  try {
    const { run } = rebuildsOf(world);
    const sent = world.sql('SELECT sealed FROM xpert.history_mirror');
    const job = await run(world.today - 40, world.today + 3, true);
    expect(job).toMatchObject({ state: 'done', differentRows: 0, differentDays: [], comparedDays: 40, error: null });
    expect(job?.rows).toBeGreaterThan(25);
    expect(world.sql('SELECT sealed FROM xpert.history_mirror')).toBe(sent);
  } finally {
    await world.end();
  }
});

test('days that were falsified are found, and made anew while reports come', { timeout: 120_000 }, async () => {
  const { world, deeds, falsify } = await begun();
  try {
    const { run } = rebuildsOf(world);
    const [one, two] = [world.today - 10, world.today - 20];
    await falsify(one, 'toInt64(5), toInt64(-7), toInt64(0)');
    // A row more than there is, and one less.
    await falsify(two, '-rx, -tx, -present');
    const told = await run(world.today - 40, world.today - 1, false);
    expect(told).toMatchObject({ state: 'done', differentRows: 2, differentDays: [two, one] });
    const busy = (async () => {
      for (let n = 0; n < 20; n++) await deeds.report(n, 30 + n, 5 + (n % 18));
    })();
    const mended = await run(world.today - 40, world.today - 1, true);
    await busy;
    expect(mended).toMatchObject({ state: 'done', differentRows: 2, differentDays: [two, one], error: null });
    expect(await world.compare()).toBeGreaterThan(25);
    await world.compareCharts(deeds.users, deeds.nodeId);
    expect(await run(world.today - 40, world.today - 1, false)).toMatchObject({ differentRows: 0 });
    expect(world.store.seen.restarts).toBe(0);
  } finally {
    await world.end();
  }
});

test('the sum of a carrier that was falsified alone is found, and made anew, its rows left alone', {
  timeout: 120_000,
}, async () => {
  const { world, deeds, falsify } = await begun();
  try {
    const { run } = rebuildsOf(world);
    const day = world.today - 10;
    // Charts of everything have it from the mirror where records are gone.
    await deeds.cleanup(2);
    const rows = await world.store.compareDay(day, false);
    await falsify(day, 'toInt64(50), toInt64(-7), toInt64(0)', '1');
    await expect(world.compareCharts(deeds.users, deeds.nodeId)).rejects.toThrow(/deeply equal/);
    expect(await run(day - 5, day + 5, false)).toMatchObject({ state: 'done', differentRows: 1, differentDays: [day] });
    // Xpert ended after what differs was noted: it is noted once, and told in every chart at once.
    expect(await world.store.compareDay(day, true)).toMatchObject({ rows: rows?.rows, different: 1, foreign: 0 });
    await world.compareCharts(deeds.users, deeds.nodeId);
    await world.close();
    await world.open();
    await world.compareCharts(deeds.users, deeds.nodeId);
    expect(await run(day - 5, day + 5, true)).toMatchObject({ state: 'done', differentRows: 0 });
    await world.compare();
    await world.compareCharts(deeds.users, deeds.nodeId);
    expect(world.store.seen.restarts).toBe(0);
  } finally {
    await world.end();
  }
});

test('only the range that was asked for is made anew; one that broke off is simply done again', {
  timeout: 120_000,
}, async () => {
  const { world, falsify } = await begun();
  try {
    const { run, rebuilds } = rebuildsOf(world);
    const [one, two] = [world.today - 10, world.today - 20];
    for (const day of [one, two]) await falsify(day, 'toInt64(5), toInt64(-7), toInt64(0)');
    expect(await run(one, one, true)).toMatchObject({ state: 'done', differentDays: [one] });
    expect(await run(world.today - 40, world.today - 1, false)).toMatchObject({ differentDays: [two] });
    await rebuilds.start({ first: world.today - 40, last: world.today - 1 }, true);
    await expect(rebuilds.start({ first: 1, last: 2 }, true)).rejects.toMatchObject({
      code: 'history-rebuild-running',
    });
    expect(await rebuilds.cancel()).toMatchObject({ state: 'cancelled' });
    // Xpert ended after what differs was noted: it is noted once.
    await world.store.compareDay(two, true);
    await world.close();
    await world.open();
    expect(await run(world.today - 40, world.today - 1, true)).toMatchObject({ state: 'done' });
    await world.compare();
  } finally {
    await world.end();
  }
});

test('a mirror that lost a year behind its back is filled in anew, and then compared', {
  timeout: 120_000,
}, async () => {
  const { world, table, life } = await begun();
  try {
    const { run } = rebuildsOf(world);
    await engines.clickhouse.ask(`ALTER TABLE ${table} DROP PARTITION (${life}, 2025)`);
    const job = await run(world.today - 40, world.today - 1, false);
    expect(job).toMatchObject({ state: 'done', differentRows: 0, comparedDays: 40, error: null });
    expect(world.store.seen.restarts).toBe(1);
  } finally {
    await world.end();
  }
});

test('rows of another name are told, and mended by nobody', { timeout: 120_000 }, async () => {
  const { world, table, life } = await begun();
  try {
    const { run, failures } = rebuildsOf(world);
    const day = world.today - 10;
    await engines.clickhouse.ask(`INSERT INTO ${table} (life, date, day, tally_id, segment_id, rx, tx, present)
      VALUES (${life}, toDate(${day}), ${day}, 999999, 999999, 3, 4, 1)`);
    expect(await run(day, day, false)).toMatchObject({ state: 'done', differentDays: [day] });
    expect(await run(day, day, true)).toMatchObject({ state: 'failed', error: { code: 'history-foreign' } });
    expect(failures).toHaveLength(1);
    expect((await world.store.compareDay(day, false))?.waiting).toBe(0);
  } finally {
    await world.end();
  }
});

test('the command finds what was falsified, the doctor recommends it, and it makes it anew', {
  timeout: 180_000,
}, async () => {
  const { world, falsify } = await begun();
  const dataDir = temporaryFolder('rebuilt');
  try {
    const day = world.today - 10;
    await falsify(day, 'toInt64(5), toInt64(-7), toInt64(0)');
    await world.close();
    const env = { XPERT_DATABASE_URL: world.url, XPERT_CLICKHOUSE_URL: world.mirrorUrl };
    const server = await startServer({ dataDir: dataDir.path, env });
    const headers = { cookie: await login(server) };
    const doctor = async () => await (await fetch(`${server.url}/api/v1/doctor`, { headers })).text();
    const [date, first, last] = [day, day - 15, day + 9].map((number) =>
      new Date(number * DAY_MS).toISOString().slice(0, 10),
    );
    const rebuild = async (...more: string[]) => {
      const args = [
        join(root, 'dist/xpert.mjs'),
        'history',
        'rebuild',
        '--from',
        `${first}`,
        '--to',
        `${last}`,
        ...more,
      ];
      const ofServer = { ...process.env, ...env, XPERT_DATA_DIR: dataDir.path, XPERT_PORT: String(server.port) };
      return (await promisify(execFile)(process.execPath, args, { env: ofServer })).stdout;
    };
    expect(await rebuild('--dry-run')).toContain(`Days that differ: ${date}`);
    expect(await doctor()).toContain(`xpert history rebuild --from ${date} --to ${date}`);
    expect(await rebuild()).toContain(`Days that differed: ${date}`);
    expect(await doctor()).not.toContain('xpert history rebuild');
    expect(JSON.parse(await rebuild('--dry-run', '--json'))).toMatchObject({
      state: 'done',
      differentDays: [],
      days: 25,
    });
    expect(await server.stop()).toBe(0);
  } finally {
    await world.end();
    dataDir.remove();
  }
});
