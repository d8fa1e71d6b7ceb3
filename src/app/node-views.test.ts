import { expect, test } from 'vitest';
import type { InventoryStore, PeerSums } from '../core/inventory/inventory-store.ts';
import type { Node, VpnService } from '../core/inventory/node.ts';
import type { UsageHistory } from '../core/ledger/usage-history.ts';
import type { NodeId } from '../core/units/ids.ts';
import { ManualClock } from '../core/units/testing.ts';
import { LiveRates } from './live-rates.ts';
import { NodeViews } from './node-views.ts';
import { Presence } from './presence.ts';

const ID = 'n1' as NodeId;
const SERVICE: VpnService = {
  ...{ id: 's1' as VpnService['id'], nodeId: ID, kind: 'wireguard', identity: 'key', name: 'wg0', listenPort: null },
  ...{ basis: 'raw', firstSeenAt: new Date(0), firstCompleteAt: new Date(0), lastCompleteAt: new Date(0) },
};

/** One node, whose sums are read when `answer` is called. */
function world() {
  const clock = new ManualClock();
  const node = {
    ...{ id: ID, name: 'vpn1', slug: 'vpn1', description: '', source: { kind: 'wireguard', options: {} } },
    ...{ pollIntervalMs: 30_000, opening: 'baseline', usersPolicy: 'none', linkMbit: null, tags: [] },
    ...{ createdAt: clock.now(), deletedAt: null },
  } as const satisfies Node;
  const asked: { resolve(sums: PeerSums[]): void; reject(error: Error): void }[] = [];
  const inventory = {
    ...{
      nodes: async (): Promise<Node[]> => [node],
      services: async () => [SERVICE],
      pollStates: async () => [],
      agents: async () => [],
    },
    peerSums: () => new Promise<PeerSums[]>((resolve, reject) => asked.push({ resolve, reject })),
  } satisfies Pick<InventoryStore, 'nodes' | 'services' | 'pollStates' | 'peerSums' | 'agents'>;
  const history = {
    gaps: async () => [],
    carriedToday: async () => [],
  } as unknown as UsageHistory;
  const views = new NodeViews({
    ...{ inventory, history, clock, rates: new LiveRates(clock), presence: new Presence() },
    ...{
      findings: async () => [],
      clockSkew: () => null,
      pollCounts: () => ({ complete: 0, incomplete: 0, failed: 0 }),
    },
    ...{ endpointOf: () => 'localhost', shown: (source) => ({ source, secrets: {} }) },
  });
  const sumsOf = (peers: number): PeerSums[] => [
    {
      nodeId: ID,
      peers,
      peersOfServices: { s1: peers },
      beforeXpert: { rx: BigInt(peers), tx: 2n, total: BigInt(peers) + 2n },
    },
  ];
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const answer = async (peers: number) => {
    // A view asks for the sums some steps after it was asked for.
    await settled();
    asked.shift()?.resolve(sumsOf(peers));
    await settled();
  };
  const refuse = async () => {
    asked.shift()?.reject(new Error('The ledger is closed.'));
    await settled();
  };
  const peers = async () => (await views.all())[0]?.peers.total;
  return { views, inventory, history, asked, answer, refuse, peers };
}

test('who asks for the first time waits for the sums; later ones are shown the old while new ones are read', async () => {
  const { views, asked, answer, peers } = world();
  const first = peers();
  await answer(3);
  expect(await first).toBe(3);
  views.baselinesChanged(ID);
  expect(await peers()).toBe(3);
  views.baselinesChanged(ID);
  expect(await peers()).toBe(3);
  // One reading at a time, however often somebody looks and however many peers come.
  expect(asked).toHaveLength(1);
  await answer(4);
  expect(await peers()).toBe(4);
  await answer(5);
  expect(await peers()).toBe(5);
  expect((await views.one(ID))?.beforeXpert).toEqual({ rx: 5n, tx: 2n, total: 7n });
  expect(asked).toHaveLength(0);
});

test('a reading that fails beside a view is tried again with the next; the first one is told', async () => {
  const { views, answer, refuse, asked, peers } = world();
  const told = expect(peers()).rejects.toThrow('closed');
  await new Promise((resolve) => setImmediate(resolve));
  await refuse();
  await told;
  const first = peers();
  await answer(3);
  await first;
  views.baselinesChanged(ID);
  expect(await peers()).toBe(3);
  await refuse();
  expect(await peers()).toBe(3);
  expect(asked).toHaveLength(1);
  await answer(4);
  expect(await peers()).toBe(4);
});

test('the first peers of a node are worth waiting for', async () => {
  const { views, answer, peers } = world();
  const first = peers();
  await answer(0);
  expect(await first).toBe(0);
  views.baselinesChanged(ID);
  const second = peers();
  await answer(2);
  expect(await second).toBe(2);
});

test('where there are no nodes nothing is asked: reading what flowed would begin a thread', async () => {
  const { views, inventory, history } = world();
  inventory.nodes = async () => [];
  const asked: string[] = [];
  history.carriedToday = async () => {
    asked.push('today');
    return [];
  };
  expect(await views.all()).toEqual([]);
  expect(asked).toEqual([]);
});

test('a service that this process has not read yet has the peers that are known of it, not 0', async () => {
  const { views, answer } = world();
  const shown = views.one(ID);
  await answer(3);
  expect((await shown)?.services).toMatchObject([{ name: 'wg0', peers: 3, online: 0 }]);
});
