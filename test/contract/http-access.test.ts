import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AccessControl } from '../../src/app/access/control.ts';
import { SourceFailure } from '../../src/core/errors.ts';
import type { Poll } from '../../src/core/metering/collector.ts';
import type { NodeId } from '../../src/core/units/ids.ts';
import { FAKE_ABILITIES } from '../support/fake-vpn.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

let server: HttpTestServer;
let nodeId: NodeId;
let owner: string;

beforeEach(async () => {
  server = await startHttp();
  owner = await server.token('owner', ['read', 'write']);
  nodeId = await server.addNode('main');
  await poll();
});
afterEach(async () => {
  await server.close();
});

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];

async function poll(): Promise<void> {
  server.clock.advance(30_000);
  await server.poll(nodeId, Object.fromEntries(KEYS.map((key, n) => [key, [BigInt(n + 1), BigInt(n)]])));
}

/** What follows a poll in the product. */
async function pass(): Promise<void> {
  const node = await server.store.inventory.node(nodeId);
  if (node === null) throw new Error('no node');
  const peers = [...server.vpn.peers].map(([key, ips]) => {
    return { key, isOff: ips === '', traffic: { rx: 0n, tx: 0n, total: 0n } };
  });
  const services = [{ identity: `identity of ${nodeId}`, kind: 'wireguard', name: 'wg0', peers }];
  const read: Poll = { complete: true, notices: [], services };
  await (server.ports.access as AccessControl).afterPoll(node, read);
}

async function ask<T>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH',
  path: string,
  body?: unknown,
  token = owner,
): Promise<T> {
  const answer = await server.request(method, path, { token, ...(body === undefined ? {} : { body }) });
  expect([path, answer.statusCode]).toEqual([path, answer.body === '' ? 204 : 200]);
  return (answer.body === '' ? null : answer.json()) as T;
}

/** Gives each peer a user of its own. */
async function giveAll(): Promise<void> {
  for (const [n, key] of KEYS.entries()) {
    server.vpn.peers.set(key, `10.0.0.${n + 2}/32`);
    const made = await server.request('POST', '/api/v1/users', { token: owner, body: { name: `user-${key}` } });
    const peer = await server.store.inventory.findPeer(key);
    await ask('POST', '/api/v1/peers/assign', { assignments: [{ peerId: peer?.id, userId: made.json().id }] });
  }
}
const setActive = (key: string, active: boolean) => ask('PATCH', `/api/v1/users/user-${key}`, { active });

interface Items {
  readonly items: readonly { key: string; state: string; reason: string; overshootBytes: number }[];
}

test('a node is read-only until the owner says otherwise; a preview tells what would be done', async () => {
  await giveAll();
  await setActive('a', false);
  expect(await ask('GET', '/api/v1/nodes/main/access')).toMatchObject({ mode: 'read-only', waiting: 1, suspended: 0 });
  await pass();
  expect(server.vpn.changes).toEqual([]);
  const preview = await ask('POST', '/api/v1/nodes/main/access/preview', {});
  expect(preview).toMatchObject({ suspend: [{ key: 'a', reason: 'suspended' }], restore: [], allowed: 3 });
  expect(server.vpn.changes).toEqual([]);
  await ask('PUT', '/api/v1/nodes/main/access', { mode: 'enforce' });
  await pass();
  expect(server.vpn.changes).toEqual(['off a']);
  const { items } = await ask<Items>('GET', '/api/v1/access');
  expect(items).toMatchObject([{ key: 'a', state: 'suspended', reason: 'suspended', overshootBytes: 0 }]);
  expect((await ask<Items>('GET', '/api/v1/access?user=user-a')).items).toEqual(items);
  expect((await ask<Items>('GET', '/api/v1/access?user=user-b')).items).toEqual([]);
  expect(await ask('PUT', '/api/v1/nodes/main/access', { mode: 'read-only', giveBack: true })).toMatchObject({
    mode: 'read-only',
    suspended: 0,
  });
  expect(server.vpn.changes).toEqual(['off a', 'on a']);
});

