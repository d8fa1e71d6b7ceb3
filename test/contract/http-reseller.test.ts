import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdminId } from '../../src/core/units/ids.ts';
import { hashSecret, newSecret } from '../../src/http/auth/secrets.ts';
import { type DescribedRoute, listRoutes } from '../../src/http/openapi.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

/** Stands in every name, token, note and reason that the reseller has nothing to do with. */
const HUSH = /hush/i;

let server: HttpTestServer;
let owner: string;
let reseller: string;
let rival: string;
let routes: DescribedRoute[] = [];
/** Ids, names and tokens of what belongs to others. */
const foreign: string[] = [];
const ids = { theirUser: '', ownUser: '', topUp: '', link: '', mark: '', planned: '', peer: '' };

beforeAll(async () => {
  server = await startHttp();
  routes = await listRoutes();
  owner = await server.token('owner', ['admin']);
  reseller = await server.token('reseller', ['admin']);
  rival = await tokenOf('hush-rival');
  await fill();
});
afterAll(() => server.close());

const call = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, body?: unknown, token = owner) =>
  server.request(method, url, { token, ...(body === undefined ? {} : { body }) });
const make = async (url: string, body: unknown, token = owner, method: 'POST' | 'PUT' = 'POST') => {
  const answer = await call(method, url, body, token);
  expect([url, answer.statusCode < 300, answer.body]).toEqual([url, true, answer.body]);
  return answer.json();
};
const report = (user_token: string, server_name: string) => {
  const carrier = { server: server_name, port: 443, protocol: 'vless' };
  return make('/api/xpert/traffic-webhook', { user_token, ...carrier, bytes_uploaded: 1000, bytes_downloaded: 3000 });
};

async function tokenOf(name: string): Promise<string> {
  const { identity } = server.store;
  const createdAt = server.clock.now();
  const admin = await identity.addAdmin({ name, role: 'reseller', passwordHash: 'none', createdAt });
  const secret = newSecret('xp_');
  const bound = { adminId: admin.id, nodeId: null, servers: [], signingSecret: null };
  await identity.addToken({
    name: 'hush-script',
    scopes: ['admin'],
    createdAt,
    tokenHash: hashSecret(secret),
    ...bound,
  });
  return secret;
}

/** Both resellers have of everything; the owner and nobody have, too. */
async function fill(): Promise<void> {
  const theirs = await make('/api/v1/users', { ...person('hush-user'), entitlement: { quota: 9_000_000 } }, rival);
  const own = await make('/api/v1/users', { ...person('mine'), entitlement: { quota: 9_000_000 } }, reseller);
  const ofOwner = await make('/api/v1/users', person('hush-of-owner'));
  const node = await server.addNode('main');
  await server.poll(node, { 'hush-key': [1n, 2n], 'key-mine': [3n, 4n], 'hush-free': [5n, 6n], 'key-moved': [7n, 9n] });
  const peers = new Map<string, string>(
    (await call('GET', '/api/v1/peers')).json().items.map(({ key, id }: { key: string; id: string }) => [key, id]),
  );
  const give = (key: string, userId: string) =>
    make('/api/v1/peers/assign', { assignments: [{ peerId: peers.get(key), userId }] });
  await give('hush-key', theirs.id);
  await give('key-mine', own.id);
  await give('key-moved', own.id);
  server.clock.advance(60_000);
  await server.poll(node, {
    'hush-key': [10n, 20n],
    'key-mine': [30n, 40n],
    'hush-free': [50n, 60n],
    'key-moved': [70n, 90n],
  });
  await report(theirs.userToken, 'hush.example');
  await report(ofOwner.userToken, 'hush.example');
  await report('hush-unclaimed', 'hush.example');
  await report(own.userToken, 'own.example');
  server.clock.advance(60_000);
  const from = new Date(server.clock.now().getTime() - 60_000).toISOString();
  await make(`/api/v1/peers/${peers.get('key-moved')}/binding`, { userId: theirs.id, from, reason: 'was lent' });
  const carrier = { server: 'hush.example', port: 443, protocol: 'vless' };
  await make('/api/v1/corrections', { userId: theirs.id, rxBytes: 7, ...carrier, reason: 'hush-reason' });
  const topUp = await make(`/api/v1/users/${theirs.id}/top-ups`, { bytes: 5, reason: 'hush-gift' }, rival);
  const trojan = 'trojan://hush-password@hush.example:443#hush-link';
  const link = await make('/api/v1/links', { link: trojan, user: theirs.id }, rival);
  await make('/api/v1/user-templates/hush-template', { note: 'hush-note' }, rival, 'PUT');
  const mark = await make('/api/v1/resets', { scope: 'user', userIds: [theirs.id], reason: 'hush-reset' }, rival);
  const at = new Date(server.clock.now().getTime() + 86_400_000).toISOString();
  const wanted = { scope: 'user', userIds: [theirs.id], at, reason: 'hush-plan' };
  const planned = await make('/api/v1/scheduled-resets', wanted, rival);
  await make('/api/v1/admins/hush-rival/limit', { bytes: 1_000_000 }, owner, 'PUT');
  Object.assign(ids, { theirUser: theirs.id, ownUser: own.id, topUp: topUp.id, link: link.id });
  Object.assign(ids, { mark: mark.id, planned: planned.id, peer: peers.get('hush-key') });
  foreign.push(theirs.id, theirs.name, theirs.userToken, theirs.linkToken, ofOwner.id, 'hush-unclaimed', 'hush-rival');
  foreign.push(
    ...['hush-key', 'hush-free', topUp.id, link.id, mark.id, planned.id, 'hush-template'],
    ...peers.values(),
  );
  foreign.push((await server.store.identity.adminByName('hush-rival'))?.id ?? '');
}

