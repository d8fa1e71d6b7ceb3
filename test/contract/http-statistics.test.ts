import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

const GIB = 1_073_741_824;
const REPORT = { user_token: 'ann', server: 'vpn.com', port: 443, protocol: 'vless' };

let server: HttpTestServer;
let owner: string;
beforeEach(async () => {
  server = await startHttp();
  owner = await server.token('owner', ['admin']);
});
afterEach(() => server.close());

const get = async (url: string, token = owner) => (await server.request('GET', url, { token })).json();
const status = async (url: string, token = owner) => (await server.request('GET', url, { token })).statusCode;
const report = (bytes: { readonly up?: number; readonly down?: number }, change: object = {}) => {
  const body = { ...REPORT, bytes_uploaded: bytes.up ?? 0, bytes_downloaded: bytes.down ?? 0, ...change };
  return server.request('POST', '/api/xpert/traffic-webhook', { body });
};
const addUser = (name: string, userToken: string, token = owner, more: object = {}) => {
  return server.request('POST', '/api/v1/users', { token, body: { name, userToken, ...more } });
};

describe('global statistics', () => {
  it('have the members of the seed and nothing else, in GiB with three decimals', async () => {
    await report({ up: 1 * GIB, down: 2 * GIB });
    await report({ down: GIB / 2 }, { server: 'server2.com', port: 8443, protocol: 'vmess', user_token: 'bob' });
    expect(await get('/api/xpert/traffic-stats/global?days=30')).toEqual({
      total_users: 2,
      total_servers: 2,
      total_gb_used: 3.5,
      total_connections: 2,
      total_protocols: 2,
      period_days: 30,
      top_servers: [
        { server: 'vpn.com', port: 443, protocol: 'vless', total_gb: 3 },
        { server: 'server2.com', port: 8443, protocol: 'vmess', total_gb: 0.5 },
      ],
    });
  });

  it('sum bytes first and round last', async () => {
    // Each alone rounds to 0.000 GiB.
    for (let i = 0; i < 10; i += 1) await report({ up: 500_000 }, { port: 1000 + i });
    expect(await get('/api/xpert/traffic-stats/global')).toMatchObject({ total_gb_used: 0.005, period_days: 30 });
  });

  it('name ten servers at most', async () => {
    await Promise.all(Array.from({ length: 12 }, (_, i) => report({ up: i + 1 }, { port: 100 + i })));
    expect((await get('/api/xpert/traffic-stats/global')).top_servers).toHaveLength(10);
  });

  it('count a connection as a (user, server, port) that carried bytes in an hour', async () => {
    await report({ up: 1 });
    await report({ up: 1 }, { protocol: 'vmess' });
    server.clock.advance(3_600_000);
    await report({ up: 1 });
    expect(await get('/api/xpert/traffic-stats/global')).toMatchObject({ total_connections: 2 });
  });

  it('cover whole days, today included', async () => {
    await report({ up: GIB });
    server.clock.advance(86_400_000);
    await report({ up: GIB });
    expect(await get('/api/xpert/traffic-stats/global?days=1')).toMatchObject({ total_gb_used: 1 });
    expect(await get('/api/xpert/traffic-stats/global?days=2')).toMatchObject({ total_gb_used: 2 });
    expect(await status('/api/xpert/traffic-stats/global?days=0')).toBe(400);
    expect(await status('/api/xpert/traffic-stats/global?days=x')).toBe(400);
  });

  it('are wrapped for the integration of the original', async () => {
    await report({ up: GIB });
    const { users_traffic } = await get('/api/xpert/marzban-traffic-stats?days=7');
    expect(users_traffic).toMatchObject({
      total_gb_used: 1,
      period_days: 7,
      external_servers: true,
      integration_type: 'xpert',
      data_source: 'traffic_monitoring_system',
    });
    await server.ports.operations.setTracking(false, null);
    const off = (await get('/api/xpert/marzban-traffic-stats')).users_traffic;
    expect(off).toMatchObject({ external_servers: false, integration_type: 'xpert_disabled' });
  });

  it('are not for caches, and tell no referrer', async () => {
    const { headers } = await server.request('GET', '/api/xpert/traffic-stats/global', { token: owner });
    expect(headers['cache-control']).toBe('private, no-store');
    expect(headers['referrer-policy']).toBe('no-referrer');
  });
});