test('paused, nothing is changed; the fuse holds too many until their number is confirmed', async () => {
  await giveAll();
  await ask('PUT', '/api/v1/nodes/main/access', { mode: 'enforce' });
  await ask('POST', '/api/v1/access/pause', {});
  for (const key of KEYS.slice(0, 5)) await setActive(key, false);
  await pass();
  expect(await ask('GET', '/api/v1/access/state')).toMatchObject({ standstill: { reason: 'by-hand' }, fuses: [] });
  await ask('POST', '/api/v1/access/resume', {});
  await pass();
  expect(server.vpn.changes).toEqual([]);
  expect(await ask('GET', '/api/v1/access/state')).toMatchObject({
    standstill: null,
    limits: { most: 50, percent: 20 },
    fuses: [{ nodeId, cuts: 5, allowed: 3 }],
  });
  const wrong = await server.request('POST', '/api/v1/nodes/main/access/confirm', { token: owner, body: { peers: 4 } });
  expect([wrong.statusCode, wrong.json().code]).toEqual([409, 'access-plan-changed']);
  await ask('POST', '/api/v1/nodes/main/access/confirm', { peers: 5 });
  await pass();
  expect(server.vpn.changes).toHaveLength(5);
});

test('after a restore and with tracking off nothing is changed', async () => {
  await giveAll();
  await ask('PUT', '/api/v1/nodes/main/access', { mode: 'enforce' });
  await setActive('a', false);
  await server.store.access.setPause({ reason: 'restored', since: server.clock.now() });
  await pass();
  expect(await ask('GET', '/api/v1/access/state')).toMatchObject({ standstill: { reason: 'restored' } });
  await ask('POST', '/api/v1/access/resume', {});
  await ask('PUT', '/api/v1/settings/tracking', { enabled: false });
  await pass();
  expect(await ask('GET', '/api/v1/access/state')).toMatchObject({ standstill: { reason: 'tracking-off' } });
  expect(server.vpn.changes).toEqual([]);
  await ask('PUT', '/api/v1/settings/tracking', { enabled: true });
  await pass();
  expect(server.vpn.changes).toEqual(['off a']);
});

test('while the clock of the machine is in doubt nothing is changed, and it goes on by itself', async () => {
  await giveAll();
  await ask('PUT', '/api/v1/nodes/main/access', { mode: 'enforce' });
  await setActive('a', false);
  server.clock.step(3_600_000);
  await pass();
  expect(await ask('GET', '/api/v1/access/state')).toMatchObject({ standstill: { reason: 'clock-suspect' } });
  const notices = await (server.ports.access as AccessControl).notices();
  expect(notices).toMatchObject([{ code: 'access-paused', message: expect.stringContaining('clock') }]);
  expect(server.vpn.changes).toEqual([]);
  // A wall clock that goes on steadily from where it was set is believed again.
  for (let n = 0; n < 40; n++) {
    server.clock.advance(60_000);
    await ask('GET', '/api/v1/access/state');
  }
  await pass();
  expect(await ask('GET', '/api/v1/access/state')).toMatchObject({ standstill: null });
  expect(server.vpn.changes).toEqual(['off a']);
});

interface UserAccess {
  readonly state: string;
  readonly stays: readonly { readonly code: string; readonly key: string; readonly hint: string | null }[];
}

test('why somebody still has access who is to have none has a name of its own in each case', async () => {
  await giveAll();
  const why = async (key = 'a') => {
    const { stays } = await ask<UserAccess>('GET', `/api/v1/users/user-${key}/access`);
    return stays.map((stay) => `${stay.key}: ${stay.code}`);
  };
  expect(await ask('GET', '/api/v1/users/user-a/access')).toMatchObject({ state: 'active', stays: [] });
  await setActive('a', false);
  expect(await ask('GET', '/api/v1/users/user-a/access')).toMatchObject({ state: 'suspended' });
  expect(await why()).toEqual(['a: node-read-only']);
  server.vpn.abilities = { cannot: { code: 'cannot-enforce', message: 'No.', hint: null } };
  expect(await why()).toEqual(['a: cannot-enforce']);
  server.vpn.abilities = FAKE_ABILITIES;
  await ask('PUT', '/api/v1/nodes/main/access', { mode: 'enforce' });
  expect(await why()).toEqual(['a: next-reading']);
  await ask('POST', '/api/v1/access/pause', {});
  expect(await why()).toEqual(['a: access-paused']);
  await ask('POST', '/api/v1/access/resume', {});
  for (const key of KEYS.slice(1, 5)) await setActive(key, false);
  await pass();
  expect(await why()).toEqual(['a: held-by-fuse']);
  await ask('POST', '/api/v1/nodes/main/access/confirm', { peers: 5 });
  await pass();
  expect(await why()).toEqual([]);
  server.vpn.abilities = { ...FAKE_ABILITIES, liveSessions: 'stay' };
  expect(await why()).toEqual(['a: open-connections-stay']);
  await setActive('a', true);
  expect(await why()).toEqual([]);
});

