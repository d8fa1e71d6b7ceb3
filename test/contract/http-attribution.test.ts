import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

let server: HttpTestServer;
let owner: string;

beforeEach(async () => {
  server = await startHttp();
  owner = await server.token('owner', ['admin']);
});
afterEach(() => server.close());

const call = async (method: 'GET' | 'POST' | 'DELETE', url: string, body?: unknown) => {
  const answer = await server.request(method, url, { token: owner, ...(body === undefined ? {} : { body }) });
  return answer.body === '' ? null : answer.json();
};
const get = (url: string) => call('GET', url);
const minute = () => server.clock.advance(60_000);
const successions = async () => (await get('/api/v1/peers/successions')).items;

describe('a regenerated key', () => {
  /** Ann's peer has the first address of the node; then its key is another. */
  const regenerate = async () => {
    const node = await server.addNode('Main');
    await server.poll(node, { old: [0n, 0n] });
    const ann = await call('POST', '/api/v1/users', { name: 'Ann', userToken: 'ann' });
    await call('POST', '/api/v1/peers/assign', { assignments: [{ peerId: 'old', userId: ann.id }] });
    minute();
    await server.poll(node, { old: [10n, 20n] });
    expect(await successions()).toEqual([]);
    minute();
    await server.poll(node, { fresh: [1n, 2n] });
    return { node, ann };
  };

  it('is suggested as the same user’s, and does nothing by itself', async () => {
    const { ann } = await regenerate();
    const [found, ...others] = await successions();
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      userId: ann.id,
      userName: 'Ann',
      nodeName: 'Main',
      ended: { key: 'old' },
      successor: { key: 'fresh' },
      because: ['allowed-ips'],
      only: true,
    });
    expect((await get('/api/v1/unclaimed')).peers).toMatchObject([{ key: 'fresh', endedAt: null }]);
    expect(await get(`/api/v1/users/${ann.id}`)).toMatchObject({ traffic: { rxBytes: 10, txBytes: 20 } });
  });

  it('goes on with the same user when it is accepted', async () => {
    const { node, ann } = await regenerate();
    const [{ successor }] = await successions();
    const assignments = [{ peerId: successor.peerId, userId: ann.id }];
    await call('POST', '/api/v1/peers/assign', { assignments, countInCycle: true });
    minute();
    await server.poll(node, { fresh: [5n, 7n] });
    expect(await get(`/api/v1/users/${ann.id}`)).toMatchObject({ traffic: { rxBytes: 15, txBytes: 27 } });
    expect(await successions()).toEqual([]);
  });

  it('that fits two ended ones says so', async () => {
    const { node, ann } = await regenerate();
    const [{ successor }] = await successions();
    await call('POST', '/api/v1/peers/assign', { assignments: [{ peerId: successor.peerId, userId: ann.id }] });
    minute();
    await server.poll(node, { third: [1n, 1n] });
    expect(await successions()).toMatchObject([{ only: false }, { only: false }]);
  });

  it('of a deleted user continues nobody', async () => {
    const { ann } = await regenerate();
    await call('DELETE', `/api/v1/users/${ann.id}`);
    expect(await successions()).toEqual([]);
  });
});

describe('what was deleted', () => {
  it('keeps its usage and is shown as deleted', async () => {
    const node = await server.addNode('Main');
    await server.poll(node, { a: [3n, 4n], b: [5n, 6n] });
    const ann = await call('POST', '/api/v1/users', { name: 'Ann', userToken: 'ann' });
    await call('POST', '/api/v1/peers/assign', { assignments: [{ peerId: 'a', userId: ann.id }] });
    expect((await get('/api/v1/usage/holders?days=1')).items).toMatchObject([
      { name: 'b', deleted: false },
      { name: 'Ann', deleted: false },
    ]);
    await call('DELETE', `/api/v1/users/${ann.id}`);
    await call('DELETE', `/api/v1/nodes/${node}`);
    expect((await get('/api/v1/usage/holders?days=1&sort=name&order=asc')).items).toMatchObject([
      { name: 'Ann', deleted: true, traffic: { totalBytes: 7 } },
      { name: 'b', deleted: false, unclaimed: true, traffic: { totalBytes: 11 } },
    ]);
    expect((await get('/api/v1/usage/holders?days=1')).items).toMatchObject([{ name: 'b' }, { deleted: true }]);
    expect((await get('/api/v1/unclaimed')).peers).toMatchObject([
      { key: 'b', nodeName: 'Main', endedAt: expect.any(String) },
    ]);
  });
});
