import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HealthRecord } from '../../src/core/health/health-store.ts';
import { uptimeOf } from '../../src/core/health/health-store.ts';
import type { ServiceProbe } from '../../src/core/health/service-probe.ts';
import type { NodeId, ServiceId } from '../../src/core/units/ids.ts';
import { type MakeStore, newNode, nodePoll, type StoreFixture, type StorePorts, wg0 } from './store-fixture.ts';

const tls: ServiceProbe = {
  target: {
    kind: 'tls',
    host: 'vpn.example.com',
    port: 443,
    serverName: 'front.example.com',
    anyCertificate: true,
    privateAddresses: false,
  },
  intervalMs: 30_000,
};

/** The meaning of HealthStore. Every engine passes it. */
export function healthStoreContract(make: MakeStore): void {
  let fixture: StoreFixture;
  let store: StorePorts;
  let nodeId: NodeId;
  let serviceId: ServiceId;

  beforeEach(async () => {
    fixture = await make();
    store = await fixture.open();
    nodeId = (await store.inventory.addNode(newNode('vpn1'))).id;
    await store.ledger.recordPoll(nodePoll(nodeId, fixture.clock.now(), [wg0({ a: [1, 2] })]));
    serviceId = (await store.inventory.services(nodeId))[0]?.id as ServiceId;
  });

  afterEach(async () => {
    await store.close();
    await fixture.dispose();
  });

  const record = (fields: Partial<HealthRecord>) =>
    store.health.record({ spent: [], changes: [], keepFromDay: 0, keepChangesFrom: new Date(0), ...fields });
  const down = { code: 'probe-refused', message: 'It refuses.', hint: 'Start it.' };

  describe('health', () => {
    it('adds up the time in each state per day', async () => {
      await record({
        spent: [
          { id: serviceId, day: 100, state: 'up', ms: 7_000 },
          { id: serviceId, day: 100, state: 'down', ms: 3_000 },
          { id: nodeId, day: 100, state: 'unknown', ms: 500 },
        ],
      });
      await record({ spent: [{ id: serviceId, day: 100, state: 'up', ms: 2_000 }] });
      await record({ spent: [{ id: serviceId, day: 102, state: 'degraded', ms: 1_000 }] });
      const days = await store.health.days(serviceId, 100, 102);
      expect(days).toEqual([
        { day: 100, upMs: 9_000, degradedMs: 0, downMs: 3_000, unknownMs: 0 },
        { day: 102, upMs: 0, degradedMs: 1_000, downMs: 0, unknownMs: 0 },
      ]);
      expect(await store.health.days(serviceId, 101, 101)).toEqual([]);
      const sums = await store.health.sums(100, 102);
      expect(sums.get(serviceId)).toEqual({ upMs: 9_000, degradedMs: 1_000, downMs: 3_000, unknownMs: 0 });
      expect([serviceId, nodeId].map((id) => uptimeOf(sums.get(id) ?? tooBad()))).toEqual([10 / 13, null]);
    });

    it('keeps changes, the latest first, and knows the last one of each after a restart', async () => {
      const [first, second] = [new Date(1_000), new Date(2_000)];
      await record({ changes: [{ id: serviceId, at: first, state: 'down', reason: down }] });
      await record({
        changes: [
          { id: serviceId, at: second, state: 'up', reason: null },
          { id: nodeId, at: second, state: 'down', reason: { ...down, hint: null } },
        ],
      });
      await store.close();
      store = await fixture.open();
      expect(await store.health.changes(serviceId, 10)).toEqual([
        { at: second, state: 'up', reason: null },
        { at: first, state: 'down', reason: down },
      ]);
      expect(await store.health.changes(serviceId, 1)).toHaveLength(1);
      const standings = await store.health.standings();
      expect([...standings].map(([id, { state }]) => [id, state])).toEqual(
        expect.arrayContaining([
          [serviceId, 'up'],
          [nodeId, 'down'],
        ]),
      );
    });

    it('forgets what is old, but never in which state something is; one that flaps does not fill the disk', async () => {
      await record({ spent: [{ id: serviceId, day: 100, state: 'up', ms: 1 }] });
      const flaps = Array.from({ length: 600 }, (_, i) => {
        return { id: serviceId, at: new Date(i), state: i % 2 === 0 ? 'up' : 'down', reason: null } as const;
      });
      await record({ changes: flaps });
      expect(await store.health.changes(serviceId, 1_000)).toHaveLength(500);
      await record({ keepFromDay: 101, keepChangesFrom: new Date(10_000) });
      expect(await store.health.days(serviceId, 0, 1_000)).toEqual([]);
      expect(await store.health.changes(serviceId, 10)).toEqual([{ at: new Date(599), state: 'down', reason: null }]);
    });
  });

  describe('probes', () => {
    it('are kept, changed, and taken back', async () => {
      expect(await store.health.probes()).toEqual(new Map());
      await store.health.setProbe(serviceId, tls);
      expect(await store.health.probes()).toEqual(new Map([[serviceId, tls]]));
      await store.health.setProbe(serviceId, { target: null, intervalMs: 60_000 });
      expect(await store.health.probes()).toEqual(new Map([[serviceId, { target: null, intervalMs: 60_000 }]]));
      await store.health.setProbe(serviceId, null);
      expect(await store.health.probes()).toEqual(new Map());
    });

    it('belong to a service that is there', async () => {
      await expect(store.health.setProbe('nobody' as ServiceId, tls)).rejects.toMatchObject({ code: 'not-found' });
      await store.health.setProbe(serviceId, tls);
      await store.inventory.deleteNode(nodeId, fixture.clock.now());
      expect(await store.health.probes()).toEqual(new Map());
    });
  });
}

function tooBad(): never {
  throw new Error('there are no sums');
}
