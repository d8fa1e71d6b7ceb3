import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Node } from '../../src/core/inventory/node.ts';
import type { User } from '../../src/core/inventory/peer.ts';
import type { HolderQuery } from '../../src/core/ledger/usage-history.ts';
import type { ResetMark } from '../../src/core/ledger/usage-ledger.ts';
import { FLAG } from '../../src/core/metering/flags.ts';
import type { NodeId, PeerId, ResetId, UserId } from '../../src/core/units/ids.ts';
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
  signed,
  traffic,
  wg0,
} from './store-fixture.ts';

const GIB = 1024n ** 3n;

/** The meaning of UsageLedger and UsageHistory. Every engine passes it. */
export function usageLedgerContract(make: MakeStore): void {
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

  const reopen = async (): Promise<void> => {
    await store.close();
    store = await fixture.open();
  };
  const month = () => lastDays(30, fixture.clock);
  const summary = () => store.history.summary(month(), all);
  const addUser = (name: string, fields = {}): Promise<User> => store.inventory.addUser(newUser(name, fields));
  const addNode = (name: string): Promise<Node> => store.inventory.addNode(newNode(name));
  const totalOf = async (id: UserId) => (await store.history.userTotals([id])).get(id);
  const minutes = (n: number): void => fixture.clock.advance(n * 60_000);
  const poll = (nodeId: NodeId, services: Parameters<typeof nodePoll>[2], fields = {}) =>
    store.ledger.recordPoll(nodePoll(nodeId, fixture.clock.now(), services, fields));
  const userCarriers = (id: UserId) => store.history.userCarriers(id, month());

  it('a counter beyond what can be kept is not believed, and its peer stays', async () => {
    const node = await addNode('north');
    await poll(node.id, [wg0({ ann: [0, 0], ben: [0, 0] })]);
    minutes(1);
    await poll(node.id, [wg0({ ann: [2n ** 64n - 1n, 9_007n], ben: [3, 40] })]);
    minutes(1);
    await poll(node.id, [wg0({ ann: [70, 800], ben: [5, 60] })]);
    expect((await summary()).traffic).toEqual(traffic(75, 860));
    const { items } = await store.inventory.peers({ limit: 10, cursor: null });
    expect(items.map(({ endedAt }) => endedAt)).toEqual([null, null]);
  });

  it('a position that nobody gave out begins a list at its start', async () => {
    const lists = [
      (cursor: string) => store.history.resets(10, cursor),
      (cursor: string) => store.history.quarantine(10, cursor),
      (cursor: string) => store.inventory.users({ limit: 10, cursor }),
      (cursor: string) => store.inventory.peers({ limit: 10, cursor }),
      (cursor: string) => store.audit.read(10, cursor),
    ];
    await addUser('ann');
    for (const position of [[{}], [null], [[1]], [true], [1e300], [], {}, 5, null]) {
      const cursor = Buffer.from(JSON.stringify(position)).toString('base64url');
      for (const list of lists) expect((await list(cursor)).items).toBeDefined();
      expect((await store.inventory.users({ limit: 10, cursor })).items).toHaveLength(1);
    }
  });

  describe('reports', () => {
    it('are counted once, in both directions', async () => {
      const alice = await addUser('alice');
      const outcome = await store.ledger.recordReports(open, [report(), report({ rx: 10n, tx: 20n })]);
      expect(outcome).toEqual({ recorded: 2, duplicates: 0, stale: 0, quarantined: 0 });
      expect(await totalOf(alice.id)).toEqual(traffic(13, 25));
      expect(await summary()).toEqual({
        users: 1,
        servers: 1,
        protocols: 1,
        connections: 1,
        traffic: traffic(13, 25),
        unclaimed: traffic(0, 0),
      });
    });

    it('with a known event id count once, also within one request and after a restart', async () => {
      const twice = report({ eventId: 'same' });
      expect(await store.ledger.recordReports(open, [twice, twice])).toMatchObject({ recorded: 1, duplicates: 1 });
      expect(await store.ledger.recordReports(open, [twice])).toMatchObject({ recorded: 0, duplicates: 1 });
      await reopen();
      expect(await store.ledger.recordReports(open, [twice])).toMatchObject({ recorded: 0, duplicates: 1 });
      expect((await summary()).traffic).toEqual(traffic(3, 5));
    });

    it('sent twice at the same time count once', async () => {
      const one = report({ eventId: 'race' });
      const outcomes = await Promise.all([1, 2, 3].map(() => store.ledger.recordReports(open, [one])));
      expect(outcomes.map(({ recorded }) => recorded).sort()).toEqual([0, 0, 1]);
      expect((await summary()).traffic).toEqual(traffic(3, 5));
    });

    it('that reuse an event id for another body are refused with everything of their request', async () => {
      await store.ledger.recordReports(open, [report({ eventId: 'a' })]);
      const request = [report({ eventId: 'b' }), report({ eventId: 'a', rx: 4n })];
      await expect(store.ledger.recordReports(open, request)).rejects.toMatchObject({
        code: 'event-id-reused',
        details: { pointer: '/1/event_id' },
      });
      expect((await summary()).traffic).toEqual(traffic(3, 5));
      expect(await store.ledger.recordReports(open, [report({ eventId: 'b' })])).toMatchObject({ recorded: 1 });
    });

    it('keep event ids apart by sender, and by token where nobody signed', async () => {
      const id = { eventId: 'shared' };
      await store.ledger.recordReports(open, [report(id)]);
      expect(await store.ledger.recordReports(open, [report({ ...id, userToken: 'bob-token' })])).toMatchObject({
        recorded: 1,
      });
      expect(await store.ledger.recordReports(signed, [report(id)])).toMatchObject({ recorded: 1 });
      await expect(
        store.ledger.recordReports(signed, [report({ ...id, userToken: 'bob-token' })]),
      ).rejects.toMatchObject({ code: 'event-id-reused' });
    });

    it('without an event id count every time', async () => {
      const anonymous = report({ eventId: null });
      await store.ledger.recordReports(open, [anonymous, anonymous]);
      expect((await summary()).traffic).toEqual(traffic(6, 10));
    });

    it('an error of one request does not touch others of the same turn', async () => {
      await store.ledger.recordReports(open, [report({ eventId: 'taken' })]);
      const results = await Promise.allSettled([
        store.ledger.recordReports(open, [report({ userToken: 'bob-token' })]),
        store.ledger.recordReports(open, [report({ eventId: 'taken', tx: 9n })]),
        store.inventory.addUser(newUser('carol')),
        store.inventory.addUser(newUser('carol')),
        store.ledger.recordReports(open, [report({ userToken: 'carol-token' })]),
      ]);
      expect(results.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'rejected',
        'fulfilled',
      ]);
      expect((await summary()).traffic).toEqual(traffic(9, 15));
      const carol = await store.inventory.findUser('carol');
      expect(carol && (await totalOf(carol.id))).toEqual(traffic(3, 5));
    });

    it('hold the largest exact number, and totals beyond 2^53', async () => {
      const alice = await addUser('alice');
      const share = 9n * 1024n ** 4n;
      for (let n = 0; n < 1100; n += 100) {
        const batch = Array.from({ length: 100 }, () => report({ rx: share, tx: 1n }));
        await store.ledger.recordReports(signed, batch);
      }
      expect(1100n * share).toBeGreaterThan(2n ** 53n);
      expect(await totalOf(alice.id)).toEqual(traffic(1100n * share, 1100));
      expect((await summary()).traffic).toEqual(traffic(1100n * share, 1100));
    });

    it('that are implausible are kept and not counted', async () => {
      const most = 2n ** 53n - 1n;
      const outcome = await store.ledger.recordReports(open, [report({ rx: most, tx: 1n, eventId: 'huge' }), report()]);
      expect(outcome).toMatchObject({ recorded: 1, quarantined: 1 });
      expect((await summary()).traffic).toEqual(traffic(3, 5));
      const { items } = await store.history.quarantine(10, null);
      expect(items).toMatchObject([{ traffic: traffic(most, 1), reason: 'implausible', peerId: null }]);
      expect(items[0]?.report).toMatchObject({ userToken: 'alice-token', eventId: 'huge', port: 443 });
      expect(await store.ledger.recordReports(open, [report({ rx: most, tx: 1n, eventId: 'huge' })])).toMatchObject({
        duplicates: 1,
      });
    });

    it('are booked to the time of their period, late ones too', async () => {
      const at = fixture.clock.now().getTime();
      const period = { periodStart: new Date(at - 86_400_000 - 30 * 60_000), periodEnd: new Date(at - 86_400_000) };
      await store.ledger.recordReports(open, [report({ rx: 101n, tx: 7n, ...period })]);
      const { series } = await store.history.series(
        {
          period: { from: period.periodStart, to: period.periodEnd },
          bucketSeconds: 900,
          by: 'total',
          userId: null,
          nodeId: null,
          maxSeries: 5,
        },
        all,
      );
      expect(series[0]?.traffic).toEqual([traffic(51, 4), traffic(50, 3)]);
      expect(series[0]?.flags).toEqual(Array(2).fill(FLAG.late | FLAG.estimated | FLAG.unverified));
      expect((await store.history.summary(lastDays(1, fixture.clock), all)).traffic.total).toBe(0n);
      expect((await summary()).traffic).toEqual(traffic(101, 7));
    });

    it('about weeks are spread by days, exactly, and parted at marks', async () => {
      const alice = await addUser('alice');
      minutes(20 * 24 * 60);
      const resetAt = fixture.clock.now();
      await store.ledger.reset({ scope: 'user', userIds: [alice.id], by: null, reason: null });
      minutes(10 * 24 * 60);
      const to = fixture.clock.now();
      const from = new Date(to.getTime() - 30 * 86_400_000);
      await store.ledger.recordReports(open, [report({ rx: 300n, tx: 3000n, periodStart: from, periodEnd: to })]);
      expect(await totalOf(alice.id)).toEqual(traffic(100, 1000));
      const all30 = await store.history.usageBetween(alice.id, { from, to: new Date(to.getTime() + 43_200_000) });
      expect(all30.traffic).toEqual(traffic(300, 3000));
      // Noon to noon: 31 days, of which a mark parts one.
      expect((await store.history.database()).records).toBe(32);
      const day = { from: new Date(resetAt.getTime() - 43_200_000), to: new Date(resetAt.getTime() + 43_200_000) };
      expect((await store.history.usageBetween(alice.id, day)).traffic).toEqual(traffic(10, 100));
    });

    it('are refused while tracking is off', async () => {
      await store.ledger.setTracking(false, null);
      await expect(store.ledger.recordReports(open, [report()])).rejects.toMatchObject({ code: 'tracking-off' });
      await store.ledger.setTracking(true, null);
      expect(await store.ledger.recordReports(open, [report()])).toMatchObject({ recorded: 1 });
    });

    it('of strangers bring at most 10,000 unknown tokens; known ones and signed senders go on', async () => {
      for (let n = 0; n < 10_000; n += 1000) {
        const batch = Array.from({ length: 1000 }, (_, i) => report({ userToken: `t${n + i}`, eventId: null }));
        await store.ledger.recordReports(open, batch);
      }
      const stranger = report({ userToken: 'one-too-many' });
      await expect(store.ledger.recordReports(open, [stranger])).rejects.toMatchObject({
        code: 'too-many-unclaimed-tokens',
      });
      expect(await store.ledger.recordReports(open, [report({ userToken: 't5' })])).toMatchObject({ recorded: 1 });
      expect(await store.ledger.recordReports(signed, [stranger])).toMatchObject({ recorded: 1 });
      await addUser('alice');
      expect(await store.ledger.recordReports(open, [report()])).toMatchObject({ recorded: 1 });
    });

    it('tell who looks on, once per commit', async () => {
      const commits: unknown[] = [];
      const stop = store.ledger.onCommit(({ usage, reported }) => commits.push({ usage, reported }));
      await Promise.all([store.ledger.recordReports(open, [report()]), store.ledger.recordReports(open, [report()])]);
      stop();
      await store.ledger.recordReports(open, [report()]);
      expect(commits).toEqual([{ usage: true, reported: traffic(6, 10) }]);
    });
  });

  describe('cumulative streams', () => {
    const stream = (rx: bigint, tx: bigint, fields = {}) => report({ rx, tx, mode: 'cumulative', ...fields });

    it('count what they grew by, and all of it after a fall', async () => {
      await store.ledger.recordReports(open, [stream(10n, 100n)]);
      await store.ledger.recordReports(open, [stream(15n, 160n), stream(15n, 160n)]);
      expect((await summary()).traffic).toEqual(traffic(15, 160));
      await reopen();
      minutes(1);
      await store.ledger.recordReports(open, [stream(20n, 7n)]);
      expect((await summary()).traffic).toEqual(traffic(35, 167));
    });

    it('are apart by sender, server and name', async () => {
      await store.ledger.recordReports(open, [stream(10n, 20n), stream(10n, 20n, { stream: 'second' })]);
      await store.ledger.recordReports(open, [stream(10n, 20n, { server: 'other.example.com' })]);
      await store.ledger.recordReports(signed, [stream(10n, 20n)]);
      expect((await summary()).traffic).toEqual(traffic(40, 80));
    });

    it('ignore values that are not later', async () => {
      const at = fixture.clock.now();
      const earlier = new Date(at.getTime() - 60_000);
      await store.ledger.recordReports(open, [stream(10n, 100n, { periodEnd: at })]);
      const outcome = await store.ledger.recordReports(open, [stream(9n, 90n, { periodEnd: earlier })]);
      expect(outcome).toMatchObject({ recorded: 0, stale: 1 });
      expect((await summary()).traffic).toEqual(traffic(10, 100));
    });
  });

  describe('unclaimed usage', () => {
    it('is global, shown by token, and nobody’s', async () => {
      await store.ledger.recordReports(open, [report({ userToken: 'ghost' })]);
      expect(await summary()).toMatchObject({ users: 1, traffic: traffic(3, 5), unclaimed: traffic(3, 5) });
      expect(await store.history.tokenCarriers('ghost', month())).toMatchObject([{ traffic: traffic(3, 5) }]);
      expect(await store.history.tokenCarriers('nobody', month())).toBeNull();
      expect(await store.history.unclaimed()).toMatchObject({
        traffic: traffic(3, 5),
        tokens: [{ userToken: 'ghost', traffic: traffic(3, 5), firstAt: fixture.clock.now() }],
      });
    });

    it('of a token goes to the user who gets it, with its history', async () => {
      await store.ledger.recordReports(open, [report({ userToken: 'ghost' })]);
      minutes(60);
      const user = await addUser('gustav', { userToken: 'ghost', createdAt: fixture.clock.now() });
      expect(await totalOf(user.id)).toEqual(traffic(3, 5));
      minutes(60);
      await store.ledger.recordReports(open, [report({ userToken: 'ghost', rx: 10n, tx: 20n })]);
      expect(await totalOf(user.id)).toEqual(traffic(13, 25));
      expect(await store.history.unclaimed()).toMatchObject({ traffic: traffic(0, 0), tokens: [], peers: [] });
      expect(await summary()).toMatchObject({ users: 1, traffic: traffic(13, 25), unclaimed: traffic(0, 0) });
    });

    it('that arrives late for the time before the claim joins the claimed history', async () => {
      const before = fixture.clock.now();
      minutes(120);
      const user = await addUser('gustav', { userToken: 'ghost', createdAt: fixture.clock.now() });
      minutes(10);
      await store.ledger.recordReports(open, [
        report({ userToken: 'ghost', periodStart: before, periodEnd: new Date(before.getTime() + 60_000) }),
      ]);
      expect(await totalOf(user.id)).toEqual(traffic(3, 5));
      expect((await store.history.unclaimed()).tokens).toEqual([]);
    });

    it('of a rotated token stays the user’s', async () => {
      const alice = await addUser('alice');
      await store.inventory.rotateUserToken(alice.id, 'fresh-token');
      await store.ledger.recordReports(open, [report(), report({ userToken: 'fresh-token' })]);
      expect(await totalOf(alice.id)).toEqual(traffic(6, 10));
    });
  });

  describe('reset marks', () => {
    const resetAll = (): Promise<ResetMark> =>
      store.ledger.reset({ scope: 'all', userIds: [], by: null, reason: null });
    const resetUser = (...users: User[]): Promise<ResetMark> =>
      store.ledger.reset({ scope: 'user', userIds: users.map(({ id }) => id), by: null, reason: 'asked' });

    it('show exactly 0 right after, count anew, and undo gives old plus new', async () => {
      const alice = await addUser('alice');
      await store.ledger.recordReports(open, [report(), report({ userToken: 'ghost' })]);
      const mark = await resetAll();
      expect(mark).toMatchObject({ scope: 'all', users: 1, at: fixture.clock.now(), undoneAt: null });
      expect(await summary()).toMatchObject({ users: 0, servers: 0, connections: 0, traffic: traffic(0, 0) });
      expect(await totalOf(alice.id)).toEqual(traffic(0, 0));
      expect(await store.history.topHolders(month(), 10, all)).toEqual([]);
      await store.ledger.recordReports(open, [report({ rx: 1n, tx: 2n })]);
      expect(await totalOf(alice.id)).toEqual(traffic(1, 2));
      expect(await store.ledger.undoReset(mark.id, null)).toMatchObject({ undoneAt: fixture.clock.now() });
      expect(await totalOf(alice.id)).toEqual(traffic(4, 7));
      expect(await summary()).toMatchObject({ users: 2, traffic: traffic(7, 12), unclaimed: traffic(3, 5) });
    });

    it('in the same turn as reports keep the order of the calls', async () => {
      const alice = await addUser('alice');
      await Promise.all([
        store.ledger.recordReports(open, [report({ rx: 100n, tx: 200n })]),
        resetAll(),
        store.ledger.recordReports(open, [report({ rx: 1n, tx: 2n })]),
      ]);
      expect(await totalOf(alice.id)).toEqual(traffic(1, 2));
    });

    it('of one user leave the others alone, in global figures too', async () => {
      const alice = await addUser('alice');
      const bob = await addUser('bob');
      await store.ledger.recordReports(open, [report(), report({ userToken: 'bob-token', rx: 10n, tx: 20n })]);
      const mark = await resetUser(alice);
      expect(mark).toMatchObject({ users: 1, reason: 'asked' });
      expect(await totalOf(alice.id)).toEqual(traffic(0, 0));
      expect(await totalOf(bob.id)).toEqual(traffic(10, 20));
      expect(await summary()).toMatchObject({ users: 1, traffic: traffic(10, 20), connections: 1 });
      await store.ledger.undoReset(mark.id, null);
      expect(await summary()).toMatchObject({ users: 2, traffic: traffic(13, 25), connections: 2 });
    });

    it('overlap and are undone in any order', async () => {
      const alice = await addUser('alice');
      const send = (n: bigint) => store.ledger.recordReports(open, [report({ rx: n, tx: 2n * n })]);
      await send(1n);
      const first = await resetAll();
      await send(10n);
      const second = await resetUser(alice);
      await send(100n);
      const third = await resetAll();
      await send(1000n);
      const shown = async () => [(await totalOf(alice.id))?.rx, (await summary()).traffic.rx];
      expect(await shown()).toEqual([1000n, 1000n]);
      await store.ledger.undoReset(third.id, null);
      expect(await shown()).toEqual([1100n, 1100n]);
      await store.ledger.undoReset(first.id, null);
      expect(await shown()).toEqual([1100n, 1100n]);
      await store.ledger.undoReset(second.id, null);
      expect(await shown()).toEqual([1111n, 1111n]);
      await reopen();
      expect(await shown()).toEqual([1111n, 1111n]);
    });

    it('leave late bytes in the segment of their time', async () => {
      const alice = await addUser('alice');
      const before = fixture.clock.now();
      minutes(60);
      await resetAll();
      minutes(60);
      const late = { periodStart: before, periodEnd: new Date(before.getTime() + 60_000) };
      await store.ledger.recordReports(open, [report({ rx: 50n, tx: 70n, ...late })]);
      expect(await totalOf(alice.id)).toEqual(traffic(0, 0));
      expect((await summary()).traffic).toEqual(traffic(0, 0));
    });

    it('never touch charts, lifetime totals or the records themselves', async () => {
      await addUser('alice');
      await store.ledger.recordReports(open, [report()]);
      const before = await store.history.database();
      await resetAll();
      const from = new Date(fixture.clock.now().getTime() - 3_600_000);
      const to = new Date(fixture.clock.now().getTime() + 1);
      const query = { bucketSeconds: 900, by: 'total', userId: null, nodeId: null, maxSeries: 3 } as const;
      const chart = await store.history.series({ ...query, period: { from, to } }, all);
      expect(chart.series[0]?.traffic.at(-1)).toEqual(traffic(3, 5));
      expect(chart.marks).toEqual([{ at: fixture.clock.now(), kind: 'reset', label: 'all' }]);
      expect(await store.history.lifetimeTotals()).toMatchObject([{ name: 'alice', traffic: traffic(3, 5) }]);
      expect(await store.history.database()).toMatchObject({ records: before.records, days: before.days });
    });

    it('are listed newest first, and unknown or undone ones are refused', async () => {
      const alice = await addUser('alice');
      const first = await resetAll();
      const second = await resetUser(alice);
      const page = await store.history.resets(1, null);
      expect(page.items.map(({ id }) => id)).toEqual([second.id]);
      expect((await store.history.resets(1, page.nextCursor)).items.map(({ id }) => id)).toEqual([first.id]);
      await store.ledger.undoReset(first.id, null);
      await expect(store.ledger.undoReset(first.id, null)).rejects.toMatchObject({ code: 'already-undone' });
      await expect(store.ledger.undoReset('none' as ResetId, null)).rejects.toMatchObject({ code: 'not-found' });
      const nobody = { scope: 'user', userIds: ['none' as UserId], by: null, reason: null } as const;
      await expect(store.ledger.reset(nobody)).rejects.toMatchObject({ code: 'not-found' });
    });

    it('hide claimed history from before them, too', async () => {
      await store.ledger.recordReports(open, [report({ userToken: 'ghost' })]);
      const mark = await resetAll();
      const user = await addUser('gustav', { userToken: 'ghost', createdAt: fixture.clock.now() });
      expect(await totalOf(user.id)).toEqual(traffic(0, 0));
      await store.ledger.undoReset(mark.id, null);
      expect(await totalOf(user.id)).toEqual(traffic(3, 5));
    });
  });

  describe('polls', () => {
    it('meter from a baseline, and show what was there before', async () => {
      const node = await addNode('vpn1');
      const first = await poll(node.id, [wg0({ a: [1000, 2000], b: [5, 6] })]);
      expect(first).toMatchObject({
        trackingOff: false,
        services: [
          { name: 'wg0', peers: 2, counted: traffic(0, 0), intervalSeconds: null, before: traffic(1005, 2006) },
        ],
      });
      expect(first.services[0]?.newPeers).toHaveLength(2);
      minutes(1);
      const second = await poll(node.id, [wg0({ a: [1010, 2100], b: [5, 6] })]);
      expect(second.services[0]).toMatchObject({ counted: traffic(10, 100), intervalSeconds: 60, newPeers: [] });
      expect(await summary()).toMatchObject({ traffic: traffic(10, 100), unclaimed: traffic(10, 100), users: 1 });
      const { items } = await store.inventory.peers({ limit: 10, cursor: null });
      expect(items.find(({ key }) => key === 'a')).toMatchObject({
        beforeXpert: { rx: 1000n, tx: 2000n, total: 3000n },
        lastSeenAt: fixture.clock.now(),
      });
    });

    it('may count what was there before', async () => {
      const node = await addNode('vpn1');
      const fields = { opening: 'count' };
      expect(await poll(node.id, [wg0({ a: [1000, 2000] })], fields)).toMatchObject({
        services: [{ counted: traffic(1000, 2000), before: traffic(0, 0) }],
      });
      expect((await summary()).traffic).toEqual(traffic(1000, 2000));
    });

    it('go on exactly after a restart, in the same life', async () => {
      const node = await addNode('vpn1');
      await poll(node.id, [wg0({ a: [10, 20] })]);
      minutes(1);
      await poll(node.id, [wg0({ a: [11, 22] })]);
      minutes(1);
      await reopen();
      await poll(node.id, [wg0({ a: [13, 26] })]);
      expect((await summary()).traffic).toEqual(traffic(3, 6));
    });

    it('count a new life whole: after a restart, and for a peer that came back', async () => {
      const node = await addNode('vpn1');
      await poll(node.id, [wg0({ a: [100, 200], b: [7, 9] })]);
      minutes(1);
      await poll(node.id, [wg0({ a: [150, 260] }, { startEvidence: 'boot-1:8' })]);
      expect((await summary()).traffic).toEqual(traffic(150, 260));
      minutes(1);
      await poll(node.id, [wg0({ a: [150, 260], b: [3, 4] }, { startEvidence: 'boot-1:8' })]);
      expect((await summary()).traffic).toEqual(traffic(153, 264));
    });

    it('count a new life whole that only the running time of its source tells, also after a restart of ours', async () => {
      const node = await addNode('vpn1');
      const seen = async (a: readonly [number, number], seconds: number) => {
        const { startEvidence: _, ...service } = wg0(
          { a },
          { age: { minMs: seconds * 1000, maxMs: seconds * 1000 + 1000 } },
        );
        await poll(node.id, [service]);
      };
      await seen([100, 200], 3_600);
      minutes(1);
      await seen([150, 260], 3_659);
      minutes(1);
      await reopen();
      await seen([152, 263], 3_721);
      expect((await summary()).traffic).toEqual(traffic(52, 63));
      minutes(1);
      await seen([1_000, 2_000], 40);
      expect((await summary()).traffic).toEqual(traffic(1_052, 2_063));
      minutes(1);
      await seen([1_001, 2_002], 100);
      expect((await summary()).traffic).toEqual(traffic(1_053, 2_065));
    });

    it('drop a reading that is not later in the source’s own order', async () => {
      const node = await addNode('vpn1');
      await poll(node.id, [wg0({ a: [10, 20] })]);
      minutes(1);
      const repeated = nodePoll(node.id, fixture.clock.now(), [wg0({ a: [20, 40] })]);
      await store.ledger.recordPoll(repeated);
      await store.ledger.recordPoll(repeated);
      const stale = nodePoll(node.id, new Date(fixture.clock.now().getTime() - 30_000), [wg0({ a: [15, 30] })]);
      await store.ledger.recordPoll(stale);
      expect((await summary()).traffic).toEqual(traffic(10, 20));
    });

    it('end peers that a complete poll does not show, and bring them back under the same id', async () => {
      const node = await addNode('vpn1');
      await poll(node.id, [wg0({ a: [10, 20], b: [1, 2] })]);
      const lastSeen = fixture.clock.now();
      minutes(1);
      await poll(node.id, [wg0({ a: [10, 20] })]);
      const gone = await store.inventory.findPeer('b');
      expect(gone).toMatchObject({ endedAt: fixture.clock.now(), lastSeenAt: lastSeen });
      expect((await store.inventory.peers({ limit: 10, cursor: null })).items).toHaveLength(1);
      minutes(1);
      await poll(node.id, [wg0({ a: [10, 20], b: [4, 6] })]);
      expect(await store.inventory.findPeer('b')).toMatchObject({ id: gone?.id, endedAt: null });
      expect((await summary()).traffic).toEqual(traffic(4, 6));
    });

    it('leave absent peers alone where absence means nothing, and in incomplete polls', async () => {
      const node = await addNode('vpn1');
      await poll(node.id, [wg0({ a: [10, 20], b: [1, 2] })]);
      minutes(1);
      await poll(node.id, [wg0({ a: [11, 21] })], { poll: { complete: false } });
      expect(await store.inventory.findPeer('b')).toMatchObject({ endedAt: null });
      minutes(1);
      await poll(node.id, [wg0({ a: [11, 21], b: [2, 4] })]);
      expect((await summary()).traffic).toEqual(traffic(2, 3));
    });

    it('of a source that shows everybody: bytes after a night of standing still belong to the morning', async () => {
      const node = await addNode('panel');
      const semantics = { kind: 'cumulative', falls: 'to-zero', absence: 'silent' };
      const from = fixture.clock.now();
      for (let hour = 0; hour <= 8; hour++) {
        await poll(node.id, [wg0({ a: [10, 1] })], { semantics });
        minutes(hour < 8 ? 60 : 1);
      }
      await poll(node.id, [wg0({ a: [70, 1] })], { semantics });
      const period = { from, to: fixture.clock.now() };
      const chart = { bucketSeconds: 3600, by: 'total', userId: null, nodeId: null, maxSeries: 1 } as const;
      const { series } = await store.history.series({ ...chart, period }, all);
      expect(series[0]?.traffic.map((each) => each?.rx)).toEqual([0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 60n]);
    });

    it('keep sums without a direction apart from known ones', async () => {
      const node = await addNode('panel');
      const service = (total: bigint) => ({
        identity: 'panel-1',
        kind: 'marzban',
        name: 'panel',
        peers: [{ key: 'x', traffic: { rx: null, tx: null, total } }],
      });
      const semantics = { kind: 'cumulative', falls: 'to-zero', absence: 'silent' };
      await poll(node.id, [service(100n)], { semantics });
      minutes(1);
      await poll(node.id, [service(170n)], { semantics });
      expect((await summary()).traffic).toEqual({ rx: null, tx: null, total: 70n });
    });

    it('of a service that another node reads are refused; a renamed interface is the same service', async () => {
      const first = await addNode('vpn1');
      const second = await addNode('vpn2');
      await poll(first.id, [wg0({ a: [1, 2] })]);
      await expect(poll(second.id, [wg0({ a: [1, 2] })])).rejects.toMatchObject({
        code: 'source-identity-taken',
        message: expect.stringContaining('"vpn1"'),
      });
      minutes(1);
      await poll(first.id, [wg0({ a: [4, 8] }, { name: 'wg-main' })]);
      expect(await store.inventory.services()).toMatchObject([{ name: 'wg-main', nodeId: first.id }]);
      expect((await summary()).traffic).toEqual(traffic(3, 6));
      await store.inventory.deleteNode(first.id, fixture.clock.now());
      minutes(1);
      await poll(second.id, [wg0({ a: [5, 10] })]);
      expect((await summary()).traffic).toEqual(traffic(4, 8));
    });

    it('of an unknown node are refused', async () => {
      await expect(poll('none' as NodeId, [])).rejects.toMatchObject({ code: 'not-found' });
    });

    it('of many peers are exact, while reports go on', async () => {
      const node = await addNode('vpn1');
      const peers = (rx: number, tx: number) =>
        wg0(Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`peer-${i}`, [rx, tx] as const])));
      await poll(node.id, [peers(1, 2)]);
      minutes(1);
      const [booked] = await Promise.all([
        poll(node.id, [peers(11, 22)]),
        store.ledger.recordReports(open, [report({ rx: 1n, tx: 2n })]),
      ]);
      expect(booked.services[0]).toMatchObject({ counted: traffic(50_000, 100_000), peers: 5000 });
      expect((await summary()).traffic).toEqual(traffic(50_001, 100_002));
      const active = await store.history.activePeers(lastDays(1, fixture.clock), 900);
      expect(active.active.at(-1)).toBe(5000);
    });

    it('quarantine an implausible growth and go on from it', async () => {
      const node = await addNode('vpn1');
      await poll(node.id, [wg0({ a: [10, 20] })]);
      minutes(1);
      await poll(node.id, [wg0({ a: [10n + 20_000n * GIB, 20] })]);
      minutes(1);
      await poll(node.id, [wg0({ a: [15n + 20_000n * GIB, 27] })]);
      expect((await summary()).traffic).toEqual(traffic(5, 7));
      const peer = await store.inventory.findPeer('a');
      expect((await store.history.quarantine(5, null)).items).toMatchObject([
        { peerId: peer?.id, traffic: traffic(20_000n * GIB, 0), report: null },
      ]);
    });
  });

  describe('owners of peers', () => {
    const assign = (peerId: string, user: User | null, from = fixture.clock.now(), countInCycle = false) =>
      store.inventory.assignPeers([{ peerId: peerId as never, userId: user?.id ?? null, from, countInCycle }]);
    const peerA = async () => (await store.inventory.findPeer('a'))?.id ?? '';

    it('get the bytes from their time on, and the history nobody had', async () => {
      const node = await addNode('vpn1');
      const alice = await addUser('alice');
      await poll(node.id, [wg0({ a: [0, 0] })]);
      minutes(1);
      await poll(node.id, [wg0({ a: [10, 20] })]);
      await assign(await peerA(), alice);
      expect(await totalOf(alice.id)).toEqual(traffic(10, 20));
      minutes(1);
      await poll(node.id, [wg0({ a: [15, 30] })]);
      expect(await totalOf(alice.id)).toEqual(traffic(15, 30));
      expect((await store.history.unclaimed()).peers).toEqual([]);
      expect(await userCarriers(alice.id)).toMatchObject([
        { server: 'vpn1', port: 51820, protocol: 'wireguard', nodeId: node.id, traffic: traffic(15, 30) },
      ]);
    });

    it('change in the middle of an interval: its bytes are split by time, exactly', async () => {
      const node = await addNode('vpn1');
      const alice = await addUser('alice');
      const bob = await addUser('bob');
      await poll(node.id, [wg0({ a: [0, 0] })]);
      await assign(await peerA(), alice);
      minutes(1);
      await assign(await peerA(), bob);
      minutes(3);
      await poll(node.id, [wg0({ a: [101, 203] })]);
      expect(await totalOf(alice.id)).toEqual(traffic(25, 51));
      expect(await totalOf(bob.id)).toEqual(traffic(76, 152));
      minutes(1);
      await assign(await peerA(), null);
      minutes(1);
      await poll(node.id, [wg0({ a: [111, 223] })]);
      expect(await totalOf(bob.id)).toEqual(traffic(81, 162));
      expect((await store.history.unclaimed()).traffic).toEqual(traffic(5, 10));
      expect(await store.history.peerTotals(all)).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ userId: alice.id, traffic: traffic(25, 51) }),
          expect.objectContaining({ userId: bob.id, traffic: traffic(81, 162) }),
          expect.objectContaining({ userId: null, traffic: traffic(5, 10) }),
        ]),
      );
    });

    it('before the first one: an interval that began unowned goes to who claimed that history', async () => {
      const node = await addNode('vpn1');
      const alice = await addUser('alice');
      await poll(node.id, [wg0({ a: [0, 0] })]);
      minutes(1);
      await assign(await peerA(), alice);
      minutes(1);
      await poll(node.id, [wg0({ a: [10, 20] })]);
      expect(await totalOf(alice.id)).toEqual(traffic(10, 20));
      expect((await store.history.unclaimed()).traffic).toEqual(traffic(0, 0));
    });

    it('that are deleted keep their history, and their peers are nobody’s', async () => {
      const node = await addNode('vpn1');
      const alice = await addUser('alice');
      await poll(node.id, [wg0({ a: [0, 0] })]);
      await assign(await peerA(), alice);
      minutes(1);
      await poll(node.id, [wg0({ a: [10, 20] })]);
      await store.ledger.recordReports(open, [report()]);
      await store.inventory.deleteUser(alice.id, fixture.clock.now());
      minutes(1);
      await poll(node.id, [wg0({ a: [11, 22] })]);
      await store.ledger.recordReports(open, [report({ rx: 1n, tx: 2n })]);
      expect(await totalOf(alice.id)).toEqual(traffic(13, 25));
      expect((await store.history.unclaimed()).traffic).toEqual(traffic(2, 4));
      expect((await summary()).traffic).toEqual(traffic(15, 29));
      await store.inventory.deleteNode(node.id, fixture.clock.now());
      expect((await summary()).traffic).toEqual(traffic(15, 29));
    });

    it('keep one another’s bytes when an assignment would begin before the last', async () => {
      const node = await addNode('vpn1');
      const alice = await addUser('alice');
      const bob = await addUser('bob');
      await poll(node.id, [wg0({ a: [0, 0] })]);
      await assign(await peerA(), alice);
      await expect(assign(await peerA(), bob, new Date('2026-01-01T00:00:00Z'))).rejects.toMatchObject({
        code: 'assigned-since',
      });
      await expect(assign('none', bob)).rejects.toMatchObject({ code: 'not-found' });
    });
  });

  describe('gaps', () => {
    const gaps = () => store.history.gaps(lastDays(2, fixture.clock));

    it('last from the last complete poll to the next', async () => {
      const node = await addNode('vpn1');
      await poll(node.id, [wg0({ a: [1, 2] })]);
      const lastComplete = fixture.clock.now();
      minutes(1);
      const failure = { nodeId: node.id, at: fixture.clock.now(), durationMs: 5, code: 'ssh-refused', hint: null };
      await store.ledger.recordFailedPoll({ ...failure, message: 'The node refused the connection.' });
      expect(await gaps()).toEqual([
        {
          nodeId: node.id,
          serviceId: null,
          from: lastComplete,
          to: null,
          reason: 'failed',
          message: 'The node refused the connection.',
        },
      ]);
      expect(await store.inventory.pollStates()).toMatchObject([
        { outcome: 'failed', failures: 1, code: 'ssh-refused', lastCompleteAt: lastComplete },
      ]);
      minutes(1);
      await poll(node.id, [wg0({ a: [5, 9] })], { poll: { complete: false } });
      expect((await gaps())[0]).toMatchObject({ to: null });
      minutes(1);
      await poll(node.id, [wg0({ a: [6, 10] })]);
      expect(await gaps()).toMatchObject([{ from: lastComplete, to: fixture.clock.now() }]);
      expect(await store.inventory.pollStates()).toMatchObject([{ outcome: 'complete', failures: 0, code: null }]);
      expect((await summary()).traffic).toEqual(traffic(5, 8));
    });

    it('are drawn as unknown, never as 0, and the catching up is late', async () => {
      const node = await addNode('vpn1');
      await poll(node.id, [wg0({ a: [0, 0] })]);
      const from = fixture.clock.now();
      minutes(1);
      await store.ledger.recordFailedPoll({
        ...{ nodeId: node.id, at: fixture.clock.now(), durationMs: 5, code: 'x', message: 'silent', hint: null },
      });
      minutes(59);
      const query = { bucketSeconds: 900, by: 'node', userId: null, nodeId: node.id, maxSeries: 5 } as const;
      const chart = async () => {
        const to = new Date(from.getTime() + 60 * 60_000);
        const { series, gaps } = await store.history.series({ ...query, period: { from, to } }, all);
        return { traffic: series[0]?.traffic, flags: series[0]?.flags, gaps: gaps.length };
      };
      const dark = await store.history.series(
        { ...query, by: 'total', period: { from, to: fixture.clock.now() } },
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
        const peer = (await store.inventory.findPeer(key)) as { id: PeerId };
        await store.inventory.assignPeers([
          { peerId: peer.id, userId: id, from: fixture.clock.now(), countInCycle: true },
        ]);
      }
      const from = fixture.clock.now();
      minutes(1);
      const failure = { durationMs: 5, code: 'x', message: 'silent', hint: null };
      await store.ledger.recordFailedPoll({ nodeId: dark.id, at: fixture.clock.now(), ...failure });
      minutes(29);
      await poll(bright.id, [wg0({ b: [1, 2] }, other)]);
      const chart = async (userId: UserId) => {
        const period = { from, to: fixture.clock.now() };
        const query = { period, bucketSeconds: 900, by: 'total', userId, nodeId: null, maxSeries: 5 } as const;
        return (await store.history.series(query, all)).series.map((line) => line.traffic.map((each) => each?.total));
      };
      expect(await chart(alice.id)).toEqual([[undefined, undefined]]);
      expect(await chart(bob.id)).toEqual([[0n, 0n]]);
    });

    it('are not opened for a node that was deleted while it was read', async () => {
      const node = await addNode('vpn1');
      await poll(node.id, [wg0({ a: [1, 2] })]);
      minutes(1);
      await store.inventory.deleteNode(node.id, fixture.clock.now());
      const failure = { durationMs: 5, code: 'not-found', message: 'There is no node.', hint: null };
      await store.ledger.recordFailedPoll({ nodeId: node.id, at: fixture.clock.now(), ...failure });
      expect(await gaps()).toEqual([]);
    });

    it('cover the time in which Xpert did not run', async () => {
      const node = await addNode('vpn1');
      await poll(node.id, [wg0({ a: [1, 2] })]);
      minutes(1);
      await store.heartbeat();
      const stopped = fixture.clock.now();
      minutes(30);
      await reopen();
      expect(await gaps()).toMatchObject([{ nodeId: node.id, from: stopped, to: null, reason: 'not-running' }]);
      await poll(node.id, [wg0({ a: [3, 5] })]);
      expect(await gaps()).toMatchObject([{ from: stopped, to: fixture.clock.now() }]);
      expect((await summary()).traffic).toEqual(traffic(2, 3));
    });

    it('cover the time in which tracking was off; then there is a new baseline', async () => {
      const node = await addNode('vpn1');
      await poll(node.id, [wg0({ a: [1, 2] })]);
      minutes(1);
      const off = await store.ledger.setTracking(false, null);
      expect(off).toEqual({ enabled: false, since: fixture.clock.now() });
      minutes(1);
      expect(await poll(node.id, [wg0({ a: [100, 200] })])).toEqual({ services: [], trackingOff: true });
      minutes(1);
      const on = await store.ledger.setTracking(true, null);
      expect(on).toEqual({ enabled: true, since: fixture.clock.now() });
      expect(await store.ledger.setTracking(true, null)).toEqual(on);
      await reopen();
      minutes(1);
      await poll(node.id, [wg0({ a: [500, 900], late: [7, 8] })]);
      expect((await summary()).traffic).toEqual(traffic(0, 0));
      expect(await gaps()).toMatchObject([{ from: off.since, to: fixture.clock.now(), reason: 'tracking-off' }]);
      minutes(1);
      await poll(node.id, [wg0({ a: [501, 903], late: [7, 8] })]);
      expect((await summary()).traffic).toEqual(traffic(1, 3));
    });

    it('end with the second in which tracking came back: sources date their readings in whole seconds', async () => {
      const node = await addNode('vpn1');
      await store.ledger.setTracking(false, null);
      minutes(1);
      fixture.clock.advance(700);
      await store.ledger.setTracking(true, null);
      const second = new Date(fixture.clock.now().getTime() - 700);
      fixture.clock.advance(200);
      await poll(node.id, [wg0({ a: [500, 900] })], { at: second });
      minutes(1);
      await poll(node.id, [wg0({ a: [501, 903] })]);
      expect((await summary()).traffic).toEqual(traffic(1, 3));
    });
  });

  describe('connections', () => {
    it('are hours in which a user moved bytes over a server and port, whatever the protocol', async () => {
      const alice = await addUser('alice');
      const send = (fields = {}) => store.ledger.recordReports(open, [report(fields)]);
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
    /** A new ledger, begun in that zone. */
    const startIn = async (timeZone: string, at: string): Promise<void> => {
      await store.close();
      await fixture.dispose();
      fixture = await make();
      fixture.clock.step(Date.parse(at) - fixture.clock.now().getTime());
      store = await fixture.open(timeZone);
    };

    it('of another zone begin with the next midnight; days before stay as they were', async () => {
      await startIn('UTC', '2026-03-10T20:00:00Z');
      await store.ledger.recordReports(open, [report({ rx: 1n, tx: 10n })]);
      await store.close();
      store = await fixture.open('Asia/Tehran');
      minutes(60);
      await store.ledger.recordReports(open, [report({ rx: 2n, tx: 20n })]);
      minutes(180);
      await store.ledger.recordReports(open, [report({ rx: 4n, tx: 40n })]);
      const carrier = await store.history.carrier('vpn.example.com', 443, month(), all);
      expect(carrier?.days).toMatchObject([
        { date: '2026-03-10', traffic: traffic(3, 30) },
        { date: '2026-03-11', traffic: traffic(4, 40) },
      ]);
    });

    it('are those of the panel’s zone', async () => {
      await startIn('Asia/Tehran', '2026-03-10T20:00:00Z');
      // 23:30 in Tehran, then 00:30.
      await store.ledger.recordReports(open, [report({ rx: 1n, tx: 10n })]);
      minutes(60);
      await store.ledger.recordReports(open, [report({ rx: 2n, tx: 20n })]);
      expect((await store.history.summary(lastDays(1, fixture.clock), all)).traffic).toEqual(traffic(2, 20));
      const carrier = await store.history.carrier('vpn.example.com', 443, month(), all);
      expect(carrier).toMatchObject({
        users: 1,
        connections: 2,
        traffic: traffic(3, 30),
        days: [
          { date: '2026-03-10', traffic: traffic(1, 10), users: 1 },
          { date: '2026-03-11', traffic: traffic(2, 20), users: 1 },
        ],
      });
      expect(await store.history.carrier('unknown.example.com', 443, month(), all)).toBeNull();
    });

    it('and totals outlive a cleanup of records', async () => {
      const alice = await addUser('alice');
      for (let day = 0; day < 5; day++) {
        await store.ledger.recordReports(open, [report(), report({ protocol: 'trojan' })]);
        minutes(24 * 60);
      }
      const before = await store.history.database();
      expect(before).toMatchObject({ records: 10, days: 10, users: 1, servers: 1 });
      const preview = await store.ledger.previewCleanup(3);
      expect(preview).toMatchObject({ rows: 6, keepsFrom: expect.any(Date) });
      expect(await store.history.database()).toEqual(before);
      const { keepsFrom } = preview;
      const days = await store.ledger.daysOfRecords(keepsFrom);
      expect(days).toHaveLength(3);
      for (const day of days) await store.ledger.proveDay(day);
      const totals = await store.ledger.rawTotals();
      expect(totals).toEqual({ days: 80n, totals: 80n });
      expect(await store.ledger.cleanupStep(keepsFrom, 4)).toEqual({ deleted: 4, remaining: true });
      expect(await store.ledger.cleanupStep(keepsFrom, 4)).toMatchObject({ deleted: 2 });
      while ((await store.ledger.cleanupStep(keepsFrom, 4)).remaining);
      expect(await store.ledger.daysOfRecords(keepsFrom)).toEqual([]);
      expect(await store.ledger.rawTotals()).toEqual(totals);
      expect(await store.history.database()).toMatchObject({ records: 4, days: 10 });
      expect(await totalOf(alice.id)).toEqual(traffic(30, 50));
      expect((await summary()).traffic).toEqual(traffic(30, 50));
      await expect(store.ledger.previewCleanup(0)).rejects.toMatchObject({ code: 'invalid-input' });
    });

    it('are drawn as unknown in finer buckets, never as 0, when only days are left', async () => {
      const alice = await addUser('alice');
      const bob = await addUser('bob');
      const send = (userToken: string, fields = {}) =>
        store.ledger.recordReports(open, [report({ userToken, ...fields })]);
      for (let day = 0; day < 4; day++) {
        await send('alice-token');
        if (day !== 1) await send('bob-token');
        minutes(24 * 60);
      }
      const { keepsFrom } = await store.ledger.previewCleanup(2);
      while ((await store.ledger.cleanupStep(keepsFrom, 4)).remaining);
      // A record that is older than all that were kept says nothing about the days in between.
      const late = new Date(fixture.clock.now().getTime() - 4 * 86_400_000);
      await send('alice-token', { periodStart: late, periodEnd: late });
      const days = async (bucketSeconds: number, userId: UserId | null = null) => {
        const period = { from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-03-05T00:00:00Z') };
        const query = { period, bucketSeconds, by: 'total', userId, nodeId: null, maxSeries: 1 } as const;
        const { series, from } = await store.history.series(query, all);
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
      const peers = await store.history.activePeers(
        { from: new Date('2026-03-02T00:00:00Z'), to: new Date('2026-03-03T00:00:00Z') },
        3600,
      );
      expect(new Set(peers.active)).toEqual(new Set([null]));
    });

    it('of one series and quarter go together: none is left without the one that it corrects', async () => {
      const then = fixture.clock.now();
      await store.ledger.recordReports(open, [report()]);
      minutes(40);
      await store.ledger.recordReports(open, [report({ periodStart: then, periodEnd: then }), report()]);
      minutes(5 * 24 * 60);
      const { rows, keepsFrom } = await store.ledger.previewCleanup(1);
      expect(rows).toBe(3);
      expect(await store.ledger.cleanupStep(keepsFrom, 1)).toEqual({ deleted: 2, remaining: true });
    });

    it('of today stay, whatever a cleanup is asked to remove', async () => {
      await store.ledger.recordReports(open, [report()]);
      expect(await store.ledger.cleanupStep(new Date('2100-01-01'), 10)).toEqual({ deleted: 0, remaining: false });
      expect(await store.history.database()).toMatchObject({ records: 1 });
    });

    it('tell how large the ledger will be, once one of them is whole', async () => {
      await store.ledger.recordReports(open, [report()]);
      expect((await store.history.database()).sizeBasis).toBeNull();
      for (let day = 0; day < 3; day++) {
        minutes(24 * 60);
        await store.ledger.recordReports(open, [report(), report({ protocol: 'trojan' })]);
      }
      const { sizeBasis, bytes } = await store.history.database();
      expect(sizeBasis).toMatchObject({ days: 2, recordsPerDay: 2, dayRowsPerDay: 2, keysPerDay: 0, recordDays: 3 });
      expect(sizeBasis?.bytes).toBeGreaterThan(0);
      expect(sizeBasis?.bytes).toBeLessThanOrEqual(bytes);
    });
  });

  describe('what is shown', () => {
    const send = (token: string, rx: bigint, fields = {}) =>
      store.ledger.recordReports(open, [report({ userToken: token, rx, tx: 2n * rx, ...fields })]);

    it('ranks holders and carriers by their bytes', async () => {
      const alice = await addUser('alice');
      await send('alice-token', 10n);
      await send('ghost', 20n, { server: 'b.example.com' });
      expect(await store.history.topHolders(month(), 5, all)).toEqual([
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
          lastUsedAt: fixture.clock.now(),
        },
      ]);
      expect(await store.history.topCarriers(month(), 1, all)).toMatchObject([
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
        new Map((await store.history.topHolders(month(), 5, all)).map((one) => [one.name, one.deleted]));
      expect(await deleted()).toEqual(
        new Map([
          ['goes', true],
          ['stays', false],
        ]),
      );
      await store.inventory.deleteNode(node.id, fixture.clock.now());
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
      const first = await store.history.holders(query, all);
      expect(first).toMatchObject({ total: 3, items: [{ name: 'cleo' }, { name: 'bea' }] });
      const second = await store.history.holders({ ...query, cursor: first.nextCursor }, all);
      expect(second).toMatchObject({ items: [{ name: 'ada' }], nextCursor: null });
      expect((await store.history.holders({ ...query, port: 441 }, all)).items).toMatchObject([{ name: 'bea' }]);
      expect((await store.history.holders({ ...query, search: 'CLE' }, all)).items).toMatchObject([{ name: 'cleo' }]);
    });

    it('to a reseller is only what their own users used', async () => {
      const reseller = await store.identity.addAdmin({
        ...{ name: 'rita', role: 'reseller', passwordHash: 'x', createdAt: fixture.clock.now() },
      });
      const who = { kind: 'owner', adminId: reseller.id } as const;
      await addUser('ada', { ownerId: reseller.id });
      await addUser('bea');
      await send('ada-token', 1n);
      await send('bea-token', 10n);
      await send('ghost', 100n);
      expect(await store.history.summary(month(), who)).toMatchObject({ users: 1, traffic: traffic(1, 2) });
      expect(await store.history.topHolders(month(), 5, who)).toMatchObject([{ name: 'ada' }]);
      expect(await store.history.topCarriers(month(), 5, who)).toMatchObject([{ traffic: traffic(1, 2) }]);
      const period = lastDays(1, fixture.clock);
      const query = { period, bucketSeconds: 86_400, by: 'total', userId: null, nodeId: null, maxSeries: 5 } as const;
      expect((await store.history.series(query, who)).series[0]?.traffic.at(-1)).toEqual(traffic(1, 2));
    });

    it('draws the same bytes in quarters, hours and days', async () => {
      const alice = await addUser('alice');
      for (let n = 1n; n <= 30n; n++) {
        await send(n % 2n === 0n ? 'alice-token' : 'ghost', n, { protocol: n % 3n === 0n ? 'trojan' : 'vless' });
        minutes(70);
      }
      const sum = async (bucketSeconds: number, by: 'total' | 'protocol' | 'user', userId: UserId | null) => {
        const query = { period: lastDays(5, fixture.clock), bucketSeconds, by, userId, nodeId: null, maxSeries: 1 };
        const { series } = await store.history.series(query, all);
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

  it('a backup is a whole ledger of its own', async () => {
    await addUser('alice');
    await store.ledger.recordReports(open, [report()]);
    const { mkdtempSync, rmSync } = await import('node:fs');
    const folder = mkdtempSync('/tmp/xpert-backup-');
    try {
      if (fixture.writesCopies === false) {
        const refused = store.ledger.backup(`${folder}/copy.db`);
        await expect(refused).rejects.toMatchObject({
          code: 'backup-elsewhere',
          hint: expect.stringContaining('pg_dump'),
        });
        return;
      }
      const { path, bytes } = await store.ledger.backup(`${folder}/copy.db`);
      expect(path).toBe(`${folder}/copy.db`);
      expect(bytes).toBeGreaterThan(4096);
      await expect(store.ledger.backup(path)).rejects.toMatchObject({ code: 'file-exists' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
