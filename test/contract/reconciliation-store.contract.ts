import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServiceReading } from '../../src/core/metering/collector.ts';
import { directed, NOTHING, type Traffic } from '../../src/core/units/bytes.ts';
import type { NodeId } from '../../src/core/units/ids.ts';
import { type MakeStore, newNode, nodePoll, type StoreFixture, type StorePorts, wg0 } from './store-fixture.ts';

const HEADERS = { least: directed(30n, 60n), most: directed(90n, 180n) };

/** The meaning of ReconciliationStore, and of what a poll adds to it. Every engine passes it. */
export function reconciliationStoreContract(make: MakeStore): void {
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

  const minutes = (n: number): void => fixture.clock.advance(n * 60_000);
  /** One minute later: what the peers show, what the interface shows, what the card shows. */
  const poll = (services: readonly ServiceReading[], fields: Parameters<typeof nodePoll>[3] = {}) => {
    minutes(1);
    return store.ledger.recordPoll(nodePoll(nodeId, fixture.clock.now(), services, fields));
  };
  const own = (rx: number, tx: number, headers = HEADERS): Partial<ServiceReading> => ({
    own: directed(BigInt(rx), BigInt(tx)),
    ownHeaders: headers,
  });
  const card = (rx: number, tx: number, evidence = 'boot-1:2') => ({
    host: { name: 'eth0', traffic: directed(BigInt(rx), BigInt(tx)), startEvidence: evidence },
  });
  const days = () => store.reconciliation.days(nodeId, 0, 100_000);
  const service = async () => (await days()).find(({ serviceId }) => serviceId !== null)?.sum;
  const host = async () => (await days()).find(({ serviceId }) => serviceId === null)?.sum;
  const codes = async () => (await store.reconciliation.findings()).map(({ code, times }) => [code, times]);

  describe('checks', () => {
    it('hold what peers moved against what the interface and the card moved in the same time', async () => {
      await poll([wg0({ a: [500, 600] }, own(400, 500))], { poll: card(1_000, 2_000) });
      expect(await days()).toEqual([]);
      await poll(
        [
          wg0(
            { a: [1_500, 600], b: [20, 5] },
            own(1_350, 505, { least: directed(50n, 61n), most: directed(150n, 181n) }),
          ),
        ],
        {
          poll: card(3_000, 2_500),
        },
      );
      expect(await service()).toEqual({
        own: directed(950n, 5n),
        least: directed(20n, 1n),
        most: directed(60n, 1n),
        peers: directed(1_020n, 5n),
        seconds: 60,
        peerCount: 2,
      });
      expect(await host()).toMatchObject({ own: directed(2_000n, 500n), peers: directed(1_020n, 5n), seconds: 60 });
      expect((await days()).map(({ name }) => name)).toEqual(['eth0', 'wg0']);
    });

    it('tell what the card moved on a day on which the services moved nothing', async () => {
      await poll([wg0({ a: [500, 600] })], { poll: card(1_000, 2_000) });
      await poll([wg0({ a: [500, 600] })], { poll: card(3_000, 2_500) });
      expect(await store.budgets.carried(nodeId, 0, 100_000)).toMatchObject([
        { card: { in: 2_000n, out: 500n, knownMs: 60_000 }, services: { in: 0n, out: 0n } },
      ]);
    });

    it('of polls without the counter, or cut short, wait until it is told again: same time on both sides', async () => {
      await poll([wg0({ a: [0, 0] }, own(0, 0))]);
      await poll([wg0({ a: [100, 7] })]);
      await poll([wg0({ a: [150, 8] }, own(140, 8))], { poll: { complete: false } });
      expect(await days()).toEqual([]);
      await store.close();
      store = await fixture.open();
      await poll([wg0({ a: [180, 9] }, own(170, 9))]);
      expect(await service()).toMatchObject({ own: directed(170n, 9n), peers: directed(180n, 9n), seconds: 180 });
    });

    it('go on over a restart of the interface and of the node, each side from 0', async () => {
      await poll([wg0({ a: [900, 90] }, own(850, 80))], { poll: card(5_000, 6_000) });
      await poll([wg0({ a: [40, 4] }, { ...own(30, 3), startEvidence: 'boot-2:3' })], {
        poll: card(70, 80, 'boot-2:2'),
      });
      expect(await service()).toMatchObject({ own: directed(30n, 3n), peers: directed(40n, 4n), least: HEADERS.least });
      expect(await host()).toMatchObject({ own: directed(70n, 80n), peers: directed(40n, 4n) });
    });

    it('show a peer that came, moved bytes and was gone between two polls: nobody accounts for them', async () => {
      await poll([wg0({ a: [0, 0] }, own(0, 0))]);
      await poll([wg0({ a: [100, 10] }, own(5_100, 3_010))]);
      expect(await service()).toMatchObject({ own: directed(5_100n, 3_010n), peers: directed(100n, 10n) });
    });

    it('are of the day in which the bytes flowed; over midnight both sides are split alike', async () => {
      fixture.clock.advance(Date.parse('2026-03-01T23:58:00Z') - fixture.clock.now().getTime());
      await poll([wg0({ a: [0, 0] }, own(0, 0))]);
      minutes(2);
      await poll([wg0({ a: [300, 900] }, own(270, 810))]);
      const parts = (await days()).map(({ day, sum }) => [day, sum.seconds, sum.own.rx, sum.peers.tx]);
      expect(parts).toEqual([
        [20_513, 60, 90n, 300n],
        [20_514, 120, 180n, 600n],
      ]);
    });

    it('begin anew when tracking was off', async () => {
      await poll([wg0({ a: [0, 0] }, own(0, 0))]);
      minutes(1);
      await store.ledger.setTracking(false, null);
      await poll([wg0({ a: [700, 70] }, own(690, 60))]);
      await store.ledger.setTracking(true, null);
      await poll([wg0({ a: [800, 80] }, own(790, 70))]);
      expect(await days()).toEqual([]);
      await poll([wg0({ a: [810, 83] }, own(800, 73))]);
      expect(await service()).toMatchObject({ own: directed(10n, 3n), peers: directed(10n, 3n) });
    });

    it('a counter that no counter of this world can show is not taken', async () => {
      await poll([wg0({ a: [0, 0] }, own(0, 0))]);
      await poll([wg0({ a: [5, 6] }, { own: { rx: 2n ** 63n, tx: 0n, total: 2n ** 63n } })]);
      await poll([wg0({ a: [10, 12] }, own(9, 11))]);
      expect(await service()).toMatchObject({ own: directed(9n, 11n), peers: directed(10n, 12n) });
    });

    it('a poll that comes late in the order of the source says nothing', async () => {
      await poll([wg0({ a: [0, 0] }, own(0, 0))]);
      await poll([wg0({ a: [50, 60] }, own(45, 55))]);
      const before = await days();
      await poll([wg0({ a: [20, 30] }, own(15, 25))], { poll: { order: { bootId: 'boot-1', uptimeMs: 5 } } });
      expect(await days()).toEqual(before);
    });
  });

  describe('readings that are faster than the link', () => {
    const MIB = 1024 * 1024;
    const quarantine = async () => (await store.history.quarantine(10, null)).items;
    const total = async (): Promise<Traffic> =>
      (await store.history.peerTotals({ kind: 'all' }))[0]?.traffic ?? NOTHING;

    it('are set aside with what is needed to book them, and the counter moves on', async () => {
      await store.inventory.updateNode(nodeId, { linkMbit: 10 });
      await poll([wg0({ a: [0, 0] }, own(0, 0))]);
      // 10 Mbit/s carry 71.5 MiB in a minute; with what is to spare 81.3.
      await poll([wg0({ a: [90 * MIB, 1 * MIB] }, own(90 * MIB, 1 * MIB))]);
      expect(await total()).toEqual(NOTHING);
      const [item] = await quarantine();
      expect(item).toMatchObject({ reason: 'faster-than-link', traffic: directed(BigInt(90 * MIB), BigInt(MIB)) });
      expect(item?.peerId).not.toBeNull();
      expect(await codes()).toEqual([['reading-quarantined', 1]]);
      // The interface carried them: they are no unattributed bytes.
      expect((await service())?.peers).toEqual(directed(BigInt(90 * MIB), BigInt(MIB)));
      await poll([wg0({ a: [91 * MIB, 2 * MIB] })]);
      expect(await total()).toEqual(directed(BigInt(MIB), BigInt(MIB)));
      expect(await quarantine()).toHaveLength(1);
    });

    it('count as long as no speed is told, or when a long gap explains them', async () => {
      await poll([wg0({ a: [0, 0] })]);
      await poll([wg0({ a: [90 * MIB, 0] })]);
      await store.inventory.updateNode(nodeId, { linkMbit: 10 });
      minutes(60);
      await poll([wg0({ a: [290 * MIB, 0] })]);
      expect((await total()).rx).toBe(BigInt(290 * MIB));
      expect(await quarantine()).toEqual([]);
      expect((await store.inventory.node(nodeId))?.linkMbit).toBe(10);
      expect((await store.inventory.updateNode(nodeId, { linkMbit: null })).linkMbit).toBeNull();
    });
  });

  describe('findings', () => {
    it('count the polls in which counters fell without a restart; a day later a run is over', async () => {
      await poll([wg0({ a: [100, 200], b: [100, 200] })]);
      await poll([wg0({ a: [50, 60], b: [40, 30] })]);
      await poll([wg0({ a: [55, 66], b: [41, 31] })]);
      expect(await codes()).toEqual([['counter-fell', 1]]);
      await poll([wg0({ a: [5, 6], b: [42, 32] })]);
      expect(await codes()).toEqual([['counter-fell', 2]]);
      minutes(25 * 60);
      await poll([wg0({ a: [1, 2], b: [42, 32] })]);
      const [finding] = await store.reconciliation.findings();
      expect(finding).toMatchObject({ nodeId, serviceName: 'wg0', times: 1, firstAt: fixture.clock.now() });
    });

    it('a restart is none', async () => {
      await poll([wg0({ a: [100, 200] })]);
      await poll([wg0({ a: [5, 6] }, { startEvidence: 'boot-2:4' })]);
      expect(await codes()).toEqual([]);
    });

    it('a counter that was moved back is named', async () => {
      const semantics = { kind: 'cumulative', falls: 'rewound', absence: 'silent' } as const;
      await poll([wg0({ a: [100, 200] }, { startEvidence: 'same' })], { semantics });
      await poll([wg0({ a: [90, 200] }, { startEvidence: 'same' })], { semantics });
      expect(await codes()).toEqual([['counter-rewound', 1]]);
    });

    it('counters that stand still while the service receives megabytes are frozen, until one moves', async () => {
      const megabyte = 1024 * 1024;
      await poll([wg0({ a: [0, 0] }, own(0, 0))]);
      for (let n = 1; n <= 2; n++) await poll([wg0({ a: [0, 0] }, own(n * megabyte, 0))]);
      expect(await codes()).toEqual([]);
      await poll([wg0({ a: [0, 0] }, own(3 * megabyte, 0))]);
      expect(await codes()).toEqual([['counters-frozen', 1]]);
      await poll([wg0({ a: [7, 8] }, own(3 * megabyte, 0))]);
      expect(await codes()).toEqual([]);
    });

    it('so are counters that stand still while somebody shakes hands again and again', async () => {
      const shaken = (n: number) => {
        const peer = {
          key: 'a',
          traffic: directed(9n, 8n),
          lastHandshakeAt: new Date(Date.parse(`2026-03-01T12:0${n}:00Z`)),
        };
        return wg0({}, { peers: [peer] });
      };
      for (let n = 0; n <= 3; n++) await poll([shaken(n)]);
      expect((await codes()).map(([code]) => code)).toEqual(['counters-frozen']);
    });

    it('a service that nobody uses is not frozen, nor is one that only sends', async () => {
      await poll([wg0({ a: [5, 6] }, own(0, 0))]);
      for (let n = 1; n < 9; n++) await poll([wg0({ a: [5, 6] }, own(0, n * 9_000_000))]);
      expect(await codes()).toEqual([]);
    });
  });

  describe("providers' figures", () => {
    const figure = () => ({
      nodeId,
      firstDay: 20_500,
      lastDay: 20_530,
      direction: 'out' as const,
      bytes: 2n ** 60n + 1n,
      note: 'invoice 7',
      at: fixture.clock.now(),
      by: null,
    });

    it('are kept exactly, the latest period first, and go when they are removed', async () => {
      const first = await store.reconciliation.addFigure(figure());
      const later = await store.reconciliation.addFigure({
        ...figure(),
        firstDay: 20_531,
        lastDay: 20_560,
        direction: 'both',
      });
      expect(first).toEqual({ ...figure(), id: first.id });
      expect(await store.reconciliation.figures(nodeId)).toEqual([later, first]);
      await store.reconciliation.removeFigure(nodeId, first.id, fixture.clock.now());
      expect(await store.reconciliation.figures(nodeId)).toEqual([later]);
    });

    it('of nodes and figures that are not there are refused', async () => {
      const nobody = 'nobody' as NodeId;
      await expect(store.reconciliation.addFigure({ ...figure(), nodeId: nobody })).rejects.toMatchObject({
        code: 'not-found',
      });
      const { id } = await store.reconciliation.addFigure(figure());
      const remove = (node: NodeId, which: string) =>
        store.reconciliation.removeFigure(node, which, fixture.clock.now());
      for (const wrong of [remove(nobody, id), remove(nodeId, 'x'), remove(nodeId, `${id}0`)])
        await expect(wrong).rejects.toMatchObject({ code: 'not-found' });
      expect(await store.reconciliation.figures(nodeId)).toHaveLength(1);
    });
  });
}
