import { afterEach, beforeEach, expect, test } from 'vitest';
import { AccessControl } from '../../src/app/access/control.ts';
import { Changes } from '../../src/app/changes.ts';
import type { ListedTarget } from '../../src/core/access/access-store.ts';
import type { Node } from '../../src/core/inventory/node.ts';
import type { Poll } from '../../src/core/metering/collector.ts';
import type { UserId } from '../../src/core/units/ids.ts';
import { MarzbanClient } from '../../src/integrations/marzban/client.ts';
import { MarzbanCollector } from '../../src/integrations/marzban/collector.ts';
import { MARZBAN_ABILITIES, MarzbanEnforcer } from '../../src/integrations/marzban/enforcer.ts';
import { type MarzbanOptions, parseMarzbanOptions } from '../../src/integrations/marzban/options.ts';
import { FakeMarzban, type FakeMarzbanUser } from '../support/fake-marzban.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';
import { newUser, open, report, signed } from './store-fixture.ts';

/** Marzban with alice, who may use 1000 bytes there, and a server of ours beside it. */
class World {
  readonly panel = new FakeMarzban();
  server!: HttpTestServer;
  access!: AccessControl;
  alice!: UserId;
  /** Waited for before limits are judged. */
  beforeJudging: () => Promise<void> = async () => {};
  readonly errors: unknown[] = [];
  #options!: MarzbanOptions;
  #node!: Node;
  #beside!: Node['id'];
  #besideBytes = 0n;

