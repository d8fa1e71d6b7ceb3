import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ExpectedError, LedgerFailure } from '../../src/core/errors.ts';
import { killedWhileItShips } from '../support/killed-shipping.ts';
import { type Loss, LossyProxy } from '../support/lossy-proxy.ts';
import { Deeds, databaseOf, type Engines, MirroredWorld, startEngines } from '../support/mirrored-world.ts';
import { login, startServer, temporaryFolder } from '../support/server.ts';

let engines: Engines;

beforeAll(async () => {
  engines = await startEngines();
});

afterAll(() => engines?.stop());

type Deed = (deeds: Deeds) => unknown;
const who = fc.integer({ min: 0, max: 2 });
const bytes = fc.integer({ min: 1, max: 1000 });
const daysAgo = fc.integer({ min: 0, max: 30 });
const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(who, bytes, daysAgo).map(
      ([w, n, d]): Deed =>
        (x) =>
          x.report(w, n, d),
    ),
  },
  {
    weight: 5,
    arbitrary: bytes.map(
      (n): Deed =>
        (x) =>
          x.poll(n),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.integer({ min: 1, max: 60 }).map(
      (h): Deed =>
        (x) =>
          x.pass(h),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(who, fc.integer({ min: -20, max: 200 }), daysAgo).map(
      ([w, n, d]): Deed =>
        (x) =>
          x.correct(w, n, d),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(who, daysAgo).map(
      ([w, d]): Deed =>
        (x) =>
          x.rebind(w, d),
    ),
  },
  {
    weight: 1,
    arbitrary: who.map(
      (w): Deed =>
        (x) =>
          x.reset(w),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Deed>(
      (x) => x.undoEntry(),
      (x) => x.undoReset(),
      (x) => x.restart(),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 20 }).map(
      (d): Deed =>
        (x) =>
          x.cleanup(d),
    ),
  },
);

/** Deeds that the ledger refuses (more than is booked, nothing to change) are deeds, too: nothing may come of them. */
async function doIt(deeds: Deeds, act: Deed): Promise<void> {
  try {
    await act(deeds);
  } catch (error) {
    if (!(error instanceof ExpectedError) || error instanceof LedgerFailure) throw error;
  }
}

test('whatever is done to a ledger, row by row its mirror has the same', { timeout: 400_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 20, maxLength: 45 }), async (acts) => {
      const world = await MirroredWorld.open(engines, 4);
      try {
        const deeds = new Deeds(world);
        await deeds.begin();
        for (const act of acts) await doIt(deeds, act);
        await world.compareCharts(deeds.users, deeds.nodeId);
        await world.compare();
      } finally {
        await world.end();
      }
    }),
    { numRuns: 3, endOnFailure: true },
  );
});

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    if (tries === 500) throw new Error('it did not come to that');
    await delay(20);
  }
}

/** Late reports, a few days at a time: each of them goes to days that the mirror has. */
async function someLateReports(deeds: Deeds, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await deeds.report(n, 10 + n, 1 + (n % 25));
}

test('answers that are lost and requests that arrive late add nothing twice', { timeout: 120_000 }, async () => {
  const proxy = await LossyProxy.to(engines.clickhouse.port);
  const world = await MirroredWorld.open(engines, 3, proxy.port);
  try {
    const deeds = new Deeds(world);
    await deeds.begin();
    deeds.pass(24 * 40);
    await world.compare();
    // A batch's answer is lost, then it lies on the way, and only then all goes well; the next one lies on the way at once.
    const ofInserts: readonly Loss[] = ['answer', 'late', 'none', 'late', 'none'];
    let inserts = 0;
    let others = 0;
    proxy.loss = (head) => {
      if (head.includes('INSERT+INTO')) return ofInserts[inserts++ % ofInserts.length] as Loss;
      return others++ % 9 === 8 ? 'answer' : 'none';
    };
    await someLateReports(deeds, 25);
    for (let tries = 0; inserts < 20 && tries < 1000; tries++) {
      await deeds.report(1, 7, 3);
      await delay(20);
    }
    await world.compareCharts(deeds.users, deeds.nodeId);
    proxy.loss = () => 'none';
    await world.compare();
    const answers = await proxy.deliver();
    expect(answers.length).toBeGreaterThan(6);
    expect(new Set(answers)).toEqual(new Set(['HTTP/1.1 200 OK']));
    await world.compare();
    expect(world.store.seen.failures.length).toBeGreaterThan(0);
    expect(world.store.seen.restarts).toBe(0);
  } finally {
    await world.end();
    proxy.close();
  }
});