describe('statistics of a token', () => {
  it('have the members of the seed', async () => {
    await addUser('Ann', 'ann');
    await report({ up: GIB, down: 2 * GIB });
    expect(await get('/api/xpert/traffic-stats/ann?days=30')).toEqual({
      user_token: 'ann',
      total_gb_used: 3,
      period_days: 30,
      servers: [
        {
          server: 'vpn.com',
          port: 443,
          protocol: 'vless',
          upload_gb: 1,
          download_gb: 2,
          total_gb: 3,
          connections: 1,
          last_used: expect.stringMatching(/^2026-03-10T12:.*Z$/),
        },
      ],
    });
  });

  it('say unclaimed while the token belongs to nobody, and claim its history with the user', async () => {
    await report({ up: GIB });
    expect(await get('/api/xpert/traffic-stats/ann')).toMatchObject({ total_gb_used: 1, unclaimed: true });
    await addUser('Ann', 'ann');
    const claimed = await get('/api/xpert/traffic-stats/ann');
    expect(claimed).toMatchObject({ total_gb_used: 1 });
    expect(claimed).not.toHaveProperty('unclaimed');
  });

  it('are 404 for a token nobody ever used', async () => {
    expect(await status('/api/xpert/traffic-stats/nobody')).toBe(404);
  });

  it('work for every token the contract allows', async () => {
    for (const token of ['a.b_c~d@e:f-g', 'x'.repeat(128), '-']) {
      await report({ up: GIB }, { user_token: token });
      const url = `/api/xpert/traffic-stats/${encodeURIComponent(token)}`;
      expect(await get(url)).toMatchObject({ user_token: token, total_gb_used: 1 });
    }
  });

  it('follow a rotated token: the old one stays an alias', async () => {
    await addUser('Ann', 'ann');
    await report({ up: GIB });
    const rotated = await server.request('POST', '/api/v1/users/Ann/rotate-token', { token: owner });
    expect(await get(`/api/xpert/traffic-stats/${rotated.json().userToken}`)).toMatchObject({ total_gb_used: 1 });
    await report({ up: GIB });
    expect(await get('/api/xpert/traffic-stats/ann')).toMatchObject({ total_gb_used: 2 });
  });
});

describe('statistics of a server', () => {
  it('have the members of the seed, day by day', async () => {
    await report({ up: GIB });
    await report({ up: GIB }, { user_token: 'bob' });
    server.clock.advance(86_400_000);
    await report({ down: 2 * GIB });
    expect(await get('/api/xpert/traffic-stats/server/VPN.com/443?days=30')).toEqual({
      server: 'VPN.com',
      port: 443,
      period_days: 30,
      unique_users: 2,
      total_gb_used: 4,
      total_connections: 3,
      avg_gb_per_connection: 1.333,
      daily_stats: [
        { date: '2026-03-10', total_gb: 2, unique_users: 2 },
        { date: '2026-03-11', total_gb: 2, unique_users: 1 },
      ],
    });
  });

  it('are empty for a server that carried nothing', async () => {
    expect(await get('/api/xpert/traffic-stats/server/none/1')).toMatchObject({ total_gb_used: 0, daily_stats: [] });
  });
});

describe('reset', () => {
  const reset = async () => (await server.request('POST', '/api/xpert/traffic-stats/reset', { token: owner })).json();

  it('shows exactly 0 at first, counts from the mark, and undone gives old plus new', async () => {
    await addUser('Ann', 'ann');
    await report({ up: GIB });
    await report({ up: GIB }, { user_token: 'unclaimed-one' });
    const { status: word, reset_id } = await reset();
    expect(word).toBe('success');
    expect(await get('/api/xpert/traffic-stats/global')).toMatchObject({
      total_gb_used: 0,
      total_users: 0,
      total_connections: 0,
    });
    expect(await get('/api/xpert/traffic-stats/ann')).toMatchObject({ total_gb_used: 0, servers: [] });
    expect(await get('/api/admin/usage/Ann')).toBe(0);
    await report({ up: GIB / 2 });
    expect(await get('/api/xpert/traffic-stats/global')).toMatchObject({ total_gb_used: 0.5 });
    const undone = await server.request('DELETE', `/api/xpert/traffic-stats/reset/${reset_id}`, { token: owner });
    expect(undone.json()).toEqual({ status: 'success', reset_id });
    expect(await get('/api/xpert/traffic-stats/global')).toMatchObject({ total_gb_used: 2.5 });
  });

  it('is 404 for a reset there is not, 409 for one that is undone', async () => {
    const undo = (id: string) => server.request('DELETE', `/api/xpert/traffic-stats/reset/${id}`, { token: owner });
    expect((await undo('nothing')).statusCode).toBe(404);
    const { reset_id } = await reset();
    expect((await undo(reset_id)).statusCode).toBe(200);
    expect((await undo(reset_id)).statusCode).toBe(409);
  });
});

