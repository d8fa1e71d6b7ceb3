import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SourceLimitState } from '../../src/core/access/source-limit.ts';
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

/** What the port AccessStore remembers of limits that a source keeps by itself. */
export function sourceLimitsContract(make: MakeStore): void {
  describe('limits of a source', () => {
    let fixture: StoreFixture;
    let store: StorePorts;
    let nodeId: NodeId;
    let ada: UserId;
    let peerId: PeerId;

    beforeEach(async () => {
      fixture = await make();
      store = await fixture.open();
      nodeId = (await store.inventory.addNode(newNode('panel'))).id;
      await store.ledger.recordPoll(nodePoll(nodeId, fixture.clock.now(), [wg0({ a: [1, 2] })]));
      ada = (await store.inventory.addUser(newUser('ada'))).id;
      peerId = (await store.inventory.findPeer('a'))?.id as PeerId;
      const from = fixture.clock.now();
      await store.inventory.assignPeers([{ peerId, userId: ada, from, countInCycle: false }]);
    });

    afterEach(async () => {
      await store.close();
      await fixture.dispose();
    });

    it('are remembered to the byte and the millisecond, changed, and forgotten', async () => {
      const state: SourceLimitState = {
        ...{ userId: ada, period: '2026-01-01T00:00:00 0', since: new Date(1_767_225_600_123) },
        ...{ servicesBefore: 2n ** 53n + 1n, reportsBefore: 7n, isReached: true, givenBackAt: null },
      };
      expect(await store.access.sourceLimits(nodeId)).toEqual([{ peerId, key: 'a', state: null }]);
      await store.access.noteSourceLimits([{ peerId, state }]);
      expect(await store.access.sourceLimits(nodeId)).toEqual([{ peerId, key: 'a', state }]);
      expect(await store.access.targets(nodeId)).toMatchObject([{ key: 'a', reason: 'source-limit' }]);
      const givenBack = { ...state, isReached: false, givenBackAt: new Date(1_769_817_600_456) };
      await store.access.noteSourceLimits([{ peerId, state: givenBack }]);
      expect(await store.access.sourceLimits(nodeId)).toEqual([{ peerId, key: 'a', state: givenBack }]);
      expect(await store.access.targets(nodeId)).toEqual([]);
      await store.access.noteSourceLimits([{ peerId, state: null }]);
      expect(await store.access.sourceLimits(nodeId)).toEqual([{ peerId, key: 'a', state: null }]);
    });
  });
}
