import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Changes } from '../../src/app/changes.ts';
import { Gateways } from '../../src/app/gateways.ts';
import type { Node } from '../../src/core/inventory/node.ts';
import type { ResetRequest } from '../../src/core/ledger/usage-ledger.ts';
import type { UserId } from '../../src/core/units/ids.ts';
import { MarzbanClient } from '../../src/integrations/marzban/client.ts';
import { MarzbanCollector } from '../../src/integrations/marzban/collector.ts';
import { marzban } from '../../src/integrations/marzban/integration.ts';
import { parseMarzbanOptions } from '../../src/integrations/marzban/options.ts';
import { FakeMarzban } from '../support/fake-marzban.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';
import { freePort } from '../support/server.ts';
import { newUser, report, signed } from './store-fixture.ts';

/** Marzban with alice and bob of the admin `boss` and carol of `owner`; a server beside it, and reports for another. */
class World {
  readonly panel = new FakeMarzban();
  readonly changes = new Changes();
  readonly log: string[] = [];
  readonly users = new Map<string, UserId>();
  ledgerFails: (request: ResetRequest) => boolean = () => false;
  server!: HttpTestServer;
  gateways!: Gateways;
  node!: Node;
  port = 0;

  async open(): Promise<void> {
    const url = `http://127.0.0.1:${await this.panel.start()}/`;
    this.port = await freePort();
    this.server = await startHttp();
    const { inventory, history, audit, ledger } = this.server.store;
    const { username, password } = this.panel;
    const options = { url, username, password, privateAddress: true, gateway: `127.0.0.1:${this.port}` };
    const source = { kind: 'marzban', options };
    const fixed = { description: '', pollIntervalMs: 30_000, opening: 'baseline', usersPolicy: 'none' } as const;
    this.node = await inventory.addNode({ ...fixed, name: 'panel', source, createdAt: this.server.clock.now() });
    const line = (_fields: object, message: string) => void this.log.push(message);
    const reset = (request: ResetRequest) => {
      return this.ledgerFails(request) ? Promise.reject(new Error('the disk is full')) : ledger.reset(request);
    };
    this.gateways = new Gateways({
      ...{ inventory, history, audit, changes: this.changes, clock: this.server.clock, ledger: { reset } },
      ...{ integrationOf: () => marzban, credentials: { open: (sealed) => sealed } },
      log: { info: line, warn: line, error: line },
    });
    await this.gateways.update([this.node]);
    this.gateways.open();
    await this.gateways.update([this.node]);
    this.panel.users = ['alice', 'bob', 'carol'].map((name) => {
      const owner = name === 'carol' ? 'owner' : 'boss';
      return { username: name, lifetime: 1000n, createdAt: '2026-01-01T00:00:00', onlineAt: null, owner };
    });
    this.panel.adminUsage.set('boss', 60n).set('owner', 1n);
    for (const name of ['alice', 'bob', 'carol']) this.users.set(name, (await inventory.addUser(newUser(name))).id);
  }

  /** The panel carried 100 of each; the server beside it 3 + 5 of alice; a foreign one reported 3 + 5 of bob. */
  async carry(): Promise<void> {
    const { store, clock } = this.server;
    await this.poll();
    const { items } = await store.inventory.peers({ limit: 10, cursor: null });
    const assign = (peerId: (typeof items)[number]['id'], name: string) =>
      ({ peerId, userId: this.users.get(name) ?? null, from: clock.now(), countInCycle: true }) as const;
    await store.inventory.assignPeers(items.map(({ id, key }) => assign(id, key)));
    for (const user of this.panel.users) user.lifetime += 100n;
    this.panel.users = [...this.panel.users];
    clock.advance(30_000);
    await this.poll();
    const beside = await this.server.addNode('beside');
    await this.server.poll(beside, { 'key-of-alice': [0n, 0n] });
    const [peer] = (await store.inventory.peers({ nodeId: beside, limit: 1, cursor: null })).items;
    if (peer !== undefined) await store.inventory.assignPeers([assign(peer.id, 'alice')]);
    clock.advance(30_000);
    await this.server.poll(beside, { 'key-of-alice': [3n, 5n] });
    await store.ledger.recordReports(signed, [report({ userToken: 'bob-token', rx: 3n, tx: 5n })]);
  }

