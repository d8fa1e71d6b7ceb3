import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';

const CARRIER = { server: 'vpn.com', port: 443, protocol: 'vless' };
let server: HttpTestServer;
let owner: string;

beforeEach(async () => {
  server = await startHttp();
  owner = await server.token('owner', ['admin']);
});
afterEach(() => server.close());

const call = (method: 'GET' | 'POST', url: string, body?: unknown, token = owner) =>
  server.request(method, url, { token, ...(body === undefined ? {} : { body }) });
const get = async (url: string, token = owner) => (await call('GET', url, undefined, token)).json();
const report = (bytes_uploaded: number, bytes_downloaded: number, change: object = {}) =>
  server.request('POST', '/api/xpert/traffic-webhook', {
    body: { user_token: 'ann-token', ...CARRIER, bytes_uploaded, bytes_downloaded, ...change },
  });
const addUser = async (name: string, token = owner) =>
  (await call('POST', '/api/v1/users', { name, userToken: `${name.toLowerCase()}-token` }, token)).json();
const correct = async (body: object, token = owner) => {
  const answer = await call('POST', '/api/v1/corrections', { reason: 'wrong', ...CARRIER, ...body }, token);
  return { status: answer.statusCode, body: answer.json() };
};
const bytes = (rxBytes: number, txBytes: number) => ({ rxBytes, txBytes, totalBytes: rxBytes + txBytes });