describe('database information and cleanup', () => {
  const cleanup = (query: string, body?: unknown) => {
    return server.request('POST', `/api/xpert/traffic-stats/cleanup${query}`, {
      token: owner,
      ...(body === undefined ? {} : { body }),
    });
  };

  it('has the members of the seed and no path', async () => {
    await report({ up: 1 });
    expect(await get('/api/xpert/traffic-stats/database/info')).toEqual({
      total_records: 2,
      unique_users: 1,
      unique_servers: 1,
      database_size_mb: expect.any(Number),
      retention_days: 0,
    });
  });

  it('removes 15-minute records only; usage stays', async () => {
    await report({ up: GIB });
    server.clock.advance(100 * 86_400_000);
    await report({ up: GIB });
    expect((await cleanup('?days=90&dry_run=true')).json()).toMatchObject({
      status: 'success',
      deleted_rows: 1,
      cleanup_days: 90,
    });
    expect(await get('/api/xpert/traffic-stats/database/info')).toMatchObject({ total_records: 4 });
    expect((await cleanup('?days=90')).json()).toEqual({ status: 'success', deleted_rows: 1, cleanup_days: 90 });
    expect(await get('/api/xpert/traffic-stats/database/info')).toMatchObject({ total_records: 3 });
    expect(await get('/api/xpert/traffic-stats/global?days=365')).toMatchObject({ total_gb_used: 2 });
  });

  it('takes days from the query or the body, and at least 1', async () => {
    expect((await cleanup('', { days: 90 })).json()).toMatchObject({ cleanup_days: 90 });
    for (const bad of [
      await cleanup(''),
      await cleanup('?days=0'),
      await cleanup('', { days: 0 }),
      await cleanup('', { days: '90' }),
    ]) {
      expect(bad.statusCode).toBe(400);
      expect(bad.json().errors[0].pointer).toMatch(/days$/);
    }
  });
});

describe('usage of an admin', () => {
  it('is a bare integer: metered plus reported bytes of their users', async () => {
    const reseller = await server.token('reseller', ['write', 'read']);
    await addUser('Bob', 'bob', reseller);
    await addUser('Ann', 'ann');
    await report({ up: 100 });
    await report({ up: 5, down: 7 }, { user_token: 'bob' });
    const node = await server.addNode('Main');
    await server.poll(node, { key1: [10n, 20n] });
    const { items } = await get('/api/v1/peers');
    const assign = { assignments: [{ peerId: items[0].id, userId: 'Bob' }] };
    expect((await server.request('POST', '/api/v1/peers/assign', { token: owner, body: assign })).statusCode).toBe(200);
    server.clock.advance(30_000);
    await server.poll(node, { key1: [1010n, 2020n] });
    const answer = await server.request('GET', '/api/admin/usage/the-reseller', { token: owner });
    expect(answer.body).toBe(String(12 + 30 + 3000));
    expect(await get('/api/admin/usage/Bob')).toBe(12 + 30 + 3000);
    expect(await get('/api/admin/usage/Ann')).toBe(100);
    expect(await get('/api/admin/usage/the-reseller/detailed')).toEqual({
      username: 'the-reseller',
      xpert_usage_bytes: 3030,
      xpert_usage_gb: 0,
      external_traffic: {
        admin_username: 'the-reseller',
        external_traffic_gb: 0,
        external_unique_users: 1,
        external_unique_servers: 1,
        external_connections: 1,
        period_days: 30,
      },
      total_usage_bytes: 3042,
      traffic_limit_bytes: null,
      traffic_limit_gb: null,
      limit_check: null,
      percentage_used: null,
    });
  });

  it('tells the external half alone', async () => {
    await addUser('Ann', 'ann');
    await report({ up: 2 * GIB });
    expect(await get('/api/admin/external-traffic/stats/Ann')).toEqual({
      admin_username: 'Ann',
      external_traffic_gb: 2,
      external_unique_users: 1,
      external_unique_servers: 1,
      external_connections: 1,
      period_days: 30,
      traffic_limit_bytes: null,
      traffic_limit_gb: null,
      limit_check: { within_limit: true, limit_gb: null, used_gb: 2, remaining_gb: null, percentage_used: null },
    });
  });

  it('holds no unclaimed usage', async () => {
    await report({ up: 100 });
    expect(await get('/api/admin/usage/the-owner')).toBe(0);
  });

  it('is 404 for a name nobody has', async () => {
    expect(await status('/api/admin/usage/nobody')).toBe(404);
  });
});

describe('a reseller', () => {
  it('sees own users only, and nothing unclaimed', async () => {
    const reseller = await server.token('reseller', ['read', 'write']);
    await addUser('Bob', 'bob', reseller);
    await addUser('Ann', 'ann');
    await report({ up: GIB });
    await report({ up: 2 * GIB }, { user_token: 'bob' });
    await report({ up: 4 * GIB }, { user_token: 'nobodys' });
    expect(await get('/api/xpert/traffic-stats/global', reseller)).toMatchObject({ total_users: 1, total_gb_used: 2 });
    expect(await get('/api/xpert/traffic-stats/bob', reseller)).toMatchObject({ total_gb_used: 2 });
    expect(await get('/api/xpert/traffic-stats/server/vpn.com/443', reseller)).toMatchObject({
      total_gb_used: 2,
      unique_users: 1,
    });
    for (const url of [
      '/api/xpert/traffic-stats/ann',
      '/api/xpert/traffic-stats/nobodys',
      '/api/admin/usage/the-owner',
      '/api/admin/usage/Ann',
      '/api/v1/users/Ann',
    ]) {
      expect([url, await status(url, reseller)]).toEqual([url, 404]);
    }
    expect((await get('/api/v1/users', reseller)).items).toHaveLength(1);
    expect((await get('/api/users', reseller)).map(({ username }: { username: string }) => username)).toEqual(['Bob']);
  });
});
