import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Poll } from '../../src/core/metering/collector.ts';
import { directed } from '../../src/core/units/bytes.ts';
import type { NodeId } from '../../src/core/units/ids.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';
import { nodePoll, wg0 } from './store-fixture.ts';

const MIB = 1024 * 1024;
let server: HttpTestServer;
let owner: string;
let nodeId: NodeId;
beforeEach(async () => {
  server = await startHttp();
  owner = await server.token('owner', ['admin']);
  nodeId = await server.addNode('vpn1');
});
afterEach(() => server.close());

const call = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, body?: unknown, token = owner) =>
  server.request(method, url, { token, ...(body === undefined ? {} : { body }) });
const get = async (url: string) => (await call('GET', url)).json();

/** One minute later; MiB of one peer, of the interface and of the card. */
async function poll(peer: readonly [number, number], own?: readonly [number, number], fields: Partial<Poll> = {}) {
  server.clock.advance(60_000);
  const mib = ([rx, tx]: readonly [number, number]) => directed(BigInt(rx * MIB), BigInt(tx * MIB));
  const reading = wg0({ a: [peer[0] * MIB, peer[1] * MIB] }, own === undefined ? {} : { own: mib(own) });
  await server.store.ledger.recordPoll(nodePoll(nodeId, server.clock.now(), [reading], { poll: fields }));
}
const card = (rx: number, tx: number) => ({
  host: { name: 'eth0', traffic: directed(BigInt(rx * MIB), BigInt(tx * MIB)), startEvidence: 'boot-1:2' },
});

describe('reconciliation', () => {
  it('shows what the interface carried and no peer accounts for, and the card by name', async () => {
    await poll([0, 0], [0, 0], card(0, 0));
    await poll([100, 300], [120, 290], card(700, 700));
    const answer = await get('/api/v1/nodes/vpn1/reconciliation?days=3');
    expect(answer).toMatchObject({ nodeId, lastDay: '2026-03-10', days: [{ date: '2026-03-10' }] });
    const [service, eth0] = answer.sums;
    expect(service).toMatchObject({
      kind: 'service',
      name: 'wg0',
      status: 'off',
      counter: { rxBytes: 120 * MIB, txBytes: 290 * MIB, totalBytes: 410 * MIB },
      peers: { rxBytes: 100 * MIB, txBytes: 300 * MIB },
      unattributed: { rxBytes: 20 * MIB, txBytes: 0, totalBytes: 20 * MIB },
      // Handshakes and keepalives of one peer in a minute are no surplus.
      surplus: { rxBytes: 0, txBytes: 10 * MIB - 300 },
      seconds: 60,
    });
    expect(eth0).toMatchObject({ kind: 'card', name: 'eth0', serviceId: null, status: 'off' });
    expect(eth0.unattributed.totalBytes).toBe(1_400 * MIB - 920 * MIB);
    expect(answer.days[0].counters).toEqual(answer.sums);
  });

  it('what a source does not tell is unknown, never 0', async () => {
    await poll([0, 0]);
    await poll([5, 6]);
    const { sums } = await get('/api/v1/nodes/vpn1/reconciliation');
    for (const one of sums)
      expect(one).toMatchObject({ status: 'unknown', counter: null, peers: null, unattributed: null, surplus: null });
    expect(sums.map(({ kind }: { kind: string }) => kind)).toEqual(['service', 'card']);
  });

  it("a provider's figure is held against the card, when the card is known for all of the time", async () => {
    server.clock.advance(12 * 3_600_000 - 120_000);
    await poll([0, 0], undefined, card(0, 0));
    await poll([0, 0], undefined, card(0, 0));
    server.clock.advance(86_400_000 - 60_000);
    await poll([40, 50], undefined, card(900, 1_000));
    const enter = (body: object) => call('POST', '/api/v1/nodes/vpn1/provider-figures', body);
    const figure = { firstDay: '2026-03-11', lastDay: '2026-03-11', direction: 'in', bytes: 930 * MIB, note: 'bill 7' };
    const stored = await enter(figure);
    expect(stored.statusCode).toBe(201);
    expect(stored.json()).toMatchObject({ ...figure, status: 'ok', cardBytes: 900 * MIB, differenceBytes: 30 * MIB });
    expect((await enter({ ...figure, direction: 'both' })).json()).toMatchObject({
      status: 'off',
      cardBytes: 1_900 * MIB,
    });
    const unknown = (await enter({ ...figure, firstDay: '2026-03-01' })).json();
    expect(unknown).toMatchObject({ status: 'unknown', differenceBytes: null });
    expect(unknown.coverage).toBeLessThan(0.2);
    expect((await call('DELETE', `/api/v1/nodes/vpn1/provider-figures/${unknown.id}`)).statusCode).toBe(204);
    expect((await call('DELETE', `/api/v1/nodes/vpn1/provider-figures/${unknown.id}`)).statusCode).toBe(404);
    const { providerFigures } = await get('/api/v1/nodes/vpn1/reconciliation');
    expect(providerFigures).toHaveLength(2);
    expect((await get('/api/v1/audit')).items.map(({ action }: { action: string }) => action)).toContain(
      'provider-figure.added',
    );
  });

  it('refuses figures that cannot be, naming the field, and keeps nothing of them', async () => {
    const figure = { firstDay: '2026-03-11', lastDay: '2026-03-11', direction: 'in', bytes: 5 };
    const wrong = async (change: object, pointer: string) => {
      const answer = await call('POST', '/api/v1/nodes/vpn1/provider-figures', { ...figure, ...change });
      expect(answer.statusCode).toBe(400);
      expect(answer.json().errors[0].pointer).toBe(pointer);
    };
    await wrong({ firstDay: '2026-02-30' }, '/firstDay');
    await wrong({ lastDay: '2026-03-10' }, '/lastDay');
    await wrong({ bytes: -1 }, '/bytes');
    await wrong({ bytes: 1.5 }, '/bytes');
    await wrong({ direction: 'up' }, '/direction');
    expect((await call('POST', '/api/v1/nodes/none/provider-figures', figure)).statusCode).toBe(404);
    expect((await get('/api/v1/nodes/vpn1/reconciliation')).providerFigures).toEqual([]);
    expect((await call('GET', '/api/v1/nodes/vpn1/reconciliation?days=0')).statusCode).toBe(400);
  });
});