  async open(): Promise<void> {
    const url = `http://127.0.0.1:${await this.panel.start()}/`;
    const { username, password } = this.panel;
    this.#options = parseMarzbanOptions({ url, username, password, privateAddress: true });
    this.server = await startHttp();
    const { store, clock } = this.server;
    const { inventory, settings, audit, history } = store;
    const source = { kind: 'marzban', options: this.#options };
    const fixed = { description: '', pollIntervalMs: 30_000, opening: 'baseline', usersPolicy: 'none' } as const;
    this.#node = await inventory.addNode({ ...fixed, name: 'panel', source, createdAt: clock.now() });
    this.access = new AccessControl({
      ...{ store: store.access, inventory, settings, audit, changes: new Changes() },
      history: {
        movedElsewhere: async (...asked) => {
          await this.beforeJudging();
          return await history.movedElsewhere(...asked);
        },
        doubtedSince: (...asked) => history.doubtedSince(...asked),
      },
      abilitiesOf: () => MARZBAN_ABILITIES,
      createEnforcer: () => new MarzbanEnforcer(new MarzbanClient(this.#options)),
      pollNow: async () => {},
      trackingState: async () => store.trackingState(),
      wallTime: { read: () => ({ at: clock.now(), suspect: false }) },
      log: { info() {}, warn() {}, error: (fields) => void this.errors.push(fields) },
    });
    this.panel.users = [
      {
        username: 'alice',
        lifetime: 1_500n,
        used: 500n,
        dataLimit: 1_000n,
        createdAt: '2026-01-01T00:00:00',
        onlineAt: null,
      },
    ];
    this.alice = (await inventory.addUser(newUser('alice'))).id;
    await this.poll();
    this.#beside = await this.server.addNode('beside');
    await this.carryBeside(0n);
    const { items } = await inventory.peers({ limit: 10, cursor: null });
    const from = clock.now();
    await inventory.assignPeers(items.map(({ id }) => ({ peerId: id, userId: this.alice, from, countInCycle: false })));
    await store.access.setMode(this.#node.id, 'enforce', clock.now());
    await this.poll();
  }

  get user(): FakeMarzbanUser {
    const [alice] = this.panel.users;
    if (alice === undefined) throw new Error('no alice');
    return alice;
  }

  change(fields: Partial<FakeMarzbanUser>): void {
    this.panel.users = [{ ...this.user, ...fields }];
  }

  carryInPanel(bytes: bigint): void {
    this.change({ lifetime: this.user.lifetime + bytes, used: (this.user.used ?? 0n) + bytes });
  }

  async carryBeside(bytes: bigint): Promise<void> {
    this.server.clock.advance(30_000);
    this.#besideBytes += bytes;
    await this.server.poll(this.#beside, { 'key-of-alice': [0n, this.#besideBytes] });
  }

  /** As the product does: a pass after every reading. */
  async poll(): Promise<Poll> {
    this.server.clock.advance(30_000);
    const collector = new MarzbanCollector(new MarzbanClient(this.#options), new URL(this.#options.url));
    const poll = await collector.collect(AbortSignal.timeout(10_000));
    await collector.close();
    const common = { semantics: collector.semantics, opening: 'baseline', durationMs: 1, clockSuspect: false } as const;
    const { store, clock } = this.server;
    await store.ledger.recordPoll({ ...common, nodeId: this.#node.id, poll, at: clock.now() });
    await this.access.afterPoll(this.#node, poll);
    return poll;
  }

  async brokenOffPoll(): Promise<void> {
    const { services, ...rest } = await this.poll();
    const none = services.map((service) => ({ ...service, peers: [] }));
    await this.access.afterPoll(this.#node, { ...rest, services: none, complete: false });
  }

  preview() {
    return this.access.preview(this.#node.id);
  }

  async listed(): Promise<readonly ListedTarget[]> {
    return (await this.access.list({ nodeId: this.#node.id, limit: 10, cursor: null })).items;
  }

  async readOnly(): Promise<void> {
    await this.access.setMode(this.#node.id, 'read-only', false);
  }

  async close(): Promise<void> {
    await this.access.close();
    await this.server.close();
    await this.panel.web.close();
  }
}

let world: World;
beforeEach(async () => {
  world = new World();
  await world.open();
});
afterEach(() => world.close());

const status = () => world.user.status ?? 'active';

test('the panel’s limit holds over the sum, to the byte; a reset in the panel gives access back', async () => {
  await world.carryBeside(499n);
  await world.poll();
  expect([status(), await world.listed()]).toEqual(['active', []]);
  world.carryInPanel(1n);
  await world.poll();
  expect(status()).toBe('disabled');
  expect(await world.listed()).toMatchObject([
    { key: 'alice', reason: 'source-limit', mark: { phase: 'suspended' }, userName: 'alice' },
  ]);
  // The panel itself knows nothing of a sum: its own figures stay its own.
  expect([world.user.used, world.user.lifetime]).toEqual([501n, 1_501n]);
  world.change({ used: 0n });
  await world.poll();
  expect([status(), await world.listed()]).toEqual(['active', []]);
  // What was carried elsewhere before the reset counts no more.
  world.carryInPanel(999n);
  await world.poll();
  expect(status()).toBe('active');
  await world.carryBeside(1n);
  await world.poll();
  expect(status()).toBe('disabled');
});

test('a higher limit, none, and the user’s own reset mark give access back; so does the undoing of nothing', async () => {
  await world.carryBeside(600n);
  await world.poll();
  expect(status()).toBe('disabled');
  world.change({ dataLimit: 1_101n });
  await world.poll();
  expect(status()).toBe('active');
  world.change({ dataLimit: 1_100n });
  await world.poll();
  expect(status()).toBe('disabled');
  world.change({ dataLimit: null });
  await world.poll();
  expect(status()).toBe('active');
  world.change({ dataLimit: 1_000n });
  await world.carryBeside(500n);
  await world.poll();
  await world.carryBeside(500n);
  await world.poll();
  expect(status()).toBe('disabled');
  const { ledger } = world.server.store;
  const mark = await ledger.reset({ scope: 'user', userIds: [world.alice], half: null, by: null, reason: 'paid' });
  await world.poll();
  expect(status()).toBe('active');
  await ledger.undoReset(mark.id, null);
  await world.poll();
  expect(status()).toBe('disabled');
});

test('signed reports count; what nobody vouches for does not, unless the owner trusts that server', async () => {
  const { ledger, quotas } = world.server.store;
  await ledger.recordReports(open, [report({ userToken: 'alice-token', rx: 0n, tx: 5_000n })]);
  await world.poll();
  expect(status()).toBe('active');
  await ledger.recordReports(signed, [report({ userToken: 'alice-token', rx: 0n, tx: 499n })]);
  await world.poll();
  expect(status()).toBe('active');
  await ledger.recordReports(signed, [report({ userToken: 'alice-token', rx: 0n, tx: 1n })]);
  await world.poll();
  expect(status()).toBe('disabled');
  world.change({ dataLimit: 2_000n });
  await world.poll();
  expect(status()).toBe('active');
  await quotas.setTrustedServers(['vpn.example.com']);
  await world.poll();
  expect(status()).toBe('disabled');
});

test('where access is read-only nothing is changed, and the reason is told', async () => {
  await world.readOnly();
  await world.carryBeside(600n);
  await world.poll();
  expect(status()).toBe('active');
  expect(await world.listed()).toMatchObject([{ key: 'alice', reason: 'source-limit', mode: 'read-only', mark: null }]);
  const stays = await world.access.staying(world.alice);
  expect(stays.map(({ target, why }) => [target.key, why.code])).toContainEqual(['alice', 'node-read-only']);
});

test('whoever uses up the limit in the panel alone is left to the panel', async () => {
  await world.carryBeside(10n);
  world.carryInPanel(500n);
  world.change({ status: 'limited' });
  await world.poll();
  expect([status(), world.panel.puts, await world.listed()]).toEqual(['limited', [], []]);
});

test('a user of a month’s traffic who is off gets access back when the month is over, so that the panel begins anew', async () => {
  const { clock } = world.server;
  world.change({ createdAt: clock.now().toISOString().slice(0, -1), lifetime: 500n });
  await world.poll();
  await world.carryBeside(600n);
  await world.poll();
  expect(status()).toBe('disabled');
  const day = 86_400_000;
  clock.advance(29 * day);
  await world.carryBeside(0n);
  world.panel.runResetJob(clock.now());
  await world.poll();
  // The panel itself passes over whoever is disabled.
  clock.advance(day);
  world.panel.runResetJob(clock.now());
  expect([status(), world.user.used]).toEqual(['disabled', 500n]);
  await world.poll();
  expect([status(), await world.listed()]).toEqual(['active', []]);
  await world.poll();
  expect(status()).toBe('active');
  world.panel.runResetJob(clock.now());
  expect(world.user.used).toBe(0n);
  await world.poll();
  // Counted anew: a whole limit, and not a byte more.
  await world.carryBeside(0n);
  world.carryInPanel(400n);
  await world.carryBeside(599n);
  await world.poll();
  expect(status()).toBe('active');
  await world.carryBeside(1n);
  await world.poll();
  expect(status()).toBe('disabled');
});

test('a user given back whom the panel does not reset is off again after a day, and no sooner', async () => {
  const { clock } = world.server;
  const day = 86_400_000;
  world.change({ resetStrategy: 'week' });
  await world.carryBeside(600n);
  await world.poll();
  expect(status()).toBe('disabled');
  clock.advance(7 * day);
  await world.poll();
  expect(status()).toBe('active');
  clock.advance(day - 60_000);
  await world.poll();
  expect(status()).toBe('active');
  clock.advance(60_000);
  await world.poll();
  expect(status()).toBe('disabled');
  // Nobody resets by itself what is to be reset by hand.
  world.change({ resetStrategy: 'no_reset' });
  clock.advance(400 * day);
  await world.poll();
  expect(status()).toBe('disabled');
});

test('what is judged when Xpert stops is waited for; a reading that comes meanwhile does not overtake it', async () => {
  await world.carryBeside(600n);
  let begun = () => {};
  let goOn = () => {};
  const isBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const mayGoOn = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let judged = 0;
  world.beforeJudging = () => {
    judged += 1;
    begun();
    return mayGoOn;
  };
  const reading = world.poll();
  await isBegun;
  await world.poll();
  expect(judged).toBe(1);
  const order: string[] = [];
  const stopped = world.access.close().then(() => order.push('stopped'));
  await world.listed();
  order.push('goes on');
  goOn();
  await Promise.all([reading, stopped]);
  expect(order).toEqual(['goes on', 'stopped']);
  expect(await world.listed()).toMatchObject([{ key: 'alice', reason: 'source-limit' }]);
  expect(world.errors).toEqual([]);
});

test('a preview looks at nobody whom the last reading did not get to, as a pass does not', async () => {
  await world.carryBeside(600n);
  await world.poll();
  expect(status()).toBe('disabled');
  const looks = () => world.panel.web.requests.filter(({ url }) => url.pathname === '/api/user/alice').length;
  await world.brokenOffPoll();
  const before = looks();
  expect(await world.preview()).toMatchObject({ suspend: [], restore: [], left: [] });
  expect(looks()).toBe(before);
  // With a reading that shows that somebody let her in, it does look.
  world.change({ status: 'active' });
  await world.readOnly();
  await world.poll();
  expect(await world.preview()).toMatchObject({ suspend: [{ key: 'alice' }] });
  expect(looks()).toBe(before + 1);
});
