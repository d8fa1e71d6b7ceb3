import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExportQuery } from '../../src/core/ledger/usage-export.ts';
import type { Visibility } from '../../src/core/ledger/usage-history.ts';
import type { AdminId, NodeId, PeerId, UserId } from '../../src/core/units/ids.ts';
import {
  all,
  type MakeStore,
  newNode,
  newUser,
  nodePoll,
  open,
  report,
  type StoreFixture,
  type StorePorts,
  signed,
  wg0,
} from './store-fixture.ts';

type Line = Readonly<Record<string, unknown>> & { readonly total_bytes: number; readonly billed_bytes: number };

/** What every engine exports. */
export function usageExportContract(make: MakeStore): void {
  describe('an export', () => {
    let fixture: StoreFixture;
    let store: StorePorts;
    let alice: UserId;
    let node: NodeId;

    beforeEach(async () => {
      fixture = await make();
      store = await fixture.open('Asia/Kathmandu');
      alice = (await store.inventory.addUser(newUser('alice'))).id;
      node = (await store.inventory.addNode(newNode('north'))).id;
      await poll(0, 0);
      const peerId = (await store.inventory.peers({ limit: 1, cursor: null })).items[0]?.id as PeerId;
      await store.inventory.assignPeers([{ peerId, userId: alice, from: fixture.clock.now(), countInCycle: true }]);
    });
    afterEach(async () => {
      await store.close();
      await fixture.dispose();
    });

    const poll = (rx: number, tx: number) =>
      store.ledger.recordPoll(nodePoll(node, fixture.clock.now(), [wg0({ a: [rx, tx] })]));
    const minutes = (count: number) => fixture.clock.advance(count * 60_000);
    const MARCH = { from: new Date('2026-02-28T18:15:00Z'), to: new Date('2026-03-31T18:15:00Z') };

    async function lines(fields: Partial<ExportQuery> = {}, who: Visibility = all): Promise<Line[]> {
      const query = {
        period: MARCH,
        bucket: 'quarter',
        format: 'ndjson',
        userId: null,
        nodeId: null,
        now: fixture.clock.now(),
        ...fields,
      } as const;
      let text = '';
      for await (const piece of store.exports.exportUsage(query, who)) text += piece;
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Line);
    }
    const sum = (rows: readonly Line[]) => rows.reduce((total, { total_bytes }) => total + total_bytes, 0);
    const starts = (rows: readonly Line[]) => rows.map(({ from, total_bytes }) => [from, total_bytes]);

    it('has a row per user, node, service and quarter of an hour, with names and flags', async () => {
      minutes(1);
      await poll(3, 10);
      await store.ledger.recordReports(open, [report({ userToken: 'ghost', rx: 1n, tx: 2n })]);
      const rows = await lines();
      expect(rows).toHaveLength(2);
      expect(rows.find((row) => row.user === 'alice')).toEqual({
        from: '2026-03-01T12:00:00.000Z',
        to: '2026-03-01T12:15:00.000Z',
        bucket: 'quarter',
        user: 'alice',
        user_id: alice,
        unclaimed: null,
        node: 'north',
        node_id: node,
        service: 'wg0',
        service_id: expect.any(String),
        server: 'north',
        port: 51_820,
        protocol: 'wireguard',
        rx_bytes: 3,
        tx_bytes: 10,
        total_bytes: 13,
        billed_bytes: 13,
        flags: [],
        quality: 'measured',
      });
      expect(rows.find((row) => row.unclaimed === 'ghost')).toMatchObject({
        user: null,
        node: null,
        server: 'vpn.example.com',
        rx_bytes: 1,
        flags: ['unverified'],
      });
    });

    it('sums what peers, marks and lateness keep apart, and what is billed', async () => {
      const rule = { thousandths: 2000, direction: 'both' } as const;
      await store.billing.setRule({ nodeId: node, serviceId: null, from: null, rule, by: null });
      minutes(16);
      await poll(0, 0);
      minutes(1);
      await poll(3, 10);
      await store.ledger.reset({ scope: 'all', userIds: [], by: null, reason: null });
      minutes(1);
      await poll(4, 10);
      expect(await lines()).toMatchObject([{ total_bytes: 14, billed_bytes: 28 }]);
    });

    it('has hours and days of the zone, also where it is 45 minutes off', async () => {
      for (let n = 1; n <= 8; n++) {
        minutes(60);
        await poll(n * 60, 0);
      }
      const hours = await lines({ bucket: 'hour' });
      expect(starts(hours).slice(0, 3)).toEqual([
        ['2026-03-01T11:15:00.000Z', 15],
        ['2026-03-01T12:15:00.000Z', 60],
        ['2026-03-01T13:15:00.000Z', 60],
      ]);
      // Midnight in Kathmandu is 18:15 UTC.
      const days = await lines({ bucket: 'day' });
      expect(days).toMatchObject([
        { from: '2026-02-28T18:15:00.000Z', to: '2026-03-01T18:15:00.000Z', total_bytes: 375 },
        {
          from: '2026-03-01T18:15:00.000Z',
          to: '2026-03-02T18:15:00.000Z',
          total_bytes: 105,
          flags: ['late', 'estimated'],
        },
      ]);
      for (const bucket of ['quarter', 'hour', 'day'] as const) expect(sum(await lines({ bucket }))).toBe(480);
    });

    it('loses nothing where records are gone: days come in their place', async () => {
      minutes(1);
      await poll(3, 10);
      fixture.clock.advance(40 * 86_400_000);
      await store.ledger.recordReports(signed, [report({ rx: 5n, tx: 0n })]);
      const { keepsFrom } = await store.ledger.previewCleanup(2);
      while ((await store.ledger.cleanupStep(keepsFrom, 100)).remaining);
      const period = { from: MARCH.from, to: fixture.clock.now() };
      fixture.clock.advance(60_000);
      const rows = await lines({ period: { ...period, to: fixture.clock.now() } });
      expect(rows).toMatchObject([
        { bucket: 'day', from: '2026-02-28T18:15:00.000Z', total_bytes: 13, flags: null },
        { bucket: 'quarter', total_bytes: 5, flags: [] },
      ]);
    });

    it('takes buckets that begin in the period', async () => {
      for (let n = 1; n <= 4; n++) {
        minutes(15);
        await poll(n, 0);
      }
      const period = { from: new Date('2026-03-01T12:15:00Z'), to: new Date('2026-03-01T12:45:00Z') };
      expect(starts(await lines({ period }))).toEqual([
        ['2026-03-01T12:15:00.000Z', 1],
        ['2026-03-01T12:30:00.000Z', 1],
      ]);
    });

    it('is of one user or one node where asked, and of own users alone for a reseller', async () => {
      minutes(1);
      await poll(3, 10);
      const reseller = await store.identity.addAdmin({
        name: 'rita',
        role: 'reseller',
        passwordHash: '',
        createdAt: new Date(),
      });
      const bob = (await store.inventory.addUser(newUser('bob', { ownerId: reseller.id }))).id;
      await store.ledger.recordReports(signed, [
        report({ userToken: 'bob-token' }),
        report({ userToken: 'alice-token' }),
        report({ userToken: 'ghost' }),
      ]);
      expect(sum(await lines())).toBe(13 + 3 * 8);
      expect(sum(await lines({ userId: alice }))).toBe(13 + 8);
      expect(sum(await lines({ userId: alice, bucket: 'day' }))).toBe(13 + 8);
      expect(sum(await lines({ nodeId: node }))).toBe(13);
      const own: Visibility = { kind: 'owner', adminId: reseller.id as AdminId };
      expect(await lines({}, own)).toMatchObject([{ user: 'bob', user_id: bob, total_bytes: 8 }]);
      expect(await lines({ userId: alice }, own)).toEqual([]);
    });

    const fail = () =>
      store.ledger.recordFailedPoll({
        nodeId: node,
        at: fixture.clock.now(),
        code: 'ssh-unreachable',
        message: 'The node did not answer.',
        hint: null,
        durationMs: 5,
      });
    const states = (rows: readonly Line[]) =>
      rows.map((row) => [String(row.from).slice(5, 16), row.node, row.user, row.total_bytes, row.quality]);

    it('tells of every bucket in which a node was silent: no bytes, which are not 0', async () => {
      minutes(1);
      await poll(3, 10);
      minutes(1);
      await fail();
      minutes(45);
      // 12:01 to 12:47: the quarter with bytes is not whole either.
      expect(states(await lines())).toEqual([
        ['03-01T12:00', 'north', 'alice', 13, 'gap'],
        ['03-01T12:15', 'north', null, null, 'gap'],
        ['03-01T12:30', 'north', null, null, 'gap'],
        ['03-01T12:45', 'north', null, null, 'gap'],
      ]);
      expect(states(await lines({ bucket: 'day' }))).toEqual([['02-28T18:15', 'north', 'alice', 13, 'gap']]);
      expect(await lines({ userId: alice })).toHaveLength(4);
      const south = (await store.inventory.addNode(newNode('south'))).id;
      const bob = (await store.inventory.addUser(newUser('bob'))).id;
      expect(await lines({ nodeId: south })).toEqual([]);
      expect(await lines({ userId: bob })).toEqual([]);
      const rita = { name: 'rita', role: 'reseller', passwordHash: '', createdAt: new Date() } as const;
      expect(await lines({}, { kind: 'owner', adminId: (await store.identity.addAdmin(rita)).id })).toEqual([]);
    });

    it('has no row more of a gap that was caught up, and the same bytes', async () => {
      minutes(1);
      await poll(3, 10);
      await fail();
      minutes(45);
      await poll(3, 10);
      expect(states(await lines())).toEqual([['03-01T12:00', 'north', 'alice', 13, 'late']]);
      minutes(1);
      await fail();
      minutes(60);
      await poll(93, 10);
      const rows = await lines();
      expect(sum(rows)).toBe(103);
      expect(rows.map(({ quality }) => quality)).not.toContain('gap');
    });

    it('says when tracking was off, on days without a byte, too', async () => {
      minutes(1);
      await poll(3, 10);
      await store.ledger.setTracking(false, null);
      minutes(3 * 24 * 60);
      await store.ledger.setTracking(true, null);
      await poll(500, 600);
      minutes(1);
      await poll(501, 602);
      const days = await lines({ bucket: 'day' });
      expect(states(days)).toEqual([
        ['02-28T18:15', 'north', 'alice', 13, 'tracking-off'],
        ['03-01T18:15', 'north', null, null, 'tracking-off'],
        ['03-02T18:15', 'north', null, null, 'tracking-off'],
        ['03-03T18:15', 'north', 'alice', 3, 'tracking-off'],
      ]);
      expect(sum(await lines())).toBe(16);
    });

    async function piecesOf(most: number): Promise<string[]> {
      const query = {
        period: MARCH,
        bucket: 'quarter',
        format: 'csv',
        userId: null,
        nodeId: null,
        now: fixture.clock.now(),
      } as const;
      const pieces: string[] = [];
      for await (const piece of store.exports.exportUsage(query, all)) if (pieces.push(piece) >= most) break;
      return pieces;
    }

    it('comes in pieces, all of them, and frees what it holds where it is broken off', async () => {
      const reports = Array.from({ length: 5000 }, (_, n) =>
        report({ userToken: `token-${n}`, rx: BigInt(n), tx: 1n }),
      );
      for (let n = 0; n < reports.length; n += 500) await store.ledger.recordReports(signed, reports.slice(n, n + 500));
      const pieces = await piecesOf(Number.POSITIVE_INFINITY);
      expect(pieces.length).toBeGreaterThan(2);
      expect(pieces.join('').split('\r\n')).toHaveLength(5000 + 2);
      // More than may run at once, each left after its first piece.
      for (let n = 0; n < 20; n++) expect(await piecesOf(1)).toHaveLength(1);
      expect(sum(await lines())).toBe((4999 * 5000) / 2 + 5000);
    });

    it('that a cleanup overtakes breaks off: what is missing in it must not look like nothing', async () => {
      const hour = () => Array.from({ length: 700 }, (_, n) => report({ userToken: `token-${n}` }));
      for (let n = 0; n < 2; n++) {
        await store.ledger.recordReports(signed, hour());
        minutes(60);
      }
      minutes(3 * 24 * 60);
      const query = {
        period: MARCH,
        bucket: 'quarter',
        format: 'csv',
        userId: null,
        nodeId: null,
        now: fixture.clock.now(),
      } as const;
      const pieces = store.exports.exportUsage(query, all)[Symbol.asyncIterator]();
      expect((await pieces.next()).done).toBe(false);
      const { keepsFrom } = await store.ledger.previewCleanup(1);
      while ((await store.ledger.cleanupStep(keepsFrom, 500)).remaining);
      const rest = async () => {
        while ((await pieces.next()).done !== true);
      };
      await expect(rest()).rejects.toMatchObject({ code: 'busy' });
      expect(sum(await lines())).toBe(1400 * 8);
    });
  });
}