test('ClickHouse killed while it takes: what waits is sent, nothing twice', { timeout: 120_000 }, async () => {
  const world = await MirroredWorld.open(engines, 3);
  try {
    const deeds = new Deeds(world);
    await deeds.begin();
    deeds.pass(24 * 40);
    await world.compare();
    for (let round = 0; round < 3; round++) {
      const busy = someLateReports(deeds, 12);
      await engines.clickhouse.kill();
      await busy;
      // Nobody is told less or something else meanwhile.
      await world.compareCharts(deeds.users, deeds.nodeId);
      await engines.clickhouse.up();
    }
    await world.compare();
    expect(world.store.seen.failures.length).toBeGreaterThan(0);
    expect(world.store.seen.restarts).toBe(0);
  } finally {
    await world.end();
  }
});

test('what waits longest is a batch that cannot be sent', { timeout: 120_000 }, async () => {
  const world = await MirroredWorld.open(engines);
  try {
    const deeds = new Deeds(world);
    await deeds.begin();
    deeds.pass(24 * 10);
    await world.compare();
    await engines.clickhouse.kill();
    const isSealed = () => world.sql('SELECT sealed > shipped FROM xpert.history_mirror') === 't';
    await deeds.report(0, 10, 3);
    await until(isSealed);
    const { waitingSince } = (await world.store.shipping()) ?? {};
    expect(waitingSince).toBeInstanceOf(Date);
    await delay(20);
    await deeds.report(1, 20, 4);
    const failure = { message: expect.stringContaining('cannot be reached') };
    await expect.poll(() => world.store.shipping()).toMatchObject({ waitingSince, failure });
  } finally {
    await engines.clickhouse.up();
    await world.end();
  }
});

/** Sessions whose transactions see the ledger as it was when they began, unless they say otherwise. */
test('a report that is written while its day is taken over, whatever the database has as default', async () => {
  const world = await MirroredWorld.open(engines);
  const blocker = new pg.Client({ connectionString: world.url });
  await blocker.connect();
  try {
    const deeds = new Deeds(world);
    await deeds.begin();
    await deeds.report(0, 5, 0);
    await world.close();
    const database = new URL(world.url).pathname.slice(1);
    world.sql(`ALTER DATABASE ${database} SET default_transaction_isolation = 'repeatable read'`);
    await world.open();
    await world.compare();
    // It has begun, and waits before it writes the row of its day.
    await blocker.query('BEGIN; LOCK TABLE xpert.tally IN EXCLUSIVE MODE');
    const written = deeds.report(0, 70, 0);
    const waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'xpert.tally'::regclass";
    await until(() => world.sql(waits) !== '0');
    const day = world.today;
    deeds.pass(24);
    await until(() => world.sql(`SELECT filled_day >= ${day} FROM xpert.history_mirror`) === 't');
    await blocker.query('COMMIT');
    await written;
    expect(await world.compare()).toBeGreaterThan(0);
  } finally {
    await blocker.end();
    await world.end();
  }
});

