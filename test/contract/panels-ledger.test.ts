import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Collector } from '../../src/core/metering/collector.ts';
import type { NodeId } from '../../src/core/units/ids.ts';
import { ManualClock } from '../../src/core/units/testing.ts';
import { MarzbanClient } from '../../src/integrations/marzban/client.ts';
import { MarzbanCollector } from '../../src/integrations/marzban/collector.ts';
import { OutlineClient } from '../../src/integrations/outline/client.ts';
import { OutlineCollector } from '../../src/integrations/outline/collector.ts';
import { accessOf, parseOutlineOptions } from '../../src/integrations/outline/options.ts';
import { ThreeXuiCollector } from '../../src/integrations/three-x-ui/collector.ts';
import { ThreeXuiSession } from '../../src/integrations/three-x-ui/session.ts';
import { randomId } from '../../src/lib/random-id.ts';
import { openSqliteStore, type SqliteStore } from '../../src/storage/sqlite/sqlite-store.ts';
import { makeCertificate } from '../support/certificate.ts';
import { FakeMarzban } from '../support/fake-marzban.ts';
import { FakeOutline } from '../support/fake-outline.ts';
import { FakeThreeXui } from '../support/fake-three-x-ui.ts';
import { newNode } from './store-fixture.ts';

/** What the collectors read from the panels, as the ledger counts it. */
describe('panels into the ledger', () => {
  const open: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });

  /** Polls every half a minute; answers the bytes that the poll added. */
  async function ledgerFor(collector: Collector) {
    const folder = mkdtempSync(join(tmpdir(), 'xpert-panels-'));
    const clock = new ManualClock();
    const newId = () => randomId(16);
    const path = join(folder, 'ledger.db');
    const store: SqliteStore = await openSqliteStore({ path, clock, newId, timeZone: 'UTC', workers: null });
    open.push(
      () => rmSync(folder, { recursive: true }),
      () => store.close(),
      () => collector.close(),
    );
    const { id } = await store.inventory.addNode(newNode('panel'));
    const poll = async (nodeId: NodeId = id) => {
      clock.advance(30_000);
      const read = await collector.collect(AbortSignal.timeout(10_000));
      const { semantics } = collector;
      const common = { nodeId, semantics, opening: 'baseline', durationMs: 1, clockSuspect: false } as const;
      const { services } = await store.ledger.recordPoll({ ...common, poll: read, at: clock.now() });
      return services.reduce((sum, { counted }) => sum + counted.total, 0n);
    };
    return { poll, store, clock };
  }

  test('3x-ui: what a reset leaves counts whole; who is away for a while only grows', async () => {
    const panel = new FakeThreeXui();
    const url = `http://127.0.0.1:${await panel.start()}${panel.basePath}/`;
    open.push(() => panel.web.close());
    const options = { url, token: panel.token, privateAddress: true };
    const { poll } = await ledgerFor(new ThreeXuiCollector(new ThreeXuiSession(options), new URL(url)));
    const show = (clients: Record<string, [up: bigint, down: bigint]>) => {
      panel.clients = Object.entries(clients).map(([email, [up, down]]) => ({ email, up, down }));
    };
    show({ alice: [5n, 60n], bob: [7n, 80n] });
    expect(await poll()).toBe(0n);
    show({ alice: [6n, 64n], bob: [7n, 80n] });
    expect(await poll()).toBe(5n);
    // Reset by hand, then a little more; one direction is above its old value already.
    show({ alice: [9n, 2n], bob: [7n, 80n] });
    expect(await poll()).toBe(11n);
    show({ alice: [9n, 2n] });
    expect(await poll()).toBe(0n);
    show({ alice: [9n, 2n], bob: [8n, 82n] });
    expect(await poll()).toBe(3n);
  });

  test('Outline: counters begin with the process and with their first byte; its clock may move', async () => {
    const certificate = makeCertificate();
    const server = new FakeOutline(certificate);
    const [management, metrics] = [await server.management.start(), await server.metrics.start()];
    open.push(() => server.close());
    const apiUrl = `https://127.0.0.1:${management}${server.secretPath}`;
    const access = JSON.stringify({ apiUrl, certSha256: certificate.sha256 });
    const metricsUrl = `http://127.0.0.1:${metrics}/metrics`;
    const options = parseOutlineOptions({ access, metricsUrl, privateAddress: true });
    const monotonic = { monotonicMs: () => performance.now() };
    const client = new OutlineClient(options, monotonic);
    const { poll } = await ledgerFor(new OutlineCollector(client, accessOf(options).apiUrl));
    const show = (keys: Record<string, [rx: bigint, tx: bigint] | null>) => {
      server.keys = Object.entries(keys).map(([id, bytes]) => {
        return { id, name: `key ${id}`, bytes: bytes === null ? null : { rx: bytes[0], tx: bytes[1] } };
      });
    };
    show({ 0: [500n, 600n], 1: null });
    expect(await poll()).toBe(0n);
    // The first byte of a key makes its counter.
    show({ 0: [501n, 600n], 1: [1n, 2n] });
    expect(await poll()).toBe(4n);
    // The server's clock is set right by a second: the same process.
    server.startedAt += 1;
    show({ 0: [501n, 602n], 1: [1n, 2n] });
    expect(await poll()).toBe(2n);
    // It restarts, and one key has outgrown its old counter already.
    server.startedAt = Date.now() / 1000 - 5;
    show({ 0: null, 1: [10n, 20n] });
    expect(await poll()).toBe(30n);
    // Half a minute passed for the ledger alone.
    server.startedAt -= 30;
    show({ 0: [7n, 8n], 1: [10n, 20n], 2: [3n, 4n] });
    expect(await poll()).toBe(22n);
  });

  test('Marzban: no failure of any kind counts anything, and nothing is lost by one', async () => {
    const panel = new FakeMarzban();
    const url = `http://127.0.0.1:${await panel.start()}/`;
    open.push(() => panel.web.close());
    const { username, password } = panel;
    const client = new MarzbanClient({ url, username, password, privateAddress: true });
    const { poll } = await ledgerFor(new MarzbanCollector(client, new URL(url)));
    const show = (lifetime: bigint) => {
      panel.users = [{ username: 'alice', lifetime, createdAt: '2026-02-01T00:00:00', onlineAt: null }];
    };
    show(1_000n);
    expect(await poll()).toBe(0n);
    show(1_005n);
    for (const fail of [
      () => (panel.web.cutAt = 0.7),
      () => (panel.web.override = { status: 502, body: '' }),
      () => (panel.web.change = (text: string) => text.replace('1005', '-5')),
      () => (panel.web.isClosing = true),
    ]) {
      fail();
      await expect(poll()).rejects.toThrow();
      panel.web.recover();
    }
    panel.endTokens();
    expect(await poll()).toBe(5n);
  });
});
