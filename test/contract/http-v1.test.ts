import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

const REPORT = { user_token: 'ann', server: 'vpn.com', port: 443, protocol: 'vless' };
let server: HttpTestServer;
let owner: string;
beforeEach(async () => {
  server = await startHttp();
  owner = await server.token('owner', ['admin']);
});
afterEach(() => server.close());

const call = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, body?: unknown, token = owner) => {
  return server.request(method, url, { token, ...(body === undefined ? {} : { body }) });
};
const get = async (url: string, token = owner) => (await call('GET', url, undefined, token)).json();
const report = (bytes_uploaded: number, bytes_downloaded: number, change: object = {}) => {
  return server.request('POST', '/api/xpert/traffic-webhook', {
    body: { ...REPORT, bytes_uploaded, bytes_downloaded, ...change },
  });
};

describe('usage', () => {
  it('is exact integers and RFC 3339 everywhere', async () => {
    await report(2 ** 40 + 1, 3);
    const answer = await call('GET', '/api/v1/usage/summary?days=1');
    expect(answer.body).toContain('"totalBytes":1099511627780');
    expect(answer.json()).toMatchObject({ from: '2026-03-10T00:00:00.000Z', to: '2026-03-10T12:00:00.000Z', users: 1 });
  });

  it('lists holders page by page, by any column', async () => {
    for (let i = 0; i < 5; i += 1) await report(i + 1, 10 - i, { user_token: `t${i}` });
    const first = await get('/api/v1/usage/holders?days=1&sort=rx&order=desc&limit=2');
    expect(first.items.map(({ userToken }: { userToken: string }) => userToken)).toEqual(['t4', 't3']);
    const second = await get(
      `/api/v1/usage/holders?days=1&sort=rx&order=desc&limit=2&cursor=${encodeURIComponent(first.nextCursor)}`,
    );
    expect(second.items.map(({ userToken }: { userToken: string }) => userToken)).toEqual(['t2', 't1']);
    const last = await get(
      `/api/v1/usage/holders?days=1&sort=rx&order=desc&limit=2&cursor=${encodeURIComponent(second.nextCursor)}`,
    );
    expect(last).toMatchObject({ items: [{ userToken: 't0', unclaimed: true }], nextCursor: null });
    expect((await get('/api/v1/usage/holders?days=1&search=t3')).items).toHaveLength(1);
    expect((await call('GET', '/api/v1/usage/holders?cursor=nonsense')).statusCode).toBeLessThan(500);
  });

  it('tells where a user, a token and a peer used it', async () => {
    await report(1, 2);
    const carrier = { server: 'vpn.com', port: 443, protocol: 'vless', nodeId: null, serviceId: null, deleted: false };
    expect((await get('/api/v1/usage/carriers?token=ann&days=1')).items).toEqual([
      {
        ...carrier,
        traffic: { rxBytes: 1, txBytes: 2, totalBytes: 3, billedBytes: 3 },
        connections: 1,
        lastUsedAt: expect.any(String),
      },
    ]);
    const { id } = (await call('POST', '/api/v1/users', { name: 'Ann', userToken: 'ann' })).json();
    expect((await get(`/api/v1/usage/carriers?user=${id}&days=1`)).items).toMatchObject([carrier]);
    expect((await get('/api/v1/usage/top-carriers?days=1')).items).toMatchObject([carrier]);
    expect((await call('GET', '/api/v1/usage/carriers?days=1')).statusCode).toBe(400);
    const node = await server.addNode('Main');
    await server.poll(node, { key1: [5n, 6n] });
    const [peer] = (await get('/api/v1/peers')).items;
    expect((await get(`/api/v1/usage/carriers?peer=${peer.id}&days=1`)).items).toMatchObject([
      { server: 'main', port: 51_820, nodeId: node },
    ]);
  });

  it('draws series in columns, with gaps as null', async () => {
    await report(1, 2);
    server.clock.advance(3_600_000);
    await report(10, 20);
    const series = await get(
      '/api/v1/usage/series?from=2026-03-10T12:00:00Z&to=2026-03-10T14:00:00Z&bucket=3600&by=total',
    );
    expect(series).toMatchObject({
      bucketSeconds: 3600,
      from: ['2026-03-10T12:00:00.000Z', '2026-03-10T13:00:00.000Z'],
      series: [{ id: 'total', rxBytes: [1, 10], txBytes: [2, 20], totalBytes: [3, 30] }],
    });
    expect((await call('GET', '/api/v1/usage/series?days=3660&bucket=900')).json()).toMatchObject({
      status: 400,
      code: 'invalid-input',
    });
    expect(
      (await call('GET', '/api/v1/usage/series?from=2026-03-10T12:00:00Z&to=2026-03-10T12:00:00Z')).statusCode,
    ).toBe(400);
    for (const [days, bucket] of [
      [1, 900],
      [7, 3600],
      [90, 86_400],
    ]) {
      expect(await get(`/api/v1/usage/series?days=${days}`)).toMatchObject({ bucketSeconds: bucket });
    }
  });

  it('shows the overview in one answer', async () => {
    const node = await server.addNode('Main');
    await server.poll(node, { key1: [5n, 6n] });
    await report(1, 2);
    expect(await get('/api/v1/overview')).toMatchObject({
      asOf: '2026-03-10T12:00:00.000Z',
      now: null,
      today: { totalBytes: 14, from: '2026-03-10T00:00:00.000Z' },
      last30Days: { totalBytes: 14 },
      sameTimeLastWeek: null,
      online: { peers: 1, of: 1 },
      users: { total: 0, active: 0 },
      nodes: { total: 1, up: 1, degraded: 0, down: 0, unknown: 0 },
      unclaimed: { totalBytes: 14, tokens: 1, peers: 1 },
      tracking: { enabled: true },
      topUsers: [{ name: 'key1' }, { name: 'ann' }],
    });
  });
});

