import { expect } from 'vitest';
import type { EntryId, NodeId, PeerId, ResetId, UserId } from '../../src/core/units/ids.ts';
import { ManualClock } from '../../src/core/units/testing.ts';
import { DAY_MS } from '../../src/core/units/time-zone.ts';
import { openForWriting } from '../../src/storage/postgres/connections.ts';
import { all, newNode, newUser, nodePoll, report, signed, traffic, wg0 } from '../contract/store-fixture.ts';
import { ClickHouseServer } from './clickhouse.ts';
import { ledgerDays, type MirroredStore, mirrorDays, openMirroredStore, shipped } from './mirrored-store.ts';
import { PostgresServer, postgresWorkers } from './postgres.ts';
import { temporaryFolder } from './server.ts';

export interface Engines {
  readonly postgres: PostgresServer;
  readonly clickhouse: ClickHouseServer;
  stop(): Promise<unknown>;
}

/** A database with the schema, to be copied. */
const MADE = 'made';

/** What worlds need of a server. */
export async function makeSchema(postgres: PostgresServer): Promise<void> {
  postgres.sql('postgres', `CREATE DATABASE ${MADE}`);
  openForWriting({ url: postgres.address(MADE), socket: (await postgresWorkers()).socket.href }).close();
}

export async function startPostgres(): Promise<PostgresServer> {
  const postgres = await PostgresServer.start();
  await makeSchema(postgres);
  return postgres;
}

export async function startEngines(): Promise<Engines> {
  const [postgres, clickhouse] = await Promise.all([startPostgres(), ClickHouseServer.start()]);
  return { postgres, clickhouse, stop: () => Promise.all([postgres.stop(), clickhouse.stop()]) };
}

export const daysMs = (n: number) => n * DAY_MS;

/** Where a world's mirror is. */
export interface MirrorPlace {
  /** As `XPERT_CLICKHOUSE_URL` has it. */
  readonly url: string;
  /** Null: one server. */
  readonly cluster: string | null;
  /** The days of a life, once from each copy that there is. */
  days(life: string): Promise<string[][]>;
}

async function onServer(clickhouse: ClickHouseServer, port?: number): Promise<MirrorPlace> {
  const database = databaseOf(await clickhouse.newDatabase());
  const days = async (life: string) => [await mirrorDays(clickhouse, `${database}.xpert_history`, life)];
  return { url: clickhouse.address(database, port), cluster: null, days };
}

export function databaseOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

/** A ledger with a mirror of its own, and somebody who does things to it. */
export class MirroredWorld {
  readonly clock = new ManualClock('2026-01-03T12:00:00Z');
  readonly url: string;
  readonly mirrorUrl: string;
  readonly #mirror: MirrorPlace;
  readonly #folder = temporaryFolder('mirrored-store');
  readonly #postgres: PostgresServer;
  readonly #share: number | undefined;
  #store: MirroredStore | null = null;

  private constructor(postgres: PostgresServer, mirror: MirrorPlace, share?: number) {
    this.#postgres = postgres;
    this.url = postgres.newDatabase(MADE);
    this.#mirror = mirror;
    this.mirrorUrl = mirror.url;
    this.#share = share;
  }

  /** `share`: rows of a batch; `port`: of a proxy before ClickHouse. */
  static async open(engines: Engines, share?: number, port?: number): Promise<MirroredWorld> {
    return await MirroredWorld.openOn(engines.postgres, await onServer(engines.clickhouse, port), share);
  }

  static async openOn(postgres: PostgresServer, mirror: MirrorPlace, share?: number): Promise<MirroredWorld> {
    const world = new MirroredWorld(postgres, mirror, share);
    await world.open();
    return world;
  }

