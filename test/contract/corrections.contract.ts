import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Node } from '../../src/core/inventory/node.ts';
import type { User } from '../../src/core/inventory/peer.ts';
import type { Decision, NewCorrection } from '../../src/core/ledger/entry.ts';
import { FLAG } from '../../src/core/metering/flags.ts';
import { undirected } from '../../src/core/units/bytes.ts';
import type { EntryId, PeerId, UserId } from '../../src/core/units/ids.ts';
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

const TIB = 1024n ** 4n;
const REPORTED = { server: 'vpn.example.com', port: 443, protocol: 'vless' };

/** The meaning of corrections: entries that add and take bytes, decide about what was set aside, and are undone. */
export function correctionsContract(make: MakeStore): void {
  let fixture: StoreFixture;
  let store: StorePorts;
  let alice: User;

  beforeEach(async () => {
    fixture = await make();
    store = await fixture.open();
    alice = await store.inventory.addUser(newUser('alice'));
  });

  afterEach(async () => {
    await store.close();
    await fixture.dispose();
  });

  const now = () => fixture.clock.now();
  const minutes = (n: number): void => fixture.clock.advance(n * 60_000);
  const month = () => lastDays(30, fixture.clock);
  const summary = () => store.history.summary(month(), all);
  const shown = async (id: UserId = alice.id) => (await store.history.userTotals([id])).get(id);
  const counter = async (id: UserId = alice.id) =>
    (await store.history.lifetimeTotals()).find(({ userId }) => userId === id)?.traffic;
  /** Counted a second ago: an hour up to now ends before now. */
  const send = async (rx: number, tx: number, fields = {}) => {
    await store.ledger.recordReports(open, [report({ rx: BigInt(rx), tx: BigInt(tx), ...fields })]);
    fixture.clock.advance(1000);
  };
  const wanted = (rx: number, tx: number, fields: Partial<NewCorrection> = {}): NewCorrection => ({
    subject: { kind: 'user', userId: alice.id },
    carrier: REPORTED,
    from: new Date(now().getTime() - 3_600_000),
    to: now(),
    traffic: traffic(rx, tx),
    reason: 'the sender was wrong',
    by: null,
    ...fields,
  });
  const correct = (rx: number, tx: number, fields: Partial<NewCorrection> = {}) =>
    store.ledger.correct(wanted(rx, tx, fields), false);
  const undo = (id: string | undefined, preview = false) =>
    store.ledger.undoEntry({ id: id as EntryId, reason: 'a mistake', by: null }, preview);
  const entries = async () => (await store.history.entries({ userId: null, limit: 10, cursor: null }, all)).items;
  const day = async () => {
    const carrier = await store.history.carrier(REPORTED.server, REPORTED.port, month(), all);
    return { days: carrier?.days.map((each) => each.traffic), connections: carrier?.connections };
  };
  const chart = async (userId: UserId | null = null, bucketSeconds = 900) => {
    const period = { from: new Date(now().getTime() - 4 * 3_600_000), to: now() };
    const query = { period, bucketSeconds, by: 'total' as const, userId, nodeId: null, maxSeries: 5 };
    const [line] = (await store.history.series(query, all)).series;
    return line?.traffic.flatMap((bucket, i) => (bucket?.total ? [[bucket.total, line.flags[i]]] : []));
  };

  describe('a correction', () => {
    it('adds bytes to a user, a server and a time, and says so', async () => {
      await send(3, 5);
      const at = new Date('2026-03-01T10:05:00Z');
      const { entry, effect } = await correct(10, 20, { from: at, to: at });
      expect(await shown()).toEqual(traffic(13, 25));
      expect((await summary()).traffic).toEqual(traffic(13, 25));
      expect(await day()).toEqual({ days: [traffic(13, 25)], connections: 2 });
      expect(await chart()).toEqual([
        [30n, FLAG.correction | FLAG.late],
        [8n, FLAG.unverified],
      ]);
      expect(effect).toMatchObject({ traffic: traffic(10, 20), days: 1, wholeDays: 0, estimated: 0n });
      expect(effect.holders).toEqual([
        {
          userId: alice.id,
          userToken: null,
          peerId: null,
          traffic: traffic(10, 20),
          shownBefore: traffic(3, 5),
          shownAfter: traffic(13, 25),
        },
      ]);
      expect(await entries()).toEqual([entry]);
      expect(entry).toMatchObject({ kind: 'correction', reason: 'the sender was wrong', at: now(), undoes: null });
    });

    it('takes bytes from where they were booked, in every grain', async () => {
      await send(100, 40);
      minutes(30);
      await send(50, 40);
      await correct(-30, -40);
      expect(await shown()).toEqual(traffic(120, 40));
      expect(await day()).toEqual({ days: [traffic(120, 40)], connections: 1 });
      expect(await chart()).toEqual([
        [100n, FLAG.unverified | FLAG.correction | FLAG.late],
        [60n, FLAG.unverified | FLAG.correction],
      ]);
      expect(await chart(alice.id)).toEqual(await chart());
    });

    it('never makes usage fall below 0, and changes nothing then', async () => {
      await send(3, 5);
      await expect(correct(-4, 0)).rejects.toMatchObject({ code: 'more-than-booked' });
      await expect(correct(0, -5, { traffic: undirected(-9n) })).rejects.toMatchObject({ code: 'more-than-booked' });
      await expect(correct(-1, 0, { carrier: { ...REPORTED, port: 444 } })).rejects.toMatchObject({
        code: 'more-than-booked',
      });
      const before = { from: new Date('2026-03-01T08:00:00Z'), to: new Date('2026-03-01T09:00:00Z') };
      await expect(correct(-1, 0, before)).rejects.toMatchObject({ code: 'more-than-booked' });
      expect(await shown()).toEqual(traffic(3, 5));
      expect(await entries()).toEqual([]);
      await correct(0, 0, { traffic: undirected(-8n) });
      expect(await shown()).toEqual(traffic(0, 0));
      expect(await summary()).toMatchObject({ connections: 0, servers: 0 });
    });

    it('is shown before it is done, and then nothing has changed', async () => {
      await send(3, 5);
      const preview = await store.ledger
        .correct(wanted(7, -1, { carrier: { ...REPORTED, server: 'NEW.example.com' } }), true)
        .catch((error) => error.code);
      expect(preview).toBe('more-than-booked');
      const asked = wanted(7, 8, { carrier: { ...REPORTED, server: 'NEW.example.com' } });
      const { entry, effect } = await store.ledger.correct(asked, true);
      expect(entry).toBeNull();
      expect(effect.holders).toMatchObject([{ shownBefore: traffic(3, 5), shownAfter: traffic(10, 13) }]);
      expect(await entries()).toEqual([]);
      expect(await store.history.carrier('new.example.com', 443, month(), all)).toBeNull();
      expect((await store.ledger.correct(asked, false)).effect).toEqual(effect);
      expect(await shown()).toEqual(traffic(10, 13));
    });

    it('is undone by its opposite, once', async () => {
      await send(3, 5);
      const before = [await shown(), await day(), await summary()];
      const { entry } = await correct(10, -2);
      const preview = await undo(entry?.id, true);
      expect(preview.effect.holders).toMatchObject([{ shownBefore: traffic(13, 3), shownAfter: traffic(3, 5) }]);
      const undone = await undo(entry?.id);
      expect([await shown(), await day(), await summary()]).toEqual(before);
      expect(undone.entry).toMatchObject({ kind: 'correction', undoes: entry?.id, reason: 'a mistake' });
      expect(await entries()).toMatchObject([{ undoes: entry?.id }, { id: entry?.id, undoneBy: undone.entry?.id }]);
      await expect(undo(entry?.id)).rejects.toMatchObject({ code: 'already-undone' });
      await expect(undo(undone.entry?.id)).rejects.toMatchObject({ code: 'not-undoable' });
      await expect(undo('none')).rejects.toMatchObject({ code: 'not-found' });
    });

    it('is undone only while its bytes are there', async () => {
      const { entry } = await correct(10, 10);
      await correct(-5, -5);
      await expect(undo(entry?.id)).rejects.toMatchObject({ code: 'more-than-booked' });
      expect(await shown()).toEqual(traffic(5, 5));
    });

    it('undone twice at the same time is refused once', async () => {
      const { entry } = await correct(10, 10);
      const results = await Promise.allSettled([undo(entry?.id), undo(entry?.id)]);
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await shown()).toEqual(traffic(0, 0));
    });

    it('for a past time goes into the segment that was open then', async () => {
      await send(3, 5);
      minutes(60);
      await store.ledger.reset({ scope: 'user', userIds: [alice.id], by: null, reason: null });
      minutes(60);
      await send(1, 2);
      const past = { from: new Date('2026-03-01T11:00:00Z'), to: new Date('2026-03-01T12:30:00Z') };
      const { effect } = await correct(10, 20, past);
      expect(effect.holders).toMatchObject([{ shownBefore: traffic(1, 2), shownAfter: traffic(1, 2) }]);
      expect(await shown()).toEqual(traffic(1, 2));
      await correct(7, 7);
      expect(await shown()).toEqual(traffic(8, 9));
      await correct(-5, -5, { ...past, from: new Date('2026-03-01T12:00:00Z') });
      expect(await shown()).toEqual(traffic(8, 9));
      const [mark] = (await store.history.resets(1, null)).items;
      if (mark !== undefined) await store.ledger.undoReset(mark.id, null);
      expect(await shown()).toEqual(traffic(16, 29));
      expect((await summary()).traffic).toEqual(traffic(16, 29));
    });

    it('of a token that nobody owns stays with that token', async () => {
      await send(3, 5, { userToken: 'ghost' });
      const ghost = { subject: { kind: 'token' as const, userToken: 'ghost' } };
      await correct(1, 1, ghost);
      await correct(-2, -3, ghost);
      expect((await store.history.unclaimed()).tokens).toMatchObject([{ userToken: 'ghost', traffic: traffic(2, 3) }]);
      expect(await shown()).toEqual(traffic(0, 0));
    });

    it('leaves what was ever counted, for monitoring, as it was', async () => {
      await send(3, 5);
      await correct(-3, -5);
      expect(await counter()).toEqual(traffic(3, 5));
      const { entry } = await correct(10, 10);
      await undo(entry?.id);
      expect(await counter()).toEqual(traffic(13, 15));
    });

    it('works on days whose records were cleaned up, as a whole', async () => {
      await send(3, 5);
      const first = now();
      minutes(3 * 24 * 60);
      await store.ledger.cleanupStep(now(), 1000);
      const noon = { from: new Date('2026-03-01T12:00:00Z'), to: new Date('2026-03-01T13:00:00Z') };
      await expect(correct(-1, -1, noon)).rejects.toMatchObject({ code: 'only-days-left' });
      const whole = { from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-03-02T00:00:00Z') };
      const { entry, effect } = await correct(-1, -2, whole);
      expect(effect).toMatchObject({ days: 1, wholeDays: 1 });
      expect(await day()).toEqual({ days: [traffic(2, 3)], connections: 1 });
      await correct(-2, -3, whole);
      expect(await summary()).toMatchObject({ connections: 0 });
      await expect(undo(entry?.id)).resolves.toMatchObject({ effect: { traffic: traffic(1, 2) } });
      await correct(10, 20, { from: first, to: first });
      expect(await day()).toEqual({ days: [traffic(11, 22)], connections: 1 });
      expect((await store.history.database()).records).toBe(0);
    });

    it('takes no more from a day than its records that are left can spare', async () => {
      await send(3, 5);
      minutes(60);
      await send(30, 50);
      minutes(3 * 24 * 60);
      await store.ledger.cleanupStep(now(), 1);
      expect((await store.history.database()).records).toBe(1);
      const whole = { from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-03-02T00:00:00Z') };
      const { entry } = await correct(-32, -1, whole);
      expect(await day()).toMatchObject({ days: [traffic(1, 54)] });
      for (const each of await store.ledger.daysOfRecords(now())) await store.ledger.proveDay(each);
      await undo(entry?.id);
      expect(await day()).toMatchObject({ days: [traffic(33, 55)] });
    });

    it('is undone exactly after its records were cleaned up', async () => {
      await send(3, 5);
      const { entry } = await correct(10, 20);
      minutes(3 * 24 * 60);
      await store.ledger.cleanupStep(now(), 1000);
      await undo(entry?.id);
      expect(await day()).toMatchObject({ days: [traffic(3, 5)] });
      expect(await shown()).toEqual(traffic(3, 5));
    });

    it('is refused where it says nothing, lies ahead, or names nobody', async () => {
      await expect(correct(0, 0)).rejects.toMatchObject({ code: 'invalid-input' });
      const later = new Date(now().getTime() + 1);
      await expect(correct(1, 0, { to: later })).rejects.toMatchObject({ details: { pointer: '/to' } });
      await expect(correct(1, 0, { from: later, to: now() })).rejects.toMatchObject({ details: { pointer: '/from' } });
      await expect(correct(1, 0, { carrier: null })).rejects.toMatchObject({ code: 'carrier-needed' });
      const nobody = { kind: 'user' as const, userId: 'nobody' as UserId };
      await expect(correct(1, 0, { subject: nobody })).rejects.toMatchObject({ code: 'not-found' });
      await store.inventory.deleteUser(alice.id, now());
      await expect(correct(1, 0)).rejects.toMatchObject({ code: 'not-found' });
    });

    it('does not overflow a total', async () => {
      const huge = { traffic: traffic(2n ** 62n, 0n) };
      await correct(0, 0, huge);
      await expect(correct(0, 0, huge)).rejects.toMatchObject({ code: 'total-too-large' });
      expect(await shown()).toEqual(traffic(2n ** 62n, 0n));
      await store.heartbeat();
    });
  });

  describe('what was set aside', () => {
    const decide = (item: Decision['item'], decision: Decision['decision'] = 'book', fields: Partial<Decision> = {}) =>
      store.ledger.decide({ item, decision, beforeXpert: false, reason: 'looked at', by: null, ...fields }, false);
    const quarantined = async () => (await store.history.quarantine(10, null)).items;
    const baselines = async () => (await store.history.baselines(10, null)).items;
    const item = (id: string | undefined) => ({ kind: 'quarantine' as const, id: id ?? '' });
    const silent = { semantics: { kind: 'cumulative', falls: 'rewound', absence: 'silent' } as const };
    const poll = (node: Node, peers: Parameters<typeof wg0>[0], fields = {}) =>
      store.ledger.recordPoll(nodePoll(node.id, now(), [wg0(peers)], fields));

    it('a report is booked to its time and user, once, and that can be undone', async () => {
      const huge = 11n * TIB;
      const periodEnd = new Date('2026-03-01T11:10:00Z');
      await store.ledger.recordReports(open, [report({ rx: huge, periodStart: periodEnd, periodEnd })]);
      const [aside] = await quarantined();
      expect(aside).toMatchObject({ decided: null, traffic: traffic(huge, 5) });
      const both = await Promise.allSettled([decide(item(aside?.id)), decide(item(aside?.id), 'dismiss')]);
      expect(both).toMatchObject([{ status: 'fulfilled' }, { reason: { code: 'already-decided' } }]);
      expect(await shown()).toEqual(traffic(huge, 5));
      expect(await chart()).toEqual([[huge + 5n, FLAG.correction | FLAG.late]]);
      const [decided] = await quarantined();
      expect(decided?.decided).toMatchObject({ kind: 'booking', reason: 'looked at' });
      await undo(decided?.decided?.entryId);
      expect(await shown()).toEqual(traffic(0, 0));
      expect(await quarantined()).toMatchObject([{ decided: null }]);
      await decide(item(aside?.id), 'dismiss');
      expect(await quarantined()).toMatchObject([{ decided: { kind: 'dismissal' } }]);
      await expect(decide(item(aside?.id))).rejects.toMatchObject({ code: 'already-decided' });
      await expect(decide(item('77'))).rejects.toMatchObject({ code: 'not-found' });
      await expect(decide(item('x'))).rejects.toMatchObject({ code: 'not-found' });
    });

    it('a reading goes to whoever had the peer then', async () => {
      const node = await store.inventory.addNode(newNode('vpn1'));
      await poll(node, { a: [0, 0] });
      const peer = await store.inventory.findPeer('a');
      const peerId = peer?.id as PeerId;
      await store.inventory.assignPeers([{ peerId, userId: alice.id, from: now(), countInCycle: false }]);
      minutes(1);
      await poll(node, { a: [11n * TIB, 7] });
      const [aside] = await quarantined();
      await decide(item(aside?.id));
      expect(await shown()).toEqual(traffic(11n * TIB, 7));
      expect(await store.history.peerTotals(all)).toMatchObject([{ userId: alice.id, traffic: traffic(11n * TIB, 7) }]);
    });

    it('a baseline that may have been traffic is booked; what flowed before Xpert only when asked', async () => {
      const node = await store.inventory.addNode(newNode('vpn1'));
      await poll(node, { a: [100, 200] }, silent);
      minutes(1);
      await poll(node, { a: [110, 220], b: [5, 6] }, silent);
      minutes(1);
      await poll(node, { a: [50, 60], b: [5, 6] }, silent);
      expect(await baselines()).toMatchObject([
        { reason: 'rewound', traffic: traffic(50, 60), decided: null },
        { reason: 'unproven', traffic: traffic(5, 6) },
        { reason: 'before-xpert', traffic: traffic(100, 200) },
      ]);
      const [rewound, unproven, before] = (await baselines()).map(({ id }) => ({ kind: 'baseline' as const, id }));
      if (rewound === undefined || unproven === undefined || before === undefined) throw new Error('no baselines');
      await decide(unproven);
      await decide(rewound, 'dismiss');
      expect((await store.history.unclaimed()).traffic).toEqual(traffic(15, 26));
      await expect(decide(before)).rejects.toMatchObject({ code: 'not-bookable' });
      await decide(before, 'book', { beforeXpert: true });
      expect((await store.history.unclaimed()).traffic).toEqual(traffic(115, 226));
      expect(await baselines()).toMatchObject([
        { decided: { kind: 'dismissal' } },
        { decided: { kind: 'booking' } },
        { decided: { kind: 'booking' } },
      ]);
    });
  });

  it('a reseller sees the entries of own users', async () => {
    const admin = { role: 'reseller', passwordHash: '', createdAt: now() } as const;
    const reseller = await store.identity.addAdmin({ ...admin, name: 'rita' });
    const bob = await store.inventory.addUser(newUser('bob', { ownerId: reseller.id }));
    await correct(1, 1);
    await correct(2, 2, { subject: { kind: 'user', userId: bob.id } });
    const query = { userId: null, limit: 10, cursor: null };
    const own = await store.history.entries(query, { kind: 'owner', adminId: reseller.id });
    expect(own).toMatchObject({ items: [{ effect: { holders: [{ userId: bob.id }] } }], total: 1, nextCursor: null });
    const ofAlice = await store.history.entries({ ...query, userId: alice.id }, all);
    expect(ofAlice).toMatchObject({ items: [{ effect: { holders: [{ userId: alice.id }] } }], total: 1 });
    const first = await store.history.entries({ ...query, limit: 1 }, all);
    const second = await store.history.entries({ ...query, limit: 1, cursor: first.nextCursor }, all);
    expect([first, second]).toMatchObject([
      { items: [{ effect: { traffic: traffic(2, 2) } }], total: 2 },
      { items: [{ effect: { traffic: traffic(1, 1) } }], nextCursor: null },
    ]);
  });
}