test('a year that is lost behind its back is missing in no chart', { timeout: 120_000 }, async () => {
  const world = await MirroredWorld.open(engines, 3);
  try {
    const deeds = new Deeds(world);
    await deeds.begin();
    await someLateReports(deeds, 25);
    await deeds.report(0, 5, 0);
    deeds.pass(24 * 40);
    await world.compare();
    const table = `${databaseOf(world.mirrorUrl)}.xpert_history`;
    const life = world.sql('SELECT life FROM xpert.history_mirror');
    const [[shipped]] = (await engines.clickhouse.ask(`SELECT max(batch) FROM ${table} WHERE life = ${life}`)) as [
      [string],
    ];
    await engines.clickhouse.ask(`ALTER TABLE ${table} DROP PARTITION (${life}, 2025)`);
    // The last batch is there, and nothing failed.
    expect(await engines.clickhouse.ask(`SELECT max(batch) FROM ${table} WHERE life = ${life}`)).toEqual([[shipped]]);
    await world.compareCharts(deeds.users, deeds.nodeId);
    await world.compare();
    expect(world.store.seen.restarts).toBe(1);
  } finally {
    await world.end();
  }
});

test('a mirror that lost its rows, and one of another history, are filled in anew', { timeout: 120_000 }, async () => {
  const world = await MirroredWorld.open(engines, 3);
  try {
    const deeds = new Deeds(world);
    await deeds.begin();
    deeds.pass(24 * 40);
    await someLateReports(deeds, 9);
    await world.compare();
    await engines.clickhouse.ask(`DROP TABLE ${databaseOf(world.mirrorUrl)}.xpert_history`);
    await world.compareCharts(deeds.users, deeds.nodeId);
    await world.compare();
    expect(world.store.seen.restarts).toBe(1);
    // As if the database were put back to before its last batch, and something else happened since.
    await world.close();
    world.sql(`UPDATE xpert.history_mirror SET sealed = sealed - 1, shipped = shipped - 1, shipped_seal = b.seal
      FROM xpert.history_batch b WHERE b.number = shipped - 1; DELETE FROM xpert.history_batch_row r
      USING xpert.history_mirror m WHERE r.number > m.sealed; DELETE FROM xpert.history_batch b
      USING xpert.history_mirror m WHERE b.number > m.sealed`);
    await world.open();
    await someLateReports(deeds, 3);
    await world.compareCharts(deeds.users, deeds.nodeId);
    await world.compare();
    expect(world.store.seen.restarts).toBe(1);
  } finally {
    await world.end();
  }
});

test('a server whose mirror is away says so, and tells no password', { timeout: 120_000 }, async () => {
  const world = await MirroredWorld.open(engines);
  const dataDir = temporaryFolder('mirrored-server');
  try {
    await world.close();
    await engines.clickhouse.kill();
    const server = await startServer({ dataDir: dataDir.path, env: world.env });
    const headers = { cookie: await login(server) };
    const ask = async (path: string) => await (await fetch(`${server.url}${path}`, { headers })).text();
    await expect.poll(() => ask('/metrics')).toMatch(/^xpert_history_shipping_up 0$/m);
    const doctor = await ask('/api/v1/doctor');
    expect(doctor).toContain('ClickHouse cannot be reached: ECONNREFUSED');
    await engines.clickhouse.up();
    // It is tried again after half a minute at most.
    await expect.poll(() => ask('/metrics'), { timeout: 40_000 }).toMatch(/^xpert_history_shipping_up 1$/m);
    expect(await ask('/metrics')).toMatch(/^xpert_history_waiting_changes 0$/m);
    expect(await server.stop()).toBe(0);
    expect(`${doctor}${server.output()}`).not.toMatch(/w0rd/);
    expect(server.output()).toContain('history cannot be shipped to ClickHouse');
    expect(server.output()).toContain('history is shipped to ClickHouse again');
  } finally {
    await engines.clickhouse.up();
    await world.end();
    dataDir.remove();
  }
});

test('Xpert killed while it ships, again and again', { timeout: 200_000 }, async () => {
  const world = await MirroredWorld.open(engines);
  try {
    await world.close();
    await killedWhileItShips(world, 4);
  } finally {
    await world.end();
  }
});