describe('quality', () => {
  it('of a node, a peer and a user names every moment', async () => {
    await poll([0, 0]);
    await poll([1, 2]);
    const [peer] = (await get('/api/v1/peers')).items;
    const { id } = (await call('POST', '/api/v1/users', { name: 'ann' })).json();
    await call('POST', '/api/v1/peers/assign', { assignments: [{ peerId: peer.id, userId: id }] });
    server.clock.advance(600_000);
    for (const url of ['nodes/vpn1', `peers/${peer.id}`, `users/${id}`]) {
      const { items, from, to } = await get(`/api/v1/${url}/quality?days=1`);
      expect([items[0].from, items.at(-1).to]).toEqual([from, to]);
      expect(items.at(-1)).toMatchObject({ quality: 'measured', reasons: [], nodeIds: [] });
    }
    expect((await get('/api/v1/nodes/vpn1/quality?days=1')).items[0]).toMatchObject({
      quality: 'gap',
      reasons: ['not-watched-yet'],
    });
    expect((await call('GET', '/api/v1/nodes/vpn1/quality?days=200')).statusCode).toBe(400);
    expect((await call('GET', '/api/v1/peers/none/quality')).statusCode).toBe(404);
  });

  it('of a user is for those who may see the user', async () => {
    const { id } = (await call('POST', '/api/v1/users', { name: 'ann' })).json();
    const reseller = await server.token('reseller', ['read']);
    expect((await call('GET', `/api/v1/users/${id}/quality`, undefined, reseller)).statusCode).toBe(404);
    expect((await call('GET', '/api/v1/nodes/vpn1/quality', undefined, reseller)).statusCode).toBe(403);
    expect((await call('GET', `/api/v1/nodes/vpn1/reconciliation`, undefined, reseller)).statusCode).toBe(403);
  });

  it('is one word per bucket of a chart', async () => {
    await poll([0, 0]);
    await poll([1, 2]);
    const { series } = await get('/api/v1/usage/series?days=1&bucket=3600');
    expect(series[0].quality).toHaveLength(series[0].totalBytes.length);
    expect(series[0].quality.slice(-2)).toEqual(['gap', 'measured']);
  });
});

describe('a node', () => {
  it('has the speed of its link, or none', async () => {
    const patch = async (linkMbit: unknown) => await call('PATCH', '/api/v1/nodes/vpn1', { linkMbit });
    expect((await get('/api/v1/nodes/vpn1')).linkMbit).toBeNull();
    expect((await patch(1_000)).json().linkMbit).toBe(1_000);
    expect((await patch(0)).statusCode).toBe(400);
    expect((await patch(null)).json().linkMbit).toBeNull();
  });

  it('readings faster than its link wait for an admin; booked, they flowed when they were read', async () => {
    await call('PATCH', '/api/v1/nodes/vpn1', { linkMbit: 10 });
    await poll([0, 0]);
    await poll([90, 1]);
    await poll([91, 2]);
    const node = await get('/api/v1/nodes/vpn1');
    expect(node.notices).toMatchObject([{ code: 'readings-quarantined', isInfo: false }]);
    expect(node.state).toBe('degraded');
    const [item] = (await get('/api/v1/quarantine')).items;
    expect(item).toMatchObject({ reason: 'faster-than-link', traffic: { rxBytes: 90 * MIB, txBytes: MIB } });
    const booked = await call('POST', `/api/v1/quarantine/${item.id}/decision`, {
      decision: 'book',
      reason: 'the link is faster',
    });
    expect(booked.statusCode).toBeLessThan(300);
    const { peers } = await get('/api/v1/unclaimed');
    expect(peers[0].traffic).toMatchObject({ rxBytes: 91 * MIB, txBytes: 2 * MIB });
    expect((await get('/api/v1/nodes/vpn1')).notices).toEqual([]);
  });

  it('tells since when its collector, and each of its services, is silent', async () => {
    await poll([0, 0]);
    const last = server.clock.now().toISOString();
    expect(await get('/api/v1/nodes/vpn1')).toMatchObject({ silentSince: null, services: [{ silentSince: null }] });
    server.clock.advance(3_600_000);
    expect(await get('/api/v1/nodes/vpn1')).toMatchObject({ silentSince: last, services: [{ silentSince: last }] });
  });

  it('repeated falls name another reader that resets the counters', async () => {
    await poll([9, 9]);
    for (let n = 8; n > 5; n--) await poll([n, n]);
    expect((await get('/api/v1/nodes/vpn1')).reason).toMatchObject({ code: 'counters-reset-by-other' });
  });
});
