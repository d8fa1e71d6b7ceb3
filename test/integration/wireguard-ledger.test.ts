import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SourceFailure } from '../../src/core/errors.ts';
import type { Poll } from '../../src/core/metering/collector.ts';
import { FLAG } from '../../src/core/metering/flags.ts';
import type { NodeId } from '../../src/core/units/ids.ts';
import { WireguardCollector } from '../../src/integrations/wireguard/collector.ts';
import { LocalTransport } from '../../src/integrations/wireguard/local-transport.ts';
import { randomId } from '../../src/lib/random-id.ts';
import { Sqlite } from '../../src/lib/sqlite.ts';
import { openSqliteStore, type SqliteStore } from '../../src/storage/sqlite/sqlite-store.ts';
import { Lab, type LabHost, missingForLab } from '../support/lab.ts';
import { Tunnel } from '../support/wireguard-lab.ts';

const missing = missingForLab(['wg', 'wireguard-go', 'nc', 'ping', 'ss']);
const isPossible = missing === null || missing.startsWith('not installed');
const clock = { now: () => new Date(), monotonicMs: () => performance.now() };

interface Counters {
  readonly rx: bigint;
  readonly tx: bigint;
}
const ZERO: Counters = { rx: 0n, tx: 0n };

describe.runIf(isPossible)('real traffic, from the counters of wg into the ledger', () => {
  let lab: Lab;
  let node: LabHost;
  let tunnel: Tunnel;
  let store: SqliteStore;
  let collector: WireguardCollector;
  let nodeId: NodeId;
  let file: string;

  /** What a poll showed last in the life that runs, and what all lives before it showed at their last poll. */
  let shown: Counters = ZERO;
  let endedLives: Counters = ZERO;
  let baseline: Counters | null = null;

  beforeAll(async () => {
    if (missing !== null) throw new Error(missing);
    lab = new Lab();
    file = join(lab.folder, 'ledger.db');
    node = await lab.host();
    tunnel = await Tunnel.open(lab, node, 'wg0', 1);
    collector = new WireguardCollector(new LocalTransport([...node.enter, 'sh'], undefined, []));
    store = await openSqliteStore({ path: file, clock, newId: () => randomId(16), timeZone: 'UTC', workers: null });
    const stored = await store.inventory.addNode({
      name: 'vpn1',
      description: '',
      source: { kind: 'wireguard', options: { transport: 'local' } },
      pollIntervalMs: 1_000,
      opening: 'baseline',
      usersPolicy: 'none',
      createdAt: new Date(),
    });
    nodeId = stored.id;
  });
  afterAll(async () => {
    await store?.close();
    await lab?.close();
  });

  /** One poll as the product makes it; a failed one is recorded as such. */
  async function poll(): Promise<Poll | SourceFailure> {
    const result = await collector
      .collect(AbortSignal.timeout(10_000))
      .catch((error: unknown) => error as SourceFailure);
    const at = new Date();
    if (result instanceof SourceFailure) {
      const { code, message, hint = null } = result;
      await store.ledger.recordFailedPoll({ nodeId, at, durationMs: 1, code, message, hint });
      return result;
    }
    const { semantics } = collector;
    await store.ledger.recordPoll({
      nodeId,
      semantics,
      opening: 'baseline',
      poll: result,
      at,
      durationMs: 1,
      clockSuspect: false,
    });
    const traffic = result.services[0]?.peers.at(0)?.traffic;
    if (traffic !== undefined) shown = { rx: traffic.rx ?? 0n, tx: traffic.tx ?? 0n };
    baseline ??= shown;
    return result;
  }

  /** The life that runs is about to end: what was shown of it stays, what flowed since its last poll is unseen. */
  async function endLife(): Promise<Counters> {
    const last = (await tunnel.server.transfer()).get(tunnel.client.keys.publicKey) ?? ZERO;
    const unseen = { rx: last.rx - shown.rx, tx: last.tx - shown.tx };
    endedLives = { rx: endedLives.rx + shown.rx, tx: endedLives.tx + shown.tx };
    shown = ZERO;
    return unseen;
  }

  async function booked(): Promise<Counters> {
    const totals = await store.history.peerTotals({ kind: 'all' });
    return totals.reduce<Counters>(
      (sum, { traffic }) => ({ rx: sum.rx + (traffic.rx ?? 0n), tx: sum.tx + (traffic.tx ?? 0n) }),
      ZERO,
    );
  }

  /** Everything that polls showed of all lives, less what stood there before we watched. */
  function visible(): Counters {
    const start = baseline ?? ZERO;
    return { rx: endedLives.rx + shown.rx - start.rx, tx: endedLives.tx + shown.tx - start.tx };
  }

  function ask<Row>(sql: string): Row[] {
    const db = new Sqlite(file, { readonly: true });
    try {
      return db.prepare(sql).all() as Row[];
    } finally {
      db.close();
    }
  }

  const flagsBooked = () => ask<{ flags: number }>('SELECT DISTINCT flags FROM record').map((row) => row.flags);
  const losses = () => ask<{ flags: number }>('SELECT flags FROM loss').length;

  /** Grows with every interval that is named as one in which bytes may be missing. */
  function named(): number {
    const [row] = ask<{ bytes: number }>(
      `SELECT ifnull(sum(rx + tx), 0) AS bytes FROM record WHERE flags & ${FLAG.possibleLoss}`,
    );
    return losses() + (row?.bytes ?? 0);
  }

  test('what the counters showed before we watched is not counted', async () => {
    await tunnel.upload(100_000);
    await tunnel.settle();
    await poll();
    expect(shown.rx).toBeGreaterThan(100_000n);
    expect(await booked()).toEqual(ZERO);
  });

  test('what flows between two polls is booked to the byte', async () => {
    await tunnel.upload(1_000_000);
    await tunnel.download(400_000);
    await tunnel.settle();
    await poll();
    const sum = await booked();
    expect(sum).toEqual(visible());
    expect(sum.rx).toBeGreaterThan(1_000_000n);
    expect(sum.tx).toBeGreaterThan(400_000n);
    await poll();
    expect(await booked()).toEqual(visible());
    expect(losses()).toBe(0);
    expect(flagsBooked().every((flags) => (flags & FLAG.possibleLoss) === 0)).toBe(true);
  });

  test('a peer removed with bytes unseen: a loss interval; back again it counts from 0', async () => {
    await tunnel.upload(50_000);
    await tunnel.settle();
    const unseen = await endLife();
    expect(unseen.rx).toBeGreaterThan(50_000n);
    await tunnel.server.removePeer(tunnel.client.keys.publicKey);
    await poll();
    shown = ZERO;
    expect(await booked()).toEqual(visible());
    expect(losses()).toBe(1);
    await tunnel.reconnect();
    await tunnel.upload(70_000);
    await tunnel.settle();
    await poll();
    expect(shown.rx).toBeGreaterThan(70_000n);
    expect(await booked()).toEqual(visible());
  });

  test('a peer removed and added again between two polls: the new value counts, flagged', async () => {
    await tunnel.upload(60_000);
    await tunnel.settle();
    await endLife();
    await tunnel.server.removePeer(tunnel.client.keys.publicKey);
    await tunnel.reconnect();
    await tunnel.upload(10_000);
    await tunnel.settle();
    await poll();
    expect(await booked()).toEqual(visible());
    expect(flagsBooked()).toContain(FLAG.possibleLoss | FLAG.resetByOther);
  });

  test('a daemon killed and started again between two polls, its counter already past the old value', async () => {
    await endLife();
    const before = await booked();
    await tunnel.server.kill();
    await tunnel.server.start();
    await tunnel.reconnect();
    await tunnel.upload(5_000_000);
    await tunnel.settle();
    await poll();
    expect(await booked()).toEqual(visible());
    expect((await booked()).rx - before.rx).toBe(shown.rx);
    expect(flagsBooked()).toContain(FLAG.possibleLoss);
  });

  test('a node that cannot be read leaves a gap, and its bytes are booked when it is back', async () => {
    await node.run('sh', ['-c', 'mv /run/wireguard/wg0.sock /run/wireguard/away']);
    expect(await poll()).toBeInstanceOf(SourceFailure);
    expect(ask<{ reason: string }>('SELECT reason FROM gap WHERE to_at IS NULL').map((row) => row.reason)).toEqual([
      'failed',
    ]);
    await node.run('sh', ['-c', 'mv /run/wireguard/away /run/wireguard/wg0.sock']);
    const before = await booked();
    await tunnel.download(250_000);
    await tunnel.settle();
    await poll();
    expect((await booked()).tx - before.tx).toBeGreaterThan(250_000n);
    expect(await booked()).toEqual(visible());
    expect(ask('SELECT 1 FROM gap WHERE to_at IS NULL')).toEqual([]);
  });

  /** Ends the life that runs in one of the ways there are, and begins another. */
  async function breakLife(random: (below: number) => number): Promise<void> {
    const namedBefore = named();
    // A peer added again whose counter is past the old value in the same start cannot be told from one that stayed.
    const isTellable = shown.rx > 10_000n;
    const unseen = await endLife();
    const isRestart = random(2) === 0;
    if (isRestart) {
      await tunnel.server.kill();
      await tunnel.server.start();
    } else await tunnel.server.removePeer(tunnel.client.keys.publicKey);
    if (random(2) === 0 || (!isRestart && !isTellable)) await poll();
    shown = ZERO;
    await tunnel.reconnect();
    await poll();
    if (unseen.rx > 0n || unseen.tx > 0n) expect(named()).toBeGreaterThan(namedBefore);
  }

  test('any order of traffic, polls, removals and restarts: booked is what the polls showed', async () => {
    let seed = 20_261_121;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (seed >>> 8) % below;
    };
    for (let step = 0; step < 24; step++) {
      const choice = random(8);
      if (choice < 2) await tunnel.upload(1 + random(200_000));
      else if (choice < 4) await tunnel.download(1 + random(200_000));
      else if (choice === 6) await breakLife(random);
      else await poll();
      expect(await booked()).toEqual(visible());
    }
  });
});
