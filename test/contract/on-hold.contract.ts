import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NodeId, UserId } from '../../src/core/units/ids.ts';
import { quota, terms } from './quota-store.contract.ts';
import {
  type MakeStore,
  newNode,
  newUser,
  nodePoll,
  report,
  type StoreFixture,
  type StorePorts,
  signed,
  wg0,
} from './store-fixture.ts';

/** What is a first use of somebody who is on hold, and what is not. */
export function onHoldContract(make: MakeStore): void {
  describe('users on hold', () => {
    let fixture: StoreFixture;
    let store: StorePorts;
    let nodeId: NodeId;
    let ada: UserId;
    let up = 0n;

    beforeEach(async () => {
      fixture = await make();
      store = await fixture.open();
      nodeId = (await store.inventory.addNode(newNode('main'))).id;
      up = 0n;
      await poll(0n);
      ada = (await store.inventory.addUser(newUser('ada'))).id;
      const peerId = (await store.inventory.findPeer('a'))?.id;
      if (peerId === undefined) throw new Error('no peer');
      const from = fixture.clock.now();
      await store.inventory.assignPeers([{ peerId, userId: ada, from, countInCycle: false }]);
    });

    afterEach(async () => {
      await store.close();
      await fixture.dispose();
    });

    const state = async () => (await store.inventory.user(ada))?.state;
    const standing = async () => (await store.quotas.standings([ada])).get(ada);
    const used = async () => (await standing())?.evaluation.quotas[0]?.used;

    /** Half a minute passes, and the peer has moved `bytes` up and twice as many down in it. */
    async function poll(bytes: bigint): Promise<void> {
      fixture.clock.advance(30_000);
      up += bytes;
      await store.ledger.recordPoll(nodePoll(nodeId, fixture.clock.now(), [wg0({ a: [up, 2n * up] })]));
      await store.quotas.judge();
    }

    async function hold(): Promise<void> {
      const change = { to: { terms: terms([quota(1_000n)], { cycle: { kind: 'none' } }) } };
      await store.quotas.entitle([ada], { ...change, begins: 'with-first-use' }, null);
      expect(await state()).toBe('on-hold');
    }

    it('do not begin with what they carried before, read after; with what they carry then they do', async () => {
      await poll(5n);
      fixture.clock.advance(10_000);
      await hold();
      await poll(7n);
      expect([await state(), await used()]).toEqual(['on-hold', 36n]);
      await poll(0n);
      expect(await state()).toBe('on-hold');
      await poll(1n);
      expect([await state(), await used()]).toEqual(['active', 39n]);
      expect((await standing())?.startedAt).toEqual(fixture.clock.now());
    });

    it('do not begin with reports of a time before; later ones of a time since do', async () => {
      await hold();
      const at = fixture.clock.now().getTime();
      fixture.clock.advance(3_600_000);
      await store.quotas.judge();
      const ofMinute = (ms: number) =>
        report({ userToken: 'ada-token', periodStart: new Date(ms), periodEnd: new Date(ms + 60_000) });
      await store.ledger.recordReports(signed, [ofMinute(at - 7_200_000)]);
      await store.ledger.recordReports(signed, [ofMinute(at - 30_000)]);
      expect([await state(), await used()]).toEqual(['on-hold', 16n]);
      await store.ledger.recordReports(signed, [ofMinute(at + 60_000)]);
      expect(await state()).toBe('active');
    });

    it('stay on hold since the same moment when something else of them changes, also after a start', async () => {
      await hold();
      const at = fixture.clock.now().getTime();
      fixture.clock.advance(60_000);
      await store.quotas.entitle([ada], { to: { terms: terms([quota(2_000n)], { cycle: { kind: 'none' } }) } }, null);
      await store.close();
      store = await fixture.open();
      await store.quotas.judge();
      expect(await state()).toBe('on-hold');
      const [before, since] = [at - 1, at].map((ms) =>
        report({ userToken: 'ada-token', periodStart: new Date(ms), periodEnd: new Date(ms + 1) }),
      );
      await store.ledger.recordReports(signed, before === undefined ? [] : [before]);
      expect(await state()).toBe('on-hold');
      await store.ledger.recordReports(signed, since === undefined ? [] : [since]);
      expect(await state()).toBe('active');
    });

    it('put on hold once more, they begin with what is carried from then on', async () => {
      await hold();
      await poll(1n);
      await poll(1n);
      expect(await state()).toBe('active');
      fixture.clock.advance(10_000);
      await hold();
      await poll(1n);
      expect(await state()).toBe('on-hold');
      await poll(1n);
      expect(await state()).toBe('active');
    });
  });
}
