import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AsideItem } from '../../src/core/ledger/entry.ts';
import type { PeerId } from '../../src/core/units/ids.ts';
import {
  type MakeStore,
  newNode,
  newUser,
  nodePoll,
  open,
  report,
  type StoreFixture,
  type StorePorts,
  traffic,
  wg0,
} from './store-fixture.ts';

const TIB = 1024n ** 4n;
const NOBODY = { everybody: false, admin: null, names: [], count: 0, node: null, to: null, at: null };
const here = (name: string) => ({ name, deleted: false });
const gone = (name: string) => ({ name, deleted: true });

/** What the log of who did what names by an id is told in words, also after it was deleted. */
export function auditSubjectsContract(make: MakeStore): void {
  let fixture: StoreFixture;
  let store: StorePorts;

  beforeEach(async () => {
    fixture = await make();
    store = await fixture.open();
  });

  afterEach(async () => {
    await store.close();
    await fixture.dispose();
  });

  const now = () => fixture.clock.now();
  const about = async (action: string, subject: string | undefined, detail = {}) => {
    const entry = { at: now(), by: null, via: 'cli', action, subject: subject ?? '', detail };
    return (await store.audit.about([entry]))[0];
  };
  const by = { by: null, reason: null } as const;

  describe('what an entry names by an id', () => {
    it('is told of resets, done and planned', async () => {
      const alice = await store.inventory.addUser(newUser('alice'));
      const bob = await store.inventory.addUser(newUser('bob'));
      const userIds = [bob.id, alice.id];
      const mark = await store.ledger.reset({ scope: 'user', userIds, ...by });
      await store.inventory.deleteUser(bob.id, now());
      const names = [here('alice'), gone('bob')];
      expect(await about('usage.reset-undone', mark.id)).toEqual({ ...NOBODY, names, count: 2, at: mark.at });
      expect(await about('usage.reset', mark.id, { owner: 'rita' })).toMatchObject({ admin: 'rita', names });
      const all = await store.ledger.reset({ scope: 'all', userIds: [], ...by });
      expect(await about('usage.reset', all.id)).toMatchObject({ everybody: true, names: [] });
      const at = new Date(now().getTime() + 60_000);
      const plan = { scope: 'user', userIds, ownerId: null, half: null, at, ...by } as const;
      const { id } = await store.ledger.scheduleReset(plan);
      const planned = { ...NOBODY, names: names.toReversed(), count: 2, at };
      expect(await about('usage.reset-planned', id)).toEqual(planned);
      expect(await about('usage.reset-cancelled', id)).toEqual(planned);
      const account = { name: 'rita', role: 'reseller', passwordHash: '', createdAt: now() } as const;
      const { id: ownerId } = await store.identity.addAdmin(account);
      await store.inventory.addUser(newUser('carol', { ownerId }));
      await store.ledger.scheduleReset({ ...plan, scope: 'owner', userIds: [], ownerId });
      fixture.clock.advance(60_000);
      await store.heartbeat();
      const ofRita = (await store.history.resets(10, null)).items.find(({ scope }) => scope === 'owner');
      expect(await about('usage.reset', ofRita?.id)).toMatchObject({ admin: 'rita', names: [here('carol')] });
      expect([await about('usage.reset', 'none'), await about('user.created', 'alice')]).toEqual([null, null]);
    });

    it('is told of corrections, of what was set aside, of peers and of nodes', async () => {
      const alice = await store.inventory.addUser(newUser('alice'));
      const node = await store.inventory.addNode(newNode('vpn1'));
      const poll = (rx: bigint) => store.ledger.recordPoll(nodePoll(node.id, now(), [wg0({ a: [rx, 7n] })]));
      await poll(1n);
      fixture.clock.advance(60_000);
      await poll(11n * TIB);
      const [hugeReading, baseline] = [
        (await store.history.quarantine(10, null)).items[0],
        (await store.history.baselines(10, null)).items[0],
      ];
      const aside = { ...NOBODY, names: [here('a')], count: 1, node: here('vpn1') };
      expect(await about('quarantine.book', hugeReading?.id)).toEqual({ ...aside, at: hugeReading?.at });
      expect(await about('baseline.dismiss', baseline?.id)).toEqual({ ...aside, at: baseline?.at });
      const peerId = (await store.inventory.findPeer('a'))?.id as PeerId;
      const from = now();
      const detail = { userId: alice.id, from: from.toISOString() };
      expect(await about('peer.rebound', peerId, detail)).toEqual({ ...aside, to: here('alice'), at: from });
      await store.ledger.recordReports(open, [report({ userToken: 'alice-token', rx: 11n * TIB })]);
      const [ofAlice] = (await store.history.quarantine(1, null)).items;
      const item: AsideItem = { kind: 'quarantine', id: ofAlice?.id ?? '' };
      const { entry } = await store.ledger.decide(
        { item, decision: 'book', beforeXpert: false, reason: 'looked at', by: null },
        false,
      );
      await store.inventory.deleteUser(alice.id, now());
      await store.inventory.deleteNode(node.id, now());
      expect(await about('quarantine.dismiss', item.id)).toMatchObject({ names: [gone('alice')], node: null });
      expect(await about('usage.corrected', entry?.id)).toMatchObject({ names: [gone('alice')], at: entry?.at });
      const rule = { service: null, from: from.toISOString() };
      expect(await about('billing.rule-set', node.id, rule)).toEqual({ ...NOBODY, node: gone('vpn1'), at: from });
      expect(entry?.effect.traffic).toEqual(traffic(11n * TIB, 5));
    });
  });
}
