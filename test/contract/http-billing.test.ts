import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

let server: HttpTestServer;
let owner: string;
let nodeId: string;
beforeEach(async () => {
  server = await startHttp();
  owner = await server.token('owner', ['admin']);
  nodeId = await server.addNode('north');
});
afterEach(() => server.close());

const set = (body: object, token = owner) => server.request('POST', '/api/v1/billing-rules', { token, body });
const list = async () => (await server.request('GET', '/api/v1/billing-rules', { token: owner })).json().items;

describe('billing rules', () => {
  it('hold from the next quarter of an hour on, and are seen in what is billed', async () => {
    await server.poll(nodeId as never, { a: [0n, 0n] });
    const answer = await set({ nodeId, multiplier: '1.5', direction: 'down' });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({
      nodeId,
      serviceId: null,
      from: '2026-03-10T12:15:00.000Z',
      multiplier: '1.5',
      direction: 'down',
      state: 'planned',
      by: { name: 'the-owner' },
    });
    server.clock.advance(15 * 60_000);
    await server.poll(nodeId as never, { a: [0n, 0n] });
    server.clock.advance(60_000);
    await server.poll(nodeId as never, { a: [3n, 101n] });
    const summary = await server.request('GET', '/api/v1/usage/summary?days=1', { token: owner });
    expect(summary.json().traffic).toEqual({ rxBytes: 3, txBytes: 101, totalBytes: 104, billedBytes: 151 });
    const chart = await server.request('GET', '/api/v1/usage/series?days=1&bucket=86400', { token: owner });
    expect(chart.json().series[0]).toMatchObject({ totalBytes: [104], billedBytes: [151] });
    expect((await server.request('GET', '/api/v1/nodes', { token: owner })).json().items[0].today).toMatchObject({
      totalBytes: 104,
      billedBytes: 151,
    });
  });

  it('are listed with what became of them', async () => {
    await set({ nodeId, multiplier: '2' });
    server.clock.advance(15 * 60_000);
    await set({ nodeId, multiplier: '3' });
    server.clock.advance(15 * 60_000);
    await set({ nodeId, multiplier: '4', from: '2026-04-01T00:00:00Z' });
    const shown = (await list()) as { multiplier: string; state: string }[];
    expect(shown.map(({ multiplier, state }) => [multiplier, state])).toEqual([
      ['4', 'planned'],
      ['3', 'holds'],
      ['2', 'past'],
    ]);
  });

  it('can be taken back before they begin', async () => {
    const { id } = (await set({ nodeId, multiplier: '2' })).json();
    const remove = () => server.request('DELETE', `/api/v1/billing-rules/${id}`, { token: owner });
    expect((await remove()).statusCode).toBe(204);
    expect((await remove()).statusCode).toBe(404);
    expect(await list()).toEqual([]);
    await server.request('DELETE', `/api/v1/nodes/${nodeId}`, { token: owner });
    const { items } = (await server.request('GET', '/api/v1/audit', { token: owner })).json();
    const about = { node: { name: 'north', deleted: true }, names: [], at: '2026-03-10T12:15:00.000Z' };
    expect(items.slice(1, 3)).toMatchObject([
      { action: 'billing.rule-removed', about },
      { action: 'billing.rule-set', about },
    ]);
  });

  it('that are in force stay', async () => {
    const begun = (await set({ nodeId, multiplier: '2' })).json();
    server.clock.advance(15 * 60_000);
    const refused = await server.request('DELETE', `/api/v1/billing-rules/${begun.id}`, { token: owner });
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'rule-in-force']);
  });

  it.each([
    ['/multiplier', { multiplier: '1,5' }],
    ['/multiplier', { multiplier: '1000.1' }],
    ['/multiplier', { multiplier: 2 }],
    ['/multiplier', { multiplier: null }],
    ['/direction', { multiplier: '1', direction: 'sideways' }],
    ['/from', { multiplier: '1', from: '2026-03-10T12:00:00Z' }],
    ['/from', { multiplier: '1', from: 'tomorrow' }],
  ])('refuse a wrong %s and change nothing', async (pointer, body) => {
    const answer = await set({ nodeId, ...body });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors[0].pointer).toBe(pointer);
    expect(await list()).toEqual([]);
  });

  it('are the owner’s to set, and everybody’s to see', async () => {
    for (const role of ['reseller', 'viewer'] as const) {
      const token = await server.token(role, ['read', 'write']);
      expect((await set({ nodeId, multiplier: '2' }, token)).statusCode).toBe(403);
      expect((await server.request('GET', '/api/v1/billing-rules', { token })).statusCode).toBe(200);
    }
    expect((await set({ nodeId: 'nothing', multiplier: '2' })).statusCode).toBe(404);
  });
});
