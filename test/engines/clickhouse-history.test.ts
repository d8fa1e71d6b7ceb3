import { afterAll, beforeAll, expect, test } from 'vitest';
import { ManualClock } from '../../src/core/units/testing.ts';
import { DAY_MS } from '../../src/core/units/time-zone.ts';
import { openForWriting } from '../../src/storage/postgres/connections.ts';
import { all, newNode, newUser, nodePoll, report, signed, wg0 } from '../contract/store-fixture.ts';
import { ClickHouseServer } from '../support/clickhouse.ts';
import { ledgerDays, type MirroredStore, mirrorDays, openMirroredStore, shipped } from '../support/mirrored-store.ts';
import { PostgresServer, postgresWorkers } from '../support/postgres.ts';
import { temporaryFolder } from '../support/server.ts';

let postgres: PostgresServer;
let clickhouse: ClickHouseServer;

beforeAll(async () => {
  [postgres, clickhouse] = await Promise.all([PostgresServer.start(), ClickHouseServer.start()]);
  postgres.sql('postgres', 'CREATE DATABASE made');
  openForWriting({ url: postgres.address('made'), socket: (await postgresWorkers()).socket.href }).close();
});

afterAll(() => Promise.all([postgres?.stop(), clickhouse?.stop()]));

/** A ledger with a mirror of its own, and somebody who does things to it. */
class World {
  readonly clock = new ManualClock('2026-03-01T12:00:00Z');
  readonly folder = temporaryFolder('mirrored-store');
  readonly url = postgres.newDatabase('made');
  readonly mirrorUrl: string;
  #store: MirroredStore | null = null;
  readonly #share: number | undefined;

  private constructor(mirrorUrl: string, share?: number) {
    this.mirrorUrl = mirrorUrl;
    this.#share = share;
  }

  /** `port`: of a proxy before ClickHouse. */
  static async open(share?: number, port?: number): Promise<World> {
    const database = new URL(await clickhouse.newDatabase()).pathname.slice(1);
    const world = new World(clickhouse.address(database, port), share);
    await world.open();
    return world;
  }

  get store(): MirroredStore {
    if (this.#store === null) throw new Error('it is closed');
    return this.#store;
  }

  async open(): Promise<void> {
    const { url, mirrorUrl, clock } = this;
    const folder = this.folder.path;
    this.#store = await openMirroredStore({ postgres, url, mirrorUrl, clock, folder, share: this.#share });
  }

  async close(): Promise<void> {
    await this.#store?.close();
    this.#store = null;
  }

  async end(): Promise<void> {
    await this.close();
    postgres.dropDatabase(this.url);
    this.folder.remove();
  }

  sql(text: string): string {
    return postgres.sql(new URL(this.url).pathname.slice(1), text);
  }

  get today(): number {
    return Math.floor(this.clock.now().getTime() / DAY_MS);
  }

  shipped(): Promise<void> {
    return shipped(this.store);
  }

  /** Both sides row by row, when nothing waits. */
  async compare(): Promise<number> {
    await this.store.heartbeat();
    await this.store.history.summary(null, all);
    await this.shipped();
    const life = this.sql('SELECT life FROM xpert.history_mirror');
    const days = ledgerDays(postgres, this.url, this.today);
    expect(await mirrorDays(clickhouse, this.mirrorUrl, life)).toEqual(days);
    return days.length;
  }

  /** Every chart of days as the mirror and the outbox have it, and as the tables have it. */
  async compareCharts(userIds: readonly string[], nodeId: string): Promise<void> {
    const { history, seen } = this.store;
    const to = this.clock.now();
    const base = { period: { from: new Date(to.getTime() - 400 * DAY_MS), to }, bucketSeconds: 86_400, maxSeries: 5 };
    const queries = (['total', 'node', 'protocol'] as const).flatMap((by) =>
      [null, ...userIds].flatMap((userId) => [null, nodeId].map((node) => ({ ...base, by, userId, nodeId: node }))),
    );
    for (const query of queries as Parameters<typeof history.series>[0][]) {
      const answer = await history.series(query, all);
      seen.isAsked = false;
      const fromTables = await history.series(query, all);
      seen.isAsked = true;
      expect(answer).toEqual(fromTables);
    }
  }
}

const DAYS = (n: number) => n * DAY_MS;

test('days that are over, and what becomes of them later', { timeout: 60_000 }, async () => {
  const world = await World.open(3);
  try {
    const { store, clock } = world;
    const alice = await store.inventory.addUser(newUser('alice'));
    const node = await store.inventory.addNode(newNode('main'));
    for (let day = 0; day < 40; day++) {
      await store.ledger.recordReports(signed, [report({ rx: 10n, tx: 20n }), report({ userToken: 'nobody', tx: 7n })]);
      await store.ledger.recordPoll(nodePoll(node.id, clock.now(), [wg0({ 'key-1': [100 * day, 200 * day] })]));
      clock.advance(DAYS(1));
    }
    expect(await world.compare()).toBeGreaterThan(100);
    await world.compareCharts([alice.id], node.id);
    expect(store.seen.answers).toBeGreaterThan(0);
    const before = store.seen.answers;
    // Late bytes, taken bytes, and a claim.
    const late = {
      periodStart: new Date(clock.now().getTime() - DAYS(20)),
      periodEnd: new Date(clock.now().getTime() - DAYS(19)),
    };
    await store.ledger.recordReports(signed, [report({ rx: 1000n, tx: 3n, ...late })]);
    await store.inventory.addUser(newUser('nobody', { userToken: 'nobody' }));
    await world.compareCharts([alice.id], node.id);
    await world.compare();
    await world.compareCharts([alice.id], node.id);
    expect(store.seen.answers).toBeGreaterThan(before);
    expect(store.seen.failures).toEqual([]);
  } finally {
    await world.end();
  }
});
