import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { compose, type Parts } from '../../src/app/compose.ts';
import { type Config, readConfig } from '../../src/app/config.ts';
import { type DataFolder, holdDataFolder } from '../../src/app/data-folder.ts';
import { nodeOutput, SimulatedFleet } from '../../src/app/demo/fleet.ts';
import { ManualTime } from '../../src/app/testing.ts';
import type { NodeView } from '../../src/core/inventory/node-operations.ts';
import { temporaryFolder } from '../support/server.ts';

const START = Date.parse('2026-11-20T12:00:00Z');
const silent = { info: () => {}, warn: () => {}, error: () => {} };

/** The product over simulated hosts whose output the real collector reads, with time in the test's hand. */
describe('a fleet', () => {
  let temporary: ReturnType<typeof temporaryFolder>;
  let outputs: string;
  let config: Config;
  let folder: DataFolder;
  let time: ManualTime;
  let fleet: SimulatedFleet;
  let parts: Parts;

  beforeEach(async () => {
    temporary = temporaryFolder('fleet');
    outputs = join(temporary.path, 'outputs');
    mkdirSync(outputs);
    config = readConfig({ XPERT_DATA_DIR: join(temporary.path, 'data'), XPERT_TIME_ZONE: 'UTC' }, temporary.path);
    time = new ManualTime(new Date(START));
    fleet = new SimulatedFleet(START);
    await open();
    await parts.identity.addAdmin({ name: 'owner', role: 'owner', passwordHash: 'x', createdAt: time.now() });
  });

  afterEach(async () => {
    await close();
    temporary.remove();
  });

  async function open() {
    folder = holdDataFolder(config.dataDir, 'server');
    parts = await compose({ config, folder, log: silent, listening: () => null, clock: time, timers: time });
  }

  async function close() {
    await parts.close();
    folder.release();
  }

  const path = (host: string) => join(outputs, `${host}.txt`);

  function write(...hosts: readonly string[]) {
    for (const host of fleet.hosts)
      if (hosts.includes(host.name)) writeFileSync(path(host.name), nodeOutput(host, fleet.nowMs));
  }

  /** Time passes, bytes flow, the named hosts write what they count. */
  async function pass(seconds: number, ...hosts: readonly string[]) {
    await time.advance(seconds * 1000);
    fleet.advance(time.now().getTime());
    write(...hosts);
  }

  async function add(host: string, usersPolicy: 'none' | 'per-peer' | 'from-comments' = 'none'): Promise<NodeView> {
    return await parts.ports.nodes.add({
      name: host,
      description: '',
      source: { kind: 'wireguard', options: { transport: 'file', path: path(host), maxAgeSeconds: 5 } },
      pollIntervalMs: 10_000,
      opening: 'baseline',
      usersPolicy,
    });
  }

  const view = async (name: string) => (await parts.ports.nodes.views()).find(({ node }) => node.name === name);
  const total = async () =>
    (await parts.ports.history.peerTotals({ kind: 'all' })).reduce((sum, { traffic }) => sum + traffic.total, 0n);
  const carried = (host: string) =>
    fleet.hosts.find(({ name }) => name === host)?.peers.reduce((sum, { rx, tx }) => sum + BigInt(rx + tx), 0n) ?? 0n;

  test('what the hosts carried is counted to the byte, also over a silence and a restart of Xpert', async () => {
    write('fra-1');
    const added = await add('fra-1');
    expect(added).toMatchObject({ state: 'up', reason: null, peers: { total: 23 } });
    for (let round = 0; round < 3; round += 1) {
      await pass(10, 'fra-1');
      await parts.ports.nodes.poll(added.node.id);
    }
    expect(await total()).toBe(carried('fra-1'));
    expect((await view('fra-1'))?.rate?.txBitsPerSecond).toBeGreaterThan(0);

    await pass(60);
    await expect(parts.ports.nodes.poll(added.node.id)).rejects.toMatchObject({ code: 'file-stale' });
    expect(await view('fra-1')).toMatchObject({ state: 'down', rate: null, openGap: { reason: expect.any(String) } });
    await close();
    await pass(60, 'fra-1');
    await open();
    expect((await view('fra-1'))?.state).toBe('down');
    await parts.ports.nodes.poll(added.node.id);
    expect(await view('fra-1')).toMatchObject({ state: 'up', openGap: null });
    expect(await total()).toBe(carried('fra-1'));
  });

  test('one failing node delays and hides no other; polling goes by itself', async () => {
    write('fra-1', 'ams-2');
    await add('fra-1');
    await add('ams-2');
    rmSync(path('ams-2'));
    parts.begin();
    // However long a reading takes on a busy machine: the other node does not keep this one from the next.
    await vi.waitFor(
      async () => {
        await pass(10, 'fra-1');
        expect((await view('fra-1'))?.polls.complete).toBeGreaterThanOrEqual(3);
        expect(await view('ams-2')).toMatchObject({ state: 'error', reason: { code: 'file-missing' } });
        // A reading may have come before the file of this moment, which the next one finds.
        expect((await view('fra-1'))?.state).toBe('up');
        const notices = await parts.ports.nodes.notices();
        expect(notices).toMatchObject([{ code: 'file-missing', severity: 'error', nodeName: 'ams-2' }]);
      },
      { timeout: 20_000 },
    );
  });

  test('the same source cannot be counted twice; the refusal names the first', async () => {
    write('fra-1');
    await add('fra-1');
    writeFileSync(path('ams-2'), nodeOutput(fleet.hosts[0] as (typeof fleet.hosts)[0], fleet.nowMs));
    await expect(add('ams-2')).rejects.toThrow('fra-1');
    expect((await parts.ports.nodes.views()).map(({ node }) => node.name)).toEqual(['fra-1']);
  });

  test('from-comments: devices of one name belong to one user, over all nodes', async () => {
    write('fra-1', 'ams-2');
    await add('fra-1', 'from-comments');
    await add('ams-2', 'from-comments');
    const { users, assignedPeers, peers } = await parts.ports.inventory.counts();
    expect(assignedPeers).toBe(peers);
    const names = new Set(fleet.hosts.slice(0, 2).flatMap((host) => host.peers.map((peer) => peer.name)));
    expect(users).toBe(names.size);
  });

  test('per-peer: a user for each, and a preview changes nothing', async () => {
    write('fra-1');
    const { node } = await add('fra-1');
    const request = { nodeId: node.id, policy: 'per-peer' as const };
    const preview = await parts.ports.nodes.assignAutomatically({ ...request, preview: true });
    expect(preview).toMatchObject({ assigned: 0 });
    expect(preview.users).toHaveLength(23);
    expect((await parts.ports.inventory.counts()).users).toBe(0);
    expect(await parts.ports.nodes.assignAutomatically({ ...request, preview: false })).toMatchObject({ assigned: 23 });
    expect(await parts.ports.inventory.counts()).toMatchObject({ users: 23, assignedPeers: 23 });
  });

  test("the bot's users get their peers as soon as a node shows them", async () => {
    const host = fleet.hosts.find(({ name }) => name === 'hel-1');
    const key = host?.peers[0]?.publicKey ?? '';
    const users = join(temporary.path, 'users.json');
    const peers = join(temporary.path, 'peers.json');
    writeFileSync(users, JSON.stringify({ '7': { telegram_id: 7, username: 'vasya' } }));
    writeFileSync(peers, JSON.stringify({ '7:hel-1': { public_key: key } }));
    const files = { users, peers, env: null, db: null };
    const first = await parts.ports.operations.importVpnService(files);
    expect(first).toMatchObject({ nodes: 0, users: 1, peers: 1 });
    expect(first.skipped[0]?.reason).toContain('xpert node add hel-1');
    write('hel-1');
    await add('hel-1');
    const user = await parts.ports.inventory.findUser('vasya');
    expect(await parts.ports.inventory.findPeer(key)).toMatchObject({ userId: user?.id });
    const nothing = { nodes: 0, users: 0, peers: 0, skipped: [] };
    expect(await parts.ports.operations.importVpnService(files)).toEqual(nothing);
    const texts = { users: JSON.stringify({ '8': { telegram_id: 8, username: 'petya' } }), peers: '', env: '' };
    expect(await parts.ports.operations.importVpnServiceTexts(texts)).toEqual({ ...nothing, users: 1 });
    expect(await parts.ports.operations.importVpnServiceTexts(texts)).toEqual(nothing);
  });

  test('reading the bot again takes over what changed there, and nothing that was done by hand here', async () => {
    const { operations, inventory } = parts.ports;
    const bot = (active: boolean, role = 'user') => {
      const users = JSON.stringify({ '7': { telegram_id: 7, username: 'vasya', active, role } });
      return operations.importVpnServiceTexts({ users, peers: '', env: '' });
    };
    const vasya = async () => {
      const user = await inventory.findUser('vasya');
      if (user === null) throw new Error('vasya is not there');
      return user;
    };
    await bot(true, 'owner');
    await inventory.updateUser((await vasya()).id, { active: false });
    await bot(true, 'owner');
    expect(await vasya()).toMatchObject({ active: false });
    // Switched off there and on again: that is news.
    await bot(false);
    await bot(true);
    expect(await vasya()).toMatchObject({ active: true });
    await bot(false);
    expect(await vasya()).toMatchObject({ active: false });
    await inventory.updateUser((await vasya()).id, { active: true });
    await bot(false);
    expect(await vasya()).toMatchObject({ active: true, role: 'user' });
    // A file of peers alone says nothing of the people behind them.
    await bot(true, 'owner');
    await inventory.updateUser((await vasya()).id, { active: false });
    const peers = JSON.stringify({ '7': { public_key: `${'A'.repeat(43)}=`, wg_ip: '10.0.0.2/32' } });
    await operations.importVpnServiceTexts({ users: '', peers, env: '' });
    expect(await vasya()).toMatchObject({ active: false, role: 'owner' });
  });

  test('tracking off counts nothing, on again begins with a new baseline', async () => {
    write('fra-1');
    const { node } = await add('fra-1');
    await pass(10, 'fra-1');
    await parts.ports.nodes.poll(node.id);
    const counted = await total();
    await parts.ports.operations.setTracking(false, null);
    await pass(10, 'fra-1');
    await parts.ports.nodes.poll(node.id);
    expect((await view('fra-1'))?.state).toBe('up');
    await close();
    await open();
    expect((await parts.ports.operations.settings()).tracking.enabled).toBe(false);
    await parts.ports.operations.setTracking(true, null);
    await pass(10, 'fra-1');
    await parts.ports.nodes.poll(node.id);
    expect(await total()).toBe(counted);
    await pass(10, 'fra-1');
    await parts.ports.nodes.poll(node.id);
    expect(await total()).toBeGreaterThan(counted);
  });

  test('the environment holds tracking off, and the switch says so', async () => {
    await close();
    config = { ...config, trackingEnabled: false, fromEnvironment: ['XPERT_TRAFFIC_TRACKING_ENABLED'] };
    await open();
    const settings = await parts.ports.operations.settings();
    expect(settings.tracking.enabled).toBe(false);
    expect(settings.fixedByEnvironment).toEqual(['XPERT_TRAFFIC_TRACKING_ENABLED']);
    await expect(parts.ports.operations.setTracking(true, null)).rejects.toThrow('XPERT_TRAFFIC_TRACKING_ENABLED');
  });

  test('a time zone given later holds from the next midnight', async () => {
    await close();
    config = { ...config, timeZone: 'Asia/Tehran' };
    await open();
    expect((await parts.ports.operations.settings()).timeZone).toBe('UTC');
    await time.advance(86_400_000);
    expect((await parts.ports.operations.settings()).timeZone).toBe('Asia/Tehran');
    await close();
    config = { ...config, timeZone: null };
    await open();
    expect((await parts.ports.operations.settings()).timeZone).toBe('Asia/Tehran');
  });
});
