import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { QualitySubject } from '../../src/core/ledger/usage-history.ts';
import type { NodeId, PeerId } from '../../src/core/units/ids.ts';
import {
  all,
  type MakeStore,
  newNode,
  newUser,
  nodePoll,
  type StoreFixture,
  type StorePorts,
  wg0,
} from './store-fixture.ts';

/** Every moment of a node, a peer and a user has a word. */
export function usageQualityContract(make: MakeStore): void {
  let fixture: StoreFixture;
  let store: StorePorts;
  let nodeId: NodeId;

  beforeEach(async () => {
    fixture = await make();
    store = await fixture.open();
    nodeId = (await store.inventory.addNode(newNode('vpn1'))).id;
  });

  afterEach(async () => {
    await store.close();
    await fixture.dispose();
  });

  const at = (time: string) => new Date(`2026-03-01T${time}:00Z`);
  const go = (time: string) => fixture.clock.advance(at(time).getTime() - fixture.clock.now().getTime());
  const poll = (time: string, peers: Parameters<typeof wg0>[0], fields: Parameters<typeof nodePoll>[3] = {}) => {
    go(time);
    return store.ledger.recordPoll(nodePoll(nodeId, fixture.clock.now(), [wg0(peers)], fields));
  };
  const fail = (time: string) => {
    go(time);
    return store.ledger.recordFailedPoll({
      nodeId,
      at: fixture.clock.now(),
      durationMs: 1,
      code: 'timeout',
      message: 'No answer.',
      hint: null,
    });
  };
  const peer = async (key: string): Promise<PeerId> => {
    const found = await store.inventory.findPeer(key);
    if (found === null) throw new Error(`no peer ${key}`);
    return found.id;
  };
  /** `from word reasons` of every interval; the end of the last one is that of the period. */
  const shown = async (subject: QualitySubject, from: string, to: string) => {
    const intervals = await store.history.quality(subject, { from: at(from), to: at(to) });
    for (const [i, one] of intervals.entries()) if (i > 0) expect(one.fromMs).toBe(intervals[i - 1]?.toMs);
    return intervals.map(({ fromMs, quality, reasons }) =>
      [new Date(fromMs).toISOString().slice(11, 16), quality, ...reasons].join(' '),
    );
  };
  const node = (): QualitySubject => ({ kind: 'node', id: nodeId });
  const chart = async (from: string, to: string) => {
    const query = { bucketSeconds: 900, by: 'total', userId: null, nodeId: null, maxSeries: 5 } as const;
    const { series } = await store.history.series({ period: { from: at(from), to: at(to) }, ...query }, all);
    return series[0]?.quality;
  };

  describe('quality', () => {
    it('before the first complete reading nothing is known; then it is measured, also where nothing flowed', async () => {
      await poll('13:00', { a: [1, 2] });
      await poll('13:10', { a: [5, 9] });
      go('14:00');
      expect(await shown(node(), '12:30', '15:00')).toEqual(['12:30 gap not-watched-yet', '13:00 measured']);
      expect(await chart('12:30', '14:00')).toEqual(['gap', 'gap', 'measured', 'measured', 'measured', 'measured']);
    });

    it('a silent collector is a gap as long as it lasts; what was caught up is late', async () => {
      await poll('13:00', { a: [0, 0] });
      await fail('13:10');
      go('13:40');
      expect(await shown(node(), '13:00', '13:40')).toEqual(['13:00 gap failed']);
      expect(await chart('13:00', '13:40')).toEqual(['gap', 'gap', 'gap']);
      await poll('13:40', { a: [4_000, 8_000] });
      go('14:00');
      expect(await shown({ kind: 'peer', id: await peer('a') }, '13:00', '14:00')).toEqual([
        '13:00 estimated estimated failed late',
        '13:30 estimated estimated failed',
        '13:40 estimated estimated',
        '13:45 measured',
      ]);
      expect(await chart('13:00', '14:00')).toEqual(['estimated', 'estimated', 'estimated', 'measured']);
    });

    it('a peer that was gone with bytes unseen is a possible loss of the peer, its user and its node', async () => {
      await poll('13:00', { a: [0, 0], b: [0, 0] });
      const alice = await store.inventory.addUser(newUser('alice'));
      const bob = await store.inventory.addUser(newUser('bob'));
      const from = at('12:00');
      await store.inventory.assignPeers([
        { peerId: await peer('a'), userId: alice.id, from, countInCycle: false },
        { peerId: await peer('b'), userId: bob.id, from, countInCycle: false },
      ]);
      await poll('13:05', { b: [10, 20] });
      await poll('13:10', { b: [30, 90] });
      go('13:20');
      const lost = ['13:00 possible-loss possible-loss', '13:05 measured'];
      expect(await shown({ kind: 'peer', id: await peer('a') }, '13:00', '13:20')).toEqual(lost);
      expect(await shown({ kind: 'user', id: alice.id }, '13:00', '13:20')).toEqual(lost);
      expect(await shown(node(), '13:00', '13:20')).toEqual(lost);
      expect(await shown({ kind: 'user', id: bob.id }, '13:00', '13:20')).toEqual(['13:00 measured']);
    });

    it('what came after hours of silence, or days, may be missing anywhere in them, whatever quarters its bytes fell into', async () => {
      await poll('13:00', { a: [100, 200], b: [1_000, 2_000] });
      await poll('16:00', { a: [2, 1], b: [1_000, 2_000] });
      fixture.clock.advance(3 * 86_400_000);
      await store.ledger.recordPoll(nodePoll(nodeId, fixture.clock.now(), [wg0({ a: [2, 1], b: [40, 900] })]));
      const words = async (key: string) => {
        const period = { from: at('13:00'), to: fixture.clock.now() };
        const timeline = await store.history.quality({ kind: 'peer', id: await peer(key) }, period);
        return timeline
          .filter(({ quality }, i) => quality !== timeline[i - 1]?.quality)
          .map(({ fromMs, quality }) => `${new Date(fromMs).toISOString().slice(8, 16)} ${quality}`);
      };
      expect(await words('a')).toEqual(['01T13:00 possible-loss', '01T16:00 measured']);
      expect(await words('b')).toEqual(['01T13:00 measured', '01T16:00 possible-loss']);
    });

    it('a counter that somebody reset, and a clock that stepped, mark the quarter of what was booked', async () => {
      await poll('13:00', { a: [100, 100] });
      await poll('13:05', { a: [3, 4] });
      await poll('13:19', { a: [9, 40] }, { clockSuspect: true });
      go('13:45');
      expect(await shown(node(), '13:00', '13:45')).toEqual([
        '13:00 possible-loss clock-suspect estimated possible-loss reset-by-other',
        '13:15 clock-suspect clock-suspect estimated',
        '13:30 measured',
      ]);
    });

    it('while tracking is off nothing is counted, and nothing catches up', async () => {
      await poll('12:30', { a: [0, 0] });
      await poll('13:00', { a: [0, 0] });
      go('13:10');
      await store.ledger.setTracking(false, null);
      go('13:40');
      await store.ledger.setTracking(true, null);
      await poll('13:45', { a: [500, 600] });
      go('14:00');
      expect(await shown(node(), '12:30', '14:00')).toEqual([
        '12:30 measured',
        // Switched off at 13:10: nobody saw what flowed until then.
        '13:00 tracking-off tracking-off',
        '13:45 measured',
      ]);
      expect(await chart('13:00', '14:00')).toEqual(['tracking-off', 'tracking-off', 'tracking-off', 'measured']);
    });

    it('a gap that nothing can catch up any more, as tracking was switched off in it, is not called late', async () => {
      await poll('13:00', { a: [0, 0] });
      await fail('13:10');
      go('13:20');
      await store.ledger.setTracking(false, null);
      go('13:30');
      await store.ledger.setTracking(true, null);
      await poll('13:45', { a: [500, 600] });
      go('14:00');
      expect(await shown(node(), '13:00', '14:00')).toEqual(['13:00 tracking-off tracking-off', '13:45 measured']);
    });

    it('a gap in which its node was deleted stays one: no reading ever caught up', async () => {
      await poll('13:00', { a: [0, 0] });
      await fail('13:10');
      go('13:30');
      await store.inventory.deleteNode(nodeId, fixture.clock.now());
      go('14:00');
      expect(await shown(node(), '13:00', '13:30')).toEqual(['13:00 gap failed']);
      expect(await chart('13:00', '13:30')).toEqual(['gap', 'gap']);
    });

    it('a user without any peer is measured; reports that come late are told', async () => {
      const carol = await store.inventory.addUser(newUser('carol'));
      go('14:00');
      const report = {
        userToken: 'carol-token',
        server: 's',
        port: 1,
        protocol: 'p',
        rx: 5n,
        tx: 6n,
        mode: 'delta',
      } as const;
      await store.ledger.recordReports({ credential: null, verified: true, backfill: false }, [
        { ...report, stream: '', eventId: 'late-1', periodStart: at('13:00'), periodEnd: at('13:10') },
      ]);
      expect(await shown({ kind: 'user', id: carol.id }, '12:45', '14:00')).toEqual([
        '12:45 measured',
        '13:00 late late',
        '13:15 measured',
      ]);
    });

    it('ends with the present, and is empty for the future', async () => {
      await poll('13:00', { a: [1, 1] });
      const [last] = await store.history
        .quality(node(), { from: at('12:59'), to: at('23:00') })
        .then((all) => all.slice(-1));
      expect(last?.toMs).toBe(at('13:00').getTime());
      expect(await store.history.quality(node(), { from: at('14:00'), to: at('15:00') })).toEqual([]);
    });
  });
}
