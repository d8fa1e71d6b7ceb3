import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { hashSecret } from '../../src/http/auth/secrets.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

const PASSWORD = 'correct horse battery';
let server: HttpTestServer;
afterEach(() => server.close());

async function setUp(name = 'ann') {
  await server.store.identity.setSetupHash(hashSecret('link'));
  return server.request('POST', '/api/v1/setup', { body: { token: 'link', name, password: PASSWORD } });
}

function logIn(name: string, password: string, from?: string) {
  return server.request('POST', '/api/v1/session', {
    body: { name, password },
    ...(from === undefined ? {} : { from }),
  });
}

function cookieOf(answer: Awaited<ReturnType<typeof logIn>>): string {
  const [cookie] = [answer.headers['set-cookie']].flat();
  return cookie?.split(';', 1)[0] ?? '';
}

describe('the setup link', () => {
  it('makes one owner and logs them in', async () => {
    server = await startHttp();
    const made = await setUp();
    expect(made.statusCode).toBe(200);
    expect(made.json()).toEqual({ admin: { id: expect.any(String), name: 'ann', role: 'owner' } });
    const who = await server.request('GET', '/api/v1/session', { headers: { cookie: cookieOf(made) } });
    expect(who.json()).toMatchObject({
      admin: { name: 'ann', role: 'owner' },
      setupNeeded: false,
      timeZone: 'UTC',
      trackingEnabled: true,
    });
    const again = await server.request('POST', '/api/v1/setup', {
      body: { token: 'link', name: 'eve', password: PASSWORD },
    });
    expect(again.statusCode).toBe(403);
    expect(again.json()).toMatchObject({ code: 'setup-link-invalid' });
  });

  it('makes one owner also when it is used twice at the same time', async () => {
    server = await startHttp();
    await server.store.identity.setSetupHash(hashSecret('link'));
    const answers = await Promise.all(
      ['ann', 'eve'].map((name) =>
        server.request('POST', '/api/v1/setup', { body: { token: 'link', name, password: PASSWORD } }),
      ),
    );
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 403]);
    expect(await server.store.identity.admins()).toHaveLength(1);
  });

  it('is not guessed', async () => {
    server = await startHttp();
    await server.store.identity.setSetupHash(hashSecret('link'));
    const guess = () =>
      server.request('POST', '/api/v1/setup', { body: { token: 'x', name: 'eve', password: PASSWORD } });
    for (let i = 0; i < 5; i += 1) expect((await guess()).statusCode).toBe(403);
    expect((await guess()).statusCode).toBe(429);
  });
});

