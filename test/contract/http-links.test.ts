import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeBase64, parseShareLink, type ShareLink } from '../../src/core/links/share-link.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

const UUID = 'b831381d-6324-4d53-ad4f-8cda48b30811';
const VLESS = `vless://${UUID}@de-1.example.com:443?type=ws&path=%2Fws&security=tls&sni=de-1.example.com#DE`;
const TROJAN = 'trojan://hunter2@nl-1.example.com:443?sni=nl-1.example.com#NL';

let server: HttpTestServer;
let owner: string;
beforeEach(async () => {
  server = await startHttp();
  owner = await server.token('owner', ['read', 'write']);
});
afterEach(() => server.close());

async function addUser(name: string, token = owner): Promise<{ id: string; linkToken: string; userToken: string }> {
  const answer = await server.request('POST', '/api/v1/users', { token, body: { name } });
  expect(answer.statusCode).toBe(201);
  return answer.json();
}

async function addLink(body: object, token = owner): Promise<{ id: string }> {
  const answer = await server.request('POST', '/api/v1/links', { token, body });
  expect(answer.statusCode).toBe(201);
  return answer.json();
}

const fetchLinks = (secret: string, headers = {}, more = '') =>
  server.request('GET', `/api/xpert/sub?user_token=${secret}${more}`, { headers });