  get store(): MirroredStore {
    if (this.#store === null) throw new Error('it is closed');
    return this.#store;
  }

  async open(): Promise<void> {
    const { url, mirrorUrl, clock } = this;
    const [postgres, { cluster }, folder] = [this.#postgres, this.#mirror, this.#folder.path];
    this.#store = await openMirroredStore({ postgres, url, mirrorUrl, cluster, clock, folder, share: this.#share });
  }

  async close(): Promise<void> {
    await this.#store?.close();
    this.#store = null;
  }

  async end(): Promise<void> {
    await this.close();
    this.#postgres.dropDatabase(this.url);
    this.#folder.remove();
  }

  sql(text: string): string {
    return this.#postgres.sql(new URL(this.url).pathname.slice(1), text);
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
    return await this.compareDays(this.today);
  }

  /** Days before `today` row by row, as they are now. @returns how many rows there are */
  async compareDays(today: number): Promise<number> {
    const life = this.sql('SELECT life FROM xpert.history_mirror');
    const days = ledgerDays(this.#postgres, this.url, today);
    for (const copy of await this.#mirror.days(life)) expect(copy).toEqual(days);
    return days.length;
  }

  /** Of a server of its own on the same ledger and mirror. */
  get env(): Record<string, string> {
    const { cluster } = this.#mirror;
    return {
      XPERT_DATABASE_URL: this.url,
      XPERT_CLICKHOUSE_URL: this.mirrorUrl,
      ...(cluster === null ? {} : { XPERT_CLICKHOUSE_CLUSTER: cluster }),
    };
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

/** What somebody does to a ledger: each changes day rows of today or of long ago. */
export class Deeds {
  readonly #world: MirroredWorld;
  readonly #counters = new Map<string, [number, number]>();
  readonly #marks: ResetId[] = [];
  readonly #entries: EntryId[] = [];
  users: UserId[] = [];
  nodeId = '' as NodeId;

  constructor(world: MirroredWorld) {
    this.#world = world;
  }

  async begin(): Promise<void> {
    const { inventory } = this.#world.store;
    for (const name of ['ann', 'ben']) this.users.push((await inventory.addUser(newUser(name))).id);
    this.nodeId = (await inventory.addNode(newNode('main'))).id;
    await this.poll(0);
    const peerId = (await inventory.findPeer('key-1'))?.id as PeerId;
    await inventory.assignPeers([{ peerId, userId: this.users[0] as UserId, from: this.#now(), countInCycle: false }]);
  }

  #now(): Date {
    return this.#world.clock.now();
  }

  async poll(bytes: number): Promise<void> {
    const peers = Object.fromEntries(
      ['key-1', 'key-2'].map((key, i) => {
        const [rx, tx] = this.#counters.get(key) ?? [0, 0];
        const next: [number, number] = [rx + bytes * (i + 1), tx + 3 * bytes];
        this.#counters.set(key, next);
        return [key, next];
      }),
    );
    await this.#world.store.ledger.recordPoll(nodePoll(this.nodeId, this.#now(), [wg0(peers)]));
  }

  report(who: number, bytes: number, daysAgo: number) {
    const end = new Date(this.#now().getTime() - daysMs(daysAgo));
    const period = daysAgo === 0 ? {} : { periodStart: new Date(end.getTime() - daysMs(1)), periodEnd: end };
    const userToken = ['ann-token', 'ben-token', 'nobody'][who % 3] as string;
    const fields = { userToken, rx: BigInt(bytes), tx: BigInt(2 * bytes + 1), port: 440 + (bytes % 3), ...period };
    return this.#world.store.ledger.recordReports(signed, [report(fields)]);
  }

  async correct(who: number, bytes: number, daysAgo: number): Promise<void> {
    const to = new Date(this.#now().getTime() - daysMs(daysAgo));
    const { entry } = await this.#world.store.ledger.correct(
      {
        subject: { kind: 'user', userId: this.users[who % 2] as UserId },
        carrier: { server: 'vpn.example.com', port: 441, protocol: 'vless' },
        from: new Date(to.getTime() - daysMs(2)),
        to,
        traffic: traffic(bytes, 2 * bytes),
        reason: 'a mistake',
        by: null,
      },
      false,
    );
    if (entry !== null) this.#entries.push(entry.id);
  }

  async rebind(who: number, daysAgo: number): Promise<void> {
    const peerId = (await this.#world.store.inventory.findPeer('key-1'))?.id as PeerId;
    const from = new Date(this.#now().getTime() - daysMs(daysAgo));
    const userId = [...this.users, null][who % 3] ?? null;
    const asked = { peerId, userId, from, to: null, reason: 'a mistake', by: null };
    const { entry } = await this.#world.store.ledger.rebind(asked, false);
    if (entry !== null) this.#entries.push(entry.id);
  }

  async undoEntry(): Promise<void> {
    const id = this.#entries.pop();
    if (id !== undefined) await this.#world.store.ledger.undoEntry({ id, reason: 'not so', by: null }, false);
  }

  async reset(who: number): Promise<void> {
    const asked = { userIds: [this.users[who % 2] as UserId], by: null, reason: null };
    const scope =
      who === 2 ? ({ scope: 'all', by: null, reason: null } as const) : ({ scope: 'user', ...asked } as const);
    this.#marks.push(
      (await this.#world.store.ledger.reset(scope as Parameters<MirroredStore['ledger']['reset']>[0])).id,
    );
  }

  async undoReset(): Promise<void> {
    const id = this.#marks.pop();
    if (id !== undefined) await this.#world.store.ledger.undoReset(id, null);
  }

  async cleanup(days: number): Promise<void> {
    const today = this.#world.today;
    await this.#world.store.ledger.cleanupStep(new Date((today - days) * DAY_MS), 1_000_000);
  }

  pass(hours: number): void {
    this.#world.clock.advance(hours * 3_600_000);
  }

  async restart(): Promise<void> {
    await this.#world.close();
    await this.#world.open();
  }
}
