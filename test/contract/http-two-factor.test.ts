import { Secret, TOTP } from 'otpauth';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashSecret } from '../../src/http/auth/secrets.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

const PASSWORD = 'correct horse battery';

describe('the second factor of an account', () => {
  let server: HttpTestServer;
  let cookie: string;
  let secret: string;
  let recoveryCodes: string[];

  const codeNow = (shiftMs = 0) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: server.clock.now().getTime() + shiftMs });
  const logIn = (code?: string, password = PASSWORD) =>
    server.request('POST', '/api/v1/session', {
      body: { name: 'ann', password, ...(code === undefined ? {} : { code }) },
    });
  const cookieOf = (answer: Awaited<ReturnType<typeof logIn>>) =>
    [answer.headers['set-cookie']].flat()[0]?.split(';', 1)[0] ?? '';
  const call = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: object) =>
    server.request(method, url, { headers: { cookie }, ...(body === undefined ? {} : { body }) });

  beforeEach(async () => {
    server = await startHttp();
    await server.store.identity.setSetupHash(hashSecret('link'));
    await server.request('POST', '/api/v1/setup', { body: { token: 'link', name: 'ann', password: PASSWORD } });
    cookie = cookieOf(await logIn());
    const proposed = (await call('POST', '/api/v1/session/two-factor/secret', {})).json();
    secret = proposed.secret;
    expect(proposed.uri).toMatch(/^otpauth:\/\/totp\/Xpert:ann\?.*digits=6.*period=30/);
    const enabled = await call('PUT', '/api/v1/session/two-factor', { password: PASSWORD, secret, code: codeNow() });
    expect(enabled.statusCode).toBe(200);
    recoveryCodes = enabled.json().recoveryCodes;
    server.clock.advance(60_000);
    // Passwords are hashed three times until here, and that is meant to be slow.
  }, 60_000);

  afterEach(() => server.close());

  it('is asked for with the right password only, and lets in with the code of now', async () => {
    expect((await logIn()).json()).toMatchObject({ status: 401, code: 'second-factor-needed' });
    expect((await logIn(codeNow(), 'wrong')).json()).toMatchObject({ code: 'wrong-login' });
    expect((await logIn('000000')).json()).toMatchObject({ code: 'wrong-code' });
    expect((await logIn(codeNow())).statusCode).toBe(200);
  });

  it('takes every code once, and none of long ago', async () => {
    const code = codeNow();
    expect((await logIn(code)).statusCode).toBe(200);
    expect((await logIn(code)).json()).toMatchObject({ code: 'wrong-code' });
    expect((await logIn(codeNow(-120_000))).statusCode).toBe(401);
    expect((await logIn(codeNow(30_000))).statusCode).toBe(200);
  });

  it('is not guessed: wrong codes make wait, as wrong passwords do', async () => {
    for (let i = 0; i < 5; i++) expect((await logIn(`00000${i}`)).statusCode).toBe(401);
    const blocked = await logIn(codeNow());
    expect([blocked.statusCode, blocked.headers['retry-after']]).toEqual([429, '1']);
  });

  it('has recovery codes, each good once, however it is typed; new ones end the old', async () => {
    const [first = '', second = ''] = recoveryCodes;
    expect(new Set(recoveryCodes).size).toBe(10);
    expect((await logIn(first.toLowerCase().replaceAll('-', ' '))).statusCode).toBe(200);
    expect((await logIn(first)).json()).toMatchObject({ code: 'wrong-code' });
    expect((await call('GET', '/api/v1/session/two-factor')).json()).toMatchObject({ enabled: true, recoveryCodes: 9 });
    const renew = { password: PASSWORD, code: codeNow() };
    expect((await call('POST', '/api/v1/session/two-factor/recovery-codes', renew)).statusCode).toBe(200);
    expect((await logIn(second)).statusCode).toBe(401);
  });

  it('shows neither secret nor codes again, not even in the audit log', async () => {
    for (const answer of [await call('GET', '/api/v1/session/two-factor'), await call('GET', '/api/v1/session')]) {
      expect(answer.body).not.toContain(secret);
    }
    const audit = await server.store.audit.read(100, null);
    expect(JSON.stringify(audit)).not.toContain(secret);
    expect(JSON.stringify(audit)).not.toContain(recoveryCodes[0]);
  });

  it('is changed with the password and a code of it, and needs a code that fits', async () => {
    const wrong = await call('DELETE', '/api/v1/session/two-factor', { password: 'nope' });
    expect(wrong.json()).toMatchObject({ code: 'wrong-login' });
    const [first = '', second = '', third = ''] = recoveryCodes;
    const unfit = { password: PASSWORD, currentCode: first, secret, code: '000000' };
    expect((await call('PUT', '/api/v1/session/two-factor', unfit)).json()).toMatchObject({
      ...{ status: 400, errors: [{ pointer: '/code' }] },
    });
    const replaced = { password: PASSWORD, currentCode: second, secret, code: codeNow() };
    expect((await call('PUT', '/api/v1/session/two-factor', replaced)).statusCode).toBe(200);
    const off = (code: string) => call('DELETE', '/api/v1/session/two-factor', { password: PASSWORD, code });
    expect((await off(third)).json()).toMatchObject({ code: 'wrong-code' });
    expect((await off(codeNow(30_000))).statusCode).toBe(204);
    expect((await logIn()).statusCode).toBe(200);
  });

  it('is not taken away, replaced or opened anew by an open session and the password alone', async () => {
    const changes = [
      ['PUT', '/api/v1/session/two-factor', { secret, code: codeNow() }, 'currentCode'],
      ['DELETE', '/api/v1/session/two-factor', {}, 'code'],
      ['POST', '/api/v1/session/two-factor/recovery-codes', {}, 'code'],
    ] as const;
    for (const [method, url, body, member] of changes) {
      const change = (confirmation: object) => call(method, url, { password: PASSWORD, ...body, ...confirmation });
      expect((await change({})).json(), url).toMatchObject({ status: 401, code: 'second-factor-needed' });
      expect((await change({ [member]: '000000' })).json(), url).toMatchObject({ status: 401, code: 'wrong-code' });
    }
    expect((await call('GET', '/api/v1/session/two-factor')).json()).toMatchObject({
      enabled: true,
      recoveryCodes: 10,
    });
    for (let i = 0; i < 2; i++)
      await call('DELETE', '/api/v1/session/two-factor', { password: PASSWORD, code: '000000' });
    const blocked = await call('DELETE', '/api/v1/session/two-factor', { password: PASSWORD, code: codeNow() });
    expect(blocked.json()).toMatchObject({ status: 429, code: 'too-many-tries' });
  });

  it('is not guessed by many at once either', async () => {
    const answers = await Promise.all(Array.from({ length: 32 }, (_, i) => logIn(String(100_000 + i))));
    const codes = answers.map((answer) => answer.json().code);
    expect(codes.filter((code) => code === 'wrong-code')).toHaveLength(5);
    expect(codes.filter((code) => code === 'too-many-tries')).toHaveLength(27);
  }, 60_000);

  it('is taken away by the owner for somebody who lost it', async () => {
    const owner = await server.token('owner', ['admin']);
    const list = await server.request('GET', '/api/v1/admins', { token: owner });
    expect(list.json().items).toContainEqual(expect.objectContaining({ name: 'ann', twoFactor: true }));
    const viewer = await server.token('viewer', ['admin']);
    const reset = (token: string) => server.request('DELETE', '/api/v1/admins/ann/two-factor', { token });
    expect((await reset(viewer)).statusCode).toBe(403);
    expect((await reset(owner)).statusCode).toBe(204);
    expect((await logIn()).statusCode).toBe(200);
  });

  it('ends the other sessions when it begins, and when they are to end', async () => {
    const other = cookieOf(await logIn(codeNow()));
    expect((await call('GET', '/api/v1/sessions')).json().items).toHaveLength(2);
    expect((await call('DELETE', '/api/v1/sessions')).json()).toEqual({ ended: 1 });
    const who = (given: string) => server.request('GET', '/api/v1/session', { headers: { cookie: given } });
    expect((await who(other)).json().admin).toBeNull();
    expect((await who(cookie)).json().admin).toMatchObject({ name: 'ann' });
  });
});
