import { describe, expect, it } from 'vitest';
import type { User } from '../../src/core/inventory/peer.ts';
import type { ResetMark } from '../../src/core/ledger/usage-ledger.ts';
import { FLAG } from '../../src/core/metering/flags.ts';
import type { PeerId, ResetId, UserId } from '../../src/core/units/ids.ts';
import { all, lastDays, type MakeStore, open, report, traffic, wg0 } from './store-fixture.ts';
import { storeWorld } from './store-world.ts';

/** Reset marks, gaps, and a backup of everything. Every engine passes it. */
export function usageLedgerContract(make: MakeStore): void {
  const at = storeWorld(make);
  const { month, summary, addUser, addNode, totalOf, minutes, poll, reopen } = at;

  describe('reset marks', () => {
    const resetAll = (): Promise<ResetMark> =>
      at.store.ledger.reset({ scope: 'all', userIds: [], by: null, reason: null });
    const resetUser = (...users: User[]): Promise<ResetMark> =>
      at.store.ledger.reset({ scope: 'user', userIds: users.map(({ id }) => id), by: null, reason: 'asked' });

    it('show exactly 0 right after, count anew, and undo gives old plus new', async () => {
      const alice = await addUser('alice');
      await at.store.ledger.recordReports(open, [report(), report({ userToken: 'ghost' })]);
      const mark = await resetAll();
      expect(mark).toMatchObject({ scope: 'all', users: 1, at: at.fixture.clock.now(), undoneAt: null });
      expect(await summary()).toMatchObject({ users: 0, servers: 0, connections: 0, traffic: traffic(0, 0) });
      expect(await totalOf(alice.id)).toEqual(traffic(0, 0));
      expect(await at.store.history.topHolders(month(), 10, all)).toEqual([]);
      await at.store.ledger.recordReports(open, [report({ rx: 1n, tx: 2n })]);
      expect(await totalOf(alice.id)).toEqual(traffic(1, 2));
      expect(await at.store.ledger.undoReset(mark.id, null)).toMatchObject({ undoneAt: at.fixture.clock.now() });
      expect(await totalOf(alice.id)).toEqual(traffic(4, 7));
      expect(await summary()).toMatchObject({ users: 2, traffic: traffic(7, 12), unclaimed: traffic(3, 5) });
    });

    it('in the same turn as reports keep the order of the calls', async () => {
      const alice = await addUser('alice');
      await Promise.all([
        at.store.ledger.recordReports(open, [report({ rx: 100n, tx: 200n })]),
        resetAll(),
        at.store.ledger.recordReports(open, [report({ rx: 1n, tx: 2n })]),
      ]);
      expect(await totalOf(alice.id)).toEqual(traffic(1, 2));
    });

    it('of one user leave the others alone, in global figures too', async () => {
      const alice = await addUser('alice');
      const bob = await addUser('bob');
      await at.store.ledger.recordReports(open, [report(), report({ userToken: 'bob-token', rx: 10n, tx: 20n })]);
      const mark = await resetUser(alice);
      expect(mark).toMatchObject({ users: 1, reason: 'asked' });
      expect(await totalOf(alice.id)).toEqual(traffic(0, 0));
      expect(await totalOf(bob.id)).toEqual(traffic(10, 20));
      expect(await summary()).toMatchObject({ users: 1, traffic: traffic(10, 20), connections: 1 });
      await at.store.ledger.undoReset(mark.id, null);
      expect(await summary()).toMatchObject({ users: 2, traffic: traffic(13, 25), connections: 2 });
    });

    it('overlap and are undone in any order', async () => {
      const alice = await addUser('alice');
      const send = (n: bigint) => at.store.ledger.recordReports(open, [report({ rx: n, tx: 2n * n })]);
      await send(1n);
      const first = await resetAll();
      await send(10n);
      const second = await resetUser(alice);
      await send(100n);
      const third = await resetAll();
      await send(1000n);
      const shown = async () => [(await totalOf(alice.id))?.rx, (await summary()).traffic.rx];
      expect(await shown()).toEqual([1000n, 1000n]);
      await at.store.ledger.undoReset(third.id, null);
      expect(await shown()).toEqual([1100n, 1100n]);
      await at.store.ledger.undoReset(first.id, null);
      expect(await shown()).toEqual([1100n, 1100n]);
      await at.store.ledger.undoReset(second.id, null);
      expect(await shown()).toEqual([1111n, 1111n]);
      await reopen();
      expect(await shown()).toEqual([1111n, 1111n]);
    });

    it('leave late bytes in the segment of their time', async () => {
      const alice = await addUser('alice');
      const before = at.fixture.clock.now();
      minutes(60);
      await resetAll();
      minutes(60);
      const late = { periodStart: before, periodEnd: new Date(before.getTime() + 60_000) };
      await at.store.ledger.recordReports(open, [report({ rx: 50n, tx: 70n, ...late })]);
      expect(await totalOf(alice.id)).toEqual(traffic(0, 0));
      expect((await summary()).traffic).toEqual(traffic(0, 0));
    });

    it('never touch charts, lifetime totals or the records themselves', async () => {
      await addUser('alice');
      await at.store.ledger.recordReports(open, [report()]);
      const before = await at.store.history.database();
      await resetAll();
      const from = new Date(at.fixture.clock.now().getTime() - 3_600_000);
      const to = new Date(at.fixture.clock.now().getTime() + 1);
      const query = { bucketSeconds: 900, by: 'total', userId: null, nodeId: null, maxSeries: 3 } as const;
      const chart = await at.store.history.series({ ...query, period: { from, to } }, all);
      expect(chart.series[0]?.traffic.at(-1)).toEqual(traffic(3, 5));
      expect(chart.marks).toEqual([{ at: at.fixture.clock.now(), kind: 'reset', label: 'all' }]);
      expect(await at.store.history.lifetimeTotals()).toMatchObject([{ name: 'alice', traffic: traffic(3, 5) }]);
      expect(await at.store.history.database()).toMatchObject({ records: before.records, days: before.days });
    });

    it('are listed newest first, and unknown or undone ones are refused', async () => {
      const alice = await addUser('alice');
      const first = await resetAll();
      const second = await resetUser(alice);
      const page = await at.store.history.resets(1, null);
      expect(page.items.map(({ id }) => id)).toEqual([second.id]);
      expect((await at.store.history.resets(1, page.nextCursor)).items.map(({ id }) => id)).toEqual([first.id]);
      await at.store.ledger.undoReset(first.id, null);
      await expect(at.store.ledger.undoReset(first.id, null)).rejects.toMatchObject({ code: 'already-undone' });
      await expect(at.store.ledger.undoReset('none' as ResetId, null)).rejects.toMatchObject({ code: 'not-found' });
      const nobody = { scope: 'user', userIds: ['none' as UserId], by: null, reason: null } as const;
      await expect(at.store.ledger.reset(nobody)).rejects.toMatchObject({ code: 'not-found' });
    });

    it('hide claimed history from before them, too', async () => {
      await at.store.ledger.recordReports(open, [report({ userToken: 'ghost' })]);
      const mark = await resetAll();
      const user = await addUser('gustav', { userToken: 'ghost', createdAt: at.fixture.clock.now() });
      expect(await totalOf(user.id)).toEqual(traffic(0, 0));
      await at.store.ledger.undoReset(mark.id, null);
      expect(await totalOf(user.id)).toEqual(traffic(3, 5));
    });
  });

  describe('gaps', () => {
    const gaps = () => at.store.history.gaps(lastDays(2, at.fixture.clock));

    it('last from the last complete poll to the next', async () => {
      const node = await addNode('vpn1');
      await poll(node.id, [wg0({ a: [1, 2] })]);
      const lastComplete = at.fixture.clock.now();
      minutes(1);
      const failure = { nodeId: node.id, at: at.fixture.clock.now(), durationMs: 5, code: 'ssh-refused', hint: null };
      await at.store.ledger.recordFailedPoll({ ...failure, message: 'The node refused the connection.' });
      expect(await gaps()).toEqual([
        {
          nodeId: node.id,
          serviceId: null,
          from: lastComplete,
          to: null,
          isLast: false,
          reason: 'failed',
          message: 'The node refused the connection.',
        },
      ]);
      expect(await at.store.inventory.pollStates()).toMatchObject([
        { outcome: 'failed', failures: 1, code: 'ssh-refused', lastCompleteAt: lastComplete },
      ]);
      minutes(1);
      await poll(node.id, [wg0({ a: [5, 9] })], { poll: { complete: false } });
      expect((await gaps())[0]).toMatchObject({ to: null });
      minutes(1);
      await poll(node.id, [wg0({ a: [6, 10] })]);
      expect(await gaps()).toMatchObject([{ from: lastComplete, to: at.fixture.clock.now() }]);
      expect(await at.store.inventory.pollStates()).toMatchObject([{ outcome: 'complete', failures: 0, code: null }]);
      expect((await summary()).traffic).toEqual(traffic(5, 8));
    });

    it('are drawn as unknown, never as 0, and the catching up is late', async () => {
      const node = await addNode('vpn1');
      await poll(node.id, [wg0({ a: [0, 0] })]);
      const from = at.fixture.clock.now();
      minutes(1);
      await at.store.ledger.recordFailedPoll({
        ...{ nodeId: node.id, at: at.fixture.clock.now(), durationMs: 5, code: 'x', message: 'silent', hint: null },
      });
      minutes(59);
      const query = { bucketSeconds: 900, by: 'node', userId: null, nodeId: node.id, maxSeries: 5 } as const;
      const chart = async () => {
        const to = new Date(from.getTime() + 60 * 60_000);
        const { series, gaps } = await at.store.history.series({ ...query, period: { from, to } }, all);
        return { traffic: series[0]?.traffic, flags: series[0]?.flags, gaps: gaps.length };
      };
      const dark = await at.store.history.series(
        { ...query, by: 'total', period: { from, to: at.fixture.clock.now() } },
        all,
      );
      expect(dark.series[0]?.traffic).toEqual([null, null, null, null]);
      await poll(node.id, [wg0({ a: [400, 800] })]);
      expect(await chart()).toEqual({
        traffic: [traffic(100, 200), traffic(100, 200), traffic(100, 200), traffic(100, 200)],
        flags: [5, 5, 5, 4].map((_, i) => (i < 3 ? FLAG.late | FLAG.estimated : FLAG.estimated)),
        gaps: 1,
      });
    });

    it('of a user’s only node leave the user’s bytes unknown, whatever other nodes say', async () => {
      const [dark, bright] = [await addNode('dark'), await addNode('bright')];
      const other = { identity: 'other-public-key', name: 'wg1' };
      const readBoth = async () => {
        await poll(dark.id, [wg0({ a: [1, 2] })]);
        await poll(bright.id, [wg0({ b: [1, 2] }, other)]);
      };
      await readBoth();
      const [alice, bob] = [await addUser('alice'), await addUser('bob')];
      for (const [key, { id }] of [['a', alice] as const, ['b', bob] as const]) {
        const peer = (await at.store.inventory.findPeer(key)) as { id: PeerId };
        await at.store.inventory.assignPeers([
          { peerId: peer.id, userId: id, from: at.fixture.clock.now(), countInCycle: true },
        ]);
      }
      const from = at.fixture.clock.now();
      minutes(1);
      const failure = { durationMs: 5, code: 'x', message: 'silent', hint: null };
      await at.store.ledger.recordFailedPoll({ nodeId: dark.id, at: at.fixture.clock.now(), ...failure });
      minutes(29);
      await poll(bright.id, [wg0({ b: [1, 2] }, other)]);
      const chart = async (userId: UserId) => {
        const period = { from, to: at.fixture.clock.now() };
        const query = { period, bucketSeconds: 900, by: 'total', userId, nodeId: null, maxSeries: 5 } as const;
        const { series, gaps } = await at.store.history.series(query, all);
        const totals = series.map((line) => line.traffic.map((each) => each?.total));
        return { totals, gaps: gaps.map(({ nodeId }) => nodeId) };
      };
      expect(await chart(alice.id)).toEqual({ totals: [[undefined, undefined]], gaps: [dark.id] });
      // Nor is a gap of a node that carries nothing of theirs told to anybody.
      expect(await chart(bob.id)).toEqual({ totals: [[0n, 0n]], gaps: [] });
    });

    it('are not opened for a node that was deleted while it was read', async () => {
      const node = await addNode('vpn1');
      await poll(node.id, [wg0({ a: [1, 2] })]);
      minutes(1);
      await at.store.inventory.deleteNode(node.id, at.fixture.clock.now());
      const failure = { durationMs: 5, code: 'not-found', message: 'There is no node.', hint: null };
      await at.store.ledger.recordFailedPoll({ nodeId: node.id, at: at.fixture.clock.now(), ...failure });
      expect(await gaps()).toEqual([]);
    });

    it('cover the time in which Xpert did not run', async () => {
      const node = await addNode('vpn1');
      await poll(node.id, [wg0({ a: [1, 2] })]);
      minutes(1);
      await at.store.heartbeat();
      const stopped = at.fixture.clock.now();
      minutes(30);
      await reopen();
      expect(await gaps()).toMatchObject([{ nodeId: node.id, from: stopped, to: null, reason: 'not-running' }]);
      await poll(node.id, [wg0({ a: [3, 5] })]);
      expect(await gaps()).toMatchObject([{ from: stopped, to: at.fixture.clock.now() }]);
      expect((await summary()).traffic).toEqual(traffic(2, 3));
    });

    it('cover the time in which tracking was off; then there is a new baseline', async () => {
      const node = await addNode('vpn1');
      await poll(node.id, [wg0({ a: [1, 2] })]);
      // What flows from here on is not counted: nobody sees whether it belongs before or after.
      const lastRead = at.fixture.clock.now();
      minutes(1);
      const off = await at.store.ledger.setTracking(false, null);
      expect(off).toEqual({ enabled: false, since: at.fixture.clock.now(), period: 0 });
      minutes(1);
      expect(await poll(node.id, [wg0({ a: [100, 200] })])).toEqual({ services: [], trackingOff: true });
      minutes(1);
      const on = await at.store.ledger.setTracking(true, null);
      expect(on).toEqual({ enabled: true, since: at.fixture.clock.now(), period: expect.any(Number) });
      expect(on.period).toBeGreaterThan(off.period);
      expect(await at.store.ledger.setTracking(true, null)).toEqual(on);
      await reopen();
      minutes(1);
      await poll(node.id, [wg0({ a: [500, 900], late: [7, 8] })]);
      expect((await summary()).traffic).toEqual(traffic(0, 0));
      expect(await gaps()).toMatchObject([{ from: lastRead, to: at.fixture.clock.now(), reason: 'tracking-off' }]);
      minutes(1);
      await poll(node.id, [wg0({ a: [501, 903], late: [7, 8] })]);
      expect((await summary()).traffic).toEqual(traffic(1, 3));
    });

    it('end with the first reading that began after tracking came back, whatever the wall clock was set to', async () => {
      for (const hours of [-5, 0, 5]) {
        const { id } = await addNode(`vpn${hours}`);
        const key = `key of ${hours}`;
        await poll(id, [wg0({ a: [1, 2] }, { identity: key })]);
        const { period: before } = await at.store.ledger.setTracking(false, null);
        at.fixture.clock.step(hours * 3_600_000);
        minutes(1);
        const { period } = await at.store.ledger.setTracking(true, null);
        at.fixture.clock.step(-hours * 3_600_000);
        await reopen();
        minutes(1);
        const late = await poll(id, [wg0({ a: [300, 500] }, { identity: key })], { trackingPeriod: before });
        expect(late).toEqual({ services: [], trackingOff: true });
        minutes(1);
        await poll(id, [wg0({ a: [500, 900], late: [7, 8] }, { identity: key })], { trackingPeriod: period });
        minutes(1);
        await poll(id, [wg0({ a: [501, 903], late: [8, 8], new: [1, 1] }, { identity: key })]);
      }
      // Each time 1 and 3 of `a`, 1 of `late`, 1 and 1 of `new`.
      expect((await summary()).traffic).toEqual(traffic(9, 12));
      const closed = (await gaps()).filter(({ to }) => to !== null);
      expect(closed.map(({ reason }) => reason)).toEqual(['tracking-off', 'tracking-off', 'tracking-off']);
    });
  });

  it('a backup is a whole ledger of its own', async () => {
    await addUser('alice');
    await at.store.ledger.recordReports(open, [report()]);
    const { mkdtempSync, rmSync } = await import('node:fs');
    const folder = mkdtempSync('/tmp/xpert-backup-');
    try {
      if (at.fixture.writesCopies === false) {
        const refused = at.store.ledger.backup(`${folder}/copy.db`);
        await expect(refused).rejects.toMatchObject({
          code: 'backup-elsewhere',
          hint: expect.stringContaining('pg_dump'),
        });
        return;
      }
      const { path, bytes } = await at.store.ledger.backup(`${folder}/copy.db`);
      expect(path).toBe(`${folder}/copy.db`);
      expect(bytes).toBeGreaterThan(4096);
      await expect(at.store.ledger.backup(path)).rejects.toMatchObject({ code: 'file-exists' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
