import { afterEach, beforeEach, expect, it } from 'vitest';
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

/** A user of these terms who sent one GiB and got three; what clients are told of it. */
async function userinfoWith(entitlement: object, then: (id: string) => Promise<unknown> = async () => {}) {
  const body = { name: 'ann', entitlement };
  const made = await server.request('POST', '/api/v1/users', { token: owner, body });
  expect(made.statusCode, made.body).toBe(201);
  const { id, userToken, linkToken } = made.json();
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
