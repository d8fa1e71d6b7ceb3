import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

let server: HttpTestServer;
let owner: string;
let reseller: string;

beforeEach(async () => {
  server = await startHttp();
  owner = await server.token('owner', ['admin']);
  reseller = await server.token('reseller', ['admin']);
  await call('POST', '/api/v1/users', { name: 'Bob', userToken: 'bob' }, reseller);
  await call('POST', '/api/v1/users', { name: 'Ann', userToken: 'ann' });
});
afterEach(() => server.close());

const call = async (method: 'GET' | 'POST' | 'DELETE', url: string, body?: unknown, token = owner) => {
  const answer = await server.request(method, url, { token, ...(body === undefined ? {} : { body }) });
  return { status: answer.statusCode, body: answer.json() };
};
const get = async (url: string, token = owner) => (await call('GET', url, undefined, token)).body;
const report = (user_token: string, bytes_uploaded: number) =>
  server.request('POST', '/api/xpert/traffic-webhook', {
    body: { user_token, server: 'vpn.com', port: 443, protocol: 'vless', bytes_uploaded, bytes_downloaded: 0 },
  });
const meterBob = async () => {
  const node = await server.addNode('Main');
  await server.poll(node, { key1: [0n, 0n] });
  const [{ id: peerId }] = (await get('/api/v1/peers')).items;
  await call('POST', '/api/v1/peers/assign', { assignments: [{ peerId, userId: 'Bob' }] });
  server.clock.advance(60_000);
  await server.poll(node, { key1: [40n, 2n] });
};
const usage = (name: string) => get(`/api/admin/usage/${name}`);

describe('resets', () => {
  it('are previewed, and so is undoing', async () => {
    await report('bob', 2);
    await report('ann', 3);
    const all = await call('POST', '/api/v1/resets/preview', { scope: 'all' });
    expect(all.body).toMatchObject({
      users: 2,
      shownBefore: { totalBytes: 5 },
      shownAfter: { totalBytes: 0 },
      most: [{ name: 'Ann' }, { name: 'Bob' }],
    });
    expect((await call('POST', '/api/v1/resets/preview', { scope: 'all' }, reseller)).status).toBe(403);
    expect((await get('/api/v1/resets')).items).toEqual([]);
    const { body } = await call('POST', '/api/v1/resets', { scope: 'owner', owner: 'the-reseller' }, reseller);
    expect(body).toMatchObject({ users: 1, half: null, by: { name: 'the-reseller' } });
    await report('bob', 7);
    expect(await get(`/api/v1/resets/${body.id}/undo-preview`, reseller)).toMatchObject({
      users: 1,
      most: [{ name: 'Bob', shownBefore: { totalBytes: 7 }, shownAfter: { totalBytes: 9 } }],
    });
    const mark = (await call('POST', '/api/v1/resets', { scope: 'all' })).body;
    expect(await get(`/api/v1/resets/${mark.id}/undo-preview`, reseller)).toMatchObject({ status: 404 });
    expect(await get('/api/v1/resets/none/undo-preview')).toMatchObject({ status: 404 });
  });

  it('are told to a reseller as far as they set them, and undone while the users are theirs', async () => {
    await report('bob', 2);
    await call('POST', '/api/v1/resets', { scope: 'all' });
    const { body } = await call('POST', '/api/v1/resets', { scope: 'user', userIds: ['Bob'] }, reseller);
    await call('POST', '/api/v1/resets', { scope: 'user', userIds: ['Ann'] });
    const at = new Date(server.clock.now().getTime() + 60_000).toISOString();
    await call('POST', '/api/v1/scheduled-resets', { scope: 'user', userIds: ['Ann'], at });
    expect(await get('/api/v1/resets?limit=1', reseller)).toMatchObject({
      items: [{ id: body.id }],
      ...{ total: 1, nextCursor: null },
    });
    expect(await get('/api/v1/scheduled-resets', reseller)).toMatchObject({ items: [], total: 0 });
    expect((await get('/api/v1/resets')).total).toBe(3);
    await server.request('PATCH', '/api/v1/users/Bob', { token: owner, body: { owner: 'the-owner' } });
    expect(await get(`/api/v1/resets/${body.id}/undo-preview`, reseller)).toMatchObject({ code: 'owners-changed' });
    expect((await call('DELETE', `/api/v1/resets/${body.id}`, undefined, reseller)).status).toBe(409);
    expect((await call('DELETE', `/api/v1/resets/${body.id}`)).status).toBe(200);
  });

  it('are planned, happen, and are cancelled', async () => {
    await report('bob', 2);
    const at = new Date(server.clock.now().getTime() + 60_000).toISOString();
    const bobs = { scope: 'user', userIds: ['Bob'], at, half: 'reports', reason: 'month' };
    const planned = await call('POST', '/api/v1/scheduled-resets', bobs, reseller);
    expect(planned).toMatchObject({ status: 201, body: { at, half: 'reports', resetId: null, owner: null } });
    expect(planned.body).toMatchObject({ userNames: ['Bob'] });
    const mine = { scope: 'owner', owner: 'the-reseller', at };
    const other = await call('POST', '/api/v1/scheduled-resets', mine);
    expect(other.body).toMatchObject({ owner: 'the-reseller', by: { name: 'the-owner' } });
    expect((await get('/api/v1/scheduled-resets', reseller)).items).toHaveLength(1);
    expect((await call('DELETE', `/api/v1/scheduled-resets/${other.body.id}`, undefined, reseller)).status).toBe(404);
    expect((await call('DELETE', `/api/v1/scheduled-resets/${other.body.id}`)).body.cancelledAt).not.toBeNull();
    server.clock.advance(61_000);
    await server.store.heartbeat();
    expect(await usage('Bob')).toBe(0);
    const [mark] = (await get('/api/v1/resets', reseller)).items;
    expect(mark).toMatchObject({ at, half: 'reports', reason: 'month' });
    expect((await get('/api/v1/scheduled-resets')).items).toMatchObject([{ resetId: null }, { resetId: mark.id }]);
    const again = await call('DELETE', `/api/v1/scheduled-resets/${planned.body.id}`, undefined, reseller);
    expect(again.body).toMatchObject({ status: 409, code: 'already-done' });
    await server.request('PATCH', '/api/v1/users/Bob', { token: owner, body: { owner: 'the-owner', name: 'Carol' } });
    // Users of others are not named, though it was this reseller who planned it.
    expect((await get('/api/v1/scheduled-resets', reseller)).items).toMatchObject([{ userNames: [] }]);
    const late = { scope: 'all', at: '2026-03-10T12:00:00Z' };
    expect((await call('POST', '/api/v1/scheduled-resets', late)).body).toMatchObject({ errors: [{ pointer: '/at' }] });
    const everybody = { scope: 'all', half: 'reports' };
    expect((await call('POST', '/api/v1/resets', everybody)).body).toMatchObject({ errors: [{ pointer: '/half' }] });
  });
});

