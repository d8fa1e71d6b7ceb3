import { createHmac } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { hashSecret, newSecret } from '../../src/http/auth/secrets.ts';
import { requestOver } from '../support/http-request.ts';
import { type HttpTestServer, type RequestOptions, startHttp } from '../support/http-server.ts';

const PATH = '/api/xpert/traffic-webhook';
const REPORT = {
  user_token: 'ann',
  server: 'vpn.example.com',
  port: 443,
  protocol: 'vless',
  bytes_uploaded: 1_048_576,
  bytes_downloaded: 2_097_152,
};
const SUCCESS = { status: 'success', message: 'Traffic recorded successfully' };

let server: HttpTestServer;
let requestsOfServer = 0;
afterEach(() => server.close());

type Options = RequestOptions & { readonly query?: string };

/** Straight from this machine over a connection, whole: the short way, if there is nothing about it. */
async function sendStraight(body: unknown, { query = '', ...options }: Options) {
  if (!server.app.server.listening) {
    await server.app.listen({ host: '127.0.0.1', port: 0 });
    requestsOfServer = 0;
    server.app.server.on('request', () => requestsOfServer++);
  }
  return requestOver(server.app.server.address() as AddressInfo, 'POST', PATH + query, { body, ...options });
}

/** Bytes booked for everybody, up and down. */
async function booked(): Promise<readonly [bigint | null, bigint | null]> {
  const period = { from: new Date(0), to: new Date(server.clock.now().getTime() + 86_400_000) };
  const { traffic } = await server.store.history.summary(period, { kind: 'all' });
  return [traffic.rx, traffic.tx];
}

