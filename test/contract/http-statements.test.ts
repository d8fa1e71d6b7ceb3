import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

let server: HttpTestServer;
let owner: string;
let id: string;
beforeEach(async () => {
  server = await startHttp();
  owner = await server.token('owner', ['admin']);
  id = (await call('POST', '/api/v1/users', { name: 'Ann', userToken: 'ann' })).json().id;
});
afterEach(() => server.close());

const call = (method: 'GET' | 'POST' | 'DELETE', url: string, body?: unknown, token = owner) =>
  server.request(method, url, { token, ...(body === undefined ? {} : { body }) });
const statement = (query = '', token = owner) =>
  call('GET', `/api/v1/users/${id}/statement?${query}`, undefined, token);
const report = (bytes_uploaded: number, bytes_downloaded: number, change: object = {}) =>
  server.request('POST', '/api/xpert/traffic-webhook', {
    body: {
      user_token: 'ann',
      server: 'vpn.com',
      port: 443,
      protocol: 'vless',
      bytes_uploaded,
      bytes_downloaded,
      ...change,
    },
  });

describe('cycles of a user', () => {
  it.each(['1970-01-02', '8999-12-31'])('are told at %s as those of today are', async (at) => {
    for (const cycle of ['day', 'week:sat', 'month', 'jalali-month:1', 'year', 'days:1@2026-01-01']) {
      const answer = await call('GET', `/api/v1/users/${id}/cycles?count=60&cycle=${cycle}&at=${at}`);
      expect([cycle, answer.statusCode, answer.json().items.length]).toEqual([cycle, 200, 60]);
    }
  });

  it('are not told of times that nobody means, and asking holds nobody up', async () => {
    for (const at of ['0000-01-01', '0099-12-31T00:00:00Z', '9999-12-31']) {
      const answer = await call('GET', `/api/v1/users/${id}/cycles?count=60&cycle=year&at=${at}`);
      expect(answer.json()).toMatchObject({ status: 400, errors: [{ pointer: '/query/at' }] });
    }
    const wide = '/api/v1/usage/summary?from=0000-01-01T00:00:00Z&to=9999-12-31T23:59:59Z';
    expect((await call('GET', wide)).statusCode).toBe(200);
  });

  it('are told with their usage and the end of the running one', async () => {
    await report(1, 20, { period_end: '2026-02-28T23:59:59Z' });
    await report(2, 30);
    const answer = await call('GET', `/api/v1/users/${id}/cycles?count=3`);
    expect(answer.json()).toMatchObject({
      cycle: 'month:1',
      timeZone: 'UTC',
      resetsAt: '2026-04-01T00:00:00.000Z',
      resetsInSeconds: 21.5 * 86_400,
      items: [
        { firstDay: '2026-03-01', lastDay: '2026-03-31', running: true, exact: true },
        { firstDay: '2026-02-01', lastDay: '2026-02-28', running: false, traffic: { totalBytes: 21, billedBytes: 21 } },
        { firstDay: '2026-01-01', traffic: { totalBytes: 0 } },
      ],
    });
    expect(answer.json().items[0].traffic).toEqual({ rxBytes: 2, txBytes: 30, totalBytes: 32, billedBytes: 32 });
  });

  it.each([
    ['week:fa-IR', 'week:sat', '2026-03-07', '2026-03-13'],
    ['month:15', 'month:15', '2026-02-15', '2026-03-14'],
    ['jalali-month', 'jalali-month:1', '2026-02-20', '2026-03-20'],
    ['days:7@2026-03-09', 'days:7@2026-03-09', '2026-03-09', '2026-03-15'],
  ])('can be %s', async (text, cycle, firstDay, lastDay) => {
    const answer = await call('GET', `/api/v1/users/${id}/cycles?count=1&cycle=${encodeURIComponent(text)}`);
    expect(answer.json()).toMatchObject({ cycle, items: [{ firstDay, lastDay, running: true }] });
  });

  it.each([
    ['cycle=fortnight', '/query/cycle'],
    ['cycle=none', '/query/cycle'],
    ['at=yesterday', '/query/at'],
    ['count=61', '/count'],
  ])('refuse %s', async (query, pointer) => {
    const answer = await call('GET', `/api/v1/users/${id}/cycles?${query}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors[0].pointer).toContain(pointer);
  });
});

describe('a statement', () => {
  it('is JSON with days, places and marks', async () => {
    await report(2, 30);
    await call('POST', '/api/v1/resets', { scope: 'user', userIds: [id], reason: 'paid' });
    const shown = (await statement('format=json')).json();
    expect(shown).toMatchObject({
      user: { name: 'Ann', deletedAt: null },
      firstDay: '2026-03-01',
      running: true,
      total: { rxBytes: 2, txBytes: 30, totalBytes: 32, billedBytes: 32 },
      places: [{ nodeName: null, server: 'vpn.com', port: 443, protocol: 'vless' }],
      lateAfterClosing: { totalBytes: 0 },
      resets: [{ reason: 'paid', undoneAt: null }],
      gaps: [],
    });
    expect(shown.days).toHaveLength(10);
    expect(shown.days[9]).toMatchObject({ date: '2026-03-10', traffic: { totalBytes: 32 }, hasGap: false });
    const before = (await statement('format=json&at=2026-02-05')).json();
    expect(before).toMatchObject({ firstDay: '2026-02-01', running: false, total: { totalBytes: 0 } });
    expect(before.days).toHaveLength(28);
  });

  it('is a page without scripts, under a policy of its own, in which every text is escaped', async () => {
    const evil = `<script>alert("1")</script>&'`;
    await call('POST', '/api/v1/users', { name: 'Eve <b>', userToken: 'eve' });
    await report(2, 30, { user_token: 'eve' });
    const eve = (await call('GET', '/api/v1/users?search=eve')).json().items[0].id;
    await call('POST', '/api/v1/resets', { scope: 'user', userIds: [eve], reason: evil });
    const page = await call('GET', `/api/v1/users/${eve}/statement`);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    expect(page.headers['cache-control']).toBe('private, no-store');
    expect(page.body).toContain('Eve &lt;b&gt;');
    expect(page.body).toContain('(&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;)');
    expect(page.body).not.toMatch(/<script|<b>|style="|https?:/);
    expect(page.body).toContain('1 March 2026 – 31 March 2026');
    expect(page.body).toContain('Tue 10 Mar');
    expect(page.body).toContain('32 bytes');
  });

  it('is in Russian, and in Jalali dates where the cycle is', async () => {
    await report(1024, 1024 ** 2);
    const page = await statement('lang=ru');
    expect(page.body).toContain('<html lang="ru">');
    expect(page.body).toContain('1 марта 2026 г. – 31 марта 2026 г.');
    expect(page.body).toMatch(/1,00 <span class="unit">МиБ/);
    const jalali = await statement('cycle=jalali-month');
    expect(jalali.body).toMatch(/1 Esfand 1404/);
  });

  it('is in Chinese, and in Persian from right to left with the digits and months of its readers', async () => {
    await call('POST', '/api/v1/resets', { scope: 'user', userIds: [id], reason: 'paid (cash)' });
    await report(1024, 1024 ** 2);
    const chinese = await statement('lang=zh');
    expect(chinese.body).toContain('<html lang="zh">');
    expect(chinese.body).toContain('2026年3月1日 – 2026年3月31日');
    expect(chinese.body).toContain('1,049,600 字节');
    const persian = await statement('lang=fa');
    expect(persian.body).toContain('<html lang="fa" dir="rtl">');
    expect(persian.body).toContain('۱۰ اسفند ۱۴۰۴ – ۱۱ فروردین ۱۴۰۵');
    expect(persian.body).toMatch(/۱٫۰۰ <span class="unit">MiB/);
    expect(persian.body).toContain('۱٬۰۴۹٬۶۰۰ بایت');
    expect(persian.body).toContain('(\u2068paid (cash)\u2069)');
    expect((await statement('lang=de')).statusCode).toBe(400);
  });

  it('shows what is billed where it is not what was counted', async () => {
    const nodeId = await server.addNode('north');
    await server.poll(nodeId, { a: [0n, 0n] });
    const peer = (await call('GET', '/api/v1/peers')).json().items[0];
    await call('POST', '/api/v1/peers/assign', { assignments: [{ peerId: peer.id, userId: id }] });
    await call('POST', '/api/v1/billing-rules', { nodeId, multiplier: '2' });
    server.clock.advance(15 * 60_000);
    await server.poll(nodeId, { a: [0n, 0n] });
    server.clock.advance(60_000);
    await server.poll(nodeId, { a: [100n, 400n] });
    const shown = (await statement('format=json')).json();
    expect(shown.places).toMatchObject([{ nodeName: 'north', serviceName: 'wg0', traffic: { billedBytes: 1000 } }]);
    const page = await statement();
    expect(page.body).toMatch(/<th>Billed<\/th>/);
    expect(page.body).toContain('1,000 bytes');
  });

  it('is of own users alone for a reseller, and stays for a deleted user', async () => {
    const reseller = await server.token('reseller', ['read']);
    expect((await statement('', reseller)).statusCode).toBe(404);
    await report(2, 30);
    await call('DELETE', `/api/v1/users/${id}`);
    expect((await statement('format=json')).json()).toMatchObject({ total: { totalBytes: 32 } });
    expect((await statement()).body).toContain('(deleted)');
    expect((await call('GET', '/api/v1/users/nobody/statement')).statusCode).toBe(404);
  });
});
