import { describe, expect, it } from 'vitest';
import { FLAG } from '../../src/core/metering/flags.ts';
import { all, lastDays, type MakeStore, newUser, open, report, signed, traffic } from './store-fixture.ts';
import { storeWorld } from './store-world.ts';

/** What becomes of reports: counted once, cumulative streams, usage that belongs to nobody. Every engine passes it. */
export function reportedUsageContract(make: MakeStore): void {
  const at = storeWorld(make);
  const { month, summary, addUser, totalOf, minutes, reopen } = at;

  describe('reports', () => {
    it('are counted once, in both directions', async () => {
      const alice = await addUser('alice');
      const outcome = await at.store.ledger.recordReports(open, [report(), report({ rx: 10n, tx: 20n })]);
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
      expect(await at.store.ledger.recordReports(open, [twice, twice])).toMatchObject({ recorded: 1, duplicates: 1 });
      expect(await at.store.ledger.recordReports(open, [twice])).toMatchObject({ recorded: 0, duplicates: 1 });
      await reopen();
      expect(await at.store.ledger.recordReports(open, [twice])).toMatchObject({ recorded: 0, duplicates: 1 });
      expect((await summary()).traffic).toEqual(traffic(3, 5));
    });

    it('sent twice at the same time count once', async () => {
      const one = report({ eventId: 'race' });
      const outcomes = await Promise.all([1, 2, 3].map(() => at.store.ledger.recordReports(open, [one])));
      expect(outcomes.map(({ recorded }) => recorded).sort()).toEqual([0, 0, 1]);
      expect((await summary()).traffic).toEqual(traffic(3, 5));
    });

    it('that reuse an event id for another body are refused with everything of their request', async () => {
      await at.store.ledger.recordReports(open, [report({ eventId: 'a' })]);
      const request = [report({ eventId: 'b' }), report({ eventId: 'a', rx: 4n })];
      await expect(at.store.ledger.recordReports(open, request)).rejects.toMatchObject({
        code: 'event-id-reused',
        details: { pointer: '/1/event_id' },
      });
      expect((await summary()).traffic).toEqual(traffic(3, 5));
      expect(await at.store.ledger.recordReports(open, [report({ eventId: 'b' })])).toMatchObject({ recorded: 1 });
    });

    it('keep event ids apart by sender, and by token where nobody signed', async () => {
      const id = { eventId: 'shared' };
      await at.store.ledger.recordReports(open, [report(id)]);
      expect(await at.store.ledger.recordReports(open, [report({ ...id, userToken: 'bob-token' })])).toMatchObject({
        recorded: 1,
      });
      expect(await at.store.ledger.recordReports(signed, [report(id)])).toMatchObject({ recorded: 1 });
      await expect(
        at.store.ledger.recordReports(signed, [report({ ...id, userToken: 'bob-token' })]),
      ).rejects.toMatchObject({ code: 'event-id-reused' });
    });

    it('without an event id count every time', async () => {
      const anonymous = report({ eventId: null });
      await at.store.ledger.recordReports(open, [anonymous, anonymous]);
      expect((await summary()).traffic).toEqual(traffic(6, 10));
    });

    it('an error of one request does not touch others of the same turn', async () => {
      await at.store.ledger.recordReports(open, [report({ eventId: 'taken' })]);
      const results = await Promise.allSettled([
        at.store.ledger.recordReports(open, [report({ userToken: 'bob-token' })]),
        at.store.ledger.recordReports(open, [report({ eventId: 'taken', tx: 9n })]),
        at.store.inventory.addUser(newUser('carol')),
        at.store.inventory.addUser(newUser('carol')),
        at.store.ledger.recordReports(open, [report({ userToken: 'carol-token' })]),
      ]);
      expect(results.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'rejected',
        'fulfilled',
      ]);
      expect((await summary()).traffic).toEqual(traffic(9, 15));
      const carol = await at.store.inventory.findUser('carol');
      expect(carol && (await totalOf(carol.id))).toEqual(traffic(3, 5));
    });

    it('hold the largest exact number, and totals beyond 2^53', async () => {
      const alice = await addUser('alice');
      const share = 9n * 1024n ** 4n;
      for (let n = 0; n < 1100; n += 100) {
        const batch = Array.from({ length: 100 }, () => report({ rx: share, tx: 1n }));
        await at.store.ledger.recordReports(signed, batch);
      }
      expect(1100n * share).toBeGreaterThan(2n ** 53n);
      expect(await totalOf(alice.id)).toEqual(traffic(1100n * share, 1100));
      expect((await summary()).traffic).toEqual(traffic(1100n * share, 1100));
    });

    it('that are implausible are kept and not counted', async () => {
      const most = 2n ** 53n - 1n;
      const outcome = await at.store.ledger.recordReports(open, [
        report({ rx: most, tx: 1n, eventId: 'huge' }),
        report(),
      ]);
      expect(outcome).toMatchObject({ recorded: 1, quarantined: 1 });
      expect((await summary()).traffic).toEqual(traffic(3, 5));
      const { items } = await at.store.history.quarantine(10, null);
      expect(items).toMatchObject([{ traffic: traffic(most, 1), reason: 'implausible', peerId: null }]);
      expect(items[0]?.report).toMatchObject({ userToken: 'alice-token', eventId: 'huge', port: 443 });
      expect(await at.store.ledger.recordReports(open, [report({ rx: most, tx: 1n, eventId: 'huge' })])).toMatchObject({
        duplicates: 1,
      });
    });

    it('are booked to the time of their period, late ones too', async () => {
      const nowMs = at.fixture.clock.now().getTime();
      const period = {
        periodStart: new Date(nowMs - 86_400_000 - 30 * 60_000),
        periodEnd: new Date(nowMs - 86_400_000),
      };
      await at.store.ledger.recordReports(open, [report({ rx: 101n, tx: 7n, ...period })]);
      const { series } = await at.store.history.series(
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
      expect((await at.store.history.summary(lastDays(1, at.fixture.clock), all)).traffic.total).toBe(0n);
      expect((await summary()).traffic).toEqual(traffic(101, 7));
    });

    it('about weeks are spread by days, exactly, and parted at marks', async () => {
      const alice = await addUser('alice');
      minutes(20 * 24 * 60);
      const resetAt = at.fixture.clock.now();
      await at.store.ledger.reset({ scope: 'user', userIds: [alice.id], by: null, reason: null });
      minutes(10 * 24 * 60);
      const to = at.fixture.clock.now();
      const from = new Date(to.getTime() - 30 * 86_400_000);
      await at.store.ledger.recordReports(open, [report({ rx: 300n, tx: 3000n, periodStart: from, periodEnd: to })]);
      expect(await totalOf(alice.id)).toEqual(traffic(100, 1000));
      const all30 = await at.store.history.usageBetween(alice.id, { from, to: new Date(to.getTime() + 43_200_000) });
      expect(all30.traffic).toEqual(traffic(300, 3000));
      // Noon to noon: 31 days, of which a mark parts one.
      expect((await at.store.history.database()).records).toBe(32);
      const day = { from: new Date(resetAt.getTime() - 43_200_000), to: new Date(resetAt.getTime() + 43_200_000) };
      expect((await at.store.history.usageBetween(alice.id, day)).traffic).toEqual(traffic(10, 100));
    });

    it('are refused while tracking is off', async () => {
      await at.store.ledger.setTracking(false, null);
      await expect(at.store.ledger.recordReports(open, [report()])).rejects.toMatchObject({ code: 'tracking-off' });
      await at.store.ledger.setTracking(true, null);
      expect(await at.store.ledger.recordReports(open, [report()])).toMatchObject({ recorded: 1 });
    });

    it('of strangers bring at most 10,000 unknown tokens; known ones and signed senders go on', async () => {
      for (let n = 0; n < 10_000; n += 1000) {
        const batch = Array.from({ length: 1000 }, (_, i) => report({ userToken: `t${n + i}`, eventId: null }));
        await at.store.ledger.recordReports(open, batch);
      }
      const stranger = report({ userToken: 'one-too-many' });
      await expect(at.store.ledger.recordReports(open, [stranger])).rejects.toMatchObject({
        code: 'too-many-unclaimed-tokens',
      });
      expect(await at.store.ledger.recordReports(open, [report({ userToken: 't5' })])).toMatchObject({ recorded: 1 });
      expect(await at.store.ledger.recordReports(signed, [stranger])).toMatchObject({ recorded: 1 });
      await addUser('alice');
      expect(await at.store.ledger.recordReports(open, [report()])).toMatchObject({ recorded: 1 });
    });

    it('tell who looks on, once per commit', async () => {
      const commits: unknown[] = [];
      const stop = at.store.ledger.onCommit(({ usage, reported }) => commits.push({ usage, reported }));
      await Promise.all([
        at.store.ledger.recordReports(open, [report()]),
        at.store.ledger.recordReports(open, [report()]),
      ]);
      stop();
      await at.store.ledger.recordReports(open, [report()]);
      expect(commits).toEqual([{ usage: true, reported: traffic(6, 10) }]);
    });
  });

  describe('cumulative streams', () => {
    const stream = (rx: bigint, tx: bigint, fields = {}) => report({ rx, tx, mode: 'cumulative', ...fields });

    it('count what they grew by, and all of it after a fall', async () => {
      await at.store.ledger.recordReports(open, [stream(10n, 100n)]);
      await at.store.ledger.recordReports(open, [stream(15n, 160n), stream(15n, 160n)]);
      expect((await summary()).traffic).toEqual(traffic(15, 160));
      await reopen();
      minutes(1);
      await at.store.ledger.recordReports(open, [stream(20n, 7n)]);
      expect((await summary()).traffic).toEqual(traffic(35, 167));
    });

    it('that were not told for weeks are spread by days', async () => {
      await at.store.ledger.recordReports(open, [stream(10n, 100n)]);
      minutes(20 * 24 * 60);
      await at.store.ledger.recordReports(open, [stream(310n, 3100n)]);
      expect((await summary()).traffic).toEqual(traffic(310, 3100));
      expect((await at.store.history.database()).records).toBe(1 + 21);
    });

    it('are apart by sender, server and name', async () => {
      await at.store.ledger.recordReports(open, [stream(10n, 20n), stream(10n, 20n, { stream: 'second' })]);
      await at.store.ledger.recordReports(open, [stream(10n, 20n, { server: 'other.example.com' })]);
      await at.store.ledger.recordReports(signed, [stream(10n, 20n)]);
      expect((await summary()).traffic).toEqual(traffic(40, 80));
    });

    it('ignore values that are not later', async () => {
      const now = at.fixture.clock.now();
      const earlier = new Date(now.getTime() - 60_000);
      await at.store.ledger.recordReports(open, [stream(10n, 100n, { periodEnd: now })]);
      const outcome = await at.store.ledger.recordReports(open, [stream(9n, 90n, { periodEnd: earlier })]);
      expect(outcome).toMatchObject({ recorded: 0, stale: 1 });
      expect((await summary()).traffic).toEqual(traffic(10, 100));
    });
  });

  describe('unclaimed usage', () => {
    it('is global, shown by token, and nobody’s', async () => {
      await at.store.ledger.recordReports(open, [report({ userToken: 'ghost' })]);
      expect(await summary()).toMatchObject({ users: 1, traffic: traffic(3, 5), unclaimed: traffic(3, 5) });
      expect(await at.store.history.tokenCarriers('ghost', month())).toMatchObject([{ traffic: traffic(3, 5) }]);
      expect(await at.store.history.tokenCarriers('nobody', month())).toBeNull();
      expect(await at.store.history.unclaimed()).toMatchObject({
        traffic: traffic(3, 5),
        tokens: [{ userToken: 'ghost', traffic: traffic(3, 5), firstAt: at.fixture.clock.now() }],
      });
    });

    it('is the same in numbers, few or many', async () => {
      const ghosts = (from: number, to: number) =>
        Array.from({ length: to - from }, (_, n) => report({ userToken: `ghost-${from + n}`, rx: BigInt(n), tx: 2n }));
      await at.store.ledger.recordReports(open, [...ghosts(0, 3), report({ userToken: 'zero', rx: 0n, tx: 0n })]);
      const few = { traffic: traffic(3, 6), tokens: 3, peers: 0 };
      expect(await at.store.history.unclaimedSums()).toEqual(few);
      await at.store.ledger.recordReports(open, ghosts(3, 1_003));
      const [sums, list] = await Promise.all([at.store.history.unclaimedSums(), at.store.history.unclaimed()]);
      expect(sums).toEqual({ traffic: traffic(499_503, 2_006), tokens: 1_003, peers: 0 });
      expect([list.traffic, list.tokens.length]).toEqual([sums.traffic, sums.tokens]);
    });

    it('is the same in numbers after a reset of all that was undone', async () => {
      const { ledger, history } = at.store;
      const ghosts = () => ['one', 'two'].map((userToken) => report({ userToken, rx: 1n, tx: 2n }));
      await ledger.recordReports(open, [...ghosts(), report({ userToken: 'before' })]);
      minutes(1);
      const mark = await ledger.reset({ scope: 'all', userIds: [], by: null, reason: null });
      minutes(1);
      await ledger.recordReports(open, [...ghosts(), report({ userToken: 'after' })]);
      expect(await history.unclaimedSums()).toEqual({ traffic: traffic(5, 9), tokens: 3, peers: 0 });
      await ledger.undoReset(mark.id, null);
      expect(await history.unclaimedSums()).toEqual({ traffic: traffic(10, 18), tokens: 4, peers: 0 });
    });

    it('of a token goes to the user who gets it, with its history', async () => {
      await at.store.ledger.recordReports(open, [report({ userToken: 'ghost' })]);
      minutes(60);
      const user = await addUser('gustav', { userToken: 'ghost', createdAt: at.fixture.clock.now() });
      expect(await totalOf(user.id)).toEqual(traffic(3, 5));
      minutes(60);
      await at.store.ledger.recordReports(open, [report({ userToken: 'ghost', rx: 10n, tx: 20n })]);
      expect(await totalOf(user.id)).toEqual(traffic(13, 25));
      expect(await at.store.history.unclaimed()).toMatchObject({ traffic: traffic(0, 0), tokens: [], peers: [] });
      expect(await summary()).toMatchObject({ users: 1, traffic: traffic(13, 25), unclaimed: traffic(0, 0) });
    });

    it('that arrives late for the time before the claim joins the claimed history', async () => {
      const before = at.fixture.clock.now();
      minutes(120);
      const user = await addUser('gustav', { userToken: 'ghost', createdAt: at.fixture.clock.now() });
      minutes(10);
      await at.store.ledger.recordReports(open, [
        report({ userToken: 'ghost', periodStart: before, periodEnd: new Date(before.getTime() + 60_000) }),
      ]);
      expect(await totalOf(user.id)).toEqual(traffic(3, 5));
      expect((await at.store.history.unclaimed()).tokens).toEqual([]);
    });

    it('of a rotated token stays the user’s', async () => {
      const alice = await addUser('alice');
      await at.store.inventory.rotateUserToken(alice.id, 'fresh-token');
      await at.store.ledger.recordReports(open, [report(), report({ userToken: 'fresh-token' })]);
      expect(await totalOf(alice.id)).toEqual(traffic(6, 10));
    });
  });
}