describe('users', () => {
  it('are created, changed, found and deleted', async () => {
    const made = await call('POST', '/api/v1/users', { name: 'Ann', telegramId: 7, note: 'n' });
    expect(made.statusCode).toBe(201);
    const user = made.json();
    expect(user).toMatchObject({
      name: 'Ann',
      telegramId: 7,
      role: 'user',
      active: true,
      owner: { name: 'the-owner' },
      peers: 0,
    });
    expect(user.userToken).toMatch(/^[0-9a-f]{24}$/);
    expect(user.linkToken).toMatch(/^[\w-]{43}$/);
    for (const key of [user.id, 'Ann', user.userToken]) {
      expect((await get(`/api/v1/users/${key}`)).id).toBe(user.id);
    }
    expect((await call('PATCH', `/api/v1/users/${user.id}`, { name: 'Anna', active: false })).json()).toMatchObject({
      name: 'Anna',
      active: false,
      telegramId: 7,
    });
    expect((await call('DELETE', `/api/v1/users/${user.id}`)).statusCode).toBe(204);
    expect((await get('/api/v1/users')).items).toHaveLength(0);
  });

  it('keep the link token from those who only look', async () => {
    await call('POST', '/api/v1/users', { name: 'Ann' });
    const viewer = await server.token('viewer', ['read']);
    expect((await get('/api/v1/users', viewer)).items[0]).not.toHaveProperty('linkToken');
    expect((await get('/api/v1/users', await server.token('owner', ['read']))).items[0]).not.toHaveProperty(
      'linkToken',
    );
  });

  it('share one name space with admins, and tokens are given once', async () => {
    expect((await call('POST', '/api/v1/users', { name: 'the-owner' })).json()).toMatchObject({
      status: 409,
      code: 'name-taken',
    });
    await call('POST', '/api/v1/users', { name: 'Ann', userToken: 'ann' });
    expect((await call('POST', '/api/v1/users', { name: 'Bob', userToken: 'ann' })).json()).toMatchObject({
      status: 409,
      code: 'token-taken',
    });
    expect((await call('POST', '/api/v1/users', { name: 'Ann' })).statusCode).toBe(409);
    expect((await call('POST', '/api/v1/users', { name: 'Eve', userToken: 'reset' })).statusCode).toBe(400);
    const body = { name: 'Ann', role: 'viewer', password: 'long enough' };
    expect((await call('POST', '/api/v1/admins', body)).statusCode).toBe(409);
  });

  it('of a reseller are the reseller’s, and are given to nobody else by them', async () => {
    const reseller = await server.token('reseller', ['write', 'read']);
    const made = (await call('POST', '/api/v1/users', { name: 'Bob' }, reseller)).json();
    expect(made.owner.name).toBe('the-reseller');
    expect((await call('POST', '/api/v1/users', { name: 'Eve', owner: 'the-owner' }, reseller)).statusCode).toBe(404);
    expect((await call('PATCH', '/api/v1/users/Bob', { owner: 'the-owner' }, reseller)).statusCode).toBe(404);
    await call('POST', '/api/v1/users', { name: 'Ann' });
    expect((await call('PATCH', '/api/v1/users/Ann', { note: 'mine' }, reseller)).statusCode).toBe(404);
    expect((await call('DELETE', '/api/v1/users/Ann', undefined, reseller)).statusCode).toBe(404);
  });

  it('get peers, which a reseller moves only among own users', async () => {
    const reseller = await server.token('reseller', ['write', 'read']);
    await server.poll(await server.addNode('Main'), { key1: [5n, 6n], key2: [1n, 1n] });
    for (const name of ['Bob', 'Ben']) await call('POST', '/api/v1/users', { name }, reseller);
    await call('POST', '/api/v1/users', { name: 'Ann' });
    const assign = (peerId: string, userId: string | null, token = owner) => {
      return call('POST', '/api/v1/peers/assign', { assignments: [{ peerId, userId }] }, token);
    };
    expect((await assign('key1', 'Bob', reseller)).statusCode).toBe(404);
    expect((await assign('key1', 'Bob')).json()).toEqual({ assigned: 1 });
    expect((await assign('key1', 'Ben', reseller)).json()).toEqual({ assigned: 1 });
    expect((await assign('key1', 'Ann', reseller)).statusCode).toBe(404);
    expect((await get('/api/v1/peers', reseller)).items).toMatchObject([
      { key: 'key1', userName: 'Ben', online: true, protocol: 'wireguard' },
    ]);
    expect((await get('/api/v1/peers?unassigned=true')).items).toMatchObject([
      { key: 'key2', traffic: { totalBytes: 2 } },
    ]);
    expect((await get('/api/v1/users/Ben', reseller)).peers).toBe(1);
    expect((await assign('key1', null)).statusCode).toBe(200);
  });

  it('claim what was unclaimed', async () => {
    await report(1, 2);
    await server.poll(await server.addNode('Main'), { key1: [5n, 6n] });
    expect(await get('/api/v1/unclaimed')).toMatchObject({
      traffic: { totalBytes: 14 },
      tokens: [{ userToken: 'ann', traffic: { rxBytes: 1 } }],
      peers: [{ key: 'key1', nodeName: 'Main', traffic: { rxBytes: 5 } }],
    });
    const made = await call('POST', '/api/v1/users', { name: 'Ann', userToken: 'ann' });
    expect(made.json().traffic).toEqual({ rxBytes: 1, txBytes: 2, totalBytes: 3, billedBytes: 3 });
    expect((await get('/api/v1/unclaimed')).tokens).toEqual([]);
  });
});

