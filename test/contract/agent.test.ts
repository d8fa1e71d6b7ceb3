import { afterEach, describe, expect, test } from 'vitest';
import { directed } from '../../src/core/units/bytes.ts';
import { AgentWorld, MINUTE } from '../support/agent-world.ts';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let world: AgentWorld;
afterEach(() => world.close());

/** Numbers that look random, the same for the same seed. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

async function minutes(count: number, each: () => unknown = () => world.node.flow(13, 170)): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await each();
    await world.pass(MINUTE);
  }
}

/** What an hour of the day carried, by its quarters. */
async function hourly(from: string, hours: number): Promise<readonly (bigint | null)[]> {
  const start = new Date(from);
  const period = { from: start, to: new Date(start.getTime() + hours * HOUR) };
  const query = { period, bucketSeconds: 3600, by: 'node', userId: null, nodeId: null, maxSeries: 5 } as const;
  const { series } = await world.store.history.series(query, { kind: 'all' });
  return series[0]?.traffic.map((traffic) => traffic?.total ?? null) ?? [];
}

describe('an agent', () => {
  test('counts like a poll; a cut of 24 hours loses and doubles nothing, and every hour keeps its bytes', async () => {
    world = await AgentWorld.open();
    const { node } = world;
    await world.startAgent();
    const base = node.total();
    await minutes(10);
    await world.pass(MINUTE);
    expect(await world.booked()).toBe(node.total() - base);
    const before = await world.booked();
    world.isReachable = false;
    await minutes(24 * 60);
    expect(await world.booked()).toBe(before);
    await world.desk.noteSilence();
    expect((await world.store.inventory.pollStates())[0]).toMatchObject({ outcome: 'failed', code: 'agent-silent' });
    world.isReachable = true;
    await world.pass(10 * MINUTE);
    await world.settle(10_000);
    await world.pass(MINUTE);
    expect(await world.booked()).toBe(node.total() - base);
    const perHour = 2n * (13n + 170n) * 60n;
    expect((await hourly('2026-03-01T13:00:00Z', 22)).every((bytes) => bytes === perHour)).toBe(true);
    // Nothing is missing, so there is no gap left; the node answers again.
    expect((await world.store.history.gaps({ from: new Date(0), to: world.time.now() })).length).toBe(0);
    expect((await world.store.inventory.pollStates())[0]).toMatchObject({ outcome: 'complete', failures: 0 });
  }, 120_000);

  test('tracking came back while it was cut off: nothing of the pause counts, whatever clocks were set to', async () => {
    world = await AgentWorld.open();
    const { node, store } = world;
    await world.startAgent();
    const base = node.total();
    await minutes(3);
    await world.pass(MINUTE);
    const counted = node.total() - base;
    expect(await world.booked()).toBe(counted);
    world.isReachable = false;
    await minutes(2);
    await store.ledger.setTracking(false, null);
    world.time.step(-5 * HOUR);
    await minutes(3);
    await store.ledger.setTracking(true, null);
    world.time.step(9 * HOUR);
    // The agent does not know of it: for its node tracking is off until it does.
    await minutes(4);
    world.isReachable = true;
    await world.pass(10 * MINUTE);
    await world.settle(1_000);
    expect(await world.booked()).toBe(counted);
    expect(await world.store.history.gaps({ from: new Date(0), to: new Date('2027-01-01T00:00:00Z') })).toMatchObject([
      { reason: 'tracking-off' },
    ]);
    await world.killAgent();
    await world.startAgent();
    await world.pass(MINUTE);
    const again = node.total();
    await minutes(5);
    await world.pass(MINUTE);
    expect(await world.booked()).toBe(counted + node.total() - again);
  });

  test('tells no period of tracking, as earlier versions do: what it brings is of the present one', async () => {
    world = await AgentWorld.open();
    const { node, store } = world;
    world.tellsPeriod = false;
    await world.startAgent();
    await minutes(3);
    await store.ledger.setTracking(false, null);
    await minutes(3);
    await store.ledger.setTracking(true, null);
    const before = await world.booked();
    await world.pass(MINUTE);
    const again = node.total();
    await minutes(5);
    await world.pass(MINUTE);
    expect(await world.booked()).toBe(before + node.total() - again);
    // A start of the version of today, whose memory is from before; what was read before counters fell is not lost.
    await world.killAgent();
    world.isReachable = false;
    await world.startAgent();
    await minutes(5);
    const fell = node.total();
    for (const peer of node.peers.values()) peer.rx = peer.tx = 0n;
    await minutes(2);
    world.isReachable = true;
    world.tellsPeriod = true;
    await world.pass(10 * MINUTE);
    await world.settle(1_000);
    expect(await world.booked()).toBe(before + fell - again + node.total());
  });

  test('brings what the network card of the host counted beside what it reads, over a cut too', async () => {
    world = await AgentWorld.open();
    const card = { rx: 7_000n, tx: 9_000n };
    const show = (startEvidence: string) => {
      world.networkCard = { name: 'eth0', traffic: directed(card.rx, card.tx), startEvidence };
    };
    show('boot-1:2');
    await world.startAgent();
    const carry = () => {
      world.node.flow(10, 200);
      card.rx += 500n;
      card.tx += 450n;
      show('boot-1:2');
    };
    await minutes(3, carry);
    world.isReachable = false;
    await minutes(5, carry);
    world.isReachable = true;
    await world.pass(5 * MINUTE);
    const [day, ...others] = await world.store.reconciliation.days(world.nodeId, 0, 100_000);
    expect(day).toMatchObject({ name: 'eth0', sum: { own: directed(4_000n, 3_600n), peers: directed(160n, 3_200n) } });
    expect(others).toEqual([]);
  });

  test('an answer that is lost makes nothing count twice', async () => {
    world = await AgentWorld.open();
    await world.startAgent();
    const base = world.node.total();
    world.losesAnswers = true;
    await minutes(30);
    world.losesAnswers = false;
    await world.pass(20 * MINUTE);
    expect(await world.booked()).toBe(world.node.total() - base);
  });

  test.each([1, 2, 3, 4, 5, 6])(
    'agent and panel killed at any moment (%i): booked is what the counters show',
    async (seed) => {
      world = await AgentWorld.open();
      world.withOrder = seed % 2 === 0;
      const roll = dice(seed);
      await world.startAgent();
      const base = world.node.total();
      let carried = 0n;
      for (let step = 0; step < 120; step += 1) {
        const [rx, tx] = [roll(1000), roll(5000)];
        world.node.flow(rx, tx);
        carried += 2n * BigInt(rx + tx);
        await world.pass(roll(3) * 30_000);
        world.isReachable = roll(4) > 0;
        world.losesAnswers = roll(5) === 0;
        if (roll(6) === 0) {
          await world.killAgent();
          await world.pass(roll(5) * MINUTE);
          await world.startAgent();
        }
        if (roll(8) === 0) await world.restartPanel();
      }
      world.isReachable = true;
      world.losesAnswers = false;
      await world.pass(12 * MINUTE);
      expect(world.node.total() - base).toBe(carried);
      expect(await world.booked()).toBe(carried);
    },
    60_000,
  );

  test('a panel restored from yesterday gets again what its backup does not have, at the hours it belongs to', async () => {
    world = await AgentWorld.open();
    await world.startAgent();
    const base = world.node.total();
    await minutes(60);
    const backup = await world.backUp();
    await minutes(20 * 60);
    const [booked, hours] = [await world.booked(), await hourly('2026-03-01T14:00:00Z', 18)];
    await world.restartPanel(backup);
    expect(await world.booked()).toBeLessThan(booked);
    await world.pass(MINUTE);
    await world.settle(10_000);
    await minutes(2);
    await world.pass(MINUTE);
    expect(await world.booked()).toBe(world.node.total() - base);
    expect(await hourly('2026-03-01T14:00:00Z', 18)).toEqual(hours);
  }, 120_000);

  test('a life that ended while the panel was away keeps its last bytes', async () => {
    world = await AgentWorld.open();
    const { node } = world;
    await world.startAgent();
    await minutes(2);
    await world.pass(MINUTE);
    const before = await world.booked();
    world.isReachable = false;
    node.peers.set('carol', { rx: 0n, tx: 0n });
    await minutes(3);
    node.peers.delete('carol');
    await minutes(3);
    node.peers.set('carol', { rx: 1n, tx: 2n });
    // The node starts again: all counters begin at 0, and two of them outgrow what they were.
    await minutes(2);
    await world.killAgent();
    node.boot += 1;
    node.bootedMs = world.time.monotonicMs();
    for (const name of ['alice', 'bob', 'carol']) node.peers.set(name, { rx: 5000n, tx: 90_000n });
    await world.startAgent();
    await world.pass(2 * MINUTE);
    world.isReachable = true;
    await world.pass(10 * MINUTE);
    const perMinute = 183n;
    const old = 2n * 8n * perMinute;
    const carol = 3n * perMinute + 3n + 2n * perMinute;
    expect((await world.booked()) - before).toBe(old + carol + 3n * 95_000n);
  });

  test.each([
    ['three hours behind', -3 * HOUR],
    ['three hours ahead', 3 * HOUR],
    ['of 1970', -56 * 365 * DAY],
  ])('a clock that is %s moves nothing: readings lie where they belong, and say so', async (_what, offMs) => {
    world = await AgentWorld.open();
    world.node.clockOffMs = offMs;
    await world.startAgent();
    const base = world.node.total();
    await minutes(5);
    world.isReachable = false;
    await minutes(120);
    // Somebody sets the clock right while the panel is away.
    world.node.clockOffMs = 0;
    await minutes(60);
    world.isReachable = true;
    await world.pass(12 * MINUTE);
    await world.settle(2_000);
    expect(await world.booked()).toBe(world.node.total() - base);
    const perHour = 2n * 183n * 60n;
    expect(await hourly('2026-03-01T13:00:00Z', 2)).toEqual([perHour, perHour]);
  });

  test.each([
    [2 * HOUR, '120 minutes ahead'],
    [-80_000, '1 minute behind'],
  ])('a clock that is off by %i ms is shown, and its records are flagged', async (offMs, said) => {
    world = await AgentWorld.open();
    world.node.clockOffMs = offMs;
    await world.startAgent();
    await minutes(3);
    await world.pass(MINUTE);
    expect((await world.store.inventory.pollStates())[0]?.notices).toMatchObject([
      { code: 'clock-skew', message: expect.stringContaining(said) },
    ]);
  });

  test('from SSH to an agent and back: no byte lost or doubled, and whoever does not count stands by', async () => {
    for (const withOrder of [true, false]) {
      world = await AgentWorld.open('wireguard');
      world.withOrder = withOrder;
      const { node, store, nodeId } = world;
      const base = node.total();
      const change = (kind: string) => store.inventory.updateNode(nodeId, { source: { kind, options: {} } });
      const bySsh = async () => {
        node.flow(13, 170);
        await world.pollFromPanel();
      };
      await minutes(5, bySsh);
      await world.startAgent();
      await minutes(5, bySsh);
      expect((await store.inventory.agents())[0]).toMatchObject({ state: 'standby' });
      await change('agent');
      await minutes(10);
      expect((await store.inventory.agents())[0]).toMatchObject({ state: 'counting' });
      // What it read while it was cut off comes after SSH has counted further.
      world.isReachable = false;
      await minutes(5);
      await change('wireguard');
      await minutes(5, bySsh);
      world.isReachable = true;
      await minutes(10, bySsh);
      await world.pass(MINUTE);
      await change('agent');
      await minutes(5);
      await world.pass(MINUTE);
      expect(await world.booked()).toBe(node.total() - base - 366n);
      if (withOrder) await world.close();
    }
  }, 60_000);

  test('of two agents with the token of one node, one counts; the other takes over when it falls silent', async () => {
    world = await AgentWorld.open();
    await world.startAgent('a');
    const base = world.node.total();
    await minutes(3);
    await world.startAgent('b');
    await minutes(3);
    const states = async () =>
      Object.fromEntries((await world.store.inventory.agents()).map(({ incarnation, state }) => [incarnation, state]));
    expect(await states()).toEqual({ a: 'counting', b: 'standby' });
    await world.killAgent('a');
    await minutes(6);
    expect(await states()).toMatchObject({ b: 'counting' });
    await world.pass(MINUTE);
    expect(await world.booked()).toBe(world.node.total() - base);
  });

  test('readings that the spool lost show as a gap, and the counters catch up', async () => {
    world = await AgentWorld.open();
    await world.startAgent();
    const base = world.node.total();
    await minutes(3);
    await world.pass(MINUTE);
    const { nodeId, desk } = world;
    const [{ incarnation, sequence } = { incarnation: '', sequence: 0 }] = await world.store.inventory.agents(nodeId);
    await world.killAgent();
    await minutes(30);
    const reading = {
      sequence: sequence + 50,
      after: sequence + 49,
      takenAt: world.time.now(),
      clockSuspect: false,
      trackingPeriod: 0,
      durationMs: 1,
      result: {
        kind: 'read',
        semantics: { kind: 'cumulative', falls: 'to-zero', absence: 'ended' },
        poll: world.node.poll(world.time.monotonicMs()),
      },
    } as const;
    const batch = (lostBefore: boolean) => ({
      incarnation,
      sentAt: world.time.now(),
      version: '0',
      readings: [{ ...reading, lostBefore }],
    });
    // It has more to send: that comes first.
    expect((await desk.receive(nodeId, batch(false), '192.0.2.1')).sequence).toBe(sequence);
    expect((await desk.receive(nodeId, batch(true), '192.0.2.1')).sequence).toBe(sequence + 50);
    expect(await world.booked()).toBe(world.node.total() - base);
    const gaps = await world.store.history.gaps({ from: new Date(0), to: world.time.now() });
    expect(gaps).toMatchObject([{ reason: 'incomplete', message: expect.stringContaining('spool') }]);
  });
});
