import { afterAll, beforeAll, expect, test } from 'vitest';
import { newNode, newUser, nodePoll, report, signed, wg0 } from '../contract/store-fixture.ts';
import { daysMs, type Engines, MirroredWorld, startEngines } from '../support/mirrored-world.ts';

let engines: Engines;

beforeAll(async () => {
  engines = await startEngines();
});

afterAll(() => engines?.stop());

test('days that are over, and what becomes of them later', { timeout: 60_000 }, async () => {
  const world = await MirroredWorld.open(engines, 3);
  try {
    const { store, clock } = world;
    const alice = await store.inventory.addUser(newUser('alice'));
    const node = await store.inventory.addNode(newNode('main'));
    for (let day = 0; day < 40; day++) {
      await store.ledger.recordReports(signed, [report({ rx: 10n, tx: 20n }), report({ userToken: 'nobody', tx: 7n })]);
      await store.ledger.recordPoll(nodePoll(node.id, clock.now(), [wg0({ 'key-1': [100 * day, 200 * day] })]));
      clock.advance(daysMs(1));
    }
    expect(await world.compare()).toBeGreaterThan(100);
    await world.compareCharts([alice.id], node.id);
    expect(store.seen.answers).toBeGreaterThan(0);
    // Charts of everything are sums by carrier from the mirror where records are gone.
    await store.ledger.cleanupStep(new Date(clock.now().getTime() - daysMs(5)), 1_000_000);
    await world.compareCharts([alice.id], node.id);
    const before = store.seen.answers;
    // Late bytes, taken bytes, and a claim.
    const late = {
      periodStart: new Date(clock.now().getTime() - daysMs(20)),
      periodEnd: new Date(clock.now().getTime() - daysMs(19)),
    };
    await store.ledger.recordReports(signed, [report({ rx: 1000n, tx: 3n, ...late })]);
    await store.inventory.addUser(newUser('nobody', { userToken: 'nobody' }));
    await world.compareCharts([alice.id], node.id);
    await world.compare();
    await world.compareCharts([alice.id], node.id);
    expect(store.seen.answers).toBeGreaterThan(before);
    expect(store.seen.failures).toEqual([]);
  } finally {
    await world.end();
  }
});