describe('nodes', () => {
  it('are added, changed and removed; how they are reached is for those who manage them', async () => {
    const body = {
      name: 'EU 1',
      kind: 'wireguard',
      options: { transport: 'ssh', ssh: 'root@host' },
      pollIntervalSeconds: 10,
    };
    const made = await call('POST', '/api/v1/nodes', body);
    expect(made.statusCode).toBe(201);
    expect(made.json()).toMatchObject({
      slug: 'eu-1',
      opening: 'baseline',
      usersPolicy: 'none',
      pollIntervalSeconds: 10,
      options: body.options,
      state: 'unknown',
    });
    const viewer = await server.token('viewer', ['read']);
    expect((await get('/api/v1/nodes', viewer)).items[0].options).toEqual({});
    expect((await call('POST', '/api/v1/nodes', body)).json()).toMatchObject({ status: 409, code: 'name-taken' });
    expect((await call('PATCH', '/api/v1/nodes/eu-1', { name: 'EU one' })).json()).toMatchObject({
      name: 'EU one',
      slug: 'eu-1',
    });
    expect((await call('POST', '/api/v1/nodes/eu-1/poll')).json()).toMatchObject({ outcome: 'complete' });
    expect((await call('DELETE', '/api/v1/nodes/eu-1')).statusCode).toBe(204);
    expect((await call('GET', '/api/v1/nodes/eu-1')).statusCode).toBe(404);
  });
});

