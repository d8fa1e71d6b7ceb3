import { afterEach, beforeEach, expect, it } from 'vitest';
import type { NodeId } from '../../src/core/units/ids.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

const DAY_MS = 86_400_000;
let server: HttpTestServer;
let owner: string;
let node: NodeId;
beforeEach(async () => {
  server = await startHttp();
  owner = await server.token('owner', ['admin']);
  node = await server.addNode('de-1');
});
afterEach(() => server.close());

const call = (method: 'GET' | 'PUT' | 'DELETE', url: string, body?: object) =>
  server.request(method, url, { token: owner, ...(body === undefined ? {} : { body }) });
const json = async (url: string) => (await call('GET', url)).json();

it('a node’s budget: what is used of it whatever the marks, and what it will come to', async () => {
  const path = '/api/v1/nodes/de-1/budget';
  expect(await json(path)).toBeNull();
  expect((await call('PUT', path, { bytes: 100, cycle: 'none' })).json()).toMatchObject({ code: 'invalid-input' });
  expect((await call('DELETE', path)).statusCode).toBe(404);
  const told = { bytes: 1000, cycle: 'month:9', direction: 'both', pricePerTb: 2, currency: 'EUR' };
  expect((await call('PUT', path, told)).json()).toMatchObject({
    ...told,
    ...{ nodeName: 'de-1', from: '2026-03-09T00:00:00.000Z', to: '2026-04-09T00:00:00.000Z', usedBytes: 0 },
    ...{
      countsFrom: '2026-03-10T12:00:00.000Z',
      forecastBytes: null,
      extraBytes: 0,
      extraCost: 0,
      source: null,
      incompleteDays: 0,
    },
  });
  await server.poll(node, { key: [0n, 0n] });
  server.clock.advance(DAY_MS);
  await server.poll(node, { key: [30n, 70n] });
  await server.store.ledger.reset({ scope: 'all', userIds: [], by: null, reason: null });
  // The 100 bytes of the user came in and went out: 200 in a day, and 28.5 days to go.
  const used = { inBytes: 100, outBytes: 100, usedBytes: 200, percent: 20, source: 'services' };
  expect(await json(path)).toMatchObject({ ...used, forecastBytes: 200 + 5700, extraBytes: 4900 });
  await call('PUT', path, { ...told, direction: 'out', bytes: 50 });
  const { items } = await json('/api/v1/budgets');
  expect(items).toMatchObject([{ usedBytes: 100, percent: 200, direction: 'out', extraBytes: 2900 }]);
  expect((await call('DELETE', path)).statusCode).toBe(204);
  expect(await json('/api/v1/budgets')).toEqual({ items: [] });
});