describe('a subscription link', () => {
  it('gives out what is for the user and for everybody, and tells what was used', async () => {
    const ann = await addUser('ann');
    const bob = await addUser('bob');
    await addLink({ link: VLESS });
    await addLink({ link: TROJAN, user: 'bob' });
    const report = { user_token: ann.userToken, server: 'de-1.example.com', port: 443, protocol: 'vless' };
    await server.request('POST', '/api/xpert/traffic-webhook', {
      body: { ...report, bytes_uploaded: 3, bytes_downloaded: 2 ** 53 - 1 - 4 },
    });
    const answer = await fetchLinks(ann.linkToken);
    expect(answer.statusCode).toBe(200);
    expect(decodeBase64(answer.body)).toBe(`${VLESS}\n`);
    expect(answer.headers).toMatchObject({
      'subscription-userinfo': 'upload=0; download=0; total=0; expire=0',
      'cache-control': 'private, no-store',
      'referrer-policy': 'no-referrer',
      'user-token': ann.userToken,
      'profile-update-interval': '12',
      'profile-title': `base64:${Buffer.from('Xpert').toString('base64')}`,
      'traffic-webhook': expect.stringMatching(/\/api\/xpert\/traffic-webhook$/),
    });
    expect(decodeBase64((await fetchLinks(bob.linkToken)).body)).toBe(`${TROJAN}\n${VLESS}\n`);
  });

  it('counts what was reported, exactly', async () => {
    const ann = await addUser('ann');
    const report = { user_token: ann.userToken, server: 'de-1.example.com', port: 443, protocol: 'vless' };
    await server.request('POST', '/api/xpert/traffic-webhook', {
      body: { ...report, bytes_uploaded: 3, bytes_downloaded: 1_000_000_000_001 },
    });
    expect((await fetchLinks(ann.linkToken)).headers['subscription-userinfo']).toBe(
      'upload=3; download=1000000000001; total=0; expire=0',
    );
  });

  it('is written as the client wants it', async () => {
    const { linkToken } = await addUser('ann');
    await addLink({ link: VLESS });
    expect((await fetchLinks(linkToken, {}, '&format=plain')).body).toBe(`${VLESS}\n`);
    const clash = await fetchLinks(linkToken, { 'user-agent': 'clash-verge/v2.0.3' });
    expect(clash.headers['content-type']).toContain('text/yaml');
    expect(clash.body).toContain('name: DE\n');
    expect(clash.body).toContain('MATCH,Xpert');
    const singBox = await fetchLinks(linkToken, {}, '&format=sing-box');
    expect(singBox.json().outbounds[1]).toMatchObject({ type: 'vless', tag: 'DE', server: 'de-1.example.com' });
  });

  it('answers 304 to whoever has it already', async () => {
    const { linkToken } = await addUser('ann');
    const { etag } = (await fetchLinks(linkToken)).headers;
    const again = await fetchLinks(linkToken, { 'if-none-match': String(etag) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    await addLink({ link: VLESS });
    expect((await fetchLinks(linkToken, { 'if-none-match': String(etag) })).statusCode).toBe(200);
  });

  it('explains itself to somebody who is suspended', async () => {
    const { id, linkToken } = await addUser('ann');
    await addLink({ link: VLESS });
    await server.request('PATCH', `/api/v1/users/${id}`, { token: owner, body: { active: false } });
    const text = decodeBase64((await fetchLinks(linkToken, { 'accept-language': 'ru' })).body) ?? '';
    expect(text).not.toContain(UUID);
    expect(decodeURIComponent(text)).toContain('Доступ приостановлен');
  });

  it('is closed to everything but its own secret', async () => {
    const { id, linkToken, userToken } = await addUser('ann');
    const tries = [await fetchLinks('nobody'), await fetchLinks(userToken), await fetchLinks(linkToken.repeat(9))];
    for (const answer of tries) expect([answer.statusCode, answer.json().code]).toEqual([404, 'not-found']);
    expect(new Set(tries.map(({ body }) => body.replace(/urn:request:[^"]+/, ''))).size).toBe(1);
    await server.request('DELETE', `/api/v1/users/${id}`, { token: owner });
    expect((await fetchLinks(linkToken)).statusCode).toBe(404);
    expect((await server.request('GET', '/api/xpert/sub')).statusCode).toBe(400);
    expect(JSON.stringify(server.log)).not.toContain(linkToken);
  });

  it('opens with the user_token, too, where people come from the original', async () => {
    await server.close();
    server = await startHttp({ legacyLinks: true });
    owner = await server.token('owner', ['read', 'write']);
    const { userToken, linkToken } = await addUser('ann');
    expect((await fetchLinks(userToken)).statusCode).toBe(200);
    expect((await fetchLinks(linkToken)).statusCode).toBe(200);
    expect((await fetchLinks('nobody')).statusCode).toBe(404);
  });

  it('is renewed: the old secret is worth nothing from then on', async () => {
    const { id, linkToken } = await addUser('ann');
    const renewed = await server.request('POST', `/api/v1/users/${id}/rotate-link`, { token: owner });
    const fresh = new URL(renewed.json().subscription).searchParams.get('user_token') ?? '';
    expect((await fetchLinks(linkToken)).statusCode).toBe(404);
    expect((await fetchLinks(fresh)).statusCode).toBe(200);
    expect((await server.request('GET', `/u/${linkToken}`)).statusCode).toBe(404);
  });

  it('remembers devices and clients, no addresses', async () => {
    const { id, linkToken } = await addUser('ann');
    await fetchLinks(linkToken, { 'user-agent': 'v2rayNG/1.9.5', 'x-hwid': 'phone' });
    server.clock.advance(60_000);
    await fetchLinks(linkToken, { 'user-agent': 'v2rayNG/1.9.6', 'x-hwid': 'phone' });
    await fetchLinks(linkToken, { 'user-agent': 'Happ/2.1.6/Android' });
    // Nobody's fetch waits for the note.
    await new Promise((done) => setImmediate(done));
    const { devices } = (await server.request('GET', `/api/v1/users/${id}/link`, { token: owner })).json();
    expect(devices).toHaveLength(2);
    expect(devices).toContainEqual(expect.objectContaining({ client: 'v2rayNG/1.9', count: 2 }));
    expect(devices).toContainEqual(expect.objectContaining({ client: 'Happ/2.1', count: 1 }));
    expect(JSON.stringify(devices)).not.toMatch(/phone|127\.0\.0\.1/);
  });

  it('takes two clients at one address for two devices, whatever their version, and forgets them after 90 days', async () => {
    const { id, linkToken } = await addUser('ann');
    const devices = async () => {
      await new Promise((done) => setImmediate(done));
      return (await server.request('GET', `/api/v1/users/${id}/link`, { token: owner })).json().devices;
    };
    for (const agent of ['Happ/2.1.6', 'Happ/2.2.0', 'v2rayNG/1.9.5'])
      await fetchLinks(linkToken, { 'user-agent': agent });
    expect(await devices()).toHaveLength(2);
    server.clock.advance(91 * 86_400_000);
    await fetchLinks(linkToken, { 'user-agent': 'v2rayNG/1.9.5', 'x-hwid': 'new phone' });
    expect(await devices()).toHaveLength(1);
  });
});

describe('links', () => {
  it('never show their secret again', async () => {
    await addLink({ link: VLESS });
    const answer = await server.request('GET', '/api/v1/links', { token: owner });
    expect(answer.json().items).toMatchObject([
      { name: 'DE', protocol: 'vless', server: 'de-1.example.com', port: 443 },
    ]);
    expect(answer.body).not.toContain(UUID);
    const { items } = (await server.request('GET', '/api/v1/audit', { token: owner })).json();
    expect(JSON.stringify([items, server.log])).not.toContain(UUID);
  });

  it('that are none are refused by name', async () => {
    const answer = await server.request('POST', '/api/v1/links', {
      token: owner,
      body: { link: 'https://user:password@example.com/sub' },
    });
    expect([answer.statusCode, answer.json().errors]).toMatchObject([400, [{ pointer: '/link' }]]);
  });

  it('are changed in their place: another name, another secret, another user', async () => {
    const ann = await addUser('ann');
    const bob = await addUser('bob');
    const { id } = await addLink({ link: VLESS, name: 'Berlin' });
    await addLink({ link: TROJAN });
    const change = async (body: object) => {
      const answer = await server.request('PATCH', `/api/v1/links/${id}`, { token: owner, body });
      return { code: answer.statusCode, body: answer.json() };
    };
    const berlin = `${VLESS.replace('#DE', '#Berlin')}`;
    expect(decodeBase64((await fetchLinks(bob.linkToken)).body)).toBe(`${berlin}\n${TROJAN}\n`);
    expect((await change({ name: 'Hamburg' })).body).toMatchObject({ id, name: 'Hamburg', server: 'de-1.example.com' });
    expect((await change({ user: 'ann' })).body).toMatchObject({ userId: ann.id, userName: 'ann', name: 'Hamburg' });
    expect(decodeBase64((await fetchLinks(bob.linkToken)).body)).toBe(`${TROJAN}\n`);
    const other = 'ss://YWVzLTI1Ni1nY206cHc@fi-1.example.com:8388#FI';
    expect((await change({ link: other, user: null })).body).toMatchObject({
      ...{ id, name: 'FI', protocol: 'shadowsocks', server: 'fi-1.example.com', userId: null, userName: null },
    });
    expect(decodeBase64((await fetchLinks(bob.linkToken)).body)).toBe(`${other}\n${TROJAN}\n`);
    expect((await change({ user: 'nobody' })).code).toBe(404);
    expect((await change({ link: 'nothing' })).code).toBe(400);
    const { items } = (await server.request('GET', '/api/v1/audit', { token: owner })).json();
    expect(JSON.stringify([items, server.log])).not.toContain('YWVzLTI1Ni1nY206cHc');
    expect(items.map(({ action }: { action: string }) => action)).toContain('link.changed');
  });

  it('of a reseller go to nobody else, whoever changes them; half a character is no part of a name', async () => {
    const reseller = await server.token('reseller', ['read', 'write']);
    await addUser('theirs', reseller);
    await addUser('other');
    const { id } = await addLink({ link: VLESS }, reseller);
    const change = (body: object) => server.request('PATCH', `/api/v1/links/${id}`, { token: owner, body });
    const refused = await change({ user: 'other' });
    expect([refused.statusCode, refused.json().errors]).toMatchObject([400, [{ pointer: '/user' }]]);
    expect((await change({ user: 'theirs', name: 'Ber\ud800lin' })).json()).toMatchObject({
      ...{ userName: 'theirs', name: 'Berlin' },
    });
  });

  it('of another key are said to go to nobody; they can be given to others, and replaced whole', async () => {
    await addUser('ann');
    const { id } = await addLink({ link: VLESS });
    const foreign = await addLink({ link: 'https://other.example/sub/SECRET#theirs' });
    const { linkTexts } = server.store.links;
    server.store.links.linkTexts = async () => new Map();
    const change = (body: object) => server.request('PATCH', `/api/v1/links/${id}`, { token: owner, body });
    const sealed = { source: null, problem: { code: 'link-sealed' } };
    const { items } = (await server.request('GET', '/api/v1/links', { token: owner })).json();
    expect(items).toMatchObject([
      { ...sealed, id, protocol: 'vless' },
      { ...sealed, protocol: 'subscription' },
    ]);
    expect((await change({ name: 'x' })).json()).toMatchObject({ code: 'link-sealed', status: 409 });
    const asked = await server.request('POST', `/api/v1/links/${foreign.id}/fetch`, { token: owner });
    expect(asked.json()).toMatchObject({ code: 'link-sealed', status: 409 });
    expect((await change({ user: 'ann' })).json()).toMatchObject({ ...sealed, userName: 'ann' });
    server.store.links.linkTexts = linkTexts.bind(server.store.links);
    expect((await change({ link: TROJAN })).json()).toMatchObject({ userName: 'ann', source: null, problem: null });
  });

  it('changed by two at once, keep what each of them changed', async () => {
    await addUser('ann');
    const { id } = await addLink({ link: VLESS });
    const change = (body: object) => server.request('PATCH', `/api/v1/links/${id}`, { token: owner, body });
    const both = await Promise.all([change({ user: 'ann' }), change({ name: 'Berlin' })]);
    expect(both.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    const { items } = (await server.request('GET', '/api/v1/links', { token: owner })).json();
    expect(items).toMatchObject([{ userName: 'ann', name: 'Berlin' }]);
  });

  it('take no name with which they could be read no more', async () => {
    const { id } = await addLink({ link: VLESS });
    const name = 'П'.repeat(128);
    const long = `vless://id@host.example:443?path=${'a'.repeat(3600)}#x`;
    const added = await server.request('POST', '/api/v1/links', { token: owner, body: { link: long, name } });
    expect(added.json()).toMatchObject({ code: 'link-too-long', status: 400, errors: [{ pointer: '/name' }] });
    const renamed = await server.request('PATCH', `/api/v1/links/${id}`, { token: owner, body: { name } });
    expect(renamed.json()).toMatchObject({ name });
  });

  it('are listed page by page, by whom they are for and by what is looked for', async () => {
    await addUser('ann');
    await addUser('bob');
    for (const name of ['a1', 'a2', 'a3']) await addLink({ link: VLESS, name });
    await addLink({ link: TROJAN, user: 'ann' });
    await addLink({ link: `${VLESS}`, name: '50%_off', user: 'bob' });
    const list = async (query: string) => {
      const answer = await server.request('GET', `/api/v1/links?${query}`, { token: owner });
      const { items, nextCursor, total } = answer.json();
      return { names: items.map(({ name }: { name: string }) => name), nextCursor, total };
    };
    const first = await list('limit=2');
    expect(first).toMatchObject({ names: ['a1', 'a2'], total: 5 });
    const second = await list(`limit=2&cursor=${first.nextCursor}`);
    expect(second.names).toEqual(['a3', 'NL']);
    const third = await list(`limit=2&cursor=${second.nextCursor}`);
    expect(third).toMatchObject({ names: ['50%_off'], nextCursor: null });
    expect(await list('to=all')).toMatchObject({ names: ['a1', 'a2', 'a3'], total: 3 });
    expect((await list('to=single')).names).toEqual(['NL', '50%_off']);
    expect((await list('search=bob')).names).toEqual(['50%_off']);
    expect((await list('search=nl-1')).names).toEqual(['NL']);
    expect((await list('search=%25_')).names).toEqual(['50%_off']);
  });

  it('are looked at before they are given out', async () => {
    const look = async (link: string) =>
      (await server.request('POST', '/api/v1/links/test', { token: owner, body: { link } })).json();
    expect(await look(VLESS)).toEqual({
      ...{ name: 'DE', protocol: 'vless', server: 'de-1.example.com', port: 443, found: 1, unreadable: 0 },
      leftOut: { clash: 0, 'sing-box': 0 },
      entries: [{ name: 'DE', protocol: 'vless', server: 'de-1.example.com', port: 443, leftOutOf: [] }],
      problem: null,
    });
    const kcp = `vless://${UUID}@de-1.example.com:443?type=kcp#DE`;
    expect((await look(kcp)).entries[0].leftOutOf).toEqual(['clash', 'sing-box']);
    expect(await look('nothing')).toMatchObject({ code: 'invalid-input', status: 400 });
    expect((await server.request('GET', '/api/v1/links', { token: owner })).json().items).toEqual([]);
  });

  it('of a reseller go to their own users alone', async () => {
    const reseller = await server.token('reseller', ['read', 'write']);
    const theirs = await addUser('theirs', reseller);
    const other = await addUser('other');
    const { id } = await addLink({ link: TROJAN }, reseller);
    const ofOwner = await addLink({ link: VLESS });
    expect(decodeBase64((await fetchLinks(theirs.linkToken)).body)).toBe(`${TROJAN}\n${VLESS}\n`);
    expect(decodeBase64((await fetchLinks(other.linkToken)).body)).toBe(`${VLESS}\n`);
    const list = await server.request('GET', '/api/v1/links', { token: reseller });
    expect(list.json().items).toMatchObject([{ id }]);
    const deny = { token: reseller, body: { name: 'mine' } };
    for (const denied of [
      await server.request('DELETE', `/api/v1/links/${ofOwner.id}`, { token: reseller }),
      await server.request('PATCH', `/api/v1/links/${ofOwner.id}`, deny),
      await server.request('POST', `/api/v1/links/${ofOwner.id}/fetch`, { token: reseller }),
      await server.request('PATCH', `/api/v1/links/${id}`, { token: reseller, body: { user: 'other' } }),
      await server.request('GET', `/api/v1/users/${other.id}/link/entries`, { token: reseller }),
    ])
      expect(denied.statusCode).toBe(404);
    const foreign = await server.request('POST', '/api/v1/links', {
      token: reseller,
      body: { link: VLESS, user: 'other' },
    });
    expect(foreign.statusCode).toBe(404);
    expect((await server.request('DELETE', `/api/v1/links/${id}`, { token: reseller })).statusCode).toBe(204);
    expect(decodeBase64((await fetchLinks(theirs.linkToken)).body)).toBe(`${VLESS}\n`);
  });
});

describe('links without end', () => {
  const refused = async (body: object, token: string) => {
    const answer = await server.request('POST', '/api/v1/links', { token, body });
    return [answer.statusCode, answer.json().code, answer.json().errors?.[0].pointer];
  };
  const asLink = (text: string) => parseShareLink(text) as ShareLink;

  it('are not kept for a reseller: 1,000 are', async () => {
    const reseller = await server.token('reseller', ['read', 'write']);
    const ownerId = (await server.store.identity.admins()).find(({ role }) => role === 'reseller')?.id ?? null;
    for (let n = 0; n < 1_000; n++)
      await server.store.links.addLink({
        ...{ link: asLink(`${VLESS}${n}`), userId: null, ownerId, createdAt: server.clock.now() },
      });
    expect(await refused({ link: TROJAN }, reseller)).toEqual([409, 'too-many-links', '/link']);
    await addLink({ link: TROJAN });
  });

  it('are not fetched from others: 20 for one user, and 20 for all', async () => {
    const full = [409, 'too-many-addresses', '/link'];
    await addUser('ann');
    await addUser('bob');
    for (const more of [{}, { user: 'ann' }]) {
      for (let n = 0; n < 20; n++) await addLink({ link: `https://p.example/sub/${n}`, ...more });
      expect(await refused({ link: 'https://p.example/sub/20', ...more }, owner)).toEqual(full);
    }
    const { id } = await addLink({ link: 'https://p.example/sub/20', user: 'bob' });
    const change = (body: object) => server.request('PATCH', `/api/v1/links/${id}`, { token: owner, body });
    expect((await change({ user: null })).json().code).toBe('too-many-addresses');
    const [first] = (await server.request('GET', '/api/v1/links?to=all', { token: owner })).json().items;
    // One of the twenty takes no room of its own.
    const renamed = await server.request('PATCH', `/api/v1/links/${first.id}`, { token: owner, body: { name: 'x' } });
    expect(renamed.statusCode).toBe(200);
    await addLink({ link: VLESS, user: 'ann' });
  });

  it('do not follow a user to another reseller', async () => {
    const first = await server.token('reseller', ['read', 'write']);
    const { id, linkToken } = await addUser('ann', first);
    await addLink({ link: TROJAN, user: 'ann' }, first);
    await addLink({ link: VLESS, user: 'ann' });
    expect(decodeBase64((await fetchLinks(linkToken)).body)).toBe(`${TROJAN}\n${VLESS}\n`);
    const other = (await server.store.identity.admins()).find(({ role }) => role === 'owner')?.name;
    const moved = await server.request('PATCH', `/api/v1/users/${id}`, { token: owner, body: { owner: other } });
    expect(moved.statusCode).toBe(200);
    expect(decodeBase64((await fetchLinks(linkToken)).body)).toBe(`${VLESS}\n`);
  });
});