describe('resets', () => {
  it('of one user, of a reseller’s users and of all are marks that can be undone', async () => {
    const reseller = await server.token('reseller', ['write', 'read']);
    await call('POST', '/api/v1/users', { name: 'Bob', userToken: 'bob' }, reseller);
    await call('POST', '/api/v1/users', { name: 'Ann', userToken: 'ann' });
    await report(1, 0);
    await report(2, 0, { user_token: 'bob' });
    const shown = async (name: string) => (await get(`/api/v1/users/${name}`)).traffic.totalBytes;
    const ofAnn = (await call('POST', '/api/v1/resets', { scope: 'user', userIds: ['Ann'] })).json();
    expect([await shown('Ann'), await shown('Bob')]).toEqual([0, 2]);
    const ofReseller = await call(
      'POST',
      '/api/v1/resets',
      { scope: 'owner', owner: 'the-reseller', reason: 'new month' },
      reseller,
    );
    expect(ofReseller.json()).toMatchObject({
      scope: 'owner',
      users: 1,
      reason: 'new month',
      by: { name: 'the-reseller' },
    });
    expect(await shown('Bob')).toBe(0);
    expect((await call('POST', '/api/v1/resets', { scope: 'all' }, reseller)).statusCode).toBe(403);
    expect((await call('POST', '/api/v1/resets', { scope: 'user', userIds: ['Ann'] }, reseller)).statusCode).toBe(404);
    expect((await call('DELETE', `/api/v1/resets/${ofAnn.id}`, undefined, reseller)).statusCode).toBe(404);
    expect((await get('/api/v1/resets', reseller)).items).toHaveLength(1);
    expect((await get('/api/v1/resets')).items).toHaveLength(2);
    await call('DELETE', `/api/v1/resets/${ofAnn.id}`);
    await call('DELETE', `/api/v1/resets/${ofReseller.json().id}`, undefined, reseller);
    expect([await shown('Ann'), await shown('Bob')]).toEqual([1, 2]);
  });
});

