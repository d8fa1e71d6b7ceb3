import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { skewOf } from '../../src/core/health/clock-skew.ts';
import type { Poll } from '../../src/core/metering/collector.ts';
import { addCheckSums, type CheckSum, judgeCard, judgeService } from '../../src/core/metering/reconcile.ts';
import type { NodeId } from '../../src/core/units/ids.ts';
import { WireguardCollector } from '../../src/integrations/wireguard/collector.ts';
import { LocalTransport } from '../../src/integrations/wireguard/local-transport.ts';
import { randomId } from '../../src/lib/random-id.ts';
import { openSqliteStore, type SqliteStore } from '../../src/storage/sqlite/sqlite-store.ts';
import { Lab, type LabHost, missingForLab, until } from '../support/lab.ts';
import { Tunnel, WireguardInterface } from '../support/wireguard-lab.ts';

const missing = missingForLab(['wg', 'wireguard-go', 'nc', 'ping', 'ss']);
const isPossible = missing === null || missing.startsWith('not installed');
const clock = { now: () => new Date(), monotonicMs: () => performance.now() };

describe.runIf(isPossible)('peers of a real interface against its own counter and the network card', () => {
  let lab: Lab;
  let node: LabHost;
  let tunnel: Tunnel;
  let store: SqliteStore;
  let collector: WireguardCollector;
  let nodeId: NodeId;

  beforeAll(async () => {
    if (missing !== null) throw new Error(missing);
    lab = new Lab();
    node = await lab.host();
    tunnel = await Tunnel.open(lab, node, 'wg0', 1);
    await node.run('ip', ['route', 'add', 'default', 'dev', 'v1']);
    collector = new WireguardCollector(new LocalTransport([...node.enter, 'sh'], undefined, []));
    const path = join(lab.folder, 'ledger.db');
    store = await openSqliteStore({ path, clock, newId: () => randomId(16), timeZone: 'UTC', workers: null });
    const source = { kind: 'wireguard', options: { transport: 'local' } };
    const settings = { pollIntervalMs: 1_000, opening: 'baseline', usersPolicy: 'none' } as const;
    nodeId = (
      await store.inventory.addNode({ name: 'vpn1', description: '', source, ...settings, createdAt: new Date() })
    ).id;
  });
  afterAll(async () => {
    await store?.close();
    await lab?.close();
  });

  async function poll(): Promise<Poll> {
    await tunnel.settle();
    const read = await collector.collect(AbortSignal.timeout(10_000));
    const { semantics } = collector;
    const how = { opening: 'baseline', durationMs: 1, clockSuspect: false } as const;
    await store.ledger.recordPoll({ nodeId, semantics, poll: read, at: new Date(), ...how });
    return read;
  }

  /** Everything checked so far, whatever the day. */
  async function sums() {
    const rows = await store.reconciliation.days(nodeId, 0, 1_000_000);
    const sumOf = (isCard: boolean) =>
      rows
        .filter(({ serviceId }) => (serviceId === null) === isCard)
        .reduce<CheckSum | null>((sum, row) => (sum === null ? row.sum : addCheckSums(sum, row.sum)), null);
    return { service: sumOf(false), card: sumOf(true) };
  }

  test('the first reading is a baseline; the clock of the same machine agrees', async () => {
    await tunnel.upload(300_000);
    const startedAt = new Date();
    const read = await poll();
    expect(read.host?.name).toBe('v1');
    expect(read.services[0]?.own?.rx ?? 0n).toBeGreaterThan(300_000n);
    expect(skewOf(read.sourceClock ?? new Date(0), startedAt, new Date())).toBe(0);
    expect(await sums()).toEqual({ service: null, card: null });
  });

  test('with traffic both ways the sums agree, within what the headers explain', async () => {
    await tunnel.upload(8_000_000);
    await tunnel.download(3_000_000);
    await poll();
    const { service, card } = await sums();
    if (service === null || card === null) throw new Error('nothing was checked');
    const { own, least, peers } = service;
    expect(own.rx ?? 0n).toBeGreaterThan(8_000_000n);
    expect(own.tx ?? 0n).toBeGreaterThan(3_000_000n);
    expect(peers.rx ?? 0n).toBeGreaterThanOrEqual((own.rx ?? 0n) + (least.rx ?? 0n));
    expect(judgeService(service)).toMatchObject({ status: 'ok', unattributed: { total: 0n }, surplus: { total: 0n } });
    // Headers of WireGuard: some percent, and never nothing.
    expect(Number(peers.total) / Number(own.total)).toBeGreaterThan(1.02);
    expect(Number(peers.total) / Number(own.total)).toBeLessThan(1.09);
    expect(card.own.rx ?? 0n).toBeGreaterThan(peers.rx ?? 0n);
    expect(judgeCard(card).status).toBe('ok');
  });

  test('a restart of the daemon makes no difference: both sides begin at 0', async () => {
    await tunnel.server.kill();
    await tunnel.server.start();
    await tunnel.reconnect();
    await tunnel.upload(2_000_000);
    await poll();
    const { service } = await sums();
    expect(service?.own.rx ?? 0n).toBeGreaterThan(10_000_000n);
    expect(judgeService(service)).toMatchObject({ status: 'ok', unattributed: { total: 0n } });
  });

  test('a sender that comes and goes between two readings is seen, to the byte of its packets', async () => {
    await poll();
    const before = (await sums()).service;
    const away = await lab.host();
    await lab.link(node, 'v9', '192.0.2.81/30', away, 'v0', '192.0.2.82/30');
    const stranger = await new WireguardInterface(away, 'wg0', { address: '10.66.1.77/24' }).start();
    await tunnel.server.addPeer(stranger.keys.publicKey, { allowedIps: '10.66.1.77/32' });
    await stranger.addPeer(tunnel.server.keys.publicKey, { allowedIps: '10.66.1.0/24', endpoint: '192.0.2.81:51821' });
    await until('the stranger is connected', () =>
      away.run('ping', ['-c', '1', '-W', '1', '10.66.1.1']).then(
        () => true,
        () => false,
      ),
    );
    const text = await away.run('ping', ['-f', '-c', '3000', '-s', '1300', '10.66.1.1']);
    const [, received = '0'] = /(\d+) received/.exec(text) ?? [];
    const bytes = BigInt(received) * 1_328n;
    expect(bytes).toBeGreaterThan(3_000_000n);
    await tunnel.server.removePeer(stranger.keys.publicKey);
    await poll();
    const { service } = await sums();
    if (service === null || before === null) throw new Error('nothing was checked');
    const { status, unattributed } = judgeService(service);
    expect(status).toBe('off');
    // What the interface carried for it, with the least header of each packet; padding of the others hides a little.
    expect(unattributed?.rx ?? 0n).toBeGreaterThanOrEqual((bytes * 9n) / 10n);
    expect(unattributed?.tx ?? 0n).toBeGreaterThanOrEqual((bytes * 9n) / 10n);
    expect(service.peers.total - before.peers.total).toBeLessThan(100_000n);
  });
});
