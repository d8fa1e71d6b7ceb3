import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NodeId } from '../../src/core/units/ids.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

let server: HttpTestServer;
let owner: string;
let main: NodeId;

/** Two nodes; Vasya has a peer on each, one more peer on the first is nobody's. */
async function start(options: { readonly publicSummary?: boolean } = {}): Promise<void> {
  server = await startHttp(options);
  owner = await server.token('owner', ['admin']);
  main = await server.addNode('Main');
  const eu1 = await server.addNode('EU 1');
  await server.poll(main, { key1: [100n, 2000n], key2: [5n, 6n] });
  await server.poll(eu1, { key3: [7n, 8n] });
  await server.request('POST', '/api/v1/users', { token: owner, body: { name: 'vasya', telegramId: 123456 } });
  const assignments = ['key1', 'key3'].map((peerId) => ({ peerId, userId: 'vasya' }));
  await server.request('POST', '/api/v1/peers/assign', { token: owner, body: { assignments } });
}

const get = async (url: string, token: string | null = owner) => {
  return (await server.request('GET', url, token === null ? {} : { token })).json();
};

afterEach(() => server.close());

describe('with a login', () => {
  beforeEach(() => start());

  it('GET /api/servers names every node by its id', async () => {
    expect(await get('/api/servers')).toEqual({
      main: {
        name: 'Main',
        description: '',
        endpoint: 'localhost',
        status: 'online',
        ping_ms: null,
        last_check: '2026-03-10T12:00:00.000Z',
      },
      'eu-1': expect.objectContaining({ name: 'EU 1', status: 'online' }),
    });
  });

  it('GET /api/services names every VPN service', async () => {
    expect((await get('/api/services')).services).toContainEqual({
      server_id: 'main',
      server_name: 'Main',
      service: 'WireGuard',
      status: 'online',
      note: 'wg0, port 51820, 2 peers',
    });
  });

  it('a node of any name is counted', async () => {
    const node = await server.addNode('Constructor');
    await server.poll(node, { key4: [1n, 2n] });
    expect((await get('/api/stats')).by_server).toEqual({ main: 2, 'eu-1': 1, constructor: 1 });
  });

  it('resellers see how nodes are, not where they are and what exactly fails', async () => {
    const reseller = await server.token('reseller', ['read']);
    const { main: shown } = await get('/api/servers', reseller);
    expect(shown).toMatchObject({ name: 'Main', status: 'online', description: '', endpoint: '' });
    expect((await get('/api/services', reseller)).services[0]).toMatchObject({ status: 'online' });
    expect(JSON.stringify(await get('/api/services', reseller))).not.toContain('peers');
    const viewer = await server.token('viewer', ['read']);
    expect(await get('/api/servers', viewer)).toMatchObject({ main: { endpoint: 'localhost' } });
  });

  it('GET /api/users lists users with their peers, not accounts of the panel', async () => {
    expect(await get('/api/users')).toEqual([
      {
        telegram_id: 123456,
        username: 'vasya',
        role: 'user',
        active: true,
        peers_count: 2,
        active_peers: expect.arrayContaining(['main', 'eu-1']),
      },
    ]);
  });

  it('GET /api/stats counts users, peers, nodes and kinds', async () => {
    expect(await get('/api/stats')).toEqual({
      total_users: 1,
      active_users: 1,
      total_peers: 3,
      active_peers: 3,
      by_server: { main: 2, 'eu-1': 1 },
      by_profile_type: { wireguard: 3 },
      last_update: '2026-03-10T12:00:00.000Z',
    });
  });

  it('GET /api/traffic has a row per peer and a sum per user', async () => {
    const { rows, by_user, last_update } = await get('/api/traffic');
    expect(rows).toHaveLength(3);
    expect(rows).toContainEqual({
      telegram_id: 123456,
      username: 'vasya',
      server_id: 'main',
      wg_ip: '10.0.0.2/32',
      public_key: 'key1',
      rx_bytes: 100,
      tx_bytes: 2000,
    });
    expect(rows).toContainEqual(
      expect.objectContaining({ public_key: 'key2', username: null, telegram_id: null, rx_bytes: 5 }),
    );
    expect(by_user).toEqual([{ telegram_id: 123456, username: 'vasya', rx_bytes: 107, tx_bytes: 2008 }]);
    expect(last_update).toBe('2026-03-10T12:00:00.000Z');
  });

  it('a silent node keeps its last totals, marked stale, and is not online', async () => {
    server.clock.advance(91_000);
    const { rows } = await get('/api/traffic');
    expect(rows).toContainEqual(
      expect.objectContaining({ public_key: 'key1', rx_bytes: 100, tx_bytes: 2000, stale: true }),
    );
    expect((await get('/api/servers')).main.status).not.toBe('online');
  });

  it('totals start anew at a reset and are whole again when it is undone', async () => {
    const { reset_id } = (await server.request('POST', '/api/xpert/traffic-stats/reset', { token: owner })).json();
    const sums = async () =>
      (await get('/api/traffic')).rows.reduce((sum: number, row: { rx_bytes: number }) => sum + row.rx_bytes, 0);
    expect(await sums()).toBe(0);
    server.clock.advance(10_000);
    await server.poll(main, { key1: [150n, 2100n], key2: [5n, 6n] });
    expect(await sums()).toBe(50);
    await server.request('DELETE', `/api/xpert/traffic-stats/reset/${reset_id}`, { token: owner });
    expect(await sums()).toBe(162);
  });

  it('a deleted user, and a node that is gone, take nothing of the history away', async () => {
    const before = await get('/api/xpert/traffic-stats/global');
    await server.request('DELETE', '/api/v1/users/vasya', { token: owner });
    await server.request('DELETE', `/api/v1/nodes/${main}`, { token: owner });
    expect((await get('/api/xpert/traffic-stats/global')).total_gb_used).toBe(before.total_gb_used);
    expect((await get('/api/v1/usage/summary?days=1')).traffic.totalBytes).toBe(2126);
  });
});

