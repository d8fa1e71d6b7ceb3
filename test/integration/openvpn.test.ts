import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Poll } from '../../src/core/metering/collector.ts';
import type { NodeId } from '../../src/core/units/ids.ts';
import { OpenvpnCollector } from '../../src/integrations/openvpn/collector.ts';
import { randomId } from '../../src/lib/random-id.ts';
import { Sqlite } from '../../src/lib/sqlite.ts';
import { openSqliteStore, type SqliteStore } from '../../src/storage/sqlite/sqlite-store.ts';
import { Lab, missingForLab, until } from '../support/lab.ts';
import { type Counters, OpenvpnClient, OpenvpnServer } from '../support/openvpn-lab.ts';
import { peersOf } from '../support/readings.ts';

const missing = missingForLab(['openvpn', 'openssl', 'nc', 'ping', 'ss']);
const isPossible = missing === null || missing.startsWith('not installed');
const clock = { now: () => new Date(), monotonicMs: () => performance.now() };
const ZERO: Counters = { rx: 0n, tx: 0n };
const minus = (a: Counters, b: Counters) => ({ rx: a.rx - b.rx, tx: a.tx - b.tx });
const plus = (a: Counters, b: Counters) => ({ rx: a.rx + b.rx, tx: a.tx + b.tx });

