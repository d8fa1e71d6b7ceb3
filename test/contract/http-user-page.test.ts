import qrcode from 'qrcode';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

const GIB = 2 ** 30;
let server: HttpTestServer;
let owner: string;
beforeEach(async () => {
  server = await startHttp();
  owner = await server.token('owner', ['read', 'write', 'ingest']);
  await server.store.quotas.judge();
});
afterEach(() => server.close());

async function addUser(name: string, more: object = {}): Promise<{ id: string; linkToken: string; userToken: string }> {
  const answer = await server.request('POST', '/api/v1/users', { token: owner, body: { name, ...more } });
  expect(answer.statusCode).toBe(201);
  return answer.json();
}

describe('the page of a user', () => {
  it('shows usage without a login and without a script, in the language of the visitor', async () => {
    const ann = await addUser('<ann> & "co"');
    const report = { user_token: ann.userToken, server: 'de-1.example.com', port: 443, protocol: 'vless' };
    await server.request('POST', '/api/xpert/traffic-webhook', {
      body: { ...report, bytes_uploaded: 2 ** 20, bytes_downloaded: 3 * GIB },
    });
    const page = await server.request('GET', `/u/${ann.linkToken}`, {
      headers: { 'accept-language': 'ru-RU,en;q=0.5' },
    });
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('lang="ru"');
    expect(page.body).toContain('Использовано');
    expect(page.body).toMatch(/3,00\s*ГиБ/);
    expect(page.body).toContain('de-1.example.com:443');
    expect(page.body).toContain('&#60;ann&#62; &#38; &#34;co&#34;');
    expect(page.body).not.toMatch(/<script|<ann>/);
    expect(Buffer.byteLength(page.body)).toBeLessThan(60_000);
    expect(page.headers['cache-control']).toBe('private, no-store');
    const persian = await server.request('GET', `/u/${ann.linkToken}?lang=fa`);
    expect(persian.body).toContain('dir="rtl"');
  });

  it('is no more than 60 KB in every language, however many servers and quotas there are, and asks for nothing else', async () => {
    const { id, linkToken, userToken } = await addUser('&'.repeat(64));
    const quotas = Array.from({ length: 20 }, (_, n) => ({ name: `${'&'.repeat(60)} ${n}`, bytes: (n + 1) * 2 ** 40 }));
    const terms = { token: owner, body: { terms: { cycle: 'month:1', quotas } } };
    const entitled = await server.request('PUT', `/api/v1/users/${id}/entitlement`, terms);
    expect(entitled.statusCode, entitled.body).toBe(200);
    for (let day = 0; day < 31; day++) {
      server.clock.advance(86_400_000);
      const reports = Array.from({ length: 20 }, (_, n) => ({
        ...{ user_token: userToken, server: `<${'&'.repeat(200)}>.${n}-of-${day}.example.com`, port: 443 },
        ...{ protocol: 'vless', bytes_uploaded: 1_000 + n, bytes_downloaded: 2_000 + day },
      }));
      const answer = await server.request('POST', '/api/xpert/traffic-webhook', { body: reports });
      expect([answer.statusCode, answer.json().recorded ?? answer.body]).toEqual([200, 20]);
    }
    const others = { en: 'Other servers', ru: 'Другие серверы', fa: 'سرورهای دیگر', zh: '其他服务器' };
    for (const [language, words] of Object.entries(others)) {
      const page = await server.request('GET', `/u/${linkToken}?lang=${language}`);
      expect(page.body).toContain(`lang="${language}`);
      expect(page.body).toContain(words);
      expect(Buffer.byteLength(page.body)).toBeLessThan(60_000);
      expect(page.body).not.toMatch(/<script|<link|\ssrc=|@import|url\((?!#)/);
    }
  });

  it('of nobody is 404, in words', async () => {
    const answer = await server.request('GET', '/u/nobody');
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect(answer.body).toContain('<h1>This link leads nowhere</h1>');
    expect((await server.request('GET', '/u/nobody?lang=ru')).body).toContain('lang="ru"');
    expect((await server.request('GET', `/u/${'nobody'.repeat(99)}`)).statusCode).toBe(404);
  });

  /** Carried down through a server, of a time that is over. */
  const carried = async (userToken: string, host: string, gib: number, periodEnd?: string) => {
    const report = { user_token: userToken, server: host, port: 443, protocol: 'vless', bytes_uploaded: 0 };
    const body = { ...report, bytes_downloaded: gib * GIB, event_id: `${host}-${gib}` };
    const time = periodEnd === undefined ? {} : { period_end: periodEnd };
    const answer = await server.request('POST', '/api/xpert/traffic-webhook', {
      ...{ token: owner, body: { ...body, ...time } },
    });
    expect(answer.statusCode, answer.body).toBe(200);
  };
  const pageOf = async (linkToken: string) =>
    (await server.request('GET', `/u/${linkToken}?lang=en`)).body.replaceAll('\u00a0', ' ');

  it('is of the running cycle: what was used of it, through which server, on which day, and when the next begins', async () => {
    const ann = await addUser('ann');
    await carried(ann.userToken, 'old.example.com', 5, '2026-02-27T12:00:00Z');
    await carried(ann.userToken, 'new.example.com', 2, '2026-03-03T12:00:00Z');
    const page = await pageOf(ann.linkToken);
    expect(page).toContain('<h2>Used · this cycle</h2>\n<p class="big">2.00 GiB</p>');
    expect(page).toContain('1 Mar – 31 Mar · Begins anew 1 Apr 2026, 00:00');
    expect(page).toContain('In all 7.00 GiB');
    expect(page).toContain('new.example.com:443');
    expect(page).not.toContain('old.example.com');
    expect(page).toMatch(/<rect class="bar old"[^>]*><title>27 Feb: 5.00 GiB</);
    expect(page).toMatch(/<rect class="bar"[^>]*><title>3 Mar: 2.00 GiB</);
  });

  it('goes by the cycle of the user’s own terms; without one it is of all that was used', async () => {
    const ten = await addUser('ten', { entitlement: { quota: 10 * GIB, cycle: 'days:10' } });
    await carried(ten.userToken, 'ten.example.com', 3);
    const tens = await pageOf(ten.linkToken);
    expect(tens).toContain('10 Mar – 19 Mar · Begins anew 20 Mar 2026, 00:00');
    expect(tens).toMatch(/<b>3.00 GiB<\/b> of 10.0 GiB/);
    server.clock.advance(11 * 86_400_000);
    await server.store.quotas.judge();
    const anew = await pageOf(ten.linkToken);
    expect(anew).toContain('<p class="big">0 B</p>');
    expect(anew).toContain('20 Mar – 29 Mar ·');
    const later = await addUser('later', {
      entitlement: { quota: GIB, cycle: 'days:10', begins: 'with-first-use' },
    });
    expect(await pageOf(later.linkToken)).not.toContain('Begins anew');
    const all = await addUser('all', { entitlement: { quota: 10 * GIB } });
    await carried(all.userToken, 'all.example.com', 4, '2026-02-27T12:00:00Z');
    const whole = await pageOf(all.linkToken);
    expect(whole).toContain('<h2>Used</h2>\n<p class="big">4.00 GiB</p>');
    expect(whole).not.toContain('Begins anew');
    expect(whole).toContain('all.example.com:443');
  });

  it('has the link to be copied, and as a picture to be scanned', async () => {
    const { linkToken } = await addUser('ann');
    const page = await pageOf(linkToken);
    const link = /<input readonly[^>]* value="([^"]+)"/.exec(page)?.[1]?.replaceAll('&#38;', '&') ?? '';
    expect(new URL(link).searchParams.get('user_token')).toBe(linkToken);
    const path = new URL(link);
    expect((await server.request('GET', `${path.pathname}${path.search}`)).statusCode).toBe(200);
    expect(page).toContain(await qrcode.toString(link, { type: 'svg', margin: 1, errorCorrectionLevel: 'M' }));
  });
});

describe('what client programs are told of the usage', () => {
  /** A user of these terms who sent one GiB and got three; what clients are told of it. */
  async function userinfoWith(entitlement: object, then: (id: string) => Promise<unknown> = async () => {}) {
    const { id, userToken, linkToken } = await addUser('ann', { entitlement });
    const carried = { user_token: userToken, server: 'vpn.example.com', port: 443, protocol: 'vless', event_id: 'e1' };
    const report = { ...carried, bytes_uploaded: GIB, bytes_downloaded: 3 * GIB };
    await server.request('POST', '/api/xpert/traffic-webhook', { token: owner, body: report });
    await then(id);
    const answer = await server.request('GET', `/api/xpert/sub?user_token=${linkToken}`);
    return answer.headers['subscription-userinfo'];
  }

  it('tells the quota with what came on top, and when access ends', async () => {
    const terms = { quota: 10 * GIB, cycle: 'month:1', expiresAt: '2026-06-01T00:00:00Z' };
    const topUp = (id: string) =>
      server.request('POST', `/api/v1/users/${id}/top-ups`, { token: owner, body: { bytes: 5 * GIB } });
    expect(await userinfoWith(terms, topUp)).toBe(
      `upload=${GIB}; download=${3 * GIB}; total=${15 * GIB}; expire=${Date.parse('2026-06-01T00:00:00Z') / 1000}`,
    );
  });

  it('tells the end that a plan’s days come to', async () => {
    const ends = (Date.parse('2026-03-10T12:00:00Z') + 30 * 86_400_000) / 1000;
    expect(await userinfoWith({ terms: { validDays: 30 } })).toBe(
      `upload=${GIB}; download=${3 * GIB}; total=0; expire=${ends}`,
    );
  });

  it('of a quota that counts otherwise than bytes flowed: used and left add up to it', async () => {
    const down = { quotas: [{ bytes: 10 * GIB, direction: 'down' }] };
    expect(await userinfoWith({ terms: down })).toBe(`upload=0; download=${3 * GIB}; total=${10 * GIB}; expire=0`);
  });

  it('of quotas of parts alone tells no total: no client shows a part', async () => {
    const part = { quotas: [{ name: 'vless', bytes: 10 * GIB, protocols: ['vless'] }] };
    expect(await userinfoWith({ terms: part })).toBe(`upload=${GIB}; download=${3 * GIB}; total=0; expire=0`);
  });
});
