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

describe('a peer whose past goes to somebody else', () => {
  it('is previewed, given with its bytes and its cycles, listed, and taken back', async () => {
    const node = await server.addNode('Main');
    await server.poll(node, { a: [0n, 0n] });
    const ann = await call('POST', '/api/v1/users', { name: 'Ann', userToken: 'ann' });
    const ben = await call('POST', '/api/v1/users', { name: 'Ben', userToken: 'ben' });
    await call('POST', '/api/v1/peers/assign', { assignments: [{ peerId: 'a', userId: ann.id }] });
    const from = server.clock.now();
    server.clock.advance(40 * 86_400_000);
    await server.poll(node, { a: [400_000n, 80_000n] });
    minute();
    const rebind = (body: object) => call('POST', '/api/v1/peers/a/binding', { from, reason: 'a typo', ...body });
    const asked = { userId: 'Ben' };
    const preview = await rebind({ ...asked, preview: true });
    const all = (sign: number) => ({ rxBytes: 400_000 * sign, txBytes: 80_000 * sign, totalBytes: 480_000 * sign });
    expect(preview).toMatchObject({
      applied: false,
      effect: {
        holders: [
          { name: 'Ann', traffic: all(-1), shownAfter: { totalBytes: 0 } },
          { name: 'Ben', traffic: all(1), shownAfter: all(1) },
        ],
        days: 41,
      },
      cycles: [
        { firstDay: '2026-04-01', running: true },
        { firstDay: '2026-03-01', running: false },
      ],
    });
    expect(await get(`/api/v1/users/${ben.id}`)).toMatchObject({ traffic: { totalBytes: 0 } });
    const done = await rebind(asked);
    expect(done).toMatchObject({ applied: true, effect: preview.effect, cycles: preview.cycles });
    const rebinding = { peerName: 'a', userName: 'Ben', from: from.toISOString(), to: null };
    expect((await get('/api/v1/corrections')).items).toMatchObject([{ kind: 'rebinding', rebinding }]);
    expect((await get('/api/v1/peers')).items).toMatchObject([{ userName: 'Ben' }]);
    expect(await rebind(asked)).toMatchObject({ status: 409, code: 'already-theirs' });
    expect(await rebind({ userId: 'nobody' })).toMatchObject({ status: 404 });
    expect(await rebind({ userId: null, to: server.clock.now() })).toMatchObject({ status: 400 });
    const undone = await call('POST', `/api/v1/corrections/${done.entry.id}/undo`, {});
    expect(undone).toMatchObject({ applied: true, entry: { undoes: done.entry.id } });
    expect(await get(`/api/v1/users/${ann.id}`)).toMatchObject({ traffic: all(1) });
    expect((await get('/api/v1/peers')).items).toMatchObject([{ userName: 'Ann' }]);
    const { items } = await get('/api/v1/audit');
    const [annNamed, benNamed] = ['Ann', 'Ben'].map((name) => ({ name, deleted: false }));
    expect(items.slice(0, 2)).toMatchObject([
      { action: 'usage.correction-undone', about: { names: [annNamed, benNamed], count: 2 } },
      {
        action: 'peer.rebound',
        about: { names: [{ name: 'a' }], to: benNamed, node: { deleted: false }, at: from.toISOString() },
      },
    ]);
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
      { name: 'b', deleted: true, unclaimed: true, traffic: { totalBytes: 11 } },
    ]);
    expect((await get('/api/v1/usage/holders?days=1')).items).toMatchObject([{ name: 'b' }, { deleted: true }]);
    expect((await get('/api/v1/unclaimed')).peers).toMatchObject([
      { key: 'b', nodeName: 'Main', endedAt: expect.any(String) },
    ]);
    minute();
    const carrier = { nodeId: node, deleted: true, traffic: { totalBytes: 18 } };
    expect((await get('/api/v1/usage/top-carriers?days=1')).items).toMatchObject([carrier]);
    expect((await get(`/api/v1/usage/carriers?days=1&user=${ann.id}`)).items).toMatchObject([{ deleted: true }]);
    const lines = async (by: string) => (await get(`/api/v1/usage/series?days=1&by=${by}`)).series;
    expect(await lines('node')).toMatchObject([{ name: 'Main', deleted: true }]);
    expect(await lines('user')).toMatchObject([
      { id: 'none', deleted: false },
      { name: 'Ann', deleted: true },
    ]);
    expect(await lines('total')).toMatchObject([{ name: 'total', deleted: false }]);
    const { places, user } = await get(`/api/v1/users/${ann.id}/statement?format=json`);
    expect([user.deletedAt, places]).toMatchObject([expect.any(String), [{ nodeName: 'Main', deleted: true }]]);
    const page = await server.request('GET', `/api/v1/users/${ann.id}/statement`, { token: owner });
    expect(page.body).toContain('Main (deleted)');
  });
});