function person(name: string) {
  return { name, userToken: `${name}-token`, linkToken: `${name}-link`, note: `${name}-note`, tags: [`${name}-tag`] };
}

describe('a reseller', () => {
  it('reads nothing of others, whatever they ask for', async () => {
    const told: string[] = [];
    const look = async (url: string) => {
      const { body, statusCode } = await call('GET', url, undefined, reseller);
      // A refusal says again what was asked for, and so do statistics of a server that nobody has used.
      if (statusCode < 400 && !url.includes('/server/') && HUSH.test(body)) told.push(`${url}: ${body.slice(0, 2000)}`);
    };
    const open = routes.filter(({ method, access }) => method === 'GET' && access !== 'public');
    for (const route of open.filter(({ url }) => url !== '/api/v1/events')) {
      const filled = route.url.includes(':')
        ? [ids.ownUser, ...foreign].map((id) => fillIn(route.url, id))
        : [route.url];
      for (const path of filled) await look(path);
      for (const query of queriesOf(route)) await look(`${filled[0]}?${query}`);
    }
    const { body } = await call('GET', '/api/xpert/traffic-stats/server/hush.example/443', undefined, reseller);
    expect(JSON.parse(body)).toMatchObject({
      unique_users: 0,
      total_gb_used: 0,
      total_connections: 0,
      daily_stats: [],
    });
    expect(told).toEqual([]);
  });

  it('finds nobody of others', async () => {
    const found = async (query: string) => (await call('GET', `/api/v1/${query}`, undefined, reseller)).json();
    for (const query of [
      'users?search=hush',
      'users?sort=used&search=hush',
      'peers?search=hush',
      'usage/holders?search=hush',
    ]) {
      expect([query, await found(query)]).toMatchObject([query, { items: [], total: 0 }]);
    }
    expect(await found('users?sort=total')).toMatchObject({ items: [{ name: 'mine' }], total: 1 });
    expect(await found('overview')).toMatchObject({ users: { total: 1, active: 1 }, online: { of: 1 } });
  });

  it('changes nothing of others', async () => {
    const wrong: string[] = [];
    const before = await everything();
    const attempt = async (method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, body?: unknown) => {
      const { statusCode } = await call(method, url, body, reseller);
      if (statusCode < 400 || statusCode >= 500) wrong.push(`${method} ${url}: ${statusCode}`);
    };
    for (const { method, url } of routes.filter((route) => route.method !== 'GET' && route.url.includes(':'))) {
      // Of templates a name that nobody has yet is a new one.
      const known = url.includes('/user-templates/') ? ['hush-template'] : foreign;
      for (const id of known) await attempt(method as 'POST', fillIn(url, id), bodyFor(url, method));
    }
    const someone = { users: ['mine', ids.theirUser] };
    await attempt('POST', '/api/v1/users/bulk', { ...someone, action: 'suspend' });
    await attempt('POST', '/api/v1/users/bulk', { ...someone, action: 'suspend', preview: true });
    await attempt('POST', '/api/v1/resets', { scope: 'user', userIds: ['mine', ids.theirUser] });
    await attempt('POST', '/api/v1/resets/preview', { scope: 'user', userIds: [ids.theirUser] });
    await attempt('POST', '/api/v1/resets', { scope: 'owner', owner: 'hush-rival' });
    await attempt('POST', '/api/v1/peers/assign', { assignments: [{ peerId: ids.peer, userId: ids.ownUser }] });
    await attempt('POST', '/api/v1/links', { link: 'trojan://p@h.example:443#x', user: ids.theirUser });
    await attempt('PATCH', `/api/v1/users/${ids.ownUser}`, { owner: 'hush-rival' });
    expect(wrong).toEqual([]);
    expect(await everything()).toEqual(before);
  });

  it('takes no history that belongs to nobody by making its user; the owner may give it', async () => {
    const unclaimed = async () => (await call('GET', '/api/v1/unclaimed')).json().tokens;
    const before = await unclaimed();
    expect(before).toMatchObject([{ userToken: 'hush-unclaimed' }]);
    const body = { name: 'taker', userToken: 'hush-unclaimed', countInCycle: true };
    const csv = 'name,user_token\ntaker,hush-unclaimed';
    for (const tried of [
      await call('POST', '/api/v1/users', body, reseller),
      await call('POST', '/api/v1/users/import', { csv }, reseller),
    ])
      expect([tried.statusCode, tried.json().code]).toEqual([409, 'token-taken']);
    expect(await unclaimed()).toEqual(before);
    const given = (await call('POST', '/api/v1/users', { ...body, owner: 'the-reseller' })).json();
    expect(given).toMatchObject({ owner: { name: 'the-reseller' }, traffic: before[0].traffic });
    expect(await unclaimed()).toEqual([]);
  });

  it('is not told whose a token is', async () => {
    const answer = await call('POST', '/api/v1/users', { name: 'new', userToken: 'hush-user-token' }, reseller);
    expect(answer.json()).toMatchObject({ status: 409, code: 'token-taken' });
    expect(answer.json().detail).not.toContain('"hush-user"');
    const csv = 'name,user_token\nnew,hush-user-token\n';
    const imported = await call('POST', '/api/v1/users/import', { csv }, reseller);
    expect(imported.json()).toMatchObject({ status: 409, code: 'token-taken' });
    expect(imported.json().detail).not.toContain('"hush-user"');
    const owners = await call('POST', '/api/v1/users', { name: 'new', userToken: 'hush-user-token' });
    expect(owners.json().detail).toContain('"hush-user"');
  });
});