describe.each(['handed to Fastify', 'over a connection'] as const)('%s:', (way) => {
  const isStraight = way === 'over a connection';

  /** What comes from elsewhere cannot come over a connection here. */
  function send(body: unknown, options: Options = {}) {
    if (isStraight && options.from === undefined) return sendStraight(body, options);
    return server.request('POST', PATH + (options.query ?? ''), { body, ...options });
  }

  describe('the webhook', () => {
    it('records the seed’s own example and says so in the seed’s words', async () => {
      server = await startHttp();
      const answer = await send(REPORT);
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(answer.json()).toEqual({ ...SUCCESS, recorded: 1, duplicates: 0, stale: 0, idempotent: false });
      expect(await booked()).toEqual([1_048_576n, 2_097_152n]);
      if (isStraight) expect(requestsOfServer).toBe(0);
    });

    it('says idempotent:false only for a delta without any id', async () => {
      server = await startHttp();
      expect((await send({ ...REPORT, event_id: 'e1' })).json()).not.toHaveProperty('idempotent');
      expect((await send({ ...REPORT, mode: 'cumulative' })).json()).not.toHaveProperty('idempotent');
      expect((await send(REPORT, { headers: { 'idempotency-key': 'e2' } })).json()).not.toHaveProperty('idempotent');
      expect((await send(REPORT)).json()).toMatchObject({ idempotent: false });
      expect((await send([{ ...REPORT, event_id: 'e3' }, REPORT])).json()).toMatchObject({
        idempotent: false,
        recorded: 2,
      });
    });

    it('takes an array and NDJSON as a batch', async () => {
      server = await startHttp();
      expect((await send([REPORT, REPORT])).json()).toMatchObject({ recorded: 2 });
      const lines = `${JSON.stringify(REPORT)}\n${JSON.stringify(REPORT)}\n`;
      const named = await send(lines, { headers: { 'content-type': 'application/x-ndjson' } });
      expect(named.json()).toMatchObject({ recorded: 2 });
      expect((await send(lines)).json()).toMatchObject({ recorded: 2 });
      expect(await booked()).toEqual([6n * 1_048_576n, 6n * 2_097_152n]);
    });

    it('reads the body as JSON whatever its Content-Type says, as the original did', async () => {
      server = await startHttp();
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-8']) {
        expect((await send(REPORT, { headers: { 'content-type': type } })).statusCode).toBe(200);
      }
    });

    it.each(['idempotency-key', 'webhook-id'])('takes %s for the event id', async (header) => {
      server = await startHttp();
      expect((await send(REPORT, { headers: { [header]: 'e1' } })).json()).toMatchObject({ recorded: 1 });
      expect((await send(REPORT, { headers: { [header]: 'e1' } })).json()).toMatchObject({
        recorded: 0,
        duplicates: 1,
      });
      expect((await send({ ...REPORT, event_id: 'e1' })).json()).toMatchObject({ recorded: 0, duplicates: 1 });
      expect(await booked()).toEqual([1_048_576n, 2_097_152n]);
    });

    it('names the parts of a batch ID#n', async () => {
      server = await startHttp();
      await send([REPORT, { ...REPORT, port: 444 }], { headers: { 'idempotency-key': 'batch' } });
      expect((await send({ ...REPORT, event_id: 'batch#0' })).json()).toMatchObject({ duplicates: 1 });
      expect((await send({ ...REPORT, port: 444, event_id: 'batch#1' })).json()).toMatchObject({ duplicates: 1 });
    });

    it('counts the same event id of the same sender once and refuses it with another body', async () => {
      server = await startHttp();
      await send({ ...REPORT, event_id: 'e1' });
      const reused = await send({ ...REPORT, event_id: 'e1', bytes_uploaded: 7 });
      expect(reused.statusCode).toBe(409);
      expect(reused.json()).toMatchObject({ code: 'event-id-reused' });
      expect((await send({ ...REPORT, user_token: 'bob', event_id: 'e1' })).json()).toMatchObject({ recorded: 1 });
      expect(await booked()).toEqual([2n * 1_048_576n, 2n * 2_097_152n]);
    });

    it('keeps bytes exact up to 2^53 - 1 and refuses more', async () => {
      server = await startHttp();
      const max = Number.MAX_SAFE_INTEGER;
      // Over 10 TiB is implausible: kept, not counted, and said so.
      const answer = await send({ ...REPORT, bytes_uploaded: max });
      expect(answer.json()).toMatchObject({ recorded: 0, quarantined: 1 });
      expect((await server.store.history.quarantine(10, null)).items[0]?.traffic.rx).toBe(BigInt(max));
      const tooMuch = await send(JSON.stringify(REPORT).replace('1048576', '9007199254740992'));
      expect(tooMuch.statusCode).toBe(400);
      expect(tooMuch.json().errors[0].pointer).toBe('/bytes_uploaded');
    });

    it('takes a missing direction for 0', async () => {
      server = await startHttp();
      const { bytes_uploaded: _up, ...down } = REPORT;
      const { bytes_downloaded: _down, ...up } = REPORT;
      await send(down);
      await send(up);
      expect(await booked()).toEqual([1_048_576n, 2_097_152n]);
      const { bytes_downloaded: _both, ...none } = down;
      expect((await send(none)).statusCode).toBe(400);
    });
  });

  describe('bad input', () => {
    const cases: readonly (readonly [string, Record<string, unknown>, string])[] = [
      ['a missing user_token', { user_token: undefined }, '/user_token'],
      ['a user_token with a space', { user_token: 'an n' }, '/user_token'],
      ['a user_token of 129 characters', { user_token: 'a'.repeat(129) }, '/user_token'],
      ['a user_token that is a route', { user_token: 'global' }, '/user_token'],
      ['an empty server', { server: '' }, '/server'],
      ['a server of 256 characters', { server: 'a'.repeat(256) }, '/server'],
      ['port 0', { port: 0 }, '/port'],
      ['port 65536', { port: 65_536 }, '/port'],
      ['a port as text', { port: '443' }, '/port'],
      ['an empty protocol', { protocol: '' }, '/protocol'],
      ['a protocol of 33 characters', { protocol: 'a'.repeat(33) }, '/protocol'],
      ['negative bytes', { bytes_uploaded: -1 }, '/bytes_uploaded'],
      ['half a byte', { bytes_downloaded: 0.5 }, '/bytes_downloaded'],
      ['bytes as text', { bytes_downloaded: '5' }, '/bytes_downloaded'],
      ['an unknown mode', { mode: 'absolute' }, '/mode'],
      ['an empty event_id', { event_id: '' }, '/event_id'],
      ['a period_end that is no instant', { period_end: 'yesterday' }, '/period_end'],
      ['a period 6 minutes ahead', { period_end: '2026-03-10T12:06:00Z' }, '/period_end'],
      [
        'a period that ends before it starts',
        { period_start: '2026-03-10T11:00:00Z', period_end: '2026-03-10T10:00:00Z' },
        '/period_end',
      ],
    ];

    it.each(cases)('%s is 400, names the field and records nothing', async (_name, change, pointer) => {
      server = await startHttp();
      const answer = await send({ ...REPORT, ...change });
      expect(answer.statusCode).toBe(400);
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(answer.json().errors).toEqual([{ pointer, detail: expect.any(String) }]);
      const inBatch = await send([REPORT, { ...REPORT, ...change }]);
      expect(inBatch.statusCode).toBe(400);
      expect(inBatch.json().errors[0].pointer).toBe(`/1${pointer}`);
      expect(await booked()).toEqual([0n, 0n]);
    });

    it.each([
      ['not JSON', '{"user_token":', 'malformed-json'],
      ['an empty body', '', 'malformed-json'],
      ['an empty batch', '[]', 'invalid-input'],
      ['null', 'null', 'invalid-input'],
      ['a number', '5', 'invalid-input'],
      ['a batch in a batch', '[[]]', 'invalid-input'],
    ])('%s is 400', async (_name, body, code) => {
      server = await startHttp();
      const answer = await send(body);
      expect(answer.statusCode).toBe(400);
      expect(answer.json().code).toBe(code);
    });

    it('a compressed body is refused as one', async () => {
      server = await startHttp();
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
      const payload = gzipSync(JSON.stringify(REPORT));
      const answer = await server.app.inject({ method: 'POST', url: PATH, headers, payload });
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toMatchObject({ code: 'malformed-json', detail: expect.stringContaining('compressed') });
      expect(await booked()).toEqual([0n, 0n]);
    });

    it('a body over 1 MiB is 413', async () => {
      server = await startHttp();
      const answer = await send(`[${' '.repeat(1_048_576)}]`);
      expect(answer.statusCode).toBe(413);
      expect(answer.json()).toMatchObject({ code: 'body-too-large' });
      expect((await send(`${JSON.stringify(REPORT)}${' '.repeat(1_000_000)}`)).statusCode).toBe(200);
    });

    it.each([
      ['blanks without end', `{}${'\n'.repeat(500_000)}x`],
      ['brackets without end', `{${'} '.repeat(500_000)}x`],
    ])('%s cost no more than reading them', async (_name, body) => {
      server = await startHttp();
      const answer = await send(body);
      expect([answer.statusCode, answer.json().code]).toEqual([400, 'malformed-json']);
    });

    it('a conflict in a batch records nothing of it', async () => {
      server = await startHttp();
      await send({ ...REPORT, event_id: 'e1' });
      const answer = await send([
        { ...REPORT, event_id: 'e2' },
        { ...REPORT, event_id: 'e1', port: 1 },
      ]);
      expect(answer.statusCode).toBe(409);
      expect((await send({ ...REPORT, event_id: 'e2' })).json()).toMatchObject({ recorded: 1 });
    });
  });

  describe('time', () => {
    it('takes periods of the past and up to five minutes ahead', async () => {
      server = await startHttp();
      expect(
        (await send({ ...REPORT, period_start: '2026-03-01T00:00:00Z', period_end: '2026-03-01T01:00:00Z' }))
          .statusCode,
      ).toBe(200);
      expect((await send({ ...REPORT, period_end: '2026-03-10T12:05:00Z' })).statusCode).toBe(200);
    });

    it('refuses what is older than the window, unless a write token answers for it', async () => {
      server = await startHttp();
      const old = { ...REPORT, period_end: '2026-02-01T00:00:00Z' };
      expect((await send(old)).json()).toMatchObject({ status: 400, code: 'too-old-to-deduplicate' });
      expect((await send(old, { query: '?backfill=true' })).statusCode).toBe(401);
      const ingest = await server.token('owner', ['ingest']);
      expect((await send(old, { query: '?backfill=true', token: ingest })).statusCode).toBe(403);
      const write = await server.token('owner', ['write']);
      expect((await send(old, { token: write })).statusCode).toBe(400);
      expect((await send(old, { query: '?backfill=true', token: write })).json()).toMatchObject({ recorded: 1 });
    });
  });

  describe('cumulative streams', () => {
    it('start at 0, count growth, and count both values whole when either falls', async () => {
      server = await startHttp();
      const value = async (up: number, down: number, minute: number) => {
        const period_end = `2026-03-10T11:${String(minute).padStart(2, '0')}:00Z`;
        const answer = await send({
          ...REPORT,
          mode: 'cumulative',
          bytes_uploaded: up,
          bytes_downloaded: down,
          period_end,
        });
        return answer.json();
      };
      await value(100, 1000, 1);
      expect(await booked()).toEqual([100n, 1000n]);
      await value(150, 1500, 2);
      expect(await booked()).toEqual([150n, 1500n]);
      await value(10, 1600, 3);
      expect(await booked()).toEqual([160n, 3100n]);
      expect(await value(50, 2000, 3)).toMatchObject({ recorded: 0, stale: 1 });
      expect(await booked()).toEqual([160n, 3100n]);
    });

    it('are told apart by their name', async () => {
      server = await startHttp();
      for (const stream of ['a', 'b']) {
        await send({ ...REPORT, mode: 'cumulative', stream, bytes_uploaded: 10, bytes_downloaded: 10 });
      }
      expect(await booked()).toEqual([20n, 20n]);
    });
  });

  describe('tracking off', () => {
    it('answers 503 with a reason and counts nothing', async () => {
      server = await startHttp();
      await server.ports.operations.setTracking(false, null);
      const answer = await send(REPORT);
      expect(answer.statusCode).toBe(503);
      expect(answer.json()).toMatchObject({ code: 'tracking-off', hint: expect.stringContaining('again') });
      await server.ports.operations.setTracking(true, null);
      expect(await booked()).toEqual([0n, 0n]);
      expect((await send(REPORT)).statusCode).toBe(200);
    });
  });

  describe('XPERT_WEBHOOK_AUTH=open', () => {
    it('gives a known and an unknown token the same answer', async () => {
      server = await startHttp();
      const owner = await server.token('owner', ['admin']);
      await server.request('POST', '/api/v1/users', { token: owner, body: { name: 'ann', userToken: 'ann' } });
      const known = await send({ ...REPORT, event_id: 'e' });
      const unknown = await send({ ...REPORT, user_token: 'nobody', event_id: 'e' });
      expect(known.body).toBe(unknown.body);
      expect({ ...known.headers, date: '' }).toEqual({ ...unknown.headers, date: '' });
    });

    it('counts every report of an unsigned batch towards the 200 a second', async () => {
      server = await startHttp();
      const from = '192.0.2.7';
      const batch = (id: string) => Array.from({ length: 600 }, (_, i) => ({ ...REPORT, event_id: `${id}${i}` }));
      expect((await send(batch('a'), { from })).json()).toMatchObject({ recorded: 600 });
      const refused = await send(REPORT, { from });
      expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '3']);
      expect((await send(REPORT, { from: '192.0.2.9' })).statusCode).toBe(200);
      for (const id of ['b', 'c']) expect((await send(batch(id), { from: '127.0.0.1' })).statusCode).toBe(200);
      server.clock.advance(3_000);
      expect((await send(REPORT, { from })).statusCode).toBe(200);
    });

    it('takes 200 a second from an address, and this machine is exempt unless a proxy speaks through it', async () => {
      server = await startHttp();
      const statuses = async (options: RequestOptions) => {
        const answers = await Promise.all(Array.from({ length: 201 }, () => send(REPORT, options)));
        return answers.filter(({ statusCode }) => statusCode === 429);
      };
      const [refused] = await statuses({ from: '192.0.2.7' });
      expect(refused?.json()).toMatchObject({ code: 'too-many-requests' });
      expect(refused?.headers['retry-after']).toBe('1');
      expect(await statuses({ from: '127.0.0.1' })).toHaveLength(0);
      expect(await statuses({ from: '127.0.0.1', headers: { 'x-forwarded-for': '192.0.2.8' } })).toHaveLength(1);
      expect(await statuses({ from: '192.0.2.9', headers: { authorization: 'Basic eDp5' } })).toHaveLength(1);
      server.clock.advance(1000);
      expect((await send(REPORT, { from: '192.0.2.7' })).statusCode).toBe(200);
    });

    it('keeps up to 10,000 unknown tokens as unclaimed, then answers 429', async () => {
      server = await startHttp();
      for (let batch = 0; batch < 10; batch += 1) {
        const reports = Array.from({ length: 1000 }, (_, i) => ({ ...REPORT, user_token: `t${batch * 1000 + i}` }));
        expect((await send(reports)).statusCode).toBe(200);
      }
      const refused = await send({ ...REPORT, user_token: 'one-more' });
      expect(refused.statusCode).toBe(429);
      expect(refused.json()).toMatchObject({ code: 'too-many-unclaimed-tokens' });
      expect((await send({ ...REPORT, user_token: 't5' })).statusCode).toBe(200);
    }, 60_000);

    it('believes a token that is shown, and refuses one that is not valid', async () => {
      server = await startHttp();
      expect((await send(REPORT, { token: 'xp_nonsense' })).statusCode).toBe(401);
      expect((await send(REPORT, { token: await server.token('owner', ['read']) })).statusCode).toBe(403);
      expect((await send(REPORT, { token: await server.token('owner', ['ingest']) })).statusCode).toBe(200);
    });
  });

  describe('XPERT_WEBHOOK_AUTH=key', () => {
    it('says 401 before it judges the body', async () => {
      server = await startHttp({ webhookAuth: 'key' });
      for (const body of [REPORT, { ...REPORT, port: 0 }, 'not json', '']) {
        const answer = await send(body);
        expect(answer.statusCode).toBe(401);
        expect(answer.headers['www-authenticate']).toBe('Bearer');
      }
      expect(await booked()).toEqual([0n, 0n]);
    });

    it('takes an ingest token, and refuses servers it is not bound to', async () => {
      server = await startHttp({ webhookAuth: 'key' });
      expect((await send(REPORT, { token: await server.token('owner', ['ingest']) })).statusCode).toBe(200);
      const bound = await server.token('owner', ['ingest'], { servers: ['VPN.example.com'] });
      expect((await send(REPORT, { token: bound })).statusCode).toBe(200);
      const refused = await send([REPORT, { ...REPORT, server: 'other.example.com' }], { token: bound });
      expect(refused.statusCode).toBe(403);
      expect(refused.json()).toMatchObject({ code: 'server-not-allowed', errors: [{ pointer: '/1/server' }] });
      const node = await server.addNode('Main');
      const ofNode = await server.token('owner', ['ingest'], { nodeId: node });
      expect((await send({ ...REPORT, server: 'main' }, { token: ofNode })).statusCode).toBe(200);
      expect((await send(REPORT, { token: ofNode })).statusCode).toBe(403);
    });

    it('takes a signature of Standard Webhooks, with several secrets at once', async () => {
      server = await startHttp({ webhookAuth: 'key' });
      const secrets = [Buffer.from('first secret'), Buffer.from('second secret')];
      for (const signingSecret of secrets) {
        const base = { name: 'sender', scopes: ['ingest'] as const, adminId: null, nodeId: null, servers: [] };
        const tokenHash = hashSecret(newSecret());
        await server.store.identity.addToken({ ...base, createdAt: server.clock.now(), tokenHash, signingSecret });
      }
      const text = JSON.stringify(REPORT);
      const timestamp = String(server.clock.now().getTime() / 1000);
      const signed = (secret: Uint8Array, id: string, at = timestamp) => ({
        'webhook-id': id,
        'webhook-timestamp': at,
        'webhook-signature': `v1,${createHmac('sha256', secret).update(`${id}.${at}.${text}`).digest('base64')}`,
      });
      for (const [i, secret] of secrets.entries()) {
        expect((await send(text, { headers: signed(secret, `m${i}`) })).json()).toMatchObject({ recorded: 1 });
      }
      expect((await send(text, { headers: signed(secrets[0] as Buffer, 'm0') })).json()).toMatchObject({
        duplicates: 1,
      });
      const forged = await send(`${text} `, { headers: signed(secrets[0] as Buffer, 'm9') });
      expect(forged.statusCode).toBe(401);
      const late = String(Number(timestamp) - 301);
      expect((await send(text, { headers: signed(secrets[0] as Buffer, 'm9', late) })).statusCode).toBe(401);
      expect(forged.json()).toMatchObject({ code: 'invalid-signature' });
    });

    it('refuses a revoked token at once', async () => {
      server = await startHttp({ webhookAuth: 'key' });
      const owner = await server.token('owner', ['admin']);
      const made = await server.request('POST', '/api/v1/tokens', {
        token: owner,
        body: { name: 'n', scopes: ['ingest'] },
      });
      const { id, token } = made.json();
      expect((await send(REPORT, { token })).statusCode).toBe(200);
      await server.request('DELETE', `/api/v1/tokens/${id}`, { token: owner });
      expect((await send(REPORT, { token })).statusCode).toBe(401);
    });
  });
});
