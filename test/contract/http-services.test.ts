import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NodeId } from '../../src/core/units/ids.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

let server: HttpTestServer;
let nodeId: NodeId;
let token: string;
let bytes = 1n;

beforeEach(async () => {
  server = await startHttp();
  nodeId = await server.addNode('vpn1');
  await server.poll(nodeId, { alice: [1n, 2n] });
  token = await server.token('owner', ['read', 'write']);
});

afterEach(() => server.close());

const get = async (url: string, as = token) => (await server.request('GET', url, { token: as })).json();
const services = async () => (await get('/api/v1/services')).items;
const serviceId = async () => (await services())[0].id as string;
const refused = { code: 'probe-refused', message: 'vpn.example.com:443 refuses connections.', hint: 'Start it.' };

async function setProbe(body: object) {
  const url = `/api/v1/services/${await serviceId()}/probe`;
  return await server.request('PUT', url, { token, body });
}

async function pass(seconds: number) {
  for (let gone = 0; gone < seconds; gone += 30) {
    server.clock.advance(30_000);
    bytes += 10n;
    await server.poll(nodeId, { alice: [bytes, 2n * bytes] });
    await server.look();
  }
}

describe('health of services', () => {
  it('comes from polls where nothing else is known: no packet is sent', async () => {
    expect(await services()).toMatchObject([
      {
        ...{ nodeId, nodeName: 'vpn1', kind: 'wireguard', name: 'wg0', state: 'up', latencyMs: null },
        ...{ isProbeSet: false, probe: { kind: 'polls', host: null }, uptime: null },
      },
    ]);
    await pass(60);
    expect((await services())[0].uptime).toBe(1);
    expect(server.prober.asked.filter(({ kind }) => kind !== 'ping')).toEqual([]);
  });

  it('comes from a probe once there is one, with what is not given guessed; it is asked at once', async () => {
    const answer = await setProbe({ kind: 'tls', port: 443, serverName: 'front.example.com', intervalSeconds: 30 });
    expect(answer.json()).toMatchObject({ state: 'up', latencyMs: 12.5, isProbeSet: true });
    expect(server.prober.asked).toEqual([
      {
        ...{ kind: 'tls', host: 'vpn.example.com', port: 443, serverName: 'front.example.com' },
        ...{ anyCertificate: false, privateAddresses: true },
      },
    ]);
    expect((await setProbe({ kind: 'automatic' })).json()).toMatchObject({ isProbeSet: false, latencyMs: null });
  });

  it('is refused without anything changed where a probe makes no sense', async () => {
    const wrong = async (body: object) => {
      const answer = await setProbe(body);
      return [answer.statusCode, answer.json().errors?.[0]?.pointer ?? answer.json().code];
    };
    expect(await wrong({ kind: 'tcp', host: '-oProxyCommand=x', port: 1 })).toEqual([400, '/host']);
    expect(await wrong({ kind: 'tcp', host: 'a b', port: 1 })).toEqual([400, '/host']);
    expect(await wrong({ kind: 'tcp', port: 0 })).toEqual([400, '/port']);
    expect(await wrong({ kind: 'udp' })).toEqual([400, '/kind']);
    expect((await services())[0].isProbeSet).toBe(false);
    const gone = await server.request('PUT', '/api/v1/services/nobody/probe', { token, body: { kind: 'polls' } });
    expect([gone.statusCode, gone.json().code]).toEqual([404, 'not-found']);
  });

  it('can be tried without storing anything', async () => {
    server.prober.answer = { outcome: 'silent', latencyMs: null, reason: refused };
    const url = `/api/v1/services/${await serviceId()}/probe/test`;
    const answer = await server.request('POST', url, { token, body: { kind: 'tcp', port: 443 } });
    expect(answer.json()).toMatchObject({ result: { outcome: 'silent', reason: refused }, probe: { kind: 'tcp' } });
    expect((await services())[0]).toMatchObject({ isProbeSet: false, state: 'up' });
  });

  it('has a history: days with the time in each state, and what changed when', async () => {
    const id = await serviceId();
    await pass(30);
    await pass(90);
    server.prober.answer = { outcome: 'silent', latencyMs: null, reason: refused };
    await setProbe({ kind: 'tcp', port: 443 });
    await pass(30);
    const { uptime, days, changes } = await get(`/api/v1/services/${id}/health`);
    expect(changes).toEqual([
      { at: '2026-03-10T12:02:30.000Z', state: 'degraded', reason: refused },
      { at: '2026-03-10T12:00:30.000Z', state: 'up', reason: null },
    ]);
    expect(days).toEqual([
      { day: '2026-03-10', upSeconds: 120, degradedSeconds: 0, downSeconds: 0, unknownSeconds: 0, uptime: 1 },
    ]);
    expect(uptime).toBe(1);
    const node = await get(`/api/v1/nodes/${nodeId}/health?days=1`);
    expect(node.days).toMatchObject([{ day: '2026-03-10', upSeconds: 120 }]);
  });

  it('tells those who may only look nothing about where a probe goes', async () => {
    await setProbe({ kind: 'tls', port: 443, serverName: 'front.example.com' });
    const viewer = await server.token('viewer', ['read']);
    const { items } = await get('/api/v1/services', viewer);
    expect(items[0].probe).toMatchObject({ kind: 'tls', host: null, port: null, serverName: null });
  });

  it('is what the seeds’ services say', async () => {
    await setProbe({ kind: 'tcp', port: 443 });
    expect((await get('/api/services')).services).toEqual([
      {
        ...{ server_id: 'vpn1', server_name: 'vpn1', service: 'WireGuard', status: 'online' },
        note: 'wg0, port 51820, 1 peer, answers in 13 ms',
      },
    ]);
  });
});

describe('ping_ms', () => {
  it('is null until a ping was answered', async () => {
    expect((await get('/api/servers')).vpn1.ping_ms).toBeNull();
  });
});
