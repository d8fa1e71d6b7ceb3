import { describe, expect, it } from 'vitest';
import type { User } from '../../src/core/inventory/peer.ts';
import type { NodeId } from '../../src/core/units/ids.ts';
import { all, lastDays, type MakeStore, nodePoll, open, report, traffic, wg0 } from './store-fixture.ts';
import { storeWorld } from './store-world.ts';

const GIB = 1024n ** 3n;

/** What becomes of polls: counters and their lives, and whose their bytes are. Every engine passes it. */
export function polledUsageContract(make: MakeStore): void {
  const at = storeWorld(make);
  const { summary, addUser, addNode, totalOf, minutes, poll, userCarriers, reopen } = at;

  it('a counter beyond what can be kept is not believed, and its peer stays', async () => {
    const node = await addNode('north');
    await poll(node.id, [wg0({ ann: [0, 0], ben: [0, 0] })]);
    minutes(1);
    await poll(node.id, [wg0({ ann: [2n ** 64n - 1n, 9_007n], ben: [3, 40] })]);
    minutes(1);
    await poll(node.id, [wg0({ ann: [70, 800], ben: [5, 60] })]);
    expect((await summary()).traffic).toEqual(traffic(75, 860));
    const { items } = await at.store.inventory.peers({ limit: 10, cursor: null });
    expect(items.map(({ endedAt }) => endedAt)).toEqual([null, null]);
  });

  it('a connection whose last reading says that it is over is booked up to it, in the same poll', async () => {
    const semantics = { kind: 'session', falls: 'to-zero', absence: 'ended' };
    const node = await addNode('north');
    const at0 = at.fixture.clock.now();
    const reading = (connection: string, rx: number, tx: number, isOver: boolean) => ({
      ...{ key: 'ann', connection, traffic: traffic(rx, tx), startedAt: at0, isOver },
    });
    const show = (...peers: ReturnType<typeof reading>[]) => poll(node.id, [{ ...wg0({}), peers }], { semantics });
    await show(reading('one', 10, 200, false), reading('two', 3, 40, false));
    minutes(1);
    await show(reading('one', 17, 290, true), reading('two', 8, 90, true), reading('three', 1, 2, false));
    minutes(1);
    await show(reading('one', 17, 290, true), reading('three', 5, 7, false));
    expect((await summary()).traffic).toEqual(traffic(7 + 5 + 5, 90 + 50 + 7));
  });

  it('a position that nobody gave out begins a list at its start', async () => {
    const lists = [
      (cursor: string) => at.store.history.resets(10, cursor),
      (cursor: string) => at.store.history.quarantine(10, cursor),
      (cursor: string) => at.store.inventory.users({ limit: 10, cursor }),
      (cursor: string) => at.store.inventory.peers({ limit: 10, cursor }),
      (cursor: string) => at.store.audit.read(10, cursor),
    ];
    await addUser('ann');
    for (const position of [[{}], [null], [[1]], [true], [1e300], [], {}, 5, null]) {
      const cursor = Buffer.from(JSON.stringify(position)).toString('base64url');
      for (const list of lists) expect((await list(cursor)).items).toBeDefined();
      expect((await at.store.inventory.users({ limit: 10, cursor })).items).toHaveLength(1);
    }
  });

  it('what nodes carried today is told apart by nodes, from the beginning of the day on, whatever is reset', async () => {
    const [north, south] = [await addNode('north'), await addNode('south')];
    const show = (node: NodeId, rx: number, tx: number) =>
      poll(node, [wg0({ ann: [rx, tx] }, { identity: `key of ${node}` })]);
    const today = async () => new Map((await at.store.history.carriedToday()).map((one) => [one.nodeId, one.traffic]));
    await show(north.id, 0, 0);
    await show(south.id, 0, 0);
    expect(await today()).toEqual(new Map());
    minutes(1);
    await show(north.id, 3, 40);
    await show(south.id, 5, 60);
    await at.store.ledger.recordReports(open, [report({ rx: 7n, tx: 80n })]);
    expect(await today()).toEqual(
      new Map([
        [north.id, traffic(3, 40)],
        [south.id, traffic(5, 60)],
      ]),
    );
    minutes(24 * 60);
    expect(await today()).toEqual(new Map());
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
      const { items } = await at.store.inventory.peers({ limit: 10, cursor: null });
      expect(items.find(({ key }) => key === 'a')).toMatchObject({
        beforeXpert: { rx: 1000n, tx: 2000n, total: 3000n },
        lastSeenAt: at.fixture.clock.now(),
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
      const repeated = nodePoll(node.id, at.fixture.clock.now(), [wg0({ a: [20, 40] })]);
      await at.store.ledger.recordPoll(repeated);
      await at.store.ledger.recordPoll(repeated);
      const stale = nodePoll(node.id, new Date(at.fixture.clock.now().getTime() - 30_000), [wg0({ a: [15, 30] })]);
      await at.store.ledger.recordPoll(stale);
      expect((await summary()).traffic).toEqual(traffic(10, 20));
    });

    it('end peers that a complete poll does not show, and bring them back under the same id', async () => {
      const node = await addNode('vpn1');
      await poll(node.id, [wg0({ a: [10, 20], b: [1, 2] })]);
      const lastSeen = at.fixture.clock.now();
      minutes(1);
      await poll(node.id, [wg0({ a: [10, 20] })]);
      const gone = await at.store.inventory.findPeer('b');
      expect(gone).toMatchObject({ endedAt: at.fixture.clock.now(), lastSeenAt: lastSeen });
      expect((await at.store.inventory.peers({ limit: 10, cursor: null })).items).toHaveLength(1);
      minutes(1);
      await poll(node.id, [wg0({ a: [10, 20], b: [4, 6] })]);
      expect(await at.store.inventory.findPeer('b')).toMatchObject({ id: gone?.id, endedAt: null });
      expect((await summary()).traffic).toEqual(traffic(4, 6));
    });

    it('leave absent peers alone where absence means nothing, and in incomplete polls', async () => {
      const node = await addNode('vpn1');
      await poll(node.id, [wg0({ a: [10, 20], b: [1, 2] })]);
      minutes(1);
      await poll(node.id, [wg0({ a: [11, 21] })], { poll: { complete: false } });
      expect(await at.store.inventory.findPeer('b')).toMatchObject({ endedAt: null });
      minutes(1);
      await poll(node.id, [wg0({ a: [11, 21], b: [2, 4] })]);
      expect((await summary()).traffic).toEqual(traffic(2, 3));
    });

    it('of a source that shows everybody: bytes after a night of standing still belong to the morning', async () => {
      const node = await addNode('panel');
      const semantics = { kind: 'cumulative', falls: 'to-zero', absence: 'silent' };
      const from = at.fixture.clock.now();
      for (let hour = 0; hour <= 8; hour++) {
        await poll(node.id, [wg0({ a: [10, 1] })], { semantics });
        minutes(hour < 8 ? 60 : 1);
      }
      await poll(node.id, [wg0({ a: [70, 1] })], { semantics });
      const period = { from, to: at.fixture.clock.now() };
      const chart = { bucketSeconds: 3600, by: 'total', userId: null, nodeId: null, maxSeries: 1 } as const;
      const { series } = await at.store.history.series({ ...chart, period }, all);
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
      expect(await at.store.inventory.services()).toMatchObject([{ name: 'wg-main', nodeId: first.id }]);
      expect((await summary()).traffic).toEqual(traffic(3, 6));
      await at.store.inventory.deleteNode(first.id, at.fixture.clock.now());
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
        at.store.ledger.recordReports(open, [report({ rx: 1n, tx: 2n })]),
      ]);
      expect(booked.services[0]).toMatchObject({ counted: traffic(50_000, 100_000), peers: 5000 });
      expect((await summary()).traffic).toEqual(traffic(50_001, 100_002));
      const active = await at.store.history.activePeers(lastDays(1, at.fixture.clock), 900);
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
      const peer = await at.store.inventory.findPeer('a');
      expect((await at.store.history.quarantine(5, null)).items).toMatchObject([
        { peerId: peer?.id, traffic: traffic(20_000n * GIB, 0), report: null },
      ]);
    });
  });

  describe('owners of peers', () => {
    const assign = (peerId: string, user: User | null, from = at.fixture.clock.now(), countInCycle = false) =>
      at.store.inventory.assignPeers([{ peerId: peerId as never, userId: user?.id ?? null, from, countInCycle }]);
    const peerA = async () => (await at.store.inventory.findPeer('a'))?.id ?? '';

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
      expect((await at.store.history.unclaimed()).peers).toEqual([]);
      expect(await userCarriers(alice.id)).toMatchObject([
        { server: 'vpn1', port: 51820, protocol: 'wireguard', nodeId: node.id, traffic: traffic(15, 30) },
      ]);
    });

    it('get their shares of weeks without a reading by days, exactly, parted at changes and marks', async () => {
      const node = await addNode('vpn1');
      const [ben, alice] = [await addUser('ben'), await addUser('alice')];
      await poll(node.id, [wg0({ a: [0, 0] })]);
      await assign(await peerA(), ben);
      minutes(15 * 24 * 60);
      await assign(await peerA(), alice);
      minutes(5 * 24 * 60);
      await at.store.ledger.reset({ scope: 'user', userIds: [alice.id], by: null, reason: null });
      minutes(10 * 24 * 60);
      await poll(node.id, [wg0({ a: [300, 3000] })]);
      expect([await totalOf(ben.id), await totalOf(alice.id)]).toEqual([traffic(150, 1500), traffic(100, 1000)]);
      // Noon to noon: 31 days, two of which are parted.
      expect((await at.store.history.database()).records).toBe(33);
      const to = at.fixture.clock.now();
      const month = { from: new Date(to.getTime() - 30 * 86_400_000), to: new Date(to.getTime() + 43_200_000) };
      expect((await at.store.history.usageBetween(alice.id, month)).traffic).toEqual(traffic(150, 1500));
      // Up to eight days by hours, up to two by quarters of an hour.
      minutes(8 * 24 * 60);
      await poll(node.id, [wg0({ a: [300 + 768, 3000 + 7680] })]);
      expect((await at.store.history.database()).records).toBe(33 + 192);
      minutes(2 * 24 * 60);
      await poll(node.id, [wg0({ a: [300 + 768 + 384, 3000 + 7680 + 3840] })]);
      expect((await at.store.history.database()).records).toBe(33 + 192 + 192);
      expect(await totalOf(alice.id)).toEqual(traffic(868 + 384, 8680 + 3840));
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
      expect((await at.store.history.unclaimed()).traffic).toEqual(traffic(5, 10));
      expect(await at.store.history.peerTotals(all)).toEqual(
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
      expect((await at.store.history.unclaimed()).traffic).toEqual(traffic(0, 0));
    });

    it('that are deleted keep their history, and their peers are nobody’s', async () => {
      const node = await addNode('vpn1');
      const alice = await addUser('alice');
      await poll(node.id, [wg0({ a: [0, 0] })]);
      await assign(await peerA(), alice);
      minutes(1);
      await poll(node.id, [wg0({ a: [10, 20] })]);
      await at.store.ledger.recordReports(open, [report()]);
      await at.store.inventory.deleteUser(alice.id, at.fixture.clock.now());
      minutes(1);
      await poll(node.id, [wg0({ a: [11, 22] })]);
      await at.store.ledger.recordReports(open, [report({ rx: 1n, tx: 2n })]);
      expect(await totalOf(alice.id)).toEqual(traffic(13, 25));
      expect((await at.store.history.unclaimed()).traffic).toEqual(traffic(2, 4));
      expect((await summary()).traffic).toEqual(traffic(15, 29));
      await at.store.inventory.deleteNode(node.id, at.fixture.clock.now());
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
}