describe('admins and tokens', () => {
  it('the last owner stays', async () => {
    const [admin] = (await get('/api/v1/admins')).items;
    expect((await call('PATCH', `/api/v1/admins/${admin.id}`, { disabled: true })).json()).toMatchObject({
      status: 409,
      code: 'last-owner',
    });
  });

  it('who is disabled has no token and no session any more, at once', async () => {
    const viewer = await server.token('viewer', ['read']);
    expect((await call('GET', '/api/v1/users', undefined, viewer)).statusCode).toBe(200);
    expect((await call('PATCH', '/api/v1/admins/the-viewer', { disabled: true })).json()).toMatchObject({
      disabled: true,
    });
    expect((await call('GET', '/api/v1/users', undefined, viewer)).statusCode).toBe(401);
    await call('PATCH', '/api/v1/admins/the-viewer', { disabled: false });
    expect((await call('GET', '/api/v1/users', undefined, viewer)).statusCode).toBe(200);
  });

  it('a token is shown once and never does more than who made it', async () => {
    const made = (
      await call('POST', '/api/v1/tokens', { name: 'n', scopes: ['ingest'], servers: ['vpn.com'], signing: true })
    ).json();
    expect(made).toMatchObject({
      token: expect.stringMatching(/^xp_[\w-]{43}$/),
      signingSecret: expect.stringMatching(/^whsec_/),
      servers: ['vpn.com'],
    });
    const listed = await call('GET', '/api/v1/tokens');
    expect(listed.body).not.toContain(made.token);
    expect(listed.body).not.toContain(made.signingSecret);
    const reseller = await server.token('reseller', ['admin']);
    expect((await call('POST', '/api/v1/tokens', { name: 'r', scopes: ['read', 'write'] }, reseller)).statusCode).toBe(
      201,
    );
    expect((await call('POST', '/api/v1/tokens', { name: 'r', scopes: ['metrics'] }, reseller)).statusCode).toBe(403);
    expect(
      (await get('/api/v1/tokens', reseller)).items.every(
        ({ admin }: { admin: { name: string } }) => admin.name === 'the-reseller',
      ),
    ).toBe(true);
    expect((await call('DELETE', `/api/v1/tokens/${made.id}`, undefined, reseller)).statusCode).toBe(404);
    expect((await call('POST', '/api/v1/tokens', { name: 'x', scopes: ['read'], signing: true })).statusCode).toBe(400);
  });

  it('everything that was changed is in the audit log, without secrets', async () => {
    await call('POST', '/api/v1/users', { name: 'Ann', userToken: 'ann-token' });
    await call('POST', '/api/v1/admins', { name: 'bob', role: 'viewer', password: 'a long password' });
    const audit = await call('GET', '/api/v1/audit');
    expect(audit.json().items.map(({ action, via }: { action: string; via: string }) => [action, via])).toEqual([
      ['admin.created', 'token'],
      ['user.created', 'token'],
    ]);
    expect(audit.body).not.toContain('ann-token');
    expect(audit.body).not.toContain('a long password');
  });
});

