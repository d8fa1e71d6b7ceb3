import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AccessControl } from '../../src/app/access/control.ts';
import type { SystemNotice } from '../../src/core/inventory/node-operations.ts';
import type { NodeId } from '../../src/core/units/ids.ts';
import { type HttpTestServer, startHttp } from '../support/http-server.ts';
import { newUser } from './store-fixture.ts';

const KEYS = ['a', 'b', 'c', 'd', 'e'];
let server: HttpTestServer;
let nodeId: NodeId;
let owner: string;
const access = () => server.ports.access as AccessControl;

beforeEach(async () => {
  server = await startHttp();
  owner = await server.token('owner', ['read', 'write']);
  nodeId = await server.addNode('main');
  // As the product gathers them of its parts.
  server.ports.nodes.notices = async () =>
    (await access().notices()).map((one): SystemNotice => {
      return { ...one, key: `${one.topic}:${one.nodeId ?? ''}`, severity: 'warning', nodeName: 'main' };
    });
  await server.poll(nodeId, Object.fromEntries(KEYS.map((key) => [key, [1n, 2n]])));
  for (const [n, key] of KEYS.entries()) {
    server.vpn.peers.set(key, `10.0.0.${n + 2}/32`);
    const { id: userId } = await server.store.inventory.addUser(newUser(key));
    const peer = await server.store.inventory.findPeer(key);
    if (peer === null) throw new Error('no peer');
    await server.store.inventory.assignPeers([
      { peerId: peer.id, userId, from: server.clock.now(), countInCycle: false },
    ]);
  }
});
afterEach(() => server.close());

/** What follows a reading in the product. */
async function pass(): Promise<void> {
  const node = await server.store.inventory.node(nodeId);
  if (node === null) throw new Error('no node');
  const peers = [...server.vpn.peers].map(([key, ips]) => {
    return { key, isOff: ips === '', traffic: { rx: 0n, tx: 0n, total: 0n } };
  });
  const services = [{ identity: `identity of ${nodeId}`, kind: 'wireguard', name: 'wg0', peers }];
  await access().afterPoll(node, { complete: true, notices: [], services });
}

/** Time passes, with a look every ten seconds. */
async function alertsAfter(seconds: number) {
  for (let passed = 0; passed < seconds; passed += 10) {
    server.clock.advance(10_000);
    await server.alerting.look();
  }
  return (await server.request('GET', '/api/v1/alerts?state=open', { token: owner })).json().items;
}

test('a fuse that blew is an alert until a person has let them be cut', async () => {
  await server.request('PUT', '/api/v1/nodes/main/access', { token: owner, body: { mode: 'enforce' } });
  for (const key of KEYS) {
    const user = await server.store.inventory.findUser(key);
    if (user !== null) await server.store.inventory.updateUser(user.id, { active: false });
  }
  await pass();
  expect(server.vpn.changes).toEqual([]);
  expect(await alertsAfter(140)).toMatchObject([
    {
      ...{ topic: 'access-fuse-blown', kind: 'access', severity: 'warning', node: { id: nodeId, name: 'main' } },
      message: expect.stringContaining('5 peers were to lose access at once'),
    },
  ]);
  const body = { peers: 5 };
  await server.request('POST', '/api/v1/nodes/main/access/confirm', { token: owner, body });
  await pass();
  expect(server.vpn.changes).toHaveLength(5);
  expect(await alertsAfter(140)).toEqual([]);
});
