import { describe, expect, it } from 'vitest';
import type { HolderQuery } from '../../src/core/ledger/usage-history.ts';
import type { UserId } from '../../src/core/units/ids.ts';
import { all, lastDays, type MakeStore, open, report, traffic, wg0 } from './store-fixture.ts';
import { storeWorld } from './store-world.ts';

/** What is shown of usage: connections, days, charts and sums. Every engine passes it. */
export function shownUsageContract(make: MakeStore): void {
  const at = storeWorld(make);
  const { month, summary, addUser, addNode, totalOf, minutes, poll, userCarriers, reopen } = at;

  describe('connections', () => {
    it('are hours in which a user moved bytes over a server and port, whatever the protocol', async () => {
      const alice = await addUser('alice');
      const send = (fields = {}) => at.store.ledger.recordReports(open, [report(fields)]);
      await send();
      await send({ protocol: 'trojan' });
      minutes(10);
      await send();
      minutes(60);
      await send();
      await send({ port: 8443 });
      expect(await summary()).toMatchObject({ connections: 3, servers: 2, protocols: 2 });
      expect(await userCarriers(alice.id)).toMatchObject([
        { port: 443, protocol: 'vless', connections: 2 },
        { connections: expect.any(Number) },
        { connections: expect.any(Number) },
      ]);
      await reopen();
      await send();
      expect(await summary()).toMatchObject({ connections: 3 });
    });
  });

  describe('days', () => {
    it('of another zone begin with the next midnight; days before stay as they were', async () => {
      await at.beginIn('UTC', '2026-03-10T20:00:00Z');
      await at.store.ledger.recordReports(open, [report({ rx: 1n, tx: 10n })]);
      await reopen('Asia/Tehran');
      minutes(60);
      await at.store.ledger.recordReports(open, [report({ rx: 2n, tx: 20n })]);
      minutes(180);
      await at.store.ledger.recordReports(open, [report({ rx: 4n, tx: 40n })]);
      const carrier = await at.store.history.carrier('vpn.example.com', 443, month(), all);
      expect(carrier?.days).toMatchObject([
        { date: '2026-03-10', traffic: traffic(3, 30) },
        { date: '2026-03-11', traffic: traffic(4, 40) },
      ]);
    });

    it('are those of the panel’s zone', async () => {
      await at.beginIn('Asia/Tehran', '2026-03-10T20:00:00Z');
      // 23:30 in Tehran, then 00:30.
      await at.store.ledger.recordReports(open, [report({ rx: 1n, tx: 10n })]);
      minutes(60);
      await at.store.ledger.recordReports(open, [report({ rx: 2n, tx: 20n })]);
      expect((await at.store.history.summary(lastDays(1, at.fixture.clock), all)).traffic).toEqual(traffic(2, 20));
      const carrier = await at.store.history.carrier('vpn.example.com', 443, month(), all);
      expect(carrier).toMatchObject({
        users: 1,
        connections: 2,
        traffic: traffic(3, 30),
        days: [
          { date: '2026-03-10', traffic: traffic(1, 10), users: 1 },
          { date: '2026-03-11', traffic: traffic(2, 20), users: 1 },
        ],
      });
      expect(await at.store.history.carrier('unknown.example.com', 443, month(), all)).toBeNull();
    });

    it('and totals outlive a cleanup of records', async () => {
      const alice = await addUser('alice');
      for (let day = 0; day < 5; day++) {
        await at.store.ledger.recordReports(open, [report(), report({ protocol: 'trojan' })]);
        minutes(24 * 60);
      }
      const before = await at.store.history.database();
      expect(before).toMatchObject({ records: 10, days: 10, users: 1, servers: 1 });
      const preview = await at.store.ledger.previewCleanup(3);
      expect(preview).toMatchObject({ rows: 6, keepsFrom: expect.any(Date) });
      expect(await at.store.history.database()).toEqual(before);
      const { keepsFrom } = preview;
      const days = await at.store.ledger.daysOfRecords(keepsFrom);
      expect(days).toHaveLength(3);
      for (const day of days) await at.store.ledger.proveDay(day);
      const totals = await at.store.ledger.rawTotals();
      expect(totals).toEqual({ days: 80n, totals: 80n });
      expect(await at.store.ledger.cleanupStep(keepsFrom, 4)).toEqual({ deleted: 4, remaining: true });
      expect(await at.store.ledger.cleanupStep(keepsFrom, 4)).toMatchObject({ deleted: 2 });
      while ((await at.store.ledger.cleanupStep(keepsFrom, 4)).remaining);
      expect(await at.store.ledger.daysOfRecords(keepsFrom)).toEqual([]);
      expect(await at.store.ledger.rawTotals()).toEqual(totals);
      expect(await at.store.history.database()).toMatchObject({ records: 4, days: 10 });
      expect(await totalOf(alice.id)).toEqual(traffic(30, 50));
      expect((await summary()).traffic).toEqual(traffic(30, 50));
      await expect(at.store.ledger.previewCleanup(0)).rejects.toMatchObject({ code: 'invalid-input' });
    });

    it('are drawn as unknown in finer buckets, never as 0, when only days are left', async () => {
      const alice = await addUser('alice');
      const bob = await addUser('bob');
      const send = (userToken: string, fields = {}) =>
        at.store.ledger.recordReports(open, [report({ userToken, ...fields })]);
      for (let day = 0; day < 4; day++) {
        await send('alice-token');
        if (day !== 1) await send('bob-token');
        minutes(24 * 60);
      }
      const { keepsFrom } = await at.store.ledger.previewCleanup(2);
      while ((await at.store.ledger.cleanupStep(keepsFrom, 4)).remaining);
      // A record that is older than all that were kept says nothing about the days in between.
      const late = new Date(at.fixture.clock.now().getTime() - 4 * 86_400_000);
      await send('alice-token', { periodStart: late, periodEnd: late });
      const days = async (bucketSeconds: number, userId: UserId | null = null) => {
        const period = { from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-03-05T00:00:00Z') };
        const query = { period, bucketSeconds, by: 'total', userId, nodeId: null, maxSeries: 1 } as const;
        const { series, from } = await at.store.history.series(query, all);
        const of = (day: number) =>
          series[0]?.traffic
            .filter((_, i) => from[i]?.getUTCDate() === day + 1)
            .map((each) => each && Number(each.total));
        return [0, 1, 2, 3].map((day) => [...new Set(of(day))]);
      };
      expect(await days(86_400)).toEqual([[24], [8], [16], [16]]);
      expect(await days(3600)).toEqual([[null, 8], [null], [null], [0, 16]]);
      expect(await days(3600, alice.id)).toEqual([[null, 8], [null], [null], [0, 8]]);
      expect(await days(900, bob.id)).toEqual([[null], [0], [null], [0, 8]]);
      const peers = await at.store.history.activePeers(
        { from: new Date('2026-03-02T00:00:00Z'), to: new Date('2026-03-03T00:00:00Z') },
        3600,
      );
      expect(new Set(peers.active)).toEqual(new Set([null]));
    });

    it('of one series and quarter go together: none is left without the one that it corrects', async () => {
      const then = at.fixture.clock.now();
      await at.store.ledger.recordReports(open, [report()]);
      minutes(40);
      await at.store.ledger.recordReports(open, [report({ periodStart: then, periodEnd: then }), report()]);
      minutes(5 * 24 * 60);
      const { rows, keepsFrom } = await at.store.ledger.previewCleanup(1);
      expect(rows).toBe(3);
      expect(await at.store.ledger.cleanupStep(keepsFrom, 1)).toEqual({ deleted: 2, remaining: true });
    });

    it('of today stay, whatever a cleanup is asked to remove', async () => {
      await at.store.ledger.recordReports(open, [report()]);
      expect(await at.store.ledger.cleanupStep(new Date('2100-01-01'), 10)).toEqual({ deleted: 0, remaining: false });
      expect(await at.store.history.database()).toMatchObject({ records: 1 });
    });

    it('tell how large the ledger will be, once one of them is whole', async () => {
      await at.store.ledger.recordReports(open, [report()]);
      expect((await at.store.history.database()).sizeBasis).toBeNull();
      for (let day = 0; day < 3; day++) {
        minutes(24 * 60);
        await at.store.ledger.recordReports(open, [report(), report({ protocol: 'trojan' })]);
      }
      const { sizeBasis, bytes } = await at.store.history.database();
      expect(sizeBasis).toMatchObject({ days: 2, recordsPerDay: 2, dayRowsPerDay: 2, keysPerDay: 0, recordDays: 3 });
      expect(sizeBasis?.bytes).toBeGreaterThan(0);
      expect(sizeBasis?.bytes).toBeLessThanOrEqual(bytes);
    });
  });

  describe('what is shown', () => {
    const send = (token: string, rx: bigint, fields = {}) =>
      at.store.ledger.recordReports(open, [report({ userToken: token, rx, tx: 2n * rx, ...fields })]);

    it('ranks holders and carriers by their bytes', async () => {
      const alice = await addUser('alice');
      await send('alice-token', 10n);
      await send('ghost', 20n, { server: 'b.example.com' });
      expect(await at.store.history.topHolders(month(), 5, all)).toEqual([
        expect.objectContaining({ userId: null, userToken: 'ghost', name: 'ghost', traffic: traffic(20, 40) }),
        {
          userId: alice.id,
          userToken: null,
          peerId: null,
          name: 'alice',
          deleted: false,
          traffic: traffic(10, 20),
          connections: 1,
          servers: 1,
          lastUsedAt: at.fixture.clock.now(),
        },
      ]);
      expect(await at.store.history.topCarriers(month(), 1, all)).toMatchObject([
        { server: 'b.example.com', port: 443, protocol: 'vless', traffic: traffic(20, 40), connections: 1 },
      ]);
    });

    it('an unclaimed peer that is gone is said to be, as one whose node was deleted; its usage stays', async () => {
      const node = await addNode('vpn1');
      await poll(node.id, [wg0({ stays: [0, 0], goes: [0, 0] })]);
      minutes(1);
      await poll(node.id, [wg0({ stays: [10, 20], goes: [11, 21] })]);
      minutes(1);
      await poll(node.id, [wg0({ stays: [10, 20] })]);
      const deleted = async () =>
        new Map((await at.store.history.topHolders(month(), 5, all)).map((one) => [one.name, one.deleted]));
      expect(await deleted()).toEqual(
        new Map([
          ['goes', true],
          ['stays', false],
        ]),
      );
      await at.store.inventory.deleteNode(node.id, at.fixture.clock.now());
      expect((await deleted()).get('stays')).toBe(true);
    });

    it('pages through holders in the wanted order, filtered', async () => {
      for (const [i, name] of ['ada', 'bea', 'cleo'].entries()) {
        await addUser(name);
        await send(`${name}-token`, BigInt(10 * (i + 1)), { port: 440 + i });
      }
      const query: HolderQuery = {
        ...{ period: month(), search: null, server: null, port: null, protocol: null },
        sort: 'total',
        ...{ descending: true, limit: 2, cursor: null },
      };
      const first = await at.store.history.holders(query, all);
      expect(first).toMatchObject({ total: 3, items: [{ name: 'cleo' }, { name: 'bea' }] });
      const second = await at.store.history.holders({ ...query, cursor: first.nextCursor }, all);
      expect(second).toMatchObject({ items: [{ name: 'ada' }], nextCursor: null });
      expect((await at.store.history.holders({ ...query, port: 441 }, all)).items).toMatchObject([{ name: 'bea' }]);
      expect((await at.store.history.holders({ ...query, search: 'CLE' }, all)).items).toMatchObject([
        { name: 'cleo' },
      ]);
    });

    it('to a reseller is only what their own users used', async () => {
      const reseller = await at.store.identity.addAdmin({
        ...{ name: 'rita', role: 'reseller', passwordHash: 'x', createdAt: at.fixture.clock.now() },
      });
      const who = { kind: 'owner', adminId: reseller.id } as const;
      await addUser('ada', { ownerId: reseller.id });
      await addUser('bea');
      await send('ada-token', 1n);
      await send('bea-token', 10n);
      await send('ghost', 100n);
      expect(await at.store.history.summary(month(), who)).toMatchObject({ users: 1, traffic: traffic(1, 2) });
      expect(await at.store.history.topHolders(month(), 5, who)).toMatchObject([{ name: 'ada' }]);
      expect(await at.store.history.topCarriers(month(), 5, who)).toMatchObject([{ traffic: traffic(1, 2) }]);
      const period = lastDays(1, at.fixture.clock);
      const query = { period, bucketSeconds: 86_400, by: 'total', userId: null, nodeId: null, maxSeries: 5 } as const;
      expect((await at.store.history.series(query, who)).series[0]?.traffic.at(-1)).toEqual(traffic(1, 2));
    });

    it('draws the same bytes in quarters, hours and days', async () => {
      const alice = await addUser('alice');
      for (let n = 1n; n <= 30n; n++) {
        await send(n % 2n === 0n ? 'alice-token' : 'ghost', n, { protocol: n % 3n === 0n ? 'trojan' : 'vless' });
        minutes(70);
      }
      const sum = async (bucketSeconds: number, by: 'total' | 'protocol' | 'user', userId: UserId | null) => {
        const query = { period: lastDays(5, at.fixture.clock), bucketSeconds, by, userId, nodeId: null, maxSeries: 1 };
        const { series } = await at.store.history.series(query, all);
        return series.flatMap((line) => line.traffic).reduce((total, each) => total + (each?.tx ?? 0n), 0n);
      };
      for (const seconds of [900, 3600, 86_400]) {
        expect(await sum(seconds, 'total', null)).toBe(930n);
        expect(await sum(seconds, 'protocol', null)).toBe(930n);
        expect(await sum(seconds, 'user', null)).toBe(930n);
        expect(await sum(seconds, 'total', alice.id)).toBe(480n);
      }
    });
  });
}