describe('corrections', () => {
  it('are previewed, made, listed and undone, with who and why', async () => {
    const ann = await addUser('Ann');
    await report(10, 20);
    server.clock.advance(1000);
    const wanted = { userId: ann.id, from: '2026-03-10T11:00:00Z', rxBytes: -4, txBytes: -5 };
    const preview = await correct({ ...wanted, preview: true });
    expect(preview).toMatchObject({
      status: 200,
      body: {
        applied: false,
        entry: null,
        effect: {
          traffic: bytes(-4, -5),
          days: 1,
          wholeDays: 0,
          estimatedBytes: 0,
          holders: [
            {
              userId: ann.id,
              name: 'Ann',
              deleted: false,
              traffic: bytes(-4, -5),
              shownBefore: bytes(10, 20),
              shownAfter: bytes(6, 15),
            },
          ],
        },
      },
    });
    expect((await get('/api/v1/corrections')).items).toEqual([]);
    const { body } = await correct(wanted);
    expect(body).toMatchObject({ applied: true, effect: preview.body.effect });
    const { id } = body.entry;
    const by = { id: expect.any(String), name: 'the-owner' };
    expect(body.entry).toMatchObject({ kind: 'correction', by, reason: 'wrong', item: null, undoneBy: null });
    expect(await get(`/api/v1/users/${ann.id}`)).toMatchObject({ traffic: bytes(6, 15) });
    expect((await call('POST', `/api/v1/corrections/${id}/undo`, { preview: true })).json()).toMatchObject({
      applied: false,
      effect: { holders: [{ shownAfter: bytes(10, 20) }] },
    });
    const undone = (await call('POST', `/api/v1/corrections/${id}/undo`, { reason: 'was right' })).json();
    expect(undone.entry).toMatchObject({ undoes: id, reason: 'was right', by });
    expect((await call('POST', `/api/v1/corrections/${id}/undo`, {})).json()).toMatchObject({
      status: 409,
      code: 'already-undone',
    });
    expect(await get(`/api/v1/corrections?user=${ann.id}&limit=1`)).toMatchObject({
      items: [{ id: undone.entry.id }],
      total: 2,
      nextCursor: expect.any(String),
    });
    const { items } = await get('/api/v1/audit');
    const about = { names: [{ name: 'Ann', deleted: false }], count: 1, node: null, to: null };
    expect(items.filter(({ action }: { action: string }) => action.startsWith('usage.'))).toMatchObject([
      { action: 'usage.correction-undone', about },
      { action: 'usage.corrected', about },
    ]);
  });

  it('are refused by name of the field, and change nothing', async () => {
    const ann = await addUser('Ann');
    const refused = async (body: object) => (await correct(body)).body;
    expect(await refused({ rxBytes: 1 })).toMatchObject({ status: 400, errors: [{ pointer: '/userId' }] });
    expect(await refused({ userId: ann.id, userToken: 'x', rxBytes: 1 })).toMatchObject({ status: 400 });
    expect(await refused({ userId: 'nobody', rxBytes: 1 })).toMatchObject({ status: 404 });
    expect(await refused({ peerId: 'nobody', rxBytes: 1 })).toMatchObject({ status: 404 });
    expect(await refused({ userId: ann.id })).toMatchObject({ status: 400 });
    expect(await refused({ userId: ann.id, rxBytes: 1, totalBytes: 1 })).toMatchObject({ status: 400 });
    expect(await refused({ userId: ann.id, rxBytes: 1, server: undefined })).toMatchObject({ status: 400 });
    expect(await refused({ userId: ann.id, rxBytes: 1, serviceId: 'x' })).toMatchObject({ status: 400 });
    expect(await refused({ userId: ann.id, rxBytes: 1.5 })).toMatchObject({ status: 400 });
    expect(await refused({ userId: ann.id, rxBytes: 1, reason: ' ' })).toMatchObject({ status: 400 });
    expect(await refused({ userId: ann.id, rxBytes: 1, to: '2026-03-11T12:00:00Z' })).toMatchObject({ status: 400 });
    const longAgo = '0226-11-20T00:00:00Z';
    expect(await refused({ userId: ann.id, rxBytes: 9e9, from: longAgo })).toMatchObject({
      errors: [{ pointer: '/from' }],
    });
    expect(await refused({ userId: ann.id, rxBytes: -1, from: longAgo })).toMatchObject({ code: 'more-than-booked' });
    expect(await refused({ userId: ann.id, rxBytes: -1 })).toMatchObject({ status: 409, code: 'more-than-booked' });
    expect((await get('/api/v1/corrections')).items).toEqual([]);
  });

  it('of a peer need no server; of a VPN service, its id', async () => {
    const node = await server.addNode('Main');
    await server.poll(node, { key1: [5n, 6n] });
    const none = { server: undefined, port: undefined, protocol: undefined };
    expect((await correct({ ...none, peerId: 'key1', rxBytes: 5 })).body.effect.holders).toMatchObject([
      { name: 'key1', shownAfter: bytes(10, 6) },
    ]);
    const ann = await addUser('Ann');
    const [{ id: peerId, serviceId }] = (await get('/api/v1/peers')).items;
    await call('POST', '/api/v1/peers/assign', { assignments: [{ peerId, userId: ann.id }] });
    const added = await correct({ ...none, userId: ann.id, serviceId, totalBytes: 100 });
    expect(added.body.effect.holders).toMatchObject([
      { userId: ann.id, traffic: { rxBytes: null, txBytes: null, totalBytes: 100 }, shownAfter: { totalBytes: 116 } },
    ]);
    expect((await correct({ ...none, userId: ann.id, rxBytes: 1 })).body).toMatchObject({ code: 'carrier-needed' });
  });

  it('are the owner’s; a reseller sees those of own users', async () => {
    const reseller = await server.token('reseller', ['admin']);
    const viewer = await server.token('viewer', ['read']);
    const bob = await addUser('Bob', reseller);
    const ann = await addUser('Ann');
    expect((await correct({ userId: bob.id, rxBytes: 1 }, reseller)).status).toBe(403);
    await correct({ userId: bob.id, rxBytes: 1 });
    await correct({ userId: ann.id, rxBytes: 1 });
    expect((await get('/api/v1/corrections', reseller)).items).toMatchObject([
      { effect: { holders: [{ name: 'Bob' }] } },
    ]);
    expect((await get('/api/v1/corrections', viewer)).items).toHaveLength(2);
    expect(await get(`/api/v1/corrections?user=${ann.id}`, reseller)).toMatchObject({ status: 404 });
  });
});