describe('logging in', () => {
  it('never says 401 to the question who is there', async () => {
    server = await startHttp();
    const answer = await server.request('GET', '/api/v1/session');
    expect(answer.json()).toMatchObject({ admin: null, setupNeeded: false });
    expect(
      (await server.request('GET', '/api/v1/session', { headers: { cookie: 'xpert_session=nonsense' } })).statusCode,
    ).toBe(200);
  });

  it('sets a cookie that scripts and other sites cannot use, Secure where it came over https', async () => {
    server = await startHttp({ trustedProxies: ['loopback'] });
    await setUp();
    const plain = await logIn('ann', PASSWORD);
    expect(plain.headers['set-cookie']).toMatch(
      /^xpert_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/,
    );
    const behindTls = await server.request('POST', '/api/v1/session', {
      body: { name: 'ann', password: PASSWORD },
      headers: { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.1' },
    });
    expect(behindTls.headers['set-cookie']).toMatch(/; Secure$/);
  });

  it('answers a wrong password and an unknown name alike, and takes as long', async () => {
    server = await startHttp();
    await setUp();
    const timed = async (name: string) => {
      const started = performance.now();
      const answer = await logIn(name, 'wrong password');
      return { answer, ms: performance.now() - started };
    };
    await timed('warm-up');
    const wrong = await timed('ann');
    const unknown = await timed('nobody');
    expect(wrong.answer.statusCode).toBe(401);
    expect({ ...wrong.answer.json(), instance: '' }).toEqual({ ...unknown.answer.json(), instance: '' });
    expect(unknown.ms).toBeGreaterThan(wrong.ms / 4);
  });

  it('makes guessing slow, and says how long to wait', async () => {
    server = await startHttp();
    await setUp();
    for (let i = 0; i < 5; i += 1) expect((await logIn('ann', 'wrong', '192.0.2.1')).statusCode).toBe(401);
    const blocked = await logIn('ann', PASSWORD, '192.0.2.1');
    expect(blocked.statusCode).toBe(429);
    expect(blocked.headers['retry-after']).toBe('1');
    server.clock.advance(1000);
    expect((await logIn('ann', PASSWORD, '192.0.2.1')).statusCode).toBe(200);
  });

  it('makes guessing slow also for many tries at once', async () => {
    server = await startHttp();
    await setUp();
    const tries = Array.from({ length: 30 }, (_, i) => logIn('ann', `wrong ${i}`, '192.0.2.1'));
    const statuses = (await Promise.all(tries)).map(({ statusCode }) => statusCode);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(25);
  });

  it('ends after two weeks without use, and lives on while it is used', async () => {
    server = await startHttp();
    const cookie = cookieOf(await setUp());
    const overview = () => server.request('GET', '/api/v1/users', { headers: { cookie } });
    for (let week = 0; week < 4; week += 1) {
      server.clock.advance(7 * 86_400_000);
      expect((await overview()).statusCode).toBe(200);
    }
    server.clock.advance(14 * 86_400_000 + 1);
    expect((await overview()).statusCode).toBe(401);
  });

  it('ends with logging out', async () => {
    server = await startHttp();
    const headers = { cookie: cookieOf(await setUp()) };
    const out = await server.request('DELETE', '/api/v1/session', { headers });
    expect(out.statusCode).toBe(204);
    expect(out.headers['set-cookie']).toContain('Max-Age=0');
    expect((await server.request('GET', '/api/v1/users', { headers })).statusCode).toBe(401);
  });

  it('ends the live events that it opened, and no others; so does the end of a token', {
    timeout: 20_000,
  }, async () => {
    server = await startHttp();
    const cookies = [cookieOf(await setUp()), cookieOf(await logIn('ann', PASSWORD))];
    await server.app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = server.app.server.address() as AddressInfo;
    const made = await server.request('POST', '/api/v1/tokens', {
      ...{ headers: { cookie: cookies[1] ?? '' }, body: { name: 'wall', scopes: ['read'] } },
    });
    const ended: string[] = [];
    const follow = async (name: string, headers: Record<string, string>) => {
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/events`, { headers });
      expect(response.status).toBe(200);
      return { over: response.text().then(() => ended.push(name)) };
    };
    const [one, other] = [
      await follow('one', { cookie: cookies[0] ?? '' }),
      await follow('other', { cookie: cookies[1] ?? '' }),
    ];
    const byToken = await follow('token', { authorization: `Bearer ${made.json().token}` });
    await server.request('DELETE', '/api/v1/session', { headers: { cookie: cookies[0] ?? '' } });
    await one.over;
    expect(ended).toEqual(['one']);
    await server.request('DELETE', `/api/v1/tokens/${made.json().id}`, { headers: { cookie: cookies[1] ?? '' } });
    await byToken.over;
    expect(ended).toEqual(['one', 'token']);
    await server.app.close();
    await other.over;
  });

  it('ends everywhere when the password changes, except here', async () => {
    server = await startHttp();
    const here = { cookie: cookieOf(await setUp()) };
    const elsewhere = { cookie: cookieOf(await logIn('ann', PASSWORD)) };
    const body = { current: PASSWORD, next: 'another long password' };
    const wrong = await server.request('PUT', '/api/v1/session/password', {
      headers: here,
      body: { ...body, current: 'x' },
    });
    expect(wrong.json()).toMatchObject({ code: 'wrong-login' });
    const changed = await server.request('PUT', '/api/v1/session/password', { headers: here, body });
    expect(changed.statusCode).toBe(204);
    expect((await server.request('GET', '/api/v1/users', { headers: elsewhere })).statusCode).toBe(401);
    const next = { cookie: cookieOf(changed) };
    expect((await server.request('GET', '/api/v1/users', { headers: next })).statusCode).toBe(200);
    expect((await logIn('ann', 'another long password')).statusCode).toBe(200);
  });

  it('keeps only hashes', async () => {
    server = await startHttp();
    const secret = cookieOf(await setUp()).replace('xpert_session=', '');
    expect(await server.store.identity.session(hashSecret(secret))).not.toBeNull();
    expect(await server.store.identity.session(Buffer.from(secret))).toBeNull();
    expect((await server.store.identity.adminByName('ann'))?.passwordHash).toMatch(
      /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/,
    );
  });
});

describe('requests of other sites', () => {
  const change = (headers: Record<string, string>) => {
    return server.request('POST', '/api/v1/users', { headers, body: { name: `u${Math.random()}` } });
  };

  it.each([
    ['a cross-site fetch', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a sibling subdomain', { 'sec-fetch-site': 'same-site' }, 403],
    ['a foreign Origin', { origin: 'https://evil.example' }, 403],
    ['a null Origin', { origin: 'null' }, 403],
    ['the panel itself', { 'sec-fetch-site': 'same-origin', origin: 'https://behind.proxy' }, 201],
    ['the panel itself over plain http', { origin: 'http://localhost:80' }, 201],
    ['the domain that is set', { origin: 'https://vpn.example.com' }, 201],
    ['a tool that is no browser', {}, 201],
  ])('%s with a cookie: %o gets %d', async (_name, sent, status) => {
    server = await startHttp({ publicHost: 'vpn.example.com' });
    const cookie = cookieOf(await setUp());
    expect((await change({ ...sent, cookie })).statusCode).toBe(status);
  });

  it('are harmless with an API token, which no browser sends by itself', async () => {
    server = await startHttp();
    const authorization = `Bearer ${await server.token('owner', ['write'])}`;
    expect((await change({ 'sec-fetch-site': 'cross-site', authorization })).statusCode).toBe(201);
  });

  it('and a name and password for a proxy before us are no API token', async () => {
    server = await startHttp();
    const cookie = cookieOf(await setUp());
    const authorization = `Basic ${Buffer.from('site:password').toString('base64')}`;
    expect((await change({ cookie, authorization })).statusCode).toBe(201);
    expect((await change({ authorization })).json()).toMatchObject({ code: 'not-logged-in' });
    expect((await change({ cookie, authorization, 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403);
  });

  it('cannot log anybody in either', async () => {
    server = await startHttp();
    await setUp();
    const answer = await server.request('POST', '/api/v1/session', {
      body: { name: 'ann', password: PASSWORD },
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect(answer.json()).toMatchObject({ status: 403, code: 'cross-site' });
  });

  it('cannot use forms: bodies are JSON', async () => {
    server = await startHttp();
    const cookie = cookieOf(await setUp());
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const answer = await server.request('POST', '/api/v1/users', {
        headers: { cookie, 'content-type': type },
        body: '{"name":"x"}',
      });
      expect(answer.statusCode).toBe(415);
    }
  });
});
