import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PeerReading } from '../../src/core/metering/collector.ts';
import { directed } from '../../src/core/units/bytes.ts';
import type { NodeId, PeerId, UserId } from '../../src/core/units/ids.ts';
import {
  type MakeStore,
  newNode,
  newUser,
  nodePoll,
  type StoreFixture,
  type StorePorts,
  wg0,
} from './store-fixture.ts';

const ADDRESS = '10.0.0.2/32';

/** What the port AccessStore keeps of a suspended peer while others have their hands on its node. */
export function accessMarksContract(make: MakeStore): void {
  describe('a suspended peer', () => {
    let fixture: StoreFixture;
    let store: StorePorts;
    let nodeId: NodeId;
    let ada: UserId;
    let peerId: PeerId;
    let up = 0n;

    beforeEach(async () => {
      fixture = await make();
      store = await fixture.open();
      nodeId = (await store.inventory.addNode(newNode('main'))).id;
      up = 0n;
      await poll(ADDRESS);
      ada = (await store.inventory.addUser(newUser('ada'))).id;
      peerId = (await store.inventory.findPeer('a'))?.id as PeerId;
      const from = fixture.clock.now();
      await store.inventory.assignPeers([{ peerId, userId: ada, from, countInCycle: false }]);
    });

    afterEach(async () => {
      await store.close();
      await fixture.dispose();
    });

    /** Shows the peer with that address, or off where it is empty; it has moved `bytes` up and twice as many down. */
    async function poll(address: string, bytes = 0n): Promise<void> {
      fixture.clock.advance(30_000);
      up += bytes;
      const allowedIps = address === '' ? [] : [address];
      const peers: PeerReading[] = [{ key: 'a', traffic: directed(up, 2n * up), allowedIps, isOff: address === '' }];
      await store.ledger.recordPoll(nodePoll(nodeId, fixture.clock.now(), [wg0({}, { peers })]));
    }

    async function cut(kept = ADDRESS): Promise<void> {
      await store.inventory.updateUser(ada, { active: false });
      const at = fixture.clock.now();
      await store.access.want([peerId], at);
      await store.access.begin([{ peerId, kept, isSecret: true, countsDropped: true }], at);
      await store.access.suspended([peerId], at);
    }

    const mark = async () => (await store.access.targets(nodeId))[0]?.mark;
    const used = async () => (await store.history.userTotals([ada])).get(ada)?.total ?? 0n;

    it('keeps what it is to get back while readings show it off, and while they were on their way during the cut', async () => {
      await cut();
      await poll(ADDRESS);
      expect(await mark()).toMatchObject({ phase: 'suspended', kept: ADDRESS });
      await poll('');
      await poll('');
      expect(await mark()).toMatchObject({ phase: 'suspended', kept: ADDRESS });
    });

    it('is no more Xpert’s to give back once readings showed it off, and then with addresses, also after a start', async () => {
      await cut();
      await poll('');
      await store.close();
      store = await fixture.open();
      await poll('10.9.9.9/32');
      await store.close();
      store = await fixture.open();
      await poll('');
      expect(await mark()).toMatchObject({ phase: 'suspended', kept: null, isKeptLost: false });
      await cut('10.9.9.9/32');
      await poll('10.9.9.9/32');
      expect(await mark()).toMatchObject({ phase: 'suspended', kept: '10.9.9.9/32' });
    });

    it('has what it carries after others gave it back in its usage, and nothing of what was dropped', async () => {
      await cut();
      await poll('');
      await poll('', 10n);
      expect([await used(), await mark()]).toMatchObject([0n, { dropped: 30n, overshoot: 0n }]);
      await poll(ADDRESS, 7n);
      expect([await used(), await mark()]).toMatchObject([21n, { dropped: 30n, overshoot: 21n }]);
    });
  });
}