describe('what was set aside', () => {
  const decide = async (what: string, id: string, body: object) =>
    (await call('POST', `/api/v1/${what}/${id}/decision`, { reason: 'looked', ...body })).json();

  it('is listed with what became of it, and decided once', async () => {
    await report(2 ** 50, 1);
    const [item] = (await get('/api/v1/quarantine')).items;
    expect(item).toMatchObject({ userToken: 'ann-token', server: 'vpn.com:443', decided: null, peerName: null });
    const preview = await decide('quarantine', item.id, { decision: 'book', preview: true });
    expect(preview).toMatchObject({ applied: false, effect: { holders: [{ userToken: 'ann-token' }] } });
    const { entry } = await decide('quarantine', item.id, { decision: 'book' });
    expect(entry).toMatchObject({ kind: 'booking', item: { kind: 'quarantine', id: item.id } });
    expect((await get('/api/v1/quarantine')).items).toMatchObject([
      { decided: { entryId: entry.id, kind: 'booking', by: { name: 'the-owner' }, reason: 'looked' } },
    ]);
    expect(await decide('quarantine', item.id, { decision: 'dismiss' })).toMatchObject({
      status: 409,
      code: 'already-decided',
    });
    expect((await get('/api/v1/usage/summary?days=1')).traffic).toMatchObject(bytes(2 ** 50, 1));
    await call('POST', `/api/v1/corrections/${entry.id}/undo`, {});
    expect((await get('/api/v1/usage/summary?days=1')).traffic).toMatchObject(bytes(0, 0));
    expect((await get('/api/v1/quarantine')).items).toMatchObject([{ decided: null }]);
    // Nobody has the token yet.
    expect((await get('/api/v1/audit')).items[1]).toMatchObject({
      action: 'quarantine.book',
      about: { names: [{ name: 'ann-token', deleted: false }], at: item.at },
    });
    expect(await decide('quarantine', '99', { decision: 'book' })).toMatchObject({ status: 404 });
    expect(await decide('quarantine', item.id, { decision: 'maybe' })).toMatchObject({ status: 400 });
  });

  it('has baselines with their peer, node and user', async () => {
    const node = await server.addNode('Main');
    const semantics = { kind: 'cumulative', falls: 'to-zero', absence: 'silent' } as const;
    const read = (peers: { key: string; traffic: { rx: bigint; tx: bigint; total: bigint } }[]) =>
      server.store.ledger.recordPoll({
        nodeId: node,
        semantics,
        opening: 'baseline',
        poll: { complete: true, notices: [], services: [{ identity: 'i', kind: 'wireguard', name: 'wg0', peers }] },
        at: server.clock.now(),
        durationMs: 1,
        clockSuspect: false,
      });
    await read([{ key: 'a', traffic: { rx: 1n, tx: 2n, total: 3n } }]);
    const [item] = (await get('/api/v1/baselines')).items;
    expect(item).toMatchObject({
      reason: 'before-xpert',
      peerName: 'a',
      nodeName: 'Main',
      userName: null,
      traffic: bytes(1, 2),
      decided: null,
    });
    expect(await decide('baselines', item.id, { decision: 'book' })).toMatchObject({ code: 'not-bookable' });
    expect(await decide('baselines', item.id, { decision: 'book', beforeXpert: true })).toMatchObject({
      applied: true,
    });
    expect((await get('/api/v1/unclaimed')).traffic).toMatchObject(bytes(1, 2));
    expect((await get('/api/v1/audit')).items[0]).toMatchObject({
      action: 'baseline.book',
      about: { names: [{ name: 'a' }], node: { name: 'Main', deleted: false }, at: item.at },
    });
  });
});
