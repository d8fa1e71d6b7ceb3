import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ClockSkews } from '../../src/app/clock-skews.ts';
import { checkCounters } from '../../src/app/doctor-counters.ts';
import { LiveRates } from '../../src/app/live-rates.ts';
import { NodeViews } from '../../src/app/node-views.ts';
import { Presence } from '../../src/app/presence.ts';
import type { CounterSemantics, PeerReading, Poll, ServiceReading } from '../../src/core/metering/collector.ts';
import { directed } from '../../src/core/units/bytes.ts';
import type { NodeId } from '../../src/core/units/ids.ts';
import { ManualClock } from '../../src/core/units/testing.ts';
import { toolMissing } from '../../src/integrations/wireguard/failures.ts';
import { USERS_OFF } from '../../src/integrations/xray/failures.ts';
import type { Stores } from '../../src/storage/sql/stores.ts';
import { openTestStore } from '../support/test-store.ts';
import { newNode, nodePoll, wg0 } from './store-fixture.ts';

const MIB = 1024 * 1024;
const REWOUND: CounterSemantics = { kind: 'cumulative', falls: 'rewound', absence: 'silent' };

/** Everything that makes counters doubtful: the doctor names each, says why, and has lines that repair it. */
describe('the doctor explains', () => {
  let clock: ManualClock;
  let store: Stores;
  let skews: ClockSkews;
  let nodeId: NodeId;
  beforeEach(async () => {
    clock = new ManualClock();
    store = await openTestStore(clock);
    skews = new ClockSkews();
    nodeId = (await store.inventory.addNode(newNode('vpn1'))).id;
  });
  afterEach(() => store.close());

  /** A minute later; MiB of a peer. */
  async function poll(
    [rx, tx]: readonly [number, number],
    fields: Partial<Poll> = {},
    { service, semantics }: { service?: Partial<ServiceReading>; semantics?: CounterSemantics } = {},
  ): Promise<void> {
    clock.advance(60_000);
    const how = { poll: fields, ...(semantics === undefined ? {} : { semantics }) };
    const reading = wg0({ a: [rx * MIB, tx * MIB] }, service);
    await store.ledger.recordPoll(nodePoll(nodeId, clock.now(), [reading], how));
  }

  async function findings() {
    const views = new NodeViews({
      ...{ inventory: store.inventory, history: store.history, clock },
      ...{ rates: new LiveRates(clock), presence: new Presence() },
      findings: () => store.reconciliation.findings(),
      clockSkew: (id) => skews.of(id),
      pollCounts: () => ({ complete: 3, incomplete: 0, failed: 0 }),
      endpointOf: () => 'localhost',
      shown: (source) => ({ source, secrets: {} }),
    });
    const view = await views.one(nodeId);
    if (view === null) throw new Error('the node is gone');
    // What made the node's state is told by the state itself, in the same words.
    const { reason } = view;
    const calendar = async () => store.calendar();
    const checks = await checkCounters({ ...view, reason: null }, { store, operations: { calendar }, clock });
    return { checks, state: view.state, reason: reason?.code ?? null };
  }

  async function explained(code: string): Promise<{ readonly status: string; readonly state: string }> {
    const { checks, state } = await findings();
    const check = checks.find((each) => each.code === code);
    expect(
      checks.map((each) => each.code),
      'the codes told',
    ).toContain(code);
    expect(check?.hint?.length ?? 0).toBeGreaterThan(20);
    expect(check?.commands.length ?? 0).toBeGreaterThan(0);
    return { status: check?.status ?? '', state };
  }

  test('nothing where nothing is wrong', async () => {
    await poll([1, 2]);
    await poll([3, 5]);
    expect(await findings()).toMatchObject({ checks: [], state: 'up' });
  });

  test('a second reader that resets the counters', async () => {
    await poll([9, 10]);
    for (let n = 8; n > 5; n--) await poll([n, n + 1]);
    expect(await explained('counters-reset-by-other')).toEqual({ status: 'warning', state: 'degraded' });
  });

  test('a counter that fell once without a restart: for information', async () => {
    await poll([9, 10]);
    await poll([3, 11]);
    expect(await explained('counter-fell')).toEqual({ status: 'ok', state: 'up' });
  });

  test('a counter that was moved back', async () => {
    await poll([9, 10], {}, { semantics: REWOUND });
    await poll([3, 11], {}, { semantics: REWOUND });
    expect(await explained('counter-rewound')).toMatchObject({ status: 'warning' });
  });

  test('statistics that are switched off: users shake hands, and no counter moves', async () => {
    const peers = (): PeerReading[] => [
      { key: 'a', traffic: directed(5n, 7n), lastHandshakeAt: new Date(clock.now().getTime() - 5_000) },
    ];
    for (let n = 0; n < 6; n++) await poll([0, 0], {}, { service: { peers: peers() } });
    expect(await explained('counters-frozen')).toEqual({ status: 'warning', state: 'degraded' });
  });

  test('statistics that are switched off: inbounds carry what no user does', async () => {
    for (let n = 0; n < 6; n++)
      await poll([5, 7], {}, { service: { own: directed(BigInt(n * MIB), BigInt(2 * n * MIB)) } });
    expect(await explained('counters-frozen')).toEqual({ status: 'warning', state: 'degraded' });
  });

  test('statistics of users that Xray does not have', async () => {
    await poll([1, 2], { notices: [USERS_OFF] });
    expect(await explained('stats-users-off')).toMatchObject({ status: 'warning' });
  });

  test('an interface that the tool of the node does not see', async () => {
    for (const kind of ['amneziawg', 'wireguard'] as const) {
      await poll([1, 2], { notices: [toolMissing(kind, ['x0'])] });
      const code = kind === 'amneziawg' ? 'awg-missing' : 'wg-missing';
      expect(await explained(code)).toEqual({ status: 'warning', state: 'degraded' });
    }
  });

  test('a clock that is off', async () => {
    await poll([1, 2]);
    for (let n = 0; n < 3; n++) {
      const sourceClock = new Date(clock.now().getTime() - 90_000);
      skews.polled(nodeId, { complete: true, services: [], notices: [], sourceClock }, clock.now(), clock.now());
    }
    expect(await explained('clock-skew')).toEqual({ status: 'warning', state: 'degraded' });
  });

  test('a reading that is faster than the link', async () => {
    await store.inventory.updateNode(nodeId, { linkMbit: 10 });
    await poll([0, 0]);
    await poll([90, 1]);
    expect(await explained('readings-quarantined')).toEqual({ status: 'warning', state: 'degraded' });
    const { traffic } = await store.history.summary(null, { kind: 'all' });
    expect(traffic.total).toBe(0n);
  });
});
