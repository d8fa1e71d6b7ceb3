import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toWirePoll } from '../../src/core/agents/agent-reading.ts';
import { directed } from '../../src/core/units/bytes.ts';
import type { NodeId } from '../../src/core/units/ids.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

let server: HttpTestServer;
let node: NodeId;
let owner: string;
beforeEach(async () => {
  server = await startHttp();
  const { id } = await server.store.inventory.addNode({
    name: 'de 2',
    description: '',
    source: { kind: 'agent', options: {} },
    pollIntervalMs: 30_000,
    opening: 'count',
    usersPolicy: 'none',
    createdAt: server.clock.now(),
  });
  node = id;
  owner = await server.token('owner', ['admin']);
});
afterEach(() => server.close());

async function enroll(panelUrl = 'https://panel.example.com/x'): Promise<string> {
  const answer = await server.request('POST', `/api/v1/nodes/${node}/agent`, { token: owner, body: { panelUrl } });
  expect(answer.statusCode).toBe(201);
  const { line } = answer.json() as { line: string };
  return /^XPERT_AGENT=https:\/\/(xp_[\w-]+)@panel\.example\.com\/x$/.exec(line)?.[1] ?? '';
}

function batch(sequence = 1, change: object = {}) {
  const at = server.clock.now().toISOString();
  const poll = {
    order: { bootId: 'b', uptimeMs: sequence * 1000 },
    complete: true,
    notices: [],
    services: [
      {
        identity: 'wg0=',
        kind: 'wireguard',
        name: 'wg0',
        peers: [{ key: 'alice=', traffic: directed(9_007_199_254_740_993n, 7n) }],
      },
    ],
  };
  const semantics = { kind: 'cumulative', falls: 'to-zero', absence: 'ended' } as const;
  const reading = { sequence, after: sequence - 1, takenAt: at, durationMs: 3, ...toWirePoll(poll, semantics) };
  return { incarnation: 'i', sentAt: at, version: '9', readings: [{ ...reading, ...change }] };
}

const bring = (token: string, body: unknown, headers: Record<string, string> = {}) =>
  server.request('POST', '/api/v1/agent/readings', { token, body, headers });

describe('an agent at the API', () => {
  test('brings a packed reading, exact beyond 2^53, and is told its position', async () => {
    const token = await enroll();
    const told = { nodeId: node, nodeName: 'de 2', intervalSeconds: 30, trackingPeriod: 0 };
    const position = { ...told, state: 'counting', reason: null };
    const before = await server.request('GET', '/api/v1/agent/position?incarnation=i', { token });
    expect(before.json()).toEqual({ ...position, sequence: 0 });
    const answer = await server.app.inject({
      method: 'POST',
      url: '/api/v1/agent/readings',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        'x-real-ip': '203.0.113.9',
      },
      payload: gzipSync(JSON.stringify(batch())),
    });
    expect(answer.json()).toEqual({ ...position, sequence: 1 });
    expect((await bring(token, batch())).json()).toEqual({ ...position, sequence: 1 });
    const [total] = await server.store.history.peerTotals({ kind: 'all' });
    // More than 10 TiB at once is implausible, and kept apart.
    expect(total?.traffic.total ?? 0n).toBe(0n);
    const [kept] = (await server.store.history.quarantine(10, null)).items;
    expect(kept).toMatchObject({ traffic: { rx: 9_007_199_254_740_993n, tx: 7n } });
    const shown = (await server.request('GET', `/api/v1/nodes/${node}`, { token: owner })).json();
    expect(shown).toMatchObject({ agent: { state: 'counting', address: '127.0.0.1', version: '9' } });
  });

  test('a new enrolment ends the token before it', async () => {
    const first = await enroll();
    const second = await enroll();
    expect((await bring(first, batch())).statusCode).toBe(401);
    expect((await bring(second, batch())).statusCode).toBe(200);
  });

  test('a token of no node, wrong readings and bodies that are not what they say change nothing', async () => {
    const loose = await server.token('owner', ['ingest']);
    expect((await bring(loose, batch())).json()).toMatchObject({ status: 409, code: 'agent-token-needed' });
    const token = await enroll();
    const wrong = (await bring(token, batch(1, { services: 7 }))).json();
    expect(wrong).toMatchObject({ status: 400, errors: [{ pointer: '/readings/0/services' }] });
    expect((await bring(token, 'not json')).json()).toMatchObject({ status: 400, code: 'malformed-json' });
    expect((await bring(token, batch(), { 'content-encoding': 'gzip' })).json()).toMatchObject({ status: 400 });
    expect((await bring(token, batch(), { 'content-encoding': 'br' })).json()).toMatchObject({ status: 415 });
    const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024));
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    };
    const answer = await server.app.inject({ method: 'POST', url: '/api/v1/agent/readings', headers, payload: bomb });
    expect(answer.json()).toMatchObject({ status: 413, code: 'body-too-large' });
    expect((await server.request('GET', '/api/v1/agent/position?incarnation=i', { token })).json().sequence).toBe(0);
    expect(JSON.stringify(server.log)).not.toContain(token);
  });

  test('a removed node takes nothing any more', async () => {
    const token = await enroll();
    await server.store.inventory.deleteNode(node, server.clock.now());
    expect((await bring(token, batch())).statusCode).toBe(404);
  });

  test('without an address of the panel nothing is made up', async () => {
    const url = `/api/v1/nodes/${node}/agent`;
    const wrong = await server.request('POST', url, { token: owner, body: { panelUrl: 'ftp://x' } });
    expect(wrong.json()).toMatchObject({ status: 400, errors: [{ pointer: '/panelUrl' }] });
    for (const panelUrl of ["https://p.example.com/';id;'", "https://a';id;'.example.com"]) {
      const quoted = await server.request('POST', url, { token: owner, body: { panelUrl } });
      expect(quoted.json()).toMatchObject({ status: 400, errors: [{ pointer: '/panelUrl' }] });
    }
    const asked = await server.request('POST', url, { token: owner, body: {}, headers: { host: 'p.example.com' } });
    expect(asked.json().line).toMatch(/^XPERT_AGENT=http:\/\/xp_[\w-]+@p\.example\.com$/);
  });
});
