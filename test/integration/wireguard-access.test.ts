import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AccessControl } from '../../src/app/access/control.ts';
import { Changes } from '../../src/app/changes.ts';
import type { EnforcerTarget } from '../../src/core/access/enforcer.ts';
import type { Node } from '../../src/core/inventory/node.ts';
import type { Poll } from '../../src/core/metering/collector.ts';
import type { UserId } from '../../src/core/units/ids.ts';
import { WireguardCollector } from '../../src/integrations/wireguard/collector.ts';
import { WIREGUARD_ABILITIES, WireguardEnforcer } from '../../src/integrations/wireguard/enforcer.ts';
import { wireguard } from '../../src/integrations/wireguard/integration.ts';
import { LocalTransport } from '../../src/integrations/wireguard/local-transport.ts';
import { NODE_SCRIPT } from '../../src/integrations/wireguard/node-script.ts';
import { randomId } from '../../src/lib/random-id.ts';
import { openSqliteStore, type SqliteStore } from '../../src/storage/sqlite/sqlite-store.ts';
import { newNode, newUser } from '../contract/store-fixture.ts';
import { isInstalled, Lab, type LabHost, missingForLab, tryRun } from '../support/lab.ts';
import { Sshd, sshKey } from '../support/sshd.ts';
import { newKeys, Tunnel } from '../support/wireguard-lab.ts';

const missing = missingForLab(['wg', 'wireguard-go', 'sshd', 'ssh', 'ssh-keygen', 'nc', 'ping', 'ss']);
const isPossible = missing === null || missing.startsWith('not installed');
const clock = { now: () => new Date(), monotonicMs: () => performance.now() };
const soon = () => AbortSignal.timeout(15_000);
const SILENT = { info() {}, warn() {}, error() {} };