  async poll(): Promise<void> {
    const options = parseMarzbanOptions(this.node.source.options);
    const collector = new MarzbanCollector(new MarzbanClient(options), new URL(options.url));
    const poll = await collector.collect(AbortSignal.timeout(10_000));
    await collector.close();
    const common = { semantics: collector.semantics, opening: 'baseline', durationMs: 1, clockSuspect: false } as const;
    const { clock, store } = this.server;
    await store.ledger.recordPoll({ ...common, nodeId: this.node.id, poll, at: clock.now() });
    this.gateways.seen(this.node, poll);
  }

  async ask(method: string, path: string, token = this.panel.token) {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`http://127.0.0.1:${this.port}${path}`, { method, headers });
    const text = await answer.text();
    return { status: answer.status, value: JSON.parse(text) as unknown };
  }

  async used(name: string): Promise<number> {
    return ((await this.ask('GET', `/api/user/${name}`)).value as { used_traffic: number }).used_traffic;
  }

  async shown(name: string): Promise<bigint> {
    const id = this.users.get(name) as UserId;
    return (await this.server.store.history.userTotals([id])).get(id)?.total ?? 0n;
  }

  async close(): Promise<void> {
    await this.gateways.close();
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

test('the panel’s figures and what it does not count are shown as one; its own bytes are not counted twice', async () => {
  await world.carry();
  expect(await world.shown('alice')).toBe(108n);
  const { value } = await world.ask('GET', '/api/users?sort=username');
  const rows = (value as { users: { username: string; used_traffic: number; lifetime_used_traffic: number }[] }).users;
  expect(rows.map((row) => [row.username, row.used_traffic, row.lifetime_used_traffic])).toEqual([
    ['alice', 5 + 8, 1100 + 8],
    ['bob', 5 + 8, 1100 + 8],
    ['carol', 5, 1100],
  ]);
  expect((await world.ask('GET', '/api/admin/usage/boss')).value).toBe(60 + 16);
  expect((await world.ask('GET', '/api/admin/usage/owner')).value).toBe(1);
  const admins = (await world.ask('GET', '/api/admins')).value as { username: string; users_usage: number }[];
  expect(admins.map((row) => [row.username, row.users_usage])).toEqual([
    ['boss', 76],
    ['owner', 1],
  ]);
});

test('"Reset usage" resets both halves; what Xpert did of it can be undone', async () => {
  await world.carry();
  const reset = await world.ask('POST', '/api/user/alice/reset');
  expect(reset.value).toMatchObject({ username: 'alice', used_traffic: 0, lifetime_used_traffic: 1108 });
  expect(await world.shown('alice')).toBe(0n);
  expect([await world.used('alice'), await world.used('bob')]).toEqual([0, 13]);
  const { history, ledger } = world.server.store;
  const [mark] = (await history.resets(10, null)).items;
  expect(mark).toMatchObject({ scope: 'user', users: 1, reason: 'Reset in the panel panel', undoneAt: null });
  if (mark !== undefined) await ledger.undoReset(mark.id, null);
  expect([await world.shown('alice'), await world.used('alice')]).toEqual([108n, 8]);
  const written = (await world.server.store.audit.read(10, null)).items.find(({ action }) => action === 'usage.reset');
  expect(written).toMatchObject({ via: 'system', subject: mark?.id, detail: { node: 'panel', users: 1 } });
});

test('a reset of an admin’s usage is of the accounts that admin has; one of all is of this panel’s users alone', async () => {
  await world.carry();
  const stranger = await world.server.store.inventory.addUser(newUser('stranger'));
  await world.server.store.ledger.recordReports(signed, [report({ userToken: 'stranger-token', rx: 1n, tx: 2n })]);
  expect((await world.ask('POST', '/api/admin/usage/reset/boss')).value).toMatchObject({ users_usage: 0 });
  expect([await world.shown('alice'), await world.shown('bob'), await world.shown('carol')]).toEqual([0n, 0n, 100n]);
  await world.ask('POST', '/api/users/reset');
  expect(await world.shown('carol')).toBe(0n);
  expect((await world.server.store.history.userTotals([stranger.id])).get(stranger.id)?.total).toBe(3n);
});

test('what the panel refuses changes nothing here: tokens that ended, admins who may not, users whom it does not know', async () => {
  await world.carry();
  world.panel.isSudo = false;
  const old = world.panel.token;
  world.panel.endTokens();
  expect((await world.ask('POST', '/api/user/alice/reset', old)).status).toBe(401);
  expect((await world.ask('POST', '/api/users/reset')).status).toBe(403);
  expect((await world.ask('POST', '/api/admin/usage/reset/boss')).status).toBe(403);
  expect((await world.ask('POST', '/api/user/nobody/reset')).status).toBe(404);
  world.panel.web.override = { status: 500, body: 'Internal Server Error' };
  const failed = await fetch(`http://127.0.0.1:${world.port}/api/user/alice/reset`, { method: 'POST' });
  expect([failed.status, await failed.text()]).toEqual([500, 'Internal Server Error']);
  expect((await world.server.store.history.resets(10, null)).items).toEqual([]);
});

test('a session of an admin as the panel’s pages have it: login, a user is disabled, the token ends, login again', async () => {
  await world.carry();
  const at = (base: number) => async (method: string, path: string, token: string | null, body?: object) => {
    const answer = await fetch(`http://127.0.0.1:${base}${path}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, text: await answer.text() };
  };
  const through = at(world.port);
  const logIn = async (password: string) => {
    const body = new URLSearchParams({ username: world.panel.username, password, grant_type: 'password' });
    return await fetch(`http://127.0.0.1:${world.port}/api/admin/token`, { method: 'POST', body });
  };
  expect((await logIn('wrong')).status).toBe(401);
  const { access_token: token } = (await (await logIn(world.panel.password)).json()) as { access_token: string };
  const disabled = await through('PUT', '/api/user/bob', token, { status: 'disabled' });
  expect(JSON.parse(disabled.text)).toMatchObject({ username: 'bob', status: 'disabled', used_traffic: 13 });
  expect(world.panel.users.map(({ status }) => status)).toEqual([undefined, 'disabled', undefined]);
  world.panel.endTokens();
  const direct = at(Number(new URL(String(world.node.source.options.url)).port));
  const users = '/api/users?sort=username';
  const ended = await through('GET', users, token);
  expect(ended).toEqual(await direct('GET', users, token));
  expect(ended.status).toBe(401);
  const { access_token: fresh } = (await (await logIn(world.panel.password)).json()) as { access_token: string };
  expect((await through('GET', users, fresh)).status).toBe(200);
});

test('the panel’s half is done and ours fails: its answer passes, the owner is told, and ours follows', async () => {
  await world.carry();
  world.ledgerFails = () => true;
  expect((await world.ask('POST', '/api/user/alice/reset')).value).toMatchObject({ used_traffic: 8 });
  expect(world.gateways.notices()).toMatchObject([
    { code: 'gateway-reset-owed', nodeId: world.node.id, message: expect.not.stringContaining('alice') },
  ]);
  await world.gateways.chore().run();
  expect(world.gateways.notices()).toHaveLength(1);
  world.ledgerFails = () => false;
  await world.gateways.chore().run();
  expect(world.gateways.notices()).toEqual([]);
  expect([await world.shown('alice'), await world.used('alice')]).toEqual([0n, 0]);
});

test('one mark that cannot be set keeps no other waiting; an admin without accounts owes none', async () => {
  await world.carry();
  world.panel.adminUsage.set('idle', 0n);
  await world.ask('POST', '/api/admin/usage/reset/idle');
  expect(world.gateways.notices()).toEqual([]);
  world.ledgerFails = () => true;
  for (const name of ['alice', 'bob']) await world.ask('POST', `/api/user/${name}/reset`);
  world.ledgerFails = ({ userIds }) => userIds?.[0] === world.users.get('alice');
  await world.gateways.chore().run();
  expect([await world.shown('alice'), await world.shown('bob')]).toEqual([108n, 0n]);
  expect(world.gateways.notices()).toHaveLength(1);
});

test('a gateway follows its node: it moves, says why it cannot listen and tries again, and ends', async () => {
  await world.carry();
  const moved = await freePort();
  const options = { ...world.node.source.options, gateway: `127.0.0.1:${moved}` };
  const node = { ...world.node, source: { kind: 'marzban', options } };
  const squatter = createServer().listen(moved, '127.0.0.1');
  await new Promise((listening) => squatter.once('listening', listening));
  await world.gateways.update([node]);
  expect(world.gateways.notices()).toMatchObject([{ code: 'gateway-not-listening', nodeId: node.id }]);
  await expect(world.used('alice')).rejects.toThrow();
  await new Promise((closed) => squatter.close(closed));
  await world.gateways.chore().run();
  expect(world.gateways.notices()).toEqual([]);
  world.port = moved;
  expect([await world.used('alice'), (await world.ask('GET', '/api/admin/usage/boss')).value]).toEqual([13, 76]);
  await world.gateways.update([{ ...node, deletedAt: new Date() }]);
  await expect(world.used('alice')).rejects.toThrow();
});
