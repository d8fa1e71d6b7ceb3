import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Node } from '../../src/core/inventory/node.ts';
import type { NewCorrection } from '../../src/core/ledger/entry.ts';
import type { Quota, Terms } from '../../src/core/quota/plan.ts';
import { directed } from '../../src/core/units/bytes.ts';
import type { EntryId, UserId } from '../../src/core/units/ids.ts';
import {
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

const DAY_MS = 86_400_000;
const SERVER = { server: 'vpn.example.com', port: 443, protocol: 'vless' };

export function quota(bytes: bigint, fields: Partial<Quota> = {}): Quota {
  return {
    name: 'all',
    bytes,
    direction: 'billed',
    nodeIds: null,
    nodeTags: null,
    protocols: null,
    softPercent: null,
    graceBytes: 0n,
    rollover: false,
    ...fields,
  };
}

export function terms(quotas: readonly Quota[], fields: Partial<Terms> = {}): Terms {
  return { cycle: { kind: 'day' }, quotas, validDays: null, graceHours: 0, ...fields };
}

/** The meaning of the port QuotaStore, and of the states that follow from usage. */
export function quotaStoreContract(make: MakeStore): void {
  describe('quotas', () => {
    let fixture: StoreFixture;
    let store: StorePorts;
    let ada: UserId;

    beforeEach(async () => {
      fixture = await make();
      store = await fixture.open();
      ada = (await store.inventory.addUser(newUser('ada'))).id;
      await store.quotas.judge();
    });

    afterEach(async () => {
      await store.close();
      await fixture.dispose();
    });

    /** Time passes, and the clock is vouched for. */
    const pass = async (ms: number) => {
      fixture.clock.advance(ms);
      await store.quotas.judge();
    };
    const stateOf = async (userId = ada) => (await store.inventory.user(userId))?.state;
    const standing = async (userId = ada) => (await store.quotas.standings([userId])).get(userId);
    const used = async (userId = ada) => (await standing(userId))?.evaluation.quotas.map((each) => each.used);
    const send = (rx: bigint, tx: bigint, sender = signed) =>
      store.ledger.recordReports(sender, [report({ userToken: 'ada-token', rx, tx })]).then(() => standing());
    const entitle = (...args: Parameters<typeof terms>) =>
      store.quotas.entitle([ada], { to: { terms: terms(...args) } }, null);

    it('cut at the last byte, not one before, and begin anew with the cycle', async () => {
      await entitle([quota(100n, { softPercent: 80 })]);
      await send(70n, 9n);
      expect((await standing())?.evaluation.quotas[0]).toMatchObject({ used: 79n, percent: 79, isSoft: false });
      await send(0n, 20n);
      expect(await stateOf()).toBe('active');
      expect((await standing())?.evaluation.quotas[0]).toMatchObject({ percent: 99, isSoft: true, isUsedUp: false });
      await send(1n, 0n);
      expect(await store.inventory.user(ada)).toMatchObject({ state: 'limited', stateReason: 'quota' });
      expect(await store.userStates.accessOff()).toMatchObject([{ userId: ada, state: 'limited', only: null }]);
      const change = { from: 'active', to: 'limited', reason: 'quota', quota: 'all', at: fixture.clock.now() };
      expect(await store.quotas.stateChanges(ada, 10)).toEqual([change]);
      await pass(DAY_MS);
      expect(await stateOf()).toBe('active');
      expect(await used()).toEqual([0n]);
      await send(60n, 39n);
      expect(await stateOf()).toBe('active');
      await send(0n, 1n);
      expect(await stateOf()).toBe('limited');
    });

    it('are told of several users at once, each by their own', async () => {
      const bob = (await store.inventory.addUser(newUser('bob'))).id;
      await store.quotas.entitle(
        [ada, bob],
        { to: { terms: terms([quota(1000n)], { cycle: { kind: 'none' } }) } },
        null,
      );
      const began = fixture.clock.now();
      await send(5n, 7n);
      await store.ledger.recordReports(signed, [report({ userToken: 'bob-token', rx: 20n, tx: 3n })]);
      await pass(DAY_MS);
      const mark = await store.ledger.reset({ scope: 'user', userIds: [bob], by: null, reason: null });
      await store.ledger.recordReports(signed, [report({ userToken: 'bob-token', rx: 1n, tx: 3n })]);
      const standings = await store.quotas.standings([bob, ada]);
      expect(standings.get(ada)).toMatchObject({ countsFrom: began, evaluation: { quotas: [{ used: 12n }] } });
      expect(standings.get(bob)).toMatchObject({ countsFrom: mark.at, evaluation: { quotas: [{ used: 4n }] } });
    });

    it('tell since when they count: from their beginning, or from a reset since then', async () => {
      await entitle([quota(1000n)], { cycle: { kind: 'none' } });
      const began = fixture.clock.now();
      await send(5n, 5n);
      await pass(20 * DAY_MS);
      expect(await standing()).toMatchObject({ countsFrom: began });
      const request = { scope: 'user', userIds: [ada], by: null, reason: null } as const;
      const reports = await store.ledger.reset({ ...request, half: 'reports' });
      expect(await standing()).toMatchObject({ countsFrom: began });
      const mark = await store.ledger.reset(request);
      expect(await standing()).toMatchObject({ countsFrom: mark.at });
      await pass(DAY_MS);
      await store.ledger.undoReset(mark.id, null);
      await store.ledger.undoReset(reports.id, null);
      expect(await standing()).toMatchObject({ countsFrom: began });
      expect(await used()).toEqual([10n]);
    });

    it('outlive a restart, with what was used', async () => {
      await entitle([quota(100n)], { cycle: { kind: 'none' } });
      await send(60n, 39n);
      await store.close();
      store = await fixture.open();
      await store.quotas.judge();
      await send(1n, 0n);
      expect(await stateOf()).toBe('limited');
      expect(await used()).toEqual([100n]);
    });

    it('say before a reset, and before it is undone, whose access follows', async () => {
      const by = { by: null, reason: null } as const;
      const parts = [quota(1_000n), quota(50n, { name: 'vless', protocols: ['vless'] })];
      await store.inventory.addUser(newUser('eve'));
      await entitle([quota(100n), ...parts.slice(1)]);
      await send(80n, 40n);
      expect(await stateOf()).toBe('limited');
      const all = { ...by, scope: 'all', userIds: [] } as const;
      expect(await store.ledger.previewReset(all)).toMatchObject({ access: { restored: 1, cutOff: 0, names: [] } });
      expect([await stateOf(), await used()]).toEqual(['limited', [120n, 120n]]);
      const mark = await store.ledger.reset(all);
      await store.quotas.judge();
      expect(await stateOf()).toBe('active');
      const undo = async () => (await store.ledger.previewUndoReset(mark.id)).access;
      expect(await undo()).toEqual({ restored: 0, cutOff: 1, names: ['ada'] });
      expect([await stateOf(), await used()]).toEqual(['active', [0n, 0n]]);
      // With more allowed only the part would be closed, which is less than now, too.
      await entitle(parts);
      expect(await undo()).toEqual({ restored: 0, cutOff: 1, names: ['ada'] });
      await entitle(parts.slice(0, 1));
      expect(await undo()).toEqual({ restored: 0, cutOff: 0, names: [] });
    });

    it('say nothing of the access that a reset leaves as it is', async () => {
      const one = { by: null, reason: null, scope: 'user', userIds: [ada] } as const;
      await entitle([quota(100n)]);
      await send(80n, 40n);
      // By hand: no usage changes that.
      await store.inventory.updateUser(ada, { active: false });
      expect(await store.ledger.previewReset(one)).toMatchObject({ users: 1, access: { restored: 0, cutOff: 0 } });
    });

    it('count from the reset mark; undone, the mark never was', async () => {
      await entitle([quota(100n)]);
      await send(80n, 40n);
      expect(await stateOf()).toBe('limited');
      const request = { by: null, reason: null } as const;
      const mark = await store.ledger.reset({ ...request, scope: 'user', userIds: [ada] });
      expect([await stateOf(), await used()]).toEqual(['active', [0n]]);
      await send(30n, 7n);
      const all = await store.ledger.reset({ ...request, scope: 'all', userIds: [] });
      expect(await used()).toEqual([0n]);
      await send(1n, 2n);
      expect(await used()).toEqual([3n]);
      await store.ledger.undoReset(all.id, null);
      await store.quotas.judge();
      expect([await stateOf(), await used()]).toEqual(['active', [40n]]);
      await store.ledger.undoReset(mark.id, null);
      expect([await stateOf(), await used()]).toEqual(['limited', [160n]]);
    });

    it('are topped up for the running cycle, and the top-up can be undone', async () => {
      await entitle([quota(100n)]);
      await send(90n, 60n);
      const topUp = await store.quotas.addTopUp({ userId: ada, quota: 'all', bytes: 51n, by: null, reason: 'paid' });
      expect(await stateOf()).toBe('active');
      await send(1n, 0n);
      expect(await stateOf()).toBe('limited');
      await store.quotas.addTopUp({ userId: ada, quota: 'all', bytes: 1n, by: null, reason: null });
      expect([await stateOf(), (await standing())?.evaluation.quotas[0]?.allowance]).toEqual(['active', 152n]);
      await store.quotas.undoTopUp(topUp.id, null);
      expect(await stateOf()).toBe('limited');
      await expect(store.quotas.undoTopUp(topUp.id, null)).rejects.toMatchObject({ code: 'already-undone' });
      const unknown = store.quotas.addTopUp({ userId: ada, quota: 'none', bytes: 1n, by: null, reason: null });
      await expect(unknown).rejects.toMatchObject({ code: 'not-found' });
      await pass(DAY_MS);
      expect((await standing())?.evaluation.quotas[0]?.allowance).toBe(100n);
    });

    it('never suspend anyone by unsigned reports, unless the server is trusted', async () => {
      await entitle([quota(100n)]);
      await send(300n, 200n, open);
      expect([await stateOf(), await used()]).toEqual(['active', [500n]]);
      await send(60n, 39n, signed);
      expect(await stateOf()).toBe('active');
      // The same where usage is read anew from days and records.
      await store.quotas.addTopUp({ userId: ada, quota: 'all', bytes: 1n, by: null, reason: null });
      await send(0n, 1n, signed);
      expect(await stateOf()).toBe('active');
      await store.quotas.setTrustedServers(['VPN.Example.com']);
      await store.quotas.judge();
      expect(await stateOf()).toBe('limited');
      await store.quotas.setTrustedServers([]);
      await store.quotas.judge();
      await send(0n, 1n, signed);
      expect(await stateOf()).toBe('limited');
    });

    it('know after a cleanup, too, which reports were signed', async () => {
      await entitle([quota(1000n)], { cycle: { kind: 'none' } });
      const began = fixture.clock.now().getTime();
      await send(60n, 40n, signed);
      await send(300n, 0n, open);
      await pass(900_000);
      await send(500n, 20n, signed);
      await send(0n, 9000n, open);
      await pass(3 * DAY_MS);
      await send(1n, 2n, signed);
      await send(70n, 0n, open);
      const { keepsFrom } = await store.ledger.previewCleanup(1);
      while ((await store.ledger.cleanupStep(keepsFrom, 1)).remaining);
      // Usage is summed up anew.
      await store.quotas.addTopUp({ userId: ada, quota: 'all', bytes: 1n, by: null, reason: null });
      expect((await standing())?.evaluation.quotas[0]).toMatchObject({ used: 9993n, isUsedUpByDoubt: true });
      await send(377n, 0n, signed);
      expect(await stateOf()).toBe('active');
      await send(1n, 0n, signed);
      expect(await stateOf()).toBe('limited');
      // What is taken from a day without records takes from what was signed of it, too.
      const days = { from: new Date(began - 2 * DAY_MS), to: new Date(began + 2 * DAY_MS) };
      const wrong = { subject: { kind: 'user', userId: ada }, carrier: SERVER, traffic: directed(-860n, 0n) } as const;
      await store.ledger.correct({ ...wrong, ...days, reason: 'counted twice', by: null }, false);
      expect([await stateOf(), await used()]).toEqual(['active', [9511n]]);
    });

    it('without a cycle are topped up until usage is reset, and again once that is undone', async () => {
      await entitle([quota(100n)], { cycle: { kind: 'none' } });
      await store.quotas.addTopUp({ userId: ada, quota: 'all', bytes: 50n, by: null, reason: 'paid' });
      const allowance = async () => (await standing())?.evaluation.quotas[0]?.allowance;
      await send(149n, 0n);
      expect([await stateOf(), await allowance()]).toEqual(['active', 150n]);
      await pass(1000);
      const of = { userIds: [ada], by: null, reason: null };
      // Of a half only: what was used of the other half still needs it.
      const half = await store.ledger.reset({ scope: 'user', half: 'services', ...of });
      expect(await allowance()).toBe(150n);
      await store.ledger.undoReset(half.id, null);
      const mark = await store.ledger.reset({ scope: 'user', ...of });
      expect([await used(), await allowance()]).toEqual([[0n], 100n]);
      await pass(1000);
      await store.quotas.addTopUp({ userId: ada, quota: 'all', bytes: 7n, by: null, reason: null });
      expect(await allowance()).toBe(107n);
      await send(107n, 0n);
      expect(await stateOf()).toBe('limited');
      await store.ledger.undoReset(mark.id, null);
      expect([await used(), await allowance()]).toEqual([[256n], 157n]);
    });

    it('book late bytes to the cycle in which they flowed', async () => {
      await entitle([quota(100n)]);
      await pass(DAY_MS);
      const yesterday = new Date(fixture.clock.now().getTime() - DAY_MS);
      await store.ledger.recordReports(signed, [
        report({ userToken: 'ada-token', rx: 90n, tx: 60n, periodEnd: yesterday }),
      ]);
      expect([await stateOf(), await used()]).toEqual(['active', [0n]]);
    });

    it('carry over what the cycle before left, for one cycle, less what comes late for it', async () => {
      await entitle([quota(100n, { rollover: true })]);
      await send(20n, 10n);
      await pass(DAY_MS);
      expect((await standing())?.evaluation.quotas[0]?.allowance).toBe(170n);
      await send(100n, 50n);
      expect(await stateOf()).toBe('active');
      const yesterday = new Date(fixture.clock.now().getTime() - DAY_MS);
      await store.ledger.recordReports(signed, [
        report({ userToken: 'ada-token', rx: 20n, tx: 0n, periodEnd: yesterday }),
      ]);
      expect((await standing())?.evaluation.quotas[0]).toMatchObject({ allowance: 150n, isUsedUp: true });
      expect(await stateOf()).toBe('limited');
      await pass(DAY_MS);
      expect([await stateOf(), (await standing())?.evaluation.quotas[0]?.allowance]).toEqual(['active', 100n]);
    });

    it('carry over no more after a reset than was left before it', async () => {
      await entitle([quota(100n, { rollover: true })]);
      await send(20n, 10n);
      const reset = () => store.ledger.reset({ scope: 'user', userIds: [ada], by: null, reason: null });
      const allowance = async () => (await standing())?.evaluation.quotas[0]?.allowance;
      await pass(3_600_000);
      await reset();
      fixture.clock.advance(1000);
      await send(40n, 0n);
      await pass(DAY_MS);
      // Of the day before, what was used since the reset in it.
      expect(await allowance()).toBe(160n);
      const mark = await reset();
      expect(await allowance()).toBe(160n);
      const yesterday = new Date(fixture.clock.now().getTime() - DAY_MS);
      await store.ledger.recordReports(signed, [
        report({ userToken: 'ada-token', rx: 25n, tx: 0n, periodEnd: yesterday }),
      ]);
      expect([await allowance(), await used()]).toEqual([135n, [0n]]);
      await store.ledger.undoReset(mark.id, null);
      expect(await allowance()).toBe(135n);
    });

    it('of a part cut there only', async () => {
      const bytes = { up: 10n, down: 50n };
      const nodes: Node[] = [];
      for (const name of ['cheap', 'dear']) nodes.push(await store.inventory.addNode(newNode(name)));
      const [cheap, dear] = nodes as [Node, Node];
      const peers = async (node: Node, rx: bigint, tx: bigint) => {
        const service = wg0({ [`key-${node.name}`]: [rx, tx] }, { identity: node.id });
        fixture.clock.advance(1000);
        return await store.ledger.recordPoll(nodePoll(node.id, fixture.clock.now(), [service], { opening: 'count' }));
      };
      for (const node of nodes) {
        const booked = await peers(node, 0n, 0n);
        const [peerId] = booked.services[0]?.newPeers ?? [];
        if (peerId === undefined) throw new Error('no peer');
        const from = fixture.clock.now();
        await store.inventory.assignPeers([{ peerId, userId: ada, from, countInCycle: true }]);
      }
      await entitle([quota(1000n), quota(50n, { name: 'dear', nodeIds: [dear.id], direction: 'down' })]);
      await peers(cheap, 2n * bytes.up, 3n * bytes.down);
      await peers(dear, bytes.up, bytes.down - 1n);
      expect([await used(), await store.userStates.accessOff()]).toEqual([[229n, 49n], []]);
      await peers(dear, bytes.up, bytes.down);
      expect([await used(), await stateOf()]).toEqual([[230n, 50n], 'active']);
      expect(await store.userStates.accessOffOf([ada])).toEqual([
        {
          userId: ada,
          state: 'limited',
          reason: 'quota',
          since: fixture.clock.now(),
          only: { nodeIds: [dear.id], protocols: null },
        },
      ]);
      await entitle([quota(1000n)]);
      expect(await store.userStates.accessOff()).toEqual([]);
    });

    it('end with their time, after the grace; on hold, it begins with the first use', async () => {
      const change = { to: { terms: terms([], { validDays: 2, graceHours: 1 }) }, begins: 'with-first-use' } as const;
      await store.quotas.entitle([ada], change, null);
      expect(await store.inventory.user(ada)).toMatchObject({ state: 'on-hold', stateReason: 'not-started' });
      expect(await store.userStates.accessOff()).toEqual([]);
      await pass(10 * DAY_MS);
      await send(1n, 2n, open);
      expect(await stateOf()).toBe('on-hold');
      await send(1n, 2n);
      expect([await stateOf(), (await standing())?.startedAt]).toEqual(['active', fixture.clock.now()]);
      await pass(2 * DAY_MS + 3_600_000 - 1);
      expect(await stateOf()).toBe('active');
      await pass(1);
      expect(await store.inventory.user(ada)).toMatchObject({ state: 'expired', stateReason: 'expiry' });
      await store.quotas.entitle([ada], { expiresAt: null, begins: 'now' }, null);
      expect(await stateOf()).toBe('active');
      await store.quotas.entitle([ada], { to: null, expiresAt: fixture.clock.now() }, null);
      expect(await stateOf()).toBe('expired');
      await store.quotas.entitle([ada], { to: null }, null);
      expect([await stateOf(), await standing()]).toEqual(['active', undefined]);
    });

    it('are not judged by a clock that jumped; a hand that gives access back looks at them', async () => {
      await entitle([quota(100n)], { cycle: { kind: 'none' } });
      fixture.clock.advance(400_000);
      await send(100n, 50n);
      expect([await stateOf(), await used()]).toEqual(['active', [150n]]);
      await store.inventory.updateUser(ada, { active: false });
      expect(await stateOf()).toBe('suspended');
      await store.quotas.judge();
      await store.inventory.updateUser(ada, { active: true });
      expect(await stateOf()).toBe('limited');
    });

    it('come from a plan, whose change holds for all who have it', async () => {
      const plan = await store.quotas.addPlan({ name: 'small', terms: terms([quota(100n)]) });
      await expect(store.quotas.addPlan({ name: 'small', terms: terms([]) })).rejects.toMatchObject({
        code: 'name-taken',
      });
      await store.quotas.entitle([ada], { to: { planId: plan.id } }, null);
      await send(80n, 40n);
      expect([await stateOf(), (await store.quotas.findPlan('small'))?.users]).toEqual(['limited', 1]);
      const larger = terms([quota(121n, { graceBytes: 1n })]);
      expect(await store.quotas.preview(larger, [ada], 'changed', null)).toMatchObject({
        users: 1,
        cutOff: 0,
        restored: 1,
      });
      expect(await store.quotas.updatePlan(plan.id, { terms: larger })).toMatchObject({ terms: larger, users: 1 });
      await store.quotas.judge();
      expect(await stateOf()).toBe('active');
      expect(await store.quotas.preview(terms([quota(120n)]), [ada], 'given', null)).toMatchObject({
        cutOff: 1,
        names: ['ada'],
      });
      await send(1n, 0n);
      expect(await stateOf()).toBe('active');
      await send(0n, 1n);
      expect(await stateOf()).toBe('limited');
      await expect(store.quotas.deletePlan(plan.id)).rejects.toMatchObject({ code: 'plan-in-use' });
      await store.inventory.deleteUser(ada, fixture.clock.now());
      await store.quotas.deletePlan(plan.id);
      expect(await store.quotas.plans()).toEqual([]);
    });

    it('that count from the beginning are shown to begin anew where they are given, and to go on where a plan changes', async () => {
      const plan = await store.quotas.addPlan({ name: 'days', terms: terms([quota(100n)], { validDays: 30 }) });
      await store.quotas.entitle([ada], { to: { planId: plan.id } }, null);
      await pass(31 * DAY_MS);
      expect(await stateOf()).toBe('expired');
      const longer = terms([quota(100n)], { validDays: 20, cycle: { kind: 'days-from-start', days: 30 } });
      expect(await store.quotas.preview(longer, [ada], 'changed', null)).toMatchObject({ restored: 0 });
      expect(await store.quotas.preview(longer, [ada], 'given', null)).toMatchObject({ restored: 1 });
      await store.quotas.entitle([ada], { to: { terms: longer } }, null);
      await send(80n, 40n);
      expect(await stateOf()).toBe('limited');
      const other = terms([quota(90n)], { cycle: { kind: 'days-from-start', days: 60 } });
      // What was used does not count any more: a reset comes with it.
      expect(await store.quotas.preview(other, [ada], 'given', null)).toMatchObject({ restored: 1 });
      expect(await store.quotas.preview(other, [ada], 'changed', null)).toMatchObject({ restored: 0 });
    });

    it('of another plan begin anew although they are the same; of the same plan they go on', async () => {
      const monthly = terms([quota(100n)], { validDays: 30 });
      const [first, second] = [
        await store.quotas.addPlan({ name: 'first', terms: monthly }),
        await store.quotas.addPlan({ name: 'second', terms: monthly }),
      ];
      await store.quotas.entitle([ada], { to: { planId: first.id } }, null);
      await pass(31 * DAY_MS);
      expect(await stateOf()).toBe('expired');
      expect(await store.quotas.preview(monthly, [ada], 'given', first.id)).toMatchObject({ restored: 0 });
      await store.quotas.entitle([ada], { to: { planId: first.id } }, null);
      expect(await stateOf()).toBe('expired');
      expect(await store.quotas.preview(monthly, [ada], 'given', second.id)).toMatchObject({ restored: 1 });
      await store.quotas.entitle([ada], { to: { planId: second.id } }, null);
      expect(await stateOf()).toBe('active');
    });

    it('are followed by the next plan without a moment of being cut', async () => {
      const next = await store.quotas.addPlan({ name: 'next', terms: terms([quota(50n)]) });
      await entitle([quota(100n)]);
      await store.quotas.entitle([ada], { nextPlanId: next.id }, null);
      await send(80n, 40n);
      expect(await stateOf()).toBe('active');
      await store.quotas.judge();
      expect(await standing()).toMatchObject({
        plan: { name: 'next' },
        nextPlan: null,
        startedAt: fixture.clock.now(),
      });
      expect([await stateOf(), await used()]).toEqual(['active', [0n]]);
      fixture.clock.advance(1000);
      await send(30n, 20n);
      expect(await stateOf()).toBe('limited');
      expect((await store.quotas.stateChanges(ada, 10)).map(({ to }) => to)).toEqual(['limited']);
    });

    it('follow corrections, and their undoing', async () => {
      await entitle([quota(100n)]);
      await send(80n, 40n);
      fixture.clock.advance(1000);
      const correction: NewCorrection = {
        subject: { kind: 'user', userId: ada },
        carrier: null,
        from: new Date(fixture.clock.now().getTime() - 3_600_000),
        to: fixture.clock.now(),
        traffic: directed(-30n, 0n),
        reason: 'counted twice',
        by: null,
      };
      const { entry } = await store.ledger.correct({ ...correction, carrier: SERVER }, true);
      expect([entry, await stateOf()]).toEqual([null, 'limited']);
      const done = await store.ledger.correct({ ...correction, carrier: SERVER }, false);
      expect([await stateOf(), await used()]).toEqual(['active', [90n]]);
      await store.ledger.undoEntry({ id: done.entry?.id as EntryId, by: null, reason: 'no' }, false);
      expect([await stateOf(), await used()]).toEqual(['limited', [120n]]);
    });
  });
}