describe.runIf(isPossible)('a real OpenVPN server, into the ledger', () => {
  let lab: Lab;
  let server: OpenvpnServer;
  let alice: OpenvpnClient;
  let bob: OpenvpnClient;
  let store: SqliteStore;
  let collector: OpenvpnCollector;
  let nodeId: NodeId;

  beforeAll(async () => {
    if (missing !== null) throw new Error(missing);
    lab = new Lab();
    server = await OpenvpnServer.start(lab, ['alice', 'bob']);
    alice = await OpenvpnClient.wire(lab, server, 1);
    bob = await OpenvpnClient.wire(lab, server, 2);
    await Promise.all([alice.connect('alice'), bob.connect('bob')]);
    store = await openSqliteStore({
      ...{ path: join(lab.folder, 'ledger.db'), clock, newId: () => randomId(16), timeZone: 'UTC', workers: null },
    });
    const node = {
      ...{ name: 'ovpn', description: '', source: { kind: 'openvpn', options: {} }, pollIntervalMs: 1_000 },
      ...{ opening: 'baseline' as const, usersPolicy: 'none' as const, createdAt: new Date() },
    };
    nodeId = (await store.inventory.addNode(node)).id;
    collector = new OpenvpnCollector(
      { transport: 'management', management: server.management },
      { clock, runDirectory: lab.folder },
    );
  });
  afterAll(async () => {
    await collector?.close();
    await store?.close();
    await lab?.close();
  });

  async function poll(): Promise<Poll> {
    const read = await collector.collect(AbortSignal.timeout(10_000));
    const rest = { opening: 'baseline' as const, at: new Date(), durationMs: 1, clockSuspect: false };
    await store.ledger.recordPoll({ nodeId, semantics: collector.semantics, poll: read, ...rest });
    return read;
  }

  async function booked(name: string): Promise<Counters> {
    const { items } = await store.inventory.peers({ search: name, limit: 10, cursor: null });
    const ids = items.filter(({ key }) => key === name).map(({ id }) => id);
    const totals = ids.length === 0 ? [] : await store.history.peerTotals({ kind: 'all' }, ids);
    return totals.reduce((sum, { traffic }) => plus(sum, { rx: traffic.rx ?? 0n, tx: traffic.tx ?? 0n }), ZERO);
  }

  /**
   * Polls until what was polled is what the daemon wrote about its connections just before and just after: pings keep
   * coming, so that counters never rest for long. `base`: what is not to be booked of it.
   */
  async function pollUntilEqual(name: string, base: Counters): Promise<Counters> {
    let own = ZERO;
    await until(
      `what is booked of ${name} is what the daemon says`,
      async () => {
        await poll();
        own = (server.written().get(name) ?? []).reduce(plus, ZERO);
        const sum = await booked(name);
        return sum.rx === own.rx - base.rx && sum.tx === own.tx - base.tx;
      },
      30_000,
    );
    return own;
  }

  const losses = () => {
    const db = new Sqlite(join(lab.folder, 'ledger.db'), { readonly: true });
    try {
      return Number(db.prepare('SELECT count(*) FROM loss').pluck().get());
    } finally {
      db.close();
    }
  };
  const rx = (counters: readonly Counters[] | undefined) => counters?.reduce((sum, one) => sum + one.rx, 0n) ?? 0n;

  let base = new Map<string, Counters>();

  test('two clients; what was there before is not counted, what flows is booked to the byte', async () => {
    const first = await poll();
    expect(first.complete).toBe(true);
    expect(
      peersOf(first.services[0])
        .map(({ key }) => key)
        .sort(),
    ).toEqual(['alice', 'bob']);
    base = new Map(
      peersOf(first.services[0]).map(({ key, traffic }) => [key, { rx: traffic.rx ?? 0n, tx: traffic.tx ?? 0n }]),
    );
    expect(await booked('alice')).toEqual(ZERO);
    await alice.upload(1_000_000);
    await bob.upload(200_000);
    const own = await pollUntilEqual('alice', base.get('alice') ?? ZERO);
    expect(own.rx).toBeGreaterThan(1_000_000n);
    expect(own.rx).not.toBe(own.tx);
    await pollUntilEqual('bob', base.get('bob') ?? ZERO);
    expect(losses()).toBe(0);
  });

  test('a client goes without a poll in between: its last bytes are booked all the same', async () => {
    const before = await booked('bob');
    await bob.upload(300_000);
    // The daemon tells every two seconds what each connection carried.
    await until('the daemon has written it', () => rx(server.written().get('bob')) > before.rx + 300_000n);
    const written = server.written().get('bob')?.[0] ?? ZERO;
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await bob.disconnect();
    await until('it is gone', () => !server.written().has('bob'));
    await poll();
    const now = await booked('bob');
    expect(now.rx).toBeGreaterThanOrEqual(written.rx - (base.get('bob') ?? ZERO).rx);
    expect(now.rx).toBeLessThan(written.rx - (base.get('bob') ?? ZERO).rx + 5_000n);
    expect(losses()).toBe(1);
    await poll();
    expect(await booked('bob')).toEqual(now);
    expect(losses()).toBe(1);
  });

  test('a connection that begins and ends between two polls is booked', async () => {
    const before = await booked('bob');
    await bob.connect('bob');
    await bob.upload(150_000);
    await until('the daemon has written it', () => rx(server.written().get('bob')) > 150_000n);
    const written = server.written().get('bob')?.[0] ?? ZERO;
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await bob.disconnect();
    await until('it is gone', () => !server.written().has('bob'));
    await poll();
    const counted = minus(await booked('bob'), before);
    expect(counted.rx).toBeGreaterThanOrEqual(written.rx);
    expect(counted.rx).toBeLessThan(written.rx + 5_000n);
  });

  test('two connections of one name are one peer with both their bytes', async () => {
    await bob.connect('alice');
    await bob.upload(80_000);
    await pollUntilEqual('alice', base.get('alice') ?? ZERO);
    const { items } = await store.inventory.peers({ search: 'alice', limit: 10, cursor: null });
    expect(items).toHaveLength(1);
    expect(server.written().get('alice')).toHaveLength(2);
    await bob.disconnect();
  });

  test.each([
    ['begins anew in its process', async () => server.signal('SIGUSR1')],
    [
      'is killed and started again',
      async () => {
        await server.kill();
        await server.start();
      },
    ],
  ])('the daemon %s: new connections count from 0, old bytes never twice', async (_name, restart) => {
    await poll();
    const before = await booked('alice');
    await restart();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await alice.isThrough();
    await alice.upload(120_000);
    await until(
      'booked is what the new connection shows',
      async () => {
        await poll().catch(() => {});
        const own = (server.written().get('alice') ?? []).reduce(plus, ZERO);
        const counted = minus(await booked('alice'), before);
        // What the former connection carried between the last poll and its end is told as well: pings only.
        return own.rx > 120_000n && counted.rx >= own.rx && counted.rx < own.rx + 3_000n;
      },
      30_000,
    );
  });

  test('somebody else at the management interface: said in words; free again, it is read', async () => {
    await collector.close();
    const other = createConnection(server.management);
    await new Promise((resolve) => other.once('data', resolve));
    await expect(collector.collect(AbortSignal.timeout(10_000))).rejects.toMatchObject({ code: 'management-busy' });
    other.destroy();
    expect((await collector.collect(AbortSignal.timeout(10_000))).complete).toBe(true);
  });

  test('its status file shows the same connections', async () => {
    const options = { transport: 'status-file' as const, path: server.statusFile };
    const byFile = new OpenvpnCollector(options, { clock, runDirectory: lab.folder });
    const poll = await byFile.collect(AbortSignal.timeout(5_000));
    expect(peersOf(poll.services[0]).map(({ key }) => key)).toEqual(['alice']);
  });
});
