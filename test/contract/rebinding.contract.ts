import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Node } from '../../src/core/inventory/node.ts';
import type { User } from '../../src/core/inventory/peer.ts';
import type { NewRebinding } from '../../src/core/ledger/entry.ts';
import { FLAG } from '../../src/core/metering/flags.ts';
import type { EntryId, PeerId } from '../../src/core/units/ids.ts';
import {
  all,
  type MakeStore,
  newNode,
  newUser,
  nodePoll,
  type StoreFixture,
  type StorePorts,
  traffic,
  wg0,
} from './store-fixture.ts';

const HOUR = 3_600_000;
const NOON = Date.parse('2026-03-01T12:00:00Z');

/** The meaning of rebinding: a time of a peer goes to somebody else, with the bytes of that time. */
export function rebindingContract(make: MakeStore): void {
  let fixture: StoreFixture;
  let store: StorePorts;
  let node: Node;
  let ann: User;
  let ben: User;
  let peerId: PeerId;

  /** A peer of Ann's since 12:00; nothing is counted yet. */
  beforeEach(async () => {
    fixture = await make();
    store = await fixture.open();
    goTo(NOON - 1000);
    node = await store.inventory.addNode(newNode('main'));
    [ann, ben] = [await store.inventory.addUser(newUser('ann')), await store.inventory.addUser(newUser('ben'))];
    await poll(0, 0);
    goTo(NOON);
    peerId = (await store.inventory.findPeer('key-1'))?.id as PeerId;
    await assign(ann);
    await poll(0, 0);
  });

  afterEach(async () => {
    await store.close();
    await fixture.dispose();
  });

  const goTo = (ms: number): void => fixture.clock.advance(ms - fixture.clock.now().getTime());
  const at = (minutes: number): Date => new Date(NOON + minutes * 60_000);
  /** What the counter of the peer shows. */
  const poll = (rx: number, tx: number) =>
    store.ledger.recordPoll(nodePoll(node.id, fixture.clock.now(), [wg0({ 'key-1': [rx, tx] })]));
  const pollAt = async (minutes: number, rx: number, tx: number): Promise<void> => {
    goTo(NOON + minutes * 60_000);
    await poll(rx, tx);
  };
  const assign = (user: User | null) =>
    store.inventory.assignPeers([{ peerId, userId: user?.id ?? null, from: fixture.clock.now(), countInCycle: false }]);
  const wanted = (user: User | null, minutes: number, fields: Partial<NewRebinding> = {}): NewRebinding => {
    return { peerId, userId: user?.id ?? null, from: at(minutes), to: null, reason: 'a mistake', by: null, ...fields };
  };
  const rebind = async (user: User | null, minutes: number, fields: Partial<NewRebinding> = {}) =>
    (await store.ledger.rebind(wanted(user, minutes, fields), false)).entry?.id as EntryId;
  const undo = (id: EntryId) => store.ledger.undoEntry({ id, reason: 'not so', by: null }, false);
  const shown = async (...users: readonly User[]) => {
    const totals = await store.history.userTotals(users.map(({ id }) => id));
    return users.map(({ id }) => totals.get(id)?.total ?? 0n);
  };
  const nobodys = async () => (await store.history.unclaimed()).traffic.total;
  const between = async (user: User, fromMinutes: number, toMinutes: number) =>
    (await store.history.usageBetween(user.id, { from: at(fromMinutes), to: at(toMinutes) })).traffic;
  const chart = async (user: User) => {
    const query = { bucketSeconds: 900, by: 'total' as const, userId: user.id, nodeId: null, maxSeries: 5 };
    const [line] = (await store.history.series({ ...query, period: { from: at(0), to: at(240) } }, all)).series;
    return line?.traffic.flatMap((bucket, i) => (bucket?.total ? [[i, bucket.total, line.flags[i]]] : [])) ?? [];
  };
  const owner = async () => (await store.inventory.peer(peerId))?.userId;

  describe('a rebinding', () => {
    it('gives a peer away from a past instant on, with what was counted since, and is previewed', async () => {
      await pollAt(5, 10, 20);
      await pollAt(35, 110, 620);
      const asked = wanted(ben, 15);
      const preview = await store.ledger.rebind(asked, true);
      expect(preview.entry).toBeNull();
      expect(await shown(ann, ben)).toEqual([730n, 0n]);
      expect(await owner()).toBe(ann.id);
      const { entry, effect } = await store.ledger.rebind(asked, false);
      expect(effect).toEqual(preview.effect);
      // Of the 30 minutes to 12:35 the first 10 are Ann's.
      expect(effect.holders.map(({ userId, traffic: { rx, tx } }) => [userId, rx, tx])).toEqual([
        [ann.id, -67n, -400n],
        [ben.id, 67n, 400n],
      ]);
      expect(effect).toMatchObject({ traffic: traffic(0, 0), from: at(15), days: 1, wholeDays: 0, estimated: 0n });
      expect(entry).toMatchObject({ kind: 'rebinding', rebinding: { peerId, userId: ben.id, from: at(15), to: null } });
      expect(await shown(ann, ben)).toEqual([263n, 467n]);
      // Counters of monitoring neither fall nor count twice.
      const counters = new Map(
        (await store.history.lifetimeTotals()).map(({ userId, traffic: { total } }) => [userId, total]),
      );
      expect([counters.get(ann.id), counters.get(ben.id)]).toEqual([730n, 0n]);
      expect(await between(ben, 15, 45)).toEqual(traffic(67, 400));
      expect(await owner()).toBe(ben.id);
      await pollAt(40, 111, 622);
      expect(await shown(ann, ben)).toEqual([263n, 470n]);
    });

    it('parts a quarter of an hour by time, to the byte, and says how much of it that is', async () => {
      await pollAt(10, 101, 7);
      const { effect } = await store.ledger.rebind(wanted(ben, 3), true);
      // 7 of 10 minutes: 70.7 and 4.9 bytes.
      expect(effect.holders[1]?.traffic).toMatchObject({ rx: 71n, tx: 5n });
      expect(effect.estimated).toBe(76n);
      const id = await rebind(ben, 3, { to: at(6) });
      expect(await shown(ann, ben)).toEqual([108n - 32n, 32n]);
      expect(await owner()).toBe(ann.id);
      await undo(id);
      expect(await shown(ann, ben)).toEqual([108n, 0n]);
    });

    it('takes along what is known of the bytes, and what was corrected', async () => {
      await pollAt(2, 10, 20);
      await pollAt(62, 70, 80);
      const took = await store.ledger.correct(
        {
          subject: { kind: 'peer', peerId },
          carrier: null,
          from: at(20),
          to: at(21),
          traffic: traffic(-5, 0),
          reason: 'invented',
          by: null,
        },
        false,
      );
      const before = await chart(ann);
      await rebind(ben, 0);
      expect(await chart(ann)).toEqual([]);
      expect(await chart(ben)).toEqual(before);
      expect(before).toContainEqual([1, 25n, FLAG.estimated | FLAG.late | FLAG.correction]);
      await expect(undo(took.entry?.id as EntryId)).resolves.toBeDefined();
      expect(await shown(ann, ben)).toEqual([5n, 145n]);
    });

    it('is undone exactly, with what was counted since', async () => {
      await pollAt(5, 10, 20);
      await pollAt(35, 110, 620);
      const before = await chart(ann);
      const id = await rebind(ben, 11);
      await pollAt(40, 113, 627);
      const { effect, entry } = await undo(id);
      expect(effect.traffic).toEqual(traffic(0, 0));
      expect(entry).toMatchObject({ kind: 'rebinding', undoes: id, rebinding: null });
      expect((await chart(ann)).slice(0, 2)).toEqual(before.slice(0, 2));
      expect(await shown(ann, ben)).toEqual([740n, 0n]);
      expect(await owner()).toBe(ann.id);
      await pollAt(45, 114, 628);
      expect(await shown(ann, ben)).toEqual([742n, 0n]);
      await expect(undo(id)).rejects.toMatchObject({ code: 'already-undone' });
    });

    it('is not undone over later owners, nor to somebody deleted', async () => {
      await pollAt(5, 10, 20);
      const first = await rebind(ben, 1);
      await assign(null);
      await expect(undo(first)).rejects.toMatchObject({ code: 'owners-changed' });
      const second = await rebind(ann, 2);
      await expect(undo(first)).rejects.toMatchObject({ code: 'owners-changed' });
      await undo(second);
      expect(await owner()).toBeNull();
      const third = await rebind(ann, 3);
      const fourth = await rebind(ben, 4);
      await store.inventory.deleteUser(ann.id, fixture.clock.now());
      await expect(undo(fourth)).rejects.toMatchObject({ code: 'owners-changed' });
      await expect(undo(third)).rejects.toMatchObject({ code: 'owners-changed' });
      await expect(store.ledger.rebind(wanted(ann, 2), false)).rejects.toMatchObject({ code: 'not-found' });
    });

    it('puts bytes under the marks of their new owner, at their own time', async () => {
      await pollAt(10, 10, 20);
      await store.ledger.reset({ scope: 'user', userIds: [ben.id], by: null, reason: null });
      await pollAt(25, 40, 20);
      const id = await rebind(ben, 0);
      // The first 10 minutes, and the 5 minutes of a quarter that is parted by Ben's mark.
      expect(await between(ben, 0, 30)).toEqual(traffic(40, 20));
      const [after] = await shown(ben);
      expect(after).toBeGreaterThan(0n);
      expect(after).toBeLessThan(60n);
      await undo(id);
      expect(await shown(ann, ben)).toEqual([60n, 0n]);
    });

    it('moves days of which only the sum is left as a whole, or not at all', async () => {
      await pollAt(30, 100, 200);
      goTo(NOON + 3 * 24 * HOUR);
      await poll(100, 200);
      const { keepsFrom } = await store.ledger.previewCleanup(1);
      while ((await store.ledger.cleanupStep(keepsFrom, 1000)).remaining);
      await expect(store.ledger.rebind(wanted(ben, 10), false)).rejects.toMatchObject({ code: 'only-days-left' });
      expect(await shown(ann, ben)).toEqual([300n, 0n]);
      expect(await owner()).toBe(ann.id);
      const { entry, effect } = await store.ledger.rebind(wanted(ben, -12 * 60), false);
      expect(effect).toMatchObject({ wholeDays: 1, estimated: 0n });
      expect(await shown(ann, ben)).toEqual([0n, 300n]);
      expect(await between(ben, -12 * 60, 12 * 60)).toEqual(traffic(100, 200));
      await undo(entry?.id as EntryId);
      expect(await shown(ann, ben)).toEqual([300n, 0n]);
    });

    it('takes from nobody and gives to nobody; claimed history stays claimed', async () => {
      await pollAt(5, 10, 20);
      const gone = await rebind(null, 0);
      expect(await owner()).toBeNull();
      expect([await shown(ann, ben), await nobodys()]).toEqual([[0n, 0n], 30n]);
      await pollAt(15, 30, 20);
      expect(await nobodys()).toBe(50n);
      await assign(ann);
      await pollAt(20, 31, 20);
      expect(await shown(ann, ben)).toEqual([51n, 0n]);
      await expect(undo(gone)).rejects.toMatchObject({ code: 'owners-changed' });
      // Of the quarter that Ann claimed 10 of 15 minutes, and what she moved since then.
      await rebind(ben, 5);
      expect(await shown(ann, ben)).toEqual([17n, 34n]);
      expect((await store.history.usageBetween(ann.id, { from: at(0), to: at(30) })).inCycle.total).toBe(0n);
    });

    it('is refused where there is nothing to give, and changes nothing', async () => {
      await pollAt(5, 10, 20);
      const refused = (asked: NewRebinding) => store.ledger.rebind(asked, false).catch(({ code }) => code);
      expect(await refused(wanted(ann, 1))).toBe('already-theirs');
      expect(await refused(wanted(ben, 6))).toBe('invalid-input');
      expect(await refused(wanted(ben, 3, { to: at(3) }))).toBe('invalid-input');
      expect(await refused(wanted(ben, 3, { to: at(6) }))).toBe('invalid-input');
      expect(await refused(wanted(null, 3, { to: at(4) }))).toBe('invalid-input');
      expect(await refused(wanted(ben, 3, { peerId: 'no-such-peer' as PeerId }))).toBe('not-found');
      expect((await store.history.entries({ userId: null, limit: 10, cursor: null }, all)).items).toEqual([]);
      expect(await shown(ann, ben)).toEqual([30n, 0n]);
    });
  });
}
