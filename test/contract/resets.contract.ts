import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { User } from '../../src/core/inventory/peer.ts';
import type { NewScheduledReset, ResetRequest } from '../../src/core/ledger/usage-ledger.ts';
import type { PeerId, ResetId, ScheduledResetId, UserId } from '../../src/core/units/ids.ts';
import {
  all,
  lastDays,
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

/** Halves of usage, previews and planned resets; marks themselves are told in usage-ledger.contract.ts. */
export function resetsContract(make: MakeStore): void {
  let fixture: StoreFixture;
  let store: StorePorts;
  let alice: User;
  let bob: User;

  beforeEach(async () => {
    fixture = await make();
    store = await fixture.open();
    alice = await store.inventory.addUser(newUser('alice'));
    bob = await store.inventory.addUser(newUser('bob'));
  });

  afterEach(async () => {
    await store.close();
    await fixture.dispose();
  });

  const now = () => fixture.clock.now();
  const minutes = (n: number): void => fixture.clock.advance(n * 60_000);
  const inMinutes = (n: number) => new Date(now().getTime() + n * 60_000);
  const shown = async (id: UserId = alice.id) => (await store.history.userTotals([id])).get(id);
  const send = (token = 'alice-token', fields = {}) =>
    store.ledger.recordReports(open, [report({ userToken: token, ...fields })]);
  const reset = (fields: Partial<ResetRequest> = {}) =>
    store.ledger.reset({ scope: 'user', userIds: [alice.id], by: null, reason: null, ...fields });
  const plan = (at: Date, fields: Partial<NewScheduledReset> = {}) =>
    store.ledger.scheduleReset({
      scope: 'user',
      userIds: [alice.id],
      ownerId: null,
      half: null,
      at,
      by: null,
      reason: 'a new month',
      ...fields,
    });
  const planned = async () => (await store.history.scheduledResets(10, null)).items;
  const marks = async () => (await store.history.resets(10, null)).items;

  /** Alice's peer moves 10 and 20 bytes a minute. */
  const meter = async () => {
    const node = await store.inventory.addNode(newNode('vpn1'));
    let read = 0;
    const poll = () => {
      const counters = wg0({ a: [10 * read, 20 * read] });
      read++;
      return store.ledger.recordPoll(nodePoll(node.id, now(), [counters]));
    };
    await poll();
    const peerId = (await store.inventory.findPeer('a'))?.id as PeerId;
    await store.inventory.assignPeers([{ peerId, userId: alice.id, from: now(), countInCycle: false }]);
    return async () => {
      minutes(1);
      await poll();
    };
  };

  describe('a reset of one half', () => {
    const halves = async () => {
      const of = (half: 'services' | 'reports') => store.history.summary(null, all, half).then((sum) => sum.traffic);
      return [await of('services'), await of('reports'), await shown()];
    };

    it('leaves the other half alone, and undone gives old plus new', async () => {
      const moreMetered = await meter();
      await moreMetered();
      await send();
      expect(await halves()).toEqual([traffic(10, 20), traffic(3, 5), traffic(13, 25)]);
      const mark = await reset({ half: 'reports' });
      expect(mark).toMatchObject({ half: 'reports', users: 1 });
      expect(await halves()).toEqual([traffic(10, 20), traffic(0, 0), traffic(10, 20)]);
      await moreMetered();
      await send();
      expect(await halves()).toEqual([traffic(20, 40), traffic(3, 5), traffic(23, 45)]);
      await store.ledger.undoReset(mark.id, null);
      expect(await halves()).toEqual([traffic(20, 40), traffic(6, 10), traffic(26, 50)]);
      await reset({ half: 'services' });
      expect(await halves()).toEqual([traffic(0, 0), traffic(6, 10), traffic(6, 10)]);
    });

    it('overlaps with resets of everything, undone in any order', async () => {
      const moreMetered = await meter();
      const step = async () => {
        await moreMetered();
        await send();
      };
      await step();
      const reports = await reset({ half: 'reports' });
      await step();
      const whole = await reset();
      await step();
      const everybody = await reset({ scope: 'all', userIds: [] });
      await step();
      expect(await halves()).toEqual([traffic(10, 20), traffic(3, 5), traffic(13, 25)]);
      await store.ledger.undoReset(whole.id, null);
      await store.ledger.undoReset(everybody.id, null);
      expect(await halves()).toEqual([traffic(40, 80), traffic(9, 15), traffic(49, 95)]);
      await store.ledger.undoReset(reports.id, null);
      expect(await halves()).toEqual([traffic(40, 80), traffic(12, 20), traffic(52, 100)]);
    });

    it('is never of everybody', async () => {
      await expect(reset({ scope: 'all', userIds: [], half: 'reports' })).rejects.toMatchObject({
        code: 'invalid-input',
      });
      expect(await marks()).toEqual([]);
    });
  });

  describe('a preview', () => {
    it('says what a reset would do and changes nothing', async () => {
      await send();
      await send('bob-token', { rx: 100n, tx: 200n });
      await send('ghost');
      const one = { scope: 'user', userIds: [alice.id], by: null, reason: null } as const;
      expect(await store.ledger.previewReset(one)).toEqual({
        users: 1,
        shownBefore: traffic(3, 5),
        shownAfter: traffic(0, 0),
        unclaimedBefore: traffic(0, 0),
        unclaimedAfter: traffic(0, 0),
        most: [{ userId: alice.id, shownBefore: traffic(3, 5), shownAfter: traffic(0, 0) }],
        access: { restored: 0, cutOff: 0, names: [] },
      });
      expect(await store.ledger.previewReset({ ...one, scope: 'all', userIds: [] })).toMatchObject({
        users: 2,
        shownBefore: traffic(106, 210),
        shownAfter: traffic(0, 0),
        unclaimedBefore: traffic(3, 5),
        most: [{ userId: bob.id }, { userId: alice.id }],
      });
      expect(await shown()).toEqual(traffic(3, 5));
      expect(await marks()).toEqual([]);
    });

    it('says what undoing would bring back', async () => {
      await send();
      const mark = await reset();
      await send('alice-token', { rx: 1n, tx: 1n });
      expect(await store.ledger.previewUndoReset(mark.id)).toMatchObject({
        users: 1,
        shownBefore: traffic(1, 1),
        shownAfter: traffic(4, 6),
      });
      expect(await shown()).toEqual(traffic(1, 1));
      const later = await reset();
      // Hidden by the later one as well.
      expect(await store.ledger.previewUndoReset(mark.id)).toMatchObject({ users: 0, shownAfter: traffic(0, 0) });
      await store.ledger.undoReset(later.id, null);
      await expect(store.ledger.previewUndoReset(later.id)).rejects.toMatchObject({ code: 'already-undone' });
      await expect(store.ledger.previewUndoReset('none' as ResetId)).rejects.toMatchObject({ code: 'not-found' });
    });
  });

  describe('a planned reset', () => {
    it('happens once, at its instant', async () => {
      await send();
      const { id } = await plan(inMinutes(30));
      expect(await planned()).toMatchObject([{ id, at: inMinutes(30), resetId: null, reason: 'a new month' }]);
      minutes(29);
      await store.heartbeat();
      expect(await shown()).toEqual(traffic(3, 5));
      minutes(1);
      await store.heartbeat();
      expect(await shown()).toEqual(traffic(0, 0));
      await send();
      minutes(60);
      await store.heartbeat();
      expect(await shown()).toEqual(traffic(3, 5));
      const [mark] = await marks();
      expect(mark).toMatchObject({ at: new Date('2026-03-01T12:30:00Z'), reason: 'a new month', users: 1 });
      expect(await planned()).toMatchObject([{ id, resetId: mark?.id }]);
      expect((await store.audit.read(5, null)).items).toMatchObject([{ via: 'system', action: 'usage.reset' }]);
      await store.ledger.undoReset(mark?.id as ResetId, null);
      expect(await shown()).toEqual(traffic(6, 10));
    });

    it('comes before whatever is called after its instant', async () => {
      await send();
      await plan(inMinutes(1));
      minutes(2);
      await Promise.all([send(), reset({ userIds: [bob.id] })]);
      expect(await shown()).toEqual(traffic(3, 5));
      expect((await marks()).map(({ at }) => at.toISOString())).toEqual([
        '2026-03-01T12:02:00.000Z',
        '2026-03-01T12:01:00.000Z',
      ]);
    });

    it('happens after a time in which Xpert did not run, and cuts what is caught up at its instant', async () => {
      const moreMetered = await meter();
      await moreMetered();
      await plan(inMinutes(14));
      await store.close();
      minutes(29);
      store = await fixture.open();
      await moreMetered();
      // Of 30 minutes 14 lie before the mark.
      expect(await shown()).toEqual(traffic(5, 11));
      expect(await marks()).toHaveLength(1);
      await store.close();
      store = await fixture.open();
      await store.heartbeat();
      expect(await marks()).toHaveLength(1);
    });

    it('of an admin’s users is of those that the admin has then', async () => {
      const fields = { role: 'reseller', passwordHash: '', createdAt: now() } as const;
      const rita = await store.identity.addAdmin({ ...fields, name: 'rita' });
      await plan(inMinutes(5), { scope: 'owner', userIds: [], ownerId: rita.id });
      await send();
      await send('bob-token');
      await store.inventory.updateUser(bob.id, { ownerId: rita.id });
      minutes(5);
      await store.heartbeat();
      expect([await shown(), await shown(bob.id)]).toEqual([traffic(3, 5), traffic(0, 0)]);
    });

    it('that a reseller planned leaves alone who belongs to somebody else by then', async () => {
      const fields = { role: 'reseller', passwordHash: '', createdAt: now() } as const;
      const rita = await store.identity.addAdmin({ ...fields, name: 'rita' });
      const otto = await store.identity.addAdmin({ ...fields, name: 'otto' });
      await store.inventory.updateUser(alice.id, { ownerId: rita.id });
      await store.inventory.updateUser(bob.id, { ownerId: rita.id });
      await plan(inMinutes(5), { userIds: [alice.id, bob.id], by: rita.id });
      await send();
      await send('bob-token');
      await store.inventory.updateUser(alice.id, { ownerId: otto.id });
      minutes(5);
      await store.heartbeat();
      expect([await shown(), await shown(bob.id)]).toEqual([traffic(3, 5), traffic(0, 0)]);
      expect(await marks()).toMatchObject([{ users: 1, by: rita.id }]);
    });

    it('is cancelled, once, and not after it was done', async () => {
      const { id } = await plan(inMinutes(5));
      const other = await plan(inMinutes(6), { half: 'reports' });
      expect(await store.ledger.cancelScheduledReset(id, null)).toMatchObject({ cancelledAt: now() });
      await expect(store.ledger.cancelScheduledReset(id, null)).rejects.toMatchObject({ code: 'already-done' });
      minutes(7);
      await store.heartbeat();
      expect(await marks()).toMatchObject([{ half: 'reports' }]);
      await expect(store.ledger.cancelScheduledReset(other.id, null)).rejects.toMatchObject({ code: 'already-done' });
      await expect(store.ledger.cancelScheduledReset('none' as ScheduledResetId, null)).rejects.toMatchObject({
        code: 'not-found',
      });
    });

    it('lies ahead, and names users that exist', async () => {
      await expect(plan(now())).rejects.toMatchObject({ details: { pointer: '/at' } });
      await expect(plan(inMinutes(1), { userIds: ['x' as UserId] })).rejects.toMatchObject({ code: 'not-found' });
      const everybody = { scope: 'all', userIds: [], half: 'reports' } as const;
      await expect(plan(inMinutes(1), everybody)).rejects.toMatchObject({ details: { pointer: '/half' } });
      expect(await planned()).toEqual([]);
    });

    it('several at once happen in the order of their instants', async () => {
      await plan(inMinutes(20), { reason: 'second' });
      await plan(inMinutes(10), { reason: 'first', scope: 'all', userIds: [] });
      minutes(60);
      await store.heartbeat();
      expect((await marks()).map(({ reason }) => reason)).toEqual(['second', 'first']);
      expect((await store.history.scheduledResets(1, null)).nextCursor).not.toBeNull();
    });
  });

  it('charts show the mark as a line and keep everything', async () => {
    await send();
    await reset({ half: 'reports', reason: 'external' });
    const query = { period: lastDays(2, fixture.clock), bucketSeconds: 900, by: 'total' as const, nodeId: null };
    const chart = await store.history.series({ ...query, userId: alice.id, maxSeries: 1 }, all);
    expect(chart.marks).toMatchObject([{ kind: 'reset', label: 'external' }]);
    expect(chart.series[0]?.traffic.reduce((sum, bucket) => sum + (bucket?.total ?? 0n), 0n)).toBe(8n);
  });
}
