import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type BillingCycle,
  CALENDAR_MONTHS,
  cycleAt,
  nextCycle,
  parseCycle,
} from '../../src/core/units/billing-cycle.ts';
import { Calendar } from '../../src/core/units/calendar.ts';
import type { NodeId, PeerId, UserId } from '../../src/core/units/ids.ts';
import {
  type MakeStore,
  newNode,
  newUser,
  nodePoll,
  report,
  type StoreFixture,
  type StorePorts,
  signed,
  traffic,
  wg0,
} from './store-fixture.ts';

const BACKFILL = { ...signed, backfill: true };

/** What one user moved within cycles: reads of the history for bills, quotas and statements. */
export function usageBetweenContract(make: MakeStore): void {
  describe('usage between two instants', () => {
    let fixture: StoreFixture;
    let store: StorePorts;
    let alice: UserId;

    beforeEach(async () => {
      fixture = await make();
      store = await fixture.open('Asia/Kolkata');
      alice = (await store.inventory.addUser(newUser('alice', { createdAt: new Date(0) }))).id;
    });
    afterEach(async () => {
      await store.close();
      await fixture.dispose();
    });

    const to = (instant: string) => fixture.clock.advance(Date.parse(instant) - fixture.clock.now().getTime());
    const used = async (from: string, until: string) =>
      store.history.usageBetween(alice, { from: new Date(from), to: new Date(until) });
    async function removeRecords(): Promise<void> {
      const { keepsFrom } = await store.ledger.previewCleanup(1);
      while ((await store.ledger.cleanupStep(keepsFrom, 100)).remaining);
    }
    const send = (at: string, rx: number, tx: number, fields: object = {}) =>
      store.ledger.recordReports(BACKFILL, [
        report({ rx: BigInt(rx), tx: BigInt(tx), periodEnd: new Date(at), ...fields }),
      ]);

    it('is exact at the borders of days of a zone that is half an hour off', async () => {
      await send('2026-02-28T18:29:59Z', 1, 10);
      await send('2026-02-28T18:30:00Z', 2, 20);
      const month = cycleAt(CALENDAR_MONTHS, Calendar.of('Asia/Kolkata'), Date.parse('2026-03-01T00:00:00Z'));
      expect(new Date(month?.fromMs ?? 0)).toEqual(new Date('2026-02-28T18:30:00Z'));
      expect(await used('2026-02-28T18:30:00Z', '2026-03-31T18:30:00Z')).toMatchObject({
        traffic: traffic(2, 20),
        exact: true,
      });
      expect(await used('2026-01-31T18:30:00Z', '2026-02-28T18:30:00Z')).toMatchObject({
        traffic: traffic(1, 10),
        exact: true,
      });
    });

    it('is exact at the borders of quarters while there are records, and says where it is not', async () => {
      await send('2026-03-01T10:05:00Z', 1, 10);
      await send('2026-03-01T10:20:00Z', 2, 20);
      expect(await used('2026-03-01T10:15:00Z', '2026-03-01T12:00:00Z')).toMatchObject({
        traffic: traffic(2, 20),
        exact: true,
      });
      // Within a quarter: it counts where it begins.
      expect(await used('2026-03-01T10:01:00Z', '2026-03-01T10:10:00Z')).toMatchObject({
        traffic: traffic(0, 0),
        exact: false,
      });
      expect(await used('2026-03-01T10:00:00Z', '2026-03-01T10:10:00Z')).toMatchObject({
        traffic: traffic(1, 10),
        exact: false,
      });
    });

    it('stays exact for whole days when their records are gone, and counts a cut day where it begins', async () => {
      await send('2026-02-20T10:05:00Z', 1, 10);
      await send('2026-02-21T10:05:00Z', 2, 20);
      to('2026-03-20T00:00:00Z');
      await removeRecords();
      expect((await store.history.database()).records).toBe(0);
      expect(await used('2026-02-20T18:30:00Z', '2026-02-21T18:30:00Z')).toMatchObject({
        traffic: traffic(2, 20),
        exact: true,
      });
      const [morning, evening] = [
        await used('2026-02-20T18:30:00Z', '2026-02-21T12:00:00Z'),
        await used('2026-02-21T12:00:00Z', '2026-02-21T18:30:00Z'),
      ];
      expect(morning).toMatchObject({ traffic: traffic(2, 20), exact: false });
      expect(evening).toMatchObject({ traffic: traffic(0, 0), exact: false });
    });

    it('of cycles that follow each other makes the total, whatever the cycle and over a change of the zone', async () => {
      const sendEvery20Hours = async (first: number, last: number) => {
        for (let n = first; n <= last; n++) {
          const at = Date.parse('2026-02-10T00:00:00Z') + n * 71_000_000;
          if (at > fixture.clock.now().getTime()) to(new Date(at).toISOString());
          await send(new Date(at).toISOString(), n + 1, 100 - n);
        }
      };
      await sendEvery20Hours(0, 22);
      const calendar = Calendar.of('Asia/Kolkata').withZone('America/St_Johns', fixture.clock.now().getTime());
      await store.close();
      store = await fixture.open('America/St_Johns');
      await sendEvery20Hours(23, 40);
      const total = (await store.history.userTotals([alice])).get(alice)?.total;
      for (const text of ['day', 'week:sat', 'month:13', 'days:7@2026-02-03', 'jalali-month']) {
        const cycle = parseCycle(text) ?? CALENDAR_MONTHS;
        expect({ text, ...(await sumOfCycles(cycle, calendar)) }).toEqual({ text, sum: total, exact: true });
      }
    });

    async function sumOfCycles(cycle: BillingCycle, calendar: Calendar) {
      let sum = 0n;
      let exact = true;
      let bounds = cycleAt(cycle, calendar, Date.parse('2026-02-01T00:00:00Z'));
      while (bounds !== null && bounds.fromMs < Date.parse('2026-04-01T00:00:00Z')) {
        const period = { from: new Date(bounds.fromMs), to: new Date(bounds.toMs) };
        const usage = await store.history.usageBetween(alice, period);
        sum += usage.traffic.total;
        exact &&= usage.exact;
        bounds = nextCycle(cycle, calendar, bounds);
      }
      return { sum, exact };
    }

    it('tells apart what marks hide and what was claimed as history', async () => {
      await store.ledger.recordReports(signed, [report({ userToken: 'old-token', rx: 100n, tx: 0n })]);
      const bob = (await store.inventory.addUser(newUser('bob', { userToken: 'old-token' }))).id;
      await store.ledger.recordReports(signed, [report({ userToken: 'old-token', rx: 7n, tx: 0n })]);
      const day = { from: new Date('2026-02-28T18:30:00Z'), to: new Date('2026-03-01T18:30:00Z') };
      expect(await store.history.usageBetween(bob, day)).toEqual({
        traffic: traffic(107, 0),
        shown: traffic(107, 0),
        inCycle: traffic(7, 0),
        exact: true,
      });
      fixture.clock.advance(1000);
      await store.ledger.reset({ scope: 'user', userIds: [bob], by: null, reason: 'paid' });
      expect(await store.history.usageBetween(bob, day)).toEqual({
        traffic: traffic(107, 0),
        shown: traffic(0, 0),
        inCycle: traffic(0, 0),
        exact: true,
      });
    });

    it('of a cycle that is over takes bytes that come late; the running one does not', async () => {
      const node = (await store.inventory.addNode(newNode('north'))).id;
      await pollOf(node, 0, 0);
      const peerId = (await store.inventory.peers({ limit: 1, cursor: null })).items[0]?.id as PeerId;
      await store.inventory.assignPeers([{ peerId, userId: alice, from: fixture.clock.now(), countInCycle: true }]);
      // Silent from an hour before the end of the cycle to an hour after it.
      to('2026-03-31T17:30:00Z');
      await pollOf(node, 1000, 10);
      to('2026-03-31T19:30:00Z');
      await pollOf(node, 1800, 10);
      const march = { from: new Date('2026-02-28T18:30:00Z'), to: new Date('2026-03-31T18:30:00Z') };
      const april = { from: new Date('2026-03-31T18:30:00Z'), to: new Date('2026-04-30T18:30:00Z') };
      expect(await store.history.usageBetween(alice, march)).toMatchObject({ traffic: traffic(1400, 10), exact: true });
      expect(await store.history.usageBetween(alice, april)).toMatchObject({ traffic: traffic(400, 0), exact: true });
      const statement = await store.history.statement(alice, march);
      expect(statement).toMatchObject({ total: traffic(1400, 10), lateAfterClosing: traffic(400, 0) });
      expect((await store.history.statement(alice, april))?.lateAfterClosing).toEqual(traffic(0, 0));
      // Records are gone: what was late is not known any more, the sum is.
      to('2026-05-01T00:00:00Z');
      await removeRecords();
      expect(await store.history.statement(alice, march)).toMatchObject({
        total: traffic(1400, 10),
        lateAfterClosing: null,
      });
    });

    const pollOf = (nodeId: NodeId, rx: number, tx: number) =>
      store.ledger.recordPoll(nodePoll(nodeId, fixture.clock.now(), [wg0({ a: [rx, tx] })]));

    it('is told in a statement by day and place, with marks and gaps as lines', async () => {
      const node = (await store.inventory.addNode(newNode('north'))).id;
      await pollOf(node, 0, 0);
      const peerId = (await store.inventory.peers({ limit: 1, cursor: null })).items[0]?.id as PeerId;
      await store.inventory.assignPeers([{ peerId, userId: alice, from: fixture.clock.now(), countInCycle: true }]);
      fixture.clock.advance(60_000);
      await pollOf(node, 5, 50);
      await store.ledger.recordReports(signed, [report({ rx: 1n, tx: 2n })]);
      fixture.clock.advance(60_000);
      await store.ledger.reset({ scope: 'user', userIds: [alice], by: null, reason: 'paid' });
      to('2026-03-02T12:00:00Z');
      const failure = { code: 'unreachable', message: 'No answer.', hint: null, durationMs: 5 };
      await store.ledger.recordFailedPoll({ nodeId: node, at: fixture.clock.now(), ...failure });
      const period = { from: new Date('2026-02-28T18:30:00Z'), to: new Date('2026-03-31T18:30:00Z') };
      const statement = await store.history.statement(alice, period);
      expect(statement).toMatchObject({
        userName: 'alice',
        total: traffic(6, 52),
        places: [
          { nodeName: 'north', serviceName: 'wg0', protocol: 'wireguard', traffic: traffic(5, 50) },
          { nodeName: null, serviceName: null, server: 'vpn.example.com', port: 443, traffic: traffic(1, 2) },
        ],
        resets: [{ at: new Date('2026-03-01T12:02:00Z'), reason: 'paid', undoneAt: null }],
        gaps: [{ nodeName: 'north', to: null }],
        corrections: [],
      });
      expect(statement?.days.map(({ date, traffic: { total } }) => [date, total])).toEqual([
        ['2026-03-01', 58n],
        ['2026-03-02', 0n],
      ]);
      expect(statement?.days.at(-1)?.hasGap).toBe(true);
      expect(await store.history.statement('nobody' as UserId, period)).toBeNull();
    });

    it('goes on for a user that was deleted', async () => {
      await send('2026-03-01T10:00:00Z', 1, 2);
      await store.inventory.deleteUser(alice, fixture.clock.now());
      const period = { from: new Date('2026-02-28T18:30:00Z'), to: new Date('2026-03-31T18:30:00Z') };
      expect(await store.history.statement(alice, period)).toMatchObject({
        userDeletedAt: fixture.clock.now(),
        total: traffic(1, 2),
      });
    });
  });
}
