import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BilledDirection, BillingRuleStore } from '../../src/core/ledger/billing.ts';
import { billedOf } from '../../src/core/units/bytes.ts';
import type { NodeId, PeerId, ServiceId, UserId } from '../../src/core/units/ids.ts';
import type { StorePorts } from './store-fixture.ts';
import {
  all,
  type MakeStore,
  newNode,
  newUser,
  nodePoll,
  open,
  report,
  type StoreFixture,
  wg0,
} from './store-fixture.ts';

/** What every engine that keeps billing rules does, and what it bills by them. */
export function billingRuleStoreContract(make: MakeStore): void {
  describe('billing', () => {
    let fixture: StoreFixture;
    let store: StorePorts;
    let billing: BillingRuleStore;
    let nodeId: NodeId;
    let userId: UserId;
    let counter = { rx: 0, tx: 0 };

    beforeEach(async () => {
      fixture = await make();
      await reopen();
      nodeId = (await store.inventory.addNode(newNode('north'))).id;
      userId = (await store.inventory.addUser(newUser('alice'))).id;
      await poll(0, 0);
      const peerId = (await store.inventory.peers({ limit: 1, cursor: null })).items[0]?.id as PeerId;
      await store.inventory.assignPeers([{ peerId, userId, from: fixture.clock.now(), countInCycle: true }]);
    });
    afterEach(async () => {
      await store.close();
      await fixture.dispose();
    });

    async function reopen(): Promise<void> {
      store = await fixture.open();
      billing = store.billing;
    }

    async function poll(rx: number, tx: number, basis: 'raw' | 'weighted' = 'raw'): Promise<void> {
      const semantics = { kind: 'cumulative', falls: 'to-zero', absence: 'ended', basis } as const;
      const at = fixture.clock.now();
      await store.ledger.recordPoll(nodePoll(nodeId, at, [wg0({ a: [rx, tx] })], { semantics }));
      counter = { rx, tx };
    }

    /** Within one minute from now on. */
    async function flow(rx: number, tx: number, basis?: 'raw' | 'weighted'): Promise<void> {
      minutes(1);
      await poll(counter.rx, counter.tx, basis);
      minutes(1);
      await poll(counter.rx + rx, counter.tx + tx, basis);
    }

    const set = (multiplier: number, direction: BilledDirection = 'both', fields: object = {}) =>
      billing.setRule({
        nodeId,
        serviceId: null,
        from: null,
        rule: { thousandths: multiplier * 1000, direction },
        by: null,
        ...fields,
      });
    const minutes = (count: number) => fixture.clock.advance(count * 60_000);
    const used = async () => {
      const traffic = (await store.history.userTotals([userId])).get(userId);
      if (traffic === undefined) throw new Error('no total');
      return { total: traffic.total, billed: billedOf(traffic) };
    };

    it('is as counted while there is no rule, and for reports always', async () => {
      await flow(100, 1000);
      await store.ledger.recordReports(open, [report()]);
      expect(await used()).toEqual({ total: 1108n, billed: 1108n });
      await set(2);
      minutes(20);
      await store.ledger.recordReports(open, [report()]);
      expect(await used()).toEqual({ total: 1116n, billed: 1116n });
    });

    it('by a new rule begins with the next quarter of an hour', async () => {
      const rule = await set(1.5);
      expect(rule).toMatchObject({ from: new Date('2026-03-01T12:15:00Z'), serviceId: null });
      minutes(14);
      await poll(200, 2000);
      expect(await used()).toEqual({ total: 2200n, billed: 2200n });
      minutes(2);
      // A minute on both sides of the border.
      await poll(300, 3000);
      expect(await used()).toEqual({ total: 3300n, billed: 2750n + 825n });
      await flow(3, 0);
      expect(await used()).toEqual({ total: 3303n, billed: 2750n + 829n });
    });

    it('is of the record, not of each poll', async () => {
      await set(0.5);
      minutes(15);
      for (let n = 1; n <= 4; n++) await flow(1, 0);
      // Half of four single bytes is 2, not four times nothing.
      expect(await used()).toEqual({ total: 4n, billed: 2n });
    });

    it('takes the larger direction of each quarter by the rule max', async () => {
      await set(1, 'max');
      minutes(15);
      await flow(100, 1000);
      expect(await used()).toEqual({ total: 1100n, billed: 1000n });
      await flow(2900, 100);
      expect(await used()).toEqual({ total: 4100n, billed: 3000n });
      minutes(15);
      await flow(1, 5);
      expect(await used()).toEqual({ total: 4106n, billed: 3005n });
    });

    it('takes one direction where the rule says so', async () => {
      await set(2, 'down');
      minutes(15);
      await flow(100, 1000);
      expect(await used()).toEqual({ total: 1100n, billed: 2000n });
    });

    it("goes by the VPN service's own rule before the node's, until it is given up", async () => {
      const serviceId = (await store.inventory.services())[0]?.id as ServiceId;
      await set(2);
      await set(3, 'both', { serviceId });
      minutes(15);
      await flow(10, 0);
      await billing.setRule({ nodeId, serviceId, from: null, rule: null, by: null });
      minutes(15);
      await flow(100, 0);
      expect(await chartOf()).toEqual([
        { total: 0n, billed: 0n },
        { total: 10n, billed: 30n },
        { total: 100n, billed: 200n },
      ]);
    });

    async function chartOf() {
      const period = { from: new Date('2026-03-01T12:00:00Z'), to: fixture.clock.now() };
      const query = { period, bucketSeconds: 900, by: 'total', userId, nodeId: null, maxSeries: 1 } as const;
      const { series } = await store.history.series(query, all);
      return (series[0]?.traffic ?? []).map((bucket) => ({ total: bucket?.total, billed: bucket && billedOf(bucket) }));
    }

    it('never multiplies what the source has multiplied already', async () => {
      await set(2);
      minutes(15);
      await flow(10, 20, 'weighted');
      expect(await used()).toEqual({ total: 30n, billed: 30n });
      expect(await store.inventory.services()).toMatchObject([{ basis: 'weighted' }]);
    });

    it('of bytes that come late goes by the rules of their own time', async () => {
      await set(2);
      minutes(15);
      await poll(0, 0);
      await set(5);
      minutes(30);
      await poll(400, 0);
      // 12:15 to 12:45 in halves: the first still under the old rule.
      expect(await used()).toEqual({ total: 400n, billed: 200n * 2n + 200n * 5n });
    });

    it('is in every sum: totals, days, carriers, holders and charts', async () => {
      await set(3);
      minutes(15);
      await flow(10, 20);
      const period = { from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-03-02T00:00:00Z') };
      const expected = { total: 30n, billed: 90n };
      expect((await store.history.summary(period, all)).traffic).toMatchObject(expected);
      expect((await store.history.summary(null, all)).traffic).toMatchObject(expected);
      expect(await store.history.topHolders(period, 1, all)).toMatchObject([{ traffic: expected }]);
      expect(await store.history.topCarriers(period, 1, all)).toMatchObject([{ traffic: expected }]);
      expect(await store.history.userCarriers(userId, period)).toMatchObject([{ traffic: expected }]);
      expect((await chartOf()).at(-1)).toEqual(expected);
      await flow(10, 0);
      expect(await store.history.topHolders(period, 1, all)).toMatchObject([{ traffic: { total: 40n, billed: 120n } }]);
    });

    it('follows a reset and its undoing exactly', async () => {
      await set(3);
      minutes(15);
      await flow(10, 20);
      const today = { from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-03-02T00:00:00Z') };
      const carriers = async () => (await store.history.topCarriers(today, 1, all)).map(({ traffic }) => traffic);
      const mark = await store.ledger.reset({ scope: 'user', userIds: [userId], by: null, reason: null });
      expect(await used()).toEqual({ total: 0n, billed: 0n });
      expect(await carriers()).toEqual([]);
      await store.ledger.undoReset(mark.id, null);
      expect(await used()).toEqual({ total: 30n, billed: 90n });
      expect(await carriers()).toMatchObject([{ total: 30n, billed: 90n }]);
    });

    it('stays after the process ended', async () => {
      await set(3);
      minutes(15);
      await flow(10, 20);
      await store.close();
      await reopen();
      expect(await used()).toEqual({ total: 30n, billed: 90n });
      await flow(1, 0);
      expect(await used()).toEqual({ total: 31n, billed: 93n });
    });

    it('can be planned, replaced and taken back before it begins, and not after', async () => {
      const from = new Date('2026-04-01T00:00:00Z');
      const planned = await set(2, 'both', { from });
      const replaced = await set(4, 'max', { from });
      expect(replaced.id).toBe(planned.id);
      expect(await billing.rules(nodeId)).toMatchObject([{ from, rule: { thousandths: 4000, direction: 'max' } }]);
      await billing.removeRule(planned.id);
      expect(await billing.rules()).toEqual([]);
      const soon = await set(2);
      minutes(15);
      await expect(billing.removeRule(soon.id)).rejects.toMatchObject({ code: 'rule-in-force' });
      await expect(billing.removeRule('77')).rejects.toMatchObject({ code: 'not-found' });
    });

    it.each([
      ['in the past', '2026-03-01T11:00:00Z'],
      ['in the quarter that runs', '2026-03-01T12:00:00Z'],
      ['within a quarter', '2026-03-01T12:20:00Z'],
    ])('cannot begin %s', async (_when, from) => {
      await expect(set(2, 'both', { from: new Date(from) })).rejects.toMatchObject({
        code: 'invalid-input',
        details: { pointer: '/from' },
      });
      expect(await billing.rules()).toEqual([]);
    });

    it('does not reach back where the clock was set back', async () => {
      minutes(60);
      await flow(10, 0);
      fixture.clock.step(-45 * 60_000);
      expect((await set(2)).from).toEqual(new Date('2026-03-01T13:15:00Z'));
      expect(await used()).toEqual({ total: 10n, billed: 10n });
    });

    it('has rules for nodes and services that there are', async () => {
      const foreign = { serviceId: 'nothing' as ServiceId };
      await expect(set(2, 'both', foreign)).rejects.toMatchObject({ code: 'not-found' });
      await expect(set(2, 'both', { nodeId: 'nothing' as NodeId })).rejects.toMatchObject({ code: 'not-found' });
    });
  });
}