describe.runIf(isPossible)('access on a real WireGuard node', () => {
  let lab: Lab;
  let node: LabHost;
  let tunnel: Tunnel;
  let other: string;
  let client: string;
  const targetOf = (key: string): EnforcerTarget => ({
    identity: tunnel.server.keys.publicKey,
    service: 'wg0',
    kind: 'wireguard',
    key,
  });
  /** Everything that is set of every peer, with its preshared key; nothing of what moves by itself. */
  const settings = async () => {
    const dump = await node.run('wg', ['show', 'wg0', 'dump']);
    return dump
      .split('\n')
      .sort()
      .map((line) =>
        line
          .split('\t')
          .filter((_, n) => n < 4 || n > 6)
          .join('\t'),
      );
  };
  const allowedIps = async (key: string) =>
    (await node.run('wg', ['show', 'wg0', 'allowed-ips']))
      .split('\n')
      .find((line) => line.startsWith(key))
      ?.split('\t')[1];
  const getsThrough = async () => {
    const [enter = '', ...words] = tunnel.client.host.enter;
    return (await tryRun(enter, [...words, 'ping', '-c', '2', '-i', '0.2', '-W', '1', '10.66.1.1'])).code === 0;
  };

  beforeAll(async () => {
    if (missing !== null) throw new Error(missing);
    lab = new Lab();
    node = await lab.host();
    tunnel = await Tunnel.open(lab, node, 'wg0', 1);
    client = tunnel.client.keys.publicKey;
    other = newKeys().publicKey;
    await tunnel.server.addPeer(other, { allowedIps: '10.66.1.77/32,fd66::77/128' });
  });
  afterAll(async () => {
    await lab?.close();
  });

  describe('from the state of a user to the node and back', () => {
    let store: SqliteStore;
    let stored: Node;
    let access: AccessControl;
    let userId: UserId;
    let collector: WireguardCollector;

    beforeAll(async () => {
      collector = new WireguardCollector(new LocalTransport([...node.enter, 'sh'], undefined, []));
      const path = join(lab.folder, 'ledger.db');
      store = await openSqliteStore({ path, clock, newId: () => randomId(16), timeZone: 'UTC', workers: null });
      stored = await store.inventory.addNode(newNode('vpn1'));
      access = new AccessControl({
        ...{ store: store.access, inventory: store.inventory, settings: store.settings, audit: store.audit },
        history: store.history,
        abilitiesOf: () => WIREGUARD_ABILITIES,
        createEnforcer: () => new WireguardEnforcer(new LocalTransport([...node.enter, 'sh'], undefined, [])),
        pollNow: async () => {},
        trackingState: async () => store.trackingState(),
        wallTime: { read: () => ({ at: new Date(), suspect: false }) },
        changes: new Changes(),
        log: SILENT,
      });
      await pollAndPass();
      userId = (await store.inventory.addUser(newUser('alice'))).id;
      const peer = await store.inventory.findPeer(client);
      if (peer === null) throw new Error('the peer was not found');
      const from = new Date();
      await store.inventory.assignPeers([{ peerId: peer.id, userId, from, countInCycle: false }]);
    });
    afterAll(async () => {
      await access?.close();
      await store?.close();
    });

    /** As the product does: a pass after every poll. */
    async function pollAndPass(): Promise<Poll> {
      const poll = await collector.collect(soon());
      const { semantics } = collector;
      const rest = { opening: 'baseline', at: new Date(), durationMs: 1, clockSuspect: false } as const;
      await store.ledger.recordPoll({ nodeId: stored.id, semantics, poll, ...rest });
      await access.afterPoll(stored, poll);
      return poll;
    }
    const used = async () => (await store.history.userTotals([userId])).get(userId)?.total ?? 0n;
    const counter = async () => (await tunnel.server.transfer()).get(client) ?? { rx: 0n, tx: 0n };

    test('read-only, the default, touches nothing', async () => {
      const before = await settings();
      await store.inventory.updateUser(userId, { active: false });
      await pollAndPass();
      expect(await settings()).toEqual(before);
      expect(await access.node(stored.id)).toMatchObject({ mode: 'read-only', waiting: 1, suspended: 0 });
      const preview = await access.preview(stored.id);
      expect(preview.suspend.map(({ key }) => key)).toEqual([client]);
      expect(await settings()).toEqual(before);
      expect(await getsThrough()).toBe(true);
      await store.inventory.updateUser(userId, { active: true });
    });

    test('traffic stops with the next poll, both ways; what is dropped is nobody’s; all is back as it was', async () => {
      await tunnel.upload(300_000);
      await tunnel.download(100_000);
      await access.setMode(stored.id, 'enforce', false);
      const before = await settings();
      await pollAndPass();
      await store.inventory.updateUser(userId, { active: false });
      await pollAndPass();
      expect(await allowedIps(client)).toBe('(none)');
      expect(await allowedIps(other)).toBe('10.66.1.77/32 fd66::77/128');
      expect(await getsThrough()).toBe(false);
      await tunnel.settle();
      await pollAndPass();
      const atRest = await used();
      const dark = await counter();
      // A client that sends on blindly: its packets are decrypted, counted and dropped.
      await tunnel.client.host.run('sh', ['-c', 'head -c 200000 /dev/zero | timeout 3 nc -u -w 1 10.66.1.1 9 || true']);
      await tunnel.settle();
      expect((await counter()).rx - dark.rx).toBeGreaterThan(100_000n);
      await pollAndPass();
      expect(await used()).toBe(atRest);
      const [target] = (await access.list({ limit: 10, cursor: null })).items;
      expect(target?.mark?.dropped).toBeGreaterThan(100_000n);
      expect((await store.inventory.findPeer(client))?.allowedIps).toEqual(['10.66.1.2/32']);

      await store.inventory.updateUser(userId, { active: true });
      await pollAndPass();
      expect(await settings()).toEqual(before);
      expect(await getsThrough()).toBe(true);
      const grown = await counter();
      expect(grown.rx).toBeGreaterThan(dark.rx);
      await tunnel.download(50_000);
      await tunnel.settle();
      await pollAndPass();
      expect((await used()) - atRest).toBeGreaterThan(50_000n);
      expect((await access.list({ limit: 10, cursor: null })).items).toEqual([]);
    });

    test('somebody gives it back by hand: cut again with the next poll', async () => {
      await store.inventory.updateUser(userId, { active: false });
      await pollAndPass();
      await node.run('wg', ['set', 'wg0', 'peer', client, 'allowed-ips', '10.66.1.2/32']);
      await pollAndPass();
      expect(await allowedIps(client)).toBe('(none)');
    });

    test('its address was given to another peer meanwhile: that one keeps it, and the reason is told', async () => {
      await node.run('wg', ['set', 'wg0', 'peer', other, 'allowed-ips', '10.66.1.2/32']);
      await store.inventory.updateUser(userId, { active: true });
      await pollAndPass();
      expect(await allowedIps(other)).toBe('10.66.1.2/32');
      expect(await allowedIps(client)).toBe('(none)');
      const [target] = (await access.list({ failing: true, limit: 10, cursor: null })).items;
      expect(target?.mark?.problem?.code).toBe('address-taken');
      await node.run('wg', ['set', 'wg0', 'peer', other, 'allowed-ips', '10.66.1.77/32']);
    });

    test('giving a node up gives everything back first', async () => {
      await access.setMode(stored.id, 'read-only', true);
      expect(await allowedIps(client)).toBe('10.66.1.2/32');
      expect(await access.node(stored.id)).toMatchObject({ mode: 'read-only', suspended: 0 });
    });

    test('the audit log tells what Xpert did by itself', async () => {
      const { items } = await store.audit.read(50, null);
      const actions = items.map(({ action, via }) => `${via} ${action}`);
      expect(actions).toContain('system access.suspended');
      expect(actions).toContain('system access.restored');
    });
  });

  describe('the script on the node', () => {
    const enforcer = () => new WireguardEnforcer(new LocalTransport([...node.enter, 'sh'], undefined, []));

    test('a peer that is gone is not made anew; one that was changed meanwhile is left', async () => {
      const before = await settings();
      const gone = { target: targetOf(newKeys().publicKey), kept: '10.66.1.50/32' };
      const changed = { target: targetOf(client), kept: '10.66.1.9/32' };
      expect(await enforcer().suspend([gone, changed], soon())).toEqual(['absent', 'changed']);
      expect(await enforcer().restore([gone, changed], soon())).toEqual(['absent', 'changed']);
      expect(await enforcer().look([gone.target, changed.target], soon())).toEqual([
        { state: 'absent' },
        { state: 'active', kept: '10.66.1.2/32' },
      ]);
      expect(await settings()).toEqual(before);
    });

    test('another interface under the same name is not touched', async () => {
      const stranger = { target: { ...targetOf(client), identity: newKeys().publicKey }, kept: '10.66.1.2/32' };
      expect(await enforcer().suspend([stranger], soon())).toEqual(['absent']);
      expect(await allowedIps(client)).toBe('10.66.1.2/32');
    });

    test('two hundred and fifty peers go and come back, each as it was', async () => {
      const keys = Array.from({ length: 250 }, () => newKeys().publicKey);
      const words = keys.flatMap((key, n) => [
        'peer',
        key,
        'allowed-ips',
        `10.77.${n >> 8}.${n & 255}/32,fd77::${n}/128`,
      ]);
      await node.run('wg', ['set', 'wg0', ...words]);
      const before = await settings();
      const seen = await enforcer().look(keys.map(targetOf), soon());
      const changes = keys.map((key, n) => ({ target: targetOf(key), kept: (seen[n] as { kept: string }).kept }));
      expect(new Set(await enforcer().suspend(changes, soon()))).toEqual(new Set(['done']));
      expect(await enforcer().look(keys.map(targetOf), soon())).toEqual(keys.map(() => ({ state: 'suspended' })));
      expect(new Set(await enforcer().restore(changes, soon()))).toEqual(new Set(['done']));
      expect(await settings()).toEqual(before);
      await node.run('wg', ['set', 'wg0', ...keys.flatMap((key) => ['peer', key, 'remove'])]);
    });

    for (const shell of ['dash', 'bash', 'busybox sh']) {
      const [file = '', ...args] = shell.split(' ');
      test.runIf(isInstalled(file))(`takes nothing but what it knows, in ${shell}`, async () => {
        const before = await settings();
        const key = client;
        const identity = tunnel.server.keys.publicKey;
        const hostile = [
          ['look', '.', 'wg0;id', identity],
          ['look', '.', '-h', identity],
          ['look', '../x', 'wg0', identity],
          ['look', '-x', 'wg0', identity],
          ['look', '.', 'wg0', '$(id)'],
          ['set', '.', 'wg0', identity, 'remove', key, '10.66.1.2/32'],
          ['set', '.', 'wg0', identity, 'off', key],
          ['set', '.', 'wg0', identity, 'on', key, '10.0.0.1/32;reboot'],
          ['set', '.', 'wg0', identity, 'on', `${key} remove`, '10.0.0.1/32'],
          ['private-key', '.', 'wg0', identity],
          ['set', '.', 'wg0', identity],
        ];
        const [enter = '', ...words] = node.enter;
        for (const order of hostile) {
          const { code, stderr } = await tryRun(
            enter,
            [...words, file, ...args, '-s', 'xpert-node', 'access', ...order],
            NODE_SCRIPT,
          );
          expect([order, code, stderr]).toEqual([order, 64, expect.stringMatching(/^xpert-node: /)]);
        }
        const look = ['-s', 'xpert-node', 'access', 'look', '.', 'wg0', identity];
        expect(await node.run(file, [...args, ...look], NODE_SCRIPT)).toMatch(
          /^@xpert-access\t1\n(@peer\t.*\n)+@end\tdone\t\n$/,
        );
        expect(await settings()).toEqual(before);
      });
    }
  });

  describe('over ssh', () => {
    let address: string;
    let sshd: Sshd;
    let identity: string;
    let runDirectory: string;
    const options = () => ({ transport: 'ssh', ssh: `root@${address}`, identityFile: identity, hostKey: sshd.hostKey });
    const withEnforcer = async <T>(use: (enforcer: WireguardEnforcer) => Promise<T>): Promise<T> => {
      const parsed = wireguard.parseOptions(options());
      const enforcer = wireguard.access?.createEnforcer(parsed, { clock, runDirectory }) as WireguardEnforcer;
      return await use(enforcer).finally(() => enforcer.close());
    };
    const change = () => ({ target: targetOf(client), kept: '10.66.1.2/32' });

    beforeAll(async () => {
      address = await lab.linkToHere(node, 'up0');
      runDirectory = join(lab.folder, 'r');
      mkdirSync(runDirectory, { mode: 0o700 });
      identity = sshKey(lab.folder, 'collector');
      sshd = await new Sshd(lab, node, address).start(readFileSync(`${identity}.pub`, 'utf8'));
      await node.run('sh', ['-c', 'mount -t tmpfs tmpfs /usr/local/bin && mount -t tmpfs tmpfs /root']);
    });

    test('a key that may do anything: the script comes along', async () => {
      expect(await withEnforcer((enforcer) => enforcer.suspend([change()], soon()))).toEqual(['done']);
      expect(await allowedIps(client)).toBe('(none)');
      expect(await withEnforcer((enforcer) => enforcer.restore([change()], soon()))).toEqual(['done']);
      expect(await allowedIps(client)).toBe('10.66.1.2/32');
    });

    test('a key that may read changes nothing, and what to do is told', async () => {
      const setup = await wireguard.setup(wireguard.parseOptions(options()));
      await node.run('sh', ['-e'], setup?.commands.join('\n'));
      sshd.authorize(setup?.authorizedKeys ?? '');
      await expect(withEnforcer((enforcer) => enforcer.suspend([change()], soon()))).rejects.toMatchObject({
        code: 'access-not-allowed',
        hint: expect.stringContaining('--access'),
      });
      expect(await allowedIps(client)).toBe('10.66.1.2/32');
    });

    test('the setup with access takes the place of the one without, and serves reading and access alone', async () => {
      const setup = await wireguard.setup(wireguard.parseOptions(options()), true);
      expect(setup?.authorizedKeys).toMatch(
        /^restrict,command="\/usr\/local\/bin\/xpert-node read\+access" ssh-ed25519 \S+ xpert$/,
      );
      await node.run('sh', ['-e'], setup?.commands.join('\n'));
      expect((await node.run('cat', ['/root/.ssh/authorized_keys'])).trim()).toBe(setup?.authorizedKeys);
      sshd.authorize(setup?.authorizedKeys ?? '');
      const collector = wireguard.createCollector(wireguard.parseOptions(options()), { clock, runDirectory });
      expect((await collector.collect(soon())).complete).toBe(true);
      await collector.close();
      expect(await withEnforcer((enforcer) => enforcer.suspend([change()], soon()))).toEqual(['done']);
      expect(await getsThrough()).toBe(false);
      expect(await withEnforcer((enforcer) => enforcer.restore([change()], soon()))).toEqual(['done']);
      const before = await settings();
      const server = tunnel.server.keys.publicKey;
      for (const command of [
        'id',
        'sh -s xpert-node write /tmp/x',
        `sh -s xpert-node access set . wg0 ${server} off ${client} 10.66.1.2/32;id`,
        `sh -s xpert-node access set other wg0 ${server} off ${client} 10.66.1.2/32`,
        `sh -s xpert-node access set . wg0 ${server} remove ${client} 10.66.1.2/32`,
        'sh -s xpert-node access look . * *',
      ]) {
        const { code, stdout } = await tryRun('ssh', [...sshWords(), command]);
        expect([command, code === 126 || code === 64, stdout]).toEqual([command, true, '']);
      }
      expect(await settings()).toEqual(before);
    });

    test('a node that is away throws, and nothing is known to be done', async () => {
      await sshd.stop();
      await expect(withEnforcer((enforcer) => enforcer.look([targetOf(client)], soon()))).rejects.toMatchObject({
        code: expect.stringMatching(/^ssh-/),
      });
    });

    function sshWords(): string[] {
      return [
        '-F',
        'none',
        '-i',
        identity,
        '-o',
        'BatchMode=yes',
        '-o',
        'StrictHostKeyChecking=no',
        '-o',
        'UserKnownHostsFile=/dev/null',
        '-o',
        'LogLevel=ERROR',
        `root@${address}`,
      ];
    }
  });
});