test('over quota by reports that nobody vouches for: active, and told why', async () => {
  await giveAll();
  const { json } = await server.request('GET', '/api/v1/users/user-a', { token: owner });
  await ask('PUT', '/api/v1/users/user-a/entitlement', { quota: 1_000 });
  const report = { user_token: json().userToken, server: 'de1', port: 443, protocol: 'vless', bytes_uploaded: 5_000 };
  const sent = await server.request('POST', '/api/xpert/traffic-webhook', { body: { ...report, bytes_downloaded: 1 } });
  expect(sent.statusCode).toBe(200);
  await server.store.quotas.judge();
  const answer = await ask<Record<string, unknown>>('GET', '/api/v1/users/user-a/access');
  expect(answer).toMatchObject({ state: 'active', usedUpByUnsignedReports: ['all'], stays: [] });
  const { quotas } = await ask<{ quotas: object[] }>('GET', '/api/v1/users/user-a/entitlement');
  expect(quotas).toMatchObject([{ usedUp: false, usedUpByUnsignedReports: true }]);
});

test('a node is not removed while somebody is suspended there, unless it is gone for good', async () => {
  await giveAll();
  await ask('PUT', '/api/v1/nodes/main/access', { mode: 'enforce' });
  await setActive('a', false);
  await pass();
  const refused = await server.request('DELETE', '/api/v1/nodes/main', { token: owner });
  expect([refused.statusCode, refused.json().code]).toEqual([409, 'peers-still-suspended']);
  expect(refused.json().hint).toContain('--give-back');
  await ask('PUT', '/api/v1/nodes/main/access', { mode: 'read-only', giveBack: true });
  expect((await server.request('DELETE', '/api/v1/nodes/main', { token: owner })).statusCode).toBe(204);
  expect(server.vpn.changes).toEqual(['off a', 'on a']);
});

test('who is not there when everything is given back gets it when they are there again', async () => {
  await giveAll();
  await ask('PUT', '/api/v1/nodes/main/access', { mode: 'enforce' });
  await setActive('a', false);
  await setActive('b', false);
  await pass();
  server.vpn.peers.delete('a');
  const path = '/api/v1/nodes/main/access';
  const given = { mode: 'read-only', giveBack: true };
  expect(await ask('PUT', path, given)).toMatchObject({ mode: 'read-only', givingBack: true, suspended: 1 });
  await pass();
  expect(server.vpn.changes.slice(2)).toEqual(['on b']);
  // As a configuration that was saved meanwhile has it.
  server.vpn.peers.set('a', '');
  await pass();
  expect(server.vpn.peers.get('a')).toBe('10.0.0.2/32');
  expect(await ask('GET', path)).toMatchObject({ mode: 'read-only', givingBack: false, suspended: 0 });
  // Nobody is taken away from there, nor anybody given back, from now on.
  await setActive('c', false);
  await pass();
  expect(server.vpn.changes.slice(3)).toEqual(['on a']);
});

test('what stays suspended because somebody wants it so is not given back by a later reading', async () => {
  await giveAll();
  await ask('PUT', '/api/v1/nodes/main/access', { mode: 'enforce' });
  await setActive('a', false);
  await pass();
  expect(await ask('PUT', '/api/v1/nodes/main/access', { mode: 'read-only' })).toMatchObject({ givingBack: false });
  await pass();
  expect(server.vpn.changes).toEqual(['off a']);
});

test('a removed node waits for nothing that is to be given back', async () => {
  await giveAll();
  await ask('PUT', '/api/v1/nodes/main/access', { mode: 'enforce' });
  await setActive('a', false);
  await pass();
  server.vpn.peers.delete('a');
  await ask('PUT', '/api/v1/nodes/main/access', { mode: 'read-only', giveBack: true });
  const waiting = () => server.store.settings.get('access.giving-back');
  expect(await waiting()).toEqual([nodeId]);
  await (server.ports.access as AccessControl).forget(nodeId);
  expect(await waiting()).toEqual([]);
});

test('a reading between the wish to give all back and the end of enforcement does not end the giving back', async () => {
  await giveAll();
  // As setMode leaves it before its pass: the wish is written first, the mode with the pass.
  await server.store.settings.set('access.giving-back', [nodeId], null);
  await server.store.access.setMode(nodeId, 'enforce', server.clock.now());
  await pass();
  expect(await server.store.settings.get('access.giving-back')).toEqual([nodeId]);
  await server.store.access.setMode(nodeId, 'read-only', server.clock.now());
  await pass();
  expect(await server.store.settings.get('access.giving-back')).toEqual([]);
});