describe('the log of who did what', () => {
  it('names whose resets they were, also of users who are deleted by now', async () => {
    const { body } = await call('POST', '/api/v1/resets', { scope: 'user', userIds: ['Bob', 'Ann'] });
    server.clock.advance(3_600_000);
    await call('DELETE', `/api/v1/resets/${body.id}`);
    await call('POST', '/api/v1/resets', { scope: 'owner', owner: 'the-reseller' });
    const at = new Date(server.clock.now().getTime() + 60_000).toISOString();
    const plan = (request: object) => call('POST', '/api/v1/scheduled-resets', { ...request, at });
    const { id } = (await plan({ scope: 'user', userIds: ['Bob'] })).body;
    await call('DELETE', `/api/v1/scheduled-resets/${id}`);
    await plan({ scope: 'owner', owner: 'the-reseller' });
    await plan({ scope: 'all' });
    await server.request('DELETE', '/api/v1/users/Bob', { token: owner });
    const { items } = await get('/api/v1/audit');
    const told = items.filter(({ action }: { action: string }) => action.startsWith('usage.'));
    const [ann, bob] = [
      { name: 'Ann', deleted: false },
      { name: 'Bob', deleted: true },
    ];
    expect(told).toMatchObject([
      { action: 'usage.reset-planned', about: { everybody: true, admin: null, names: [], at } },
      { action: 'usage.reset-planned', about: { everybody: false, admin: 'the-reseller', names: [], at } },
      { action: 'usage.reset-cancelled', about: { everybody: false, admin: null, names: [bob], count: 1, at } },
      { action: 'usage.reset-planned', about: { names: [bob] } },
      { action: 'usage.reset', about: { admin: 'the-reseller', names: [bob], count: 1 } },
      { action: 'usage.reset-undone', about: { names: [ann, bob], count: 2, at: body.at } },
      { action: 'usage.reset', about: { everybody: false, names: [ann, bob], count: 2, node: null, to: null } },
    ]);
    expect(items.find(({ action }: { action: string }) => action === 'user.deleted')).toMatchObject({ about: null });
  });
});

describe('the addresses of the original', () => {
  it('reset all usage of one admin’s users, and of nobody else', async () => {
    await meterBob();
    await report('bob', 5);
    await report('ann', 3);
    expect([await usage('the-reseller'), await usage('Ann')]).toEqual([47, 3]);
    const { status, body } = await call('POST', '/api/admin/usage/reset/the-reseller', undefined, reseller);
    expect([status, body]).toMatchObject([
      200,
      { username: 'the-reseller', is_sudo: false, telegram_id: null, users_usage: 0 },
    ]);
    expect([await usage('the-reseller'), await usage('Bob'), await usage('Ann')]).toEqual([0, 0, 3]);
    await call('DELETE', `/api/v1/resets/${body.reset_id}`, undefined, reseller);
    expect(await usage('the-reseller')).toBe(47);
    expect((await call('POST', '/api/admin/usage/reset/the-owner', undefined, reseller)).status).toBe(404);
    expect((await call('POST', '/api/admin/usage/reset/nobody')).status).toBe(404);
  });

  it('reset the external half alone, of an admin or a user', async () => {
    await meterBob();
    await report('bob', 2 ** 30);
    const { body } = await call('POST', '/api/admin/external-traffic/reset/the-reseller');
    expect(body).toMatchObject({
      status: 'success',
      admin_username: 'the-reseller',
      reset_gb: 1,
      reset_connections: 1,
      message: expect.any(String),
    });
    expect(await get('/api/admin/usage/the-reseller/detailed')).toMatchObject({
      xpert_usage_bytes: 42,
      external_traffic: { external_traffic_gb: 0, external_connections: 0 },
      total_usage_bytes: 42,
    });
    await report('bob', 5);
    expect(await usage('Bob')).toBe(47);
    await call('POST', '/api/admin/external-traffic/reset/Bob');
    expect(await usage('Bob')).toBe(42);
    expect((await get('/api/admin/external-traffic/stats/Bob')).external_traffic_gb).toBe(0);
  });
});