describe('settings', () => {
  it('switch tracking and retention', async () => {
    expect(await get('/api/v1/settings')).toMatchObject({
      tracking: { enabled: true },
      timeZone: 'UTC',
      retentionDays: 0,
      webhookAuth: 'open',
    });
    expect((await call('PUT', '/api/v1/settings/tracking', { enabled: false })).json()).toMatchObject({
      enabled: false,
    });
    expect((await call('PUT', '/api/v1/settings/retention', { days: 90 })).json()).toEqual({ days: 90 });
    expect(await get('/api/v1/settings')).toMatchObject({ tracking: { enabled: false }, retentionDays: 90 });
    expect(await get('/api/v1/database')).toMatchObject({ records: 0, retentionDays: 90 });
    expect((await call('POST', '/api/v1/cleanup', { days: 1, dryRun: true })).json()).toMatchObject({
      rows: 0,
      deleted: false,
    });
    expect(await get('/api/v1/cleanup')).toEqual({ job: null });
    expect((await call('DELETE', '/api/v1/cleanup')).statusCode).toBe(404);
    const days = { from: '2026-01-01', to: '2026-01-31' };
    const rebuild = (body: object) => call('POST', '/api/v1/history/rebuild', body);
    expect((await rebuild(days)).json()).toMatchObject({ status: 409, code: 'history-none' });
    for (const body of [
      { ...days, to: '2025-12-31' },
      { ...days, from: '2026-02-30' },
      { ...days, to: 'now' },
    ]) {
      expect((await rebuild(body)).json()).toMatchObject({ code: 'invalid-input' });
    }
    expect(await get('/api/v1/history/rebuild')).toEqual({ rebuild: null });
    expect((await call('DELETE', '/api/v1/history/rebuild')).statusCode).toBe(404);
    const started = await call('POST', '/api/v1/cleanup', { days: 1 });
    expect([started.statusCode, started.json()]).toEqual([202, expect.objectContaining({ state: 'proving', rows: 0 })]);
    await server.ports.operations.cleanupEnded();
    expect((await get('/api/v1/cleanup')).job).toMatchObject({
      state: 'done',
      deleted: 0,
      totals: { before: 0, after: 0 },
    });
    expect((await get('/api/v1/doctor')).checks).toMatchObject([{ code: 'fine', values: { of: 1 }, message: 'Fine.' }]);
  });

  it('change the zone of days from the next midnight on, and the billing cycle', async () => {
    const midnight = '2026-03-11T00:00:00.000Z';
    const change = async (timeZone: string) => (await call('PUT', '/api/v1/settings/time-zone', { timeZone })).json();
    expect(await change('Mars/Olympus')).toMatchObject({ status: 400, errors: [{ pointer: '/timeZone' }] });
    const next = { timeZone: 'Asia/Tehran', from: midnight };
    expect(await change('asia/tehran')).toEqual({ timeZone: 'UTC', nextTimeZone: next });
    expect(await get('/api/v1/settings')).toMatchObject({
      timeZone: 'UTC',
      nextTimeZone: next,
      billingCycle: 'month:1',
    });
    expect(await change('UTC')).toEqual({ timeZone: 'UTC', nextTimeZone: null });
    await change('Asia/Tehran');
    server.clock.advance(86_400_000);
    expect(await get('/api/v1/settings')).toMatchObject({ timeZone: 'Asia/Tehran', nextTimeZone: null });
    const ann = (await call('POST', '/api/v1/users', { name: 'Ann' })).json();
    const cycles = async () => (await get(`/api/v1/users/${ann.id}/cycles?count=1`)).items;
    expect(await cycles()).toMatchObject([{ from: '2026-03-01T00:00:00.000Z', to: '2026-03-31T20:30:00.000Z' }]);
    expect((await call('PUT', '/api/v1/settings/cycle', { cycle: 'fortnight' })).statusCode).toBe(400);
    expect((await call('PUT', '/api/v1/settings/cycle', { cycle: 'none' })).statusCode).toBe(400);
    expect((await call('PUT', '/api/v1/settings/cycle', { cycle: 'month:15' })).json()).toEqual({ cycle: 'month:15' });
    expect(await cycles()).toMatchObject([{ firstDay: '2026-02-15', to: '2026-03-14T20:30:00.000Z' }]);
  });
});

describe('backups', () => {
  it('are written, listed and downloaded by the owner; the schedule is a setting', async () => {
    const { token, request } = server;
    const owner = await token('owner', ['admin']);
    const written = await request('POST', '/api/v1/backups', {
      token: owner,
      body: { passphrase: 'long enough for this' },
    });
    expect(written.json()).toMatchObject({ automatic: false, withKey: true, at: server.clock.now().toISOString() });
    const list = await request('GET', '/api/v1/backups', { token: owner });
    expect(list.json()).toEqual({ items: [written.json()], nextCursor: null, total: 1 });
    const file = await request('GET', `/api/v1/backups/${written.json().name}`, { token: owner });
    expect(file.headers).toMatchObject({ 'content-disposition': expect.stringContaining(written.json().name) });
    expect(file.rawPayload.subarray(0, 15).toString()).toBe('SQLite format 3');
    expect(file.rawPayload).toHaveLength(written.json().bytes);
    for (const name of ['none.db', '..%2Fsecret.key', 'xpert-2026-01-01T00-00-00-000Z.db']) {
      expect((await request('GET', `/api/v1/backups/${name}`, { token: owner })).statusCode).toBe(404);
    }
    const body = { everyHours: 12, keep: 3 };
    const more = { ...body, other: 'not ours' };
    expect((await request('PUT', '/api/v1/settings/backup', { token: owner, body: more })).json()).toEqual(body);
    expect((await request('GET', '/api/v1/settings', { token: owner })).json().backup).toEqual(body);
    const bad = { everyHours: 12, keep: 0 };
    expect((await request('PUT', '/api/v1/settings/backup', { token: owner, body: bad })).statusCode).toBe(400);
  });
});