/** What the others have, as the owner sees it. */
async function everything(): Promise<unknown> {
  const rivalId = (await server.store.identity.adminByName('hush-rival'))?.id as AdminId;
  const urls = ['users/hush-user', 'users/hush-of-owner', 'links', 'resets', 'scheduled-resets', 'peers'];
  urls.push(`users/${ids.theirUser}/top-ups`, `admins/${rivalId}/limit`, 'user-templates');
  const shown: unknown[] = [];
  for (const url of urls) shown.push((await call('GET', `/api/v1/${url}`)).json());
  return shown;
}

function fillIn(url: string, id: string): string {
  return url.replace(':port', '443').replace(/:\w+/g, encodeURIComponent(id));
}

/** Whatever of others a route can be asked for. */
function queriesOf({ schema }: DescribedRoute): string[] {
  const { properties = {} } = (schema?.querystring ?? {}) as { properties?: Record<string, object> };
  const names = Object.keys(properties).filter(
    (name) => !/^(?:days|from|to|limit|order|sort|format|bucket)$/.test(name),
  );
  return names.flatMap((name) => [...foreign, 'hush'].map((id) => `${name}=${encodeURIComponent(id)}`));
}

/** One that the route would take. */
function bodyFor(url: string, method: string): unknown {
  if (method === 'DELETE') return undefined;
  if (url.endsWith('/top-ups')) return { bytes: 5 };
  if (url.endsWith('/entitlement')) return { plan: null };
  if (url.includes('/user-templates/')) return { note: 'taken' };
  if (url.endsWith('/limit')) return { bytes: 5 };
  return method === 'PATCH' ? { note: 'taken', active: false } : {};
}