describe('without a login', () => {
  it('everything is 401 while the public summary is off', async () => {
    await start();
    for (const url of ['/api/servers', '/api/services', '/api/stats', '/api/users', '/api/traffic']) {
      expect([url, (await server.request('GET', url)).statusCode]).toEqual([url, 401]);
    }
  });

  it('the public summary shows states, and nothing that tells more', async () => {
    await start({ publicSummary: true });
    expect(await get('/api/servers', null)).toEqual({
      main: { name: 'Main', status: 'online', last_check: '2026-03-10T12:00:00.000Z' },
      'eu-1': { name: 'EU 1', status: 'online', last_check: '2026-03-10T12:00:00.000Z' },
    });
    expect((await get('/api/services', null)).services).toContainEqual({
      server_id: 'main',
      server_name: 'Main',
      service: 'WireGuard',
      status: 'online',
    });
    expect(await get('/api/stats', null)).toEqual({ by_server: { main: 'online', 'eu-1': 'online' } });
    for (const url of ['/api/users', '/api/traffic']) {
      expect((await server.request('GET', url)).statusCode).toBe(401);
    }
    expect(await get('/api/stats')).toMatchObject({ total_users: 1 });
  });

  it('the public summary is all that a token sees which may not look', async () => {
    await start({ publicSummary: true });
    for (const scope of ['ingest', 'metrics', 'write'] as const) {
      const token = await server.token('owner', [scope]);
      expect(await get('/api/servers', token)).toMatchObject({ main: { name: 'Main', status: 'online' } });
      expect(JSON.stringify(await get('/api/servers', token))).not.toContain('endpoint');
      expect((await get('/api/services', token)).services[0]).not.toHaveProperty('note');
      expect(await get('/api/stats', token)).toEqual({ by_server: { main: 'online', 'eu-1': 'online' } });
    }
  });

  it('the public summary is the same for ten seconds', async () => {
    await start({ publicSummary: true });
    await get('/api/servers', null);
    await server.addNode('New');
    server.clock.advance(9_999);
    expect(await get('/api/servers', null)).not.toHaveProperty('new');
    server.clock.advance(1);
    expect(await get('/api/servers', null)).toHaveProperty('new');
  });
});
