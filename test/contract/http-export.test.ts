import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

let server: HttpTestServer;
let owner: string;
beforeEach(async () => {
  server = await startHttp();
  owner = await server.token('owner', ['admin']);
});
afterEach(() => server.close());

const get = (query = '', token = owner) => server.request('GET', `/api/v1/export/usage?${query}`, { token });
const report = (user_token: string) =>
  server.request('POST', '/api/xpert/traffic-webhook', {
    body: { user_token, server: 'vpn.com', port: 443, protocol: 'vless', bytes_uploaded: 1, bytes_downloaded: 2 },
  });

describe('an export of usage', () => {
  it('is CSV to be saved, safe for spreadsheets', async () => {
    await server.request('POST', '/api/v1/users', { token: owner, body: { name: '=Ann', userToken: 'ann' } });
    await report('ann');
    const answer = await get('days=1');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="xpert-usage-2026-03-10-2026-03-10-day.csv"',
      'cache-control': 'private, no-store',
    });
    const [head, line, end] = answer.body.split('\r\n');
    expect(head).toMatch(/^from,to,bucket,user,/);
    expect(line).toMatch(
      /^2026-03-10T00:00:00\.000Z,2026-03-11T00:00:00\.000Z,day,'=Ann,.*,vpn\.com,443,vless,1,2,3,3,unverified,measured$/,
    );
    expect(end).toBe('');
  });

  it('is NDJSON by the quarter of an hour', async () => {
    await report('ann');
    server.clock.advance(60_000);
    const answer = await get('days=1&format=ndjson&bucket=quarter');
    expect(answer.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    expect(JSON.parse(answer.body)).toMatchObject({
      bucket: 'quarter',
      from: '2026-03-10T12:00:00.000Z',
      unclaimed: 'ann',
    });
  });

  it('is the head alone where there is nothing', async () => {
    expect((await get()).body).toMatch(/^from,[\w,]+\r\n$/);
    expect((await get('format=ndjson')).body).toBe('');
  });

  it('shows resellers their own users', async () => {
    await report('ghost');
    const reseller = await server.token('reseller', ['read', 'write']);
    const { id } = (await server.request('POST', '/api/v1/users', { token: owner, body: { name: 'Ann' } })).json();
    expect((await get('format=ndjson', reseller)).body).toBe('');
    expect((await get(`user=${id}`, reseller)).statusCode).toBe(404);
    expect((await get('', await server.token('owner', ['metrics']))).statusCode).toBe(403);
    expect((await server.request('GET', '/api/v1/export/usage')).statusCode).toBe(401);
  });

  it.each(['bucket=minute', 'format=xlsx', 'days=0', 'from=2026-03-11T00:00:00Z&to=2026-03-10T00:00:00Z'])(
    'refuses %s',
    async (query) => {
      expect((await get(query)).statusCode).toBe(400);
    },
  );
});