test('a node that is gone for good is removed with the peers that were suspended there', async () => {
  await giveAll();
  await ask('PUT', '/api/v1/nodes/main/access', { mode: 'enforce' });
  await setActive('a', false);
  await pass();
  const gone = await server.request('DELETE', '/api/v1/nodes/main?leaveSuspended=true', { token: owner });
  expect(gone.statusCode).toBe(204);
  expect(server.vpn.changes).toEqual(['off a']);
});

test('a reseller sees the access of own users, and no other', async () => {
  await giveAll();
  const reseller = await server.token('reseller', ['read', 'write']);
  await server.request('POST', '/api/v1/users', { token: reseller, body: { name: 'theirs' } });
  await setActive('a', false);
  expect((await ask<Items>('GET', '/api/v1/access', undefined, reseller)).items).toEqual([]);
  const theirs = await server.store.inventory.findUser('theirs');
  const peer = await server.store.inventory.findPeer('b');
  await ask('POST', '/api/v1/peers/assign', { assignments: [{ peerId: peer?.id, userId: theirs?.id }] });
  await ask('PATCH', '/api/v1/users/theirs', { active: false }, reseller);
  const { items } = await ask<Items>('GET', '/api/v1/access', undefined, reseller);
  expect(items.map(({ key }) => key)).toEqual(['b']);
  const foreign = await server.request('GET', '/api/v1/users/user-a/access', { token: reseller });
  expect(foreign.statusCode).toBe(404);
});

test('a reseller is told that a node did not take a change, not where it is', async () => {
  await giveAll();
  const reseller = await server.token('reseller', ['read', 'write']);
  await server.request('POST', '/api/v1/users', { token: reseller, body: { name: 'theirs' } });
  const theirs = await server.store.inventory.findUser('theirs');
  const peer = await server.store.inventory.findPeer('b');
  await ask('POST', '/api/v1/peers/assign', { assignments: [{ peerId: peer?.id, userId: theirs?.id }] });
  await ask('PUT', '/api/v1/nodes/main/access', { mode: 'enforce' });
  await ask('PATCH', '/api/v1/users/theirs', { active: false }, reseller);
  server.vpn.failure = new SourceFailure('ssh-refused', 'root@198.51.100.7 refuses connections.', {
    hint: 'Start sshd.',
  });
  await pass();
  interface Problems {
    readonly items: readonly { readonly problem: { readonly code: string; readonly message: string } }[];
  }
  const seen = async (token: string) =>
    (await ask<Problems>('GET', '/api/v1/access', undefined, token)).items[0]?.problem;
  expect(await seen(owner)).toMatchObject({ code: 'ssh-refused', message: expect.stringContaining('198.51.100.7') });
  expect(await seen(reseller)).toMatchObject({ code: 'ssh-refused' });
  expect(JSON.stringify(await seen(reseller))).not.toContain('198.51.100.7');
  const why = await ask<UserAccess>('GET', '/api/v1/users/theirs/access', undefined, reseller);
  expect(why.stays).toMatchObject([{ key: 'b', code: 'access-failing', hint: 'The owner sees why.' }]);
  expect(JSON.stringify(why)).not.toContain('198.51.100.7');
});

test('a reseller is told what Xpert itself knows of a peer: that it cannot be given back, and why', async () => {
  await giveAll();
  const reseller = await server.token('reseller', ['read', 'write']);
  await server.request('POST', '/api/v1/users', { token: reseller, body: { name: 'theirs' } });
  const theirs = await server.store.inventory.findUser('theirs');
  const peer = await server.store.inventory.findPeer('b');
  if (peer === null) throw new Error('no peer');
  await ask('POST', '/api/v1/peers/assign', { assignments: [{ peerId: peer.id, userId: theirs?.id }] });
  await ask('PATCH', '/api/v1/users/theirs', { active: false }, reseller);
  const at = server.clock.now();
  await server.store.access.want([peer.id], at);
  const problem = { code: 'kept-lost', message: 'It is sealed with a key that is not here.', hint: 'Restore it.' };
  await server.store.access.fail([{ peerId: peer.id, problem, retryAt: at }]);
  await ask('PUT', '/api/v1/nodes/main/access', { mode: 'enforce' });
  const { items } = await ask<{ items: { problem: unknown }[] }>('GET', '/api/v1/access', undefined, reseller);
  expect(items[0]?.problem).toEqual(problem);
  const why = await ask<UserAccess>('GET', '/api/v1/users/theirs/access', undefined, reseller);
  expect(why.stays).toMatchObject([{ key: 'b', ...problem, code: 'access-failing' }]);
});
