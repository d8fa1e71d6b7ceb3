import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/app/system-clock.ts';
import type { Poll } from '../../src/core/metering/collector.ts';
import { WireguardCollector } from '../../src/integrations/wireguard/collector.ts';
import { FileTransport } from '../../src/integrations/wireguard/file-transport.ts';
import { LocalTransport } from '../../src/integrations/wireguard/local-transport.ts';
import { NODE_SCRIPT } from '../../src/integrations/wireguard/node-script.ts';
import { isInstalled, Lab, type LabHost, missingForLab, tryRun } from '../support/lab.ts';
import { newKeys, Tunnel } from '../support/wireguard-lab.ts';

const missing = missingForLab(['wg', 'wireguard-go', 'nc', 'ping', 'ss']);
// Without root there can be no lab; with root, missing programs are a failure and not a reason to look away.
const isPossible = missing === null || missing.startsWith('not installed');

describe.runIf(isPossible)('a real WireGuard node, read from its own shell', () => {
  let lab: Lab;
  let node: LabHost;
  let tunnel: Tunnel;
  let collector: WireguardCollector;
  const collect = () => collector.collect(AbortSignal.timeout(10_000));
  const only = async () => {
    const [service, ...others] = (await collect()).services;
    expect(others).toEqual([]);
    const [peer] = service?.peers ?? [];
    if (service === undefined || peer === undefined) throw new Error('no peer is shown');
    return { service, peer, rx: peer.traffic.rx ?? -1n, tx: peer.traffic.tx ?? -1n };
  };

  beforeAll(async () => {
    if (missing !== null) throw new Error(missing);
    lab = new Lab();
    node = await lab.host();
    tunnel = await Tunnel.open(lab, node, 'wg0', 1);
    collector = new WireguardCollector(new LocalTransport([...node.enter, 'sh'], undefined, []));
  });
  afterAll(async () => {
    await lab?.close();
  });

  test('the numbers are those of wg, and grow by the bytes that were sent', async () => {
    const before = await only();
    await tunnel.upload(1_000_000);
    await tunnel.download(300_000);
    await tunnel.settle();
    const after = await only();
    const wg = (await tunnel.server.transfer()).get(after.peer.key);
    expect({ rx: after.rx, tx: after.tx }).toEqual(wg);
    expect(after.rx - before.rx).toBeGreaterThan(1_000_000n);
    expect(after.rx - before.rx).toBeLessThan(1_150_000n);
    expect(after.tx - before.tx).toBeGreaterThan(300_000n);
    expect(after.tx - before.tx).toBeLessThan(450_000n);
    expect(after.service).toMatchObject({ identity: tunnel.server.keys.publicKey, name: 'wg0', listenPort: 51821 });
    expect(after.peer.allowedIps).toEqual(['10.66.1.2/32']);
    expect(after.peer.endpoint).toMatch(/^192\.0\.2\.6:\d+$/);
    expect(after.peer.lastHandshakeAt?.getTime()).toBeGreaterThan(Date.now() - 60_000);
  });

  test('a file that the script writes counts as the node itself does, at the time it was written', async () => {
    const file = join(lab.folder, 'counters.txt');
    const [enter = '', ...inside] = node.enter;
    const write = () => tryRun(enter, [...inside, 'sh', '-s', 'write', file], NODE_SCRIPT);
    const fromFile = new WireguardCollector(new FileTransport(file, undefined, undefined, systemClock));
    await tunnel.upload(50_000);
    await tunnel.settle();
    expect((await write()).code).toBe(0);
    const writtenAt = statSync(file).mtimeMs;
    const trafficOf = ({ services: [service] }: Poll) => [...(service?.peers ?? [])].map(({ traffic }) => traffic);
    const poll = await fromFile.collect(AbortSignal.timeout(5_000));
    expect([poll.complete, trafficOf(poll)]).toEqual([true, [(await only()).peer.traffic]]);
    expect(Math.abs((poll.takenAt?.getTime() ?? 0) - writtenAt)).toBeLessThan(2_000);
    expect(statSync(file).mode & 0o777).toBe(0o644);
    const secrets = [tunnel.server.keys.privateKey, tunnel.presharedKey];
    for (const secret of secrets) expect(readFileSync(file, 'utf8')).not.toContain(secret);
    // Replaced in one step, and nothing is left beside it.
    expect(readdirSync(lab.folder).filter((name) => name.startsWith('counters.txt'))).toEqual(['counters.txt']);
    await tunnel.upload(50_000);
    await tunnel.settle();
    expect((await write()).code).toBe(0);
    const later = trafficOf(await fromFile.collect(AbortSignal.timeout(5_000)));
    expect(later).toEqual([(await only()).peer.traffic]);
    expect(later).not.toEqual(trafficOf(poll));
  });

  test('a peer removed is absent from a complete poll; added again it counts from 0 in the same start', async () => {
    const before = await only();
    await tunnel.server.removePeer(before.peer.key);
    const without = await collect();
    expect(without.complete).toBe(true);
    expect(without.services.map((service) => [...service.peers])).toEqual([[]]);
    await tunnel.reconnect();
    await tunnel.upload(10_000);
    await tunnel.settle();
    const again = await only();
    expect(again.rx).toBeLessThan(before.rx);
    expect(again.rx).toBeGreaterThan(10_000n);
    expect(again.service.startEvidence).toBe(before.service.startEvidence);
  });

  test('a daemon that was killed and started again shows another start', async () => {
    const before = await only();
    await tunnel.server.kill();
    await expect(collect()).rejects.toMatchObject({ code: 'no-interface' });
    await tunnel.server.start();
    await tunnel.reconnect();
    await tunnel.upload(2_000_000);
    await tunnel.settle();
    const after = await only();
    expect(after.service.identity).toBe(before.service.identity);
    expect(after.service.startEvidence).not.toBe(before.service.startEvidence);
    // It outgrew the old value: only the evidence tells.
    expect(after.rx).toBeGreaterThan(before.rx);
  });

  test('an interface that is down is named, and its counters still count', async () => {
    await node.run('ip', ['link', 'set', 'wg0', 'down']);
    const poll = await collect();
    expect(poll.complete).toBe(true);
    expect(poll.notices.map((one) => one.code)).toEqual(['interface-down']);
    expect(poll.services).toHaveLength(1);
    await node.run('ip', ['link', 'set', 'wg0', 'up']);
  });

  test('one interface whose daemon hangs makes the poll incomplete and costs the others nothing', async () => {
    const second = await Tunnel.open(lab, node, 'wg1', 2);
    await second.settle();
    const whole = await collect();
    expect(whole.complete).toBe(true);
    expect(whole.services.map((service) => service.name).sort()).toEqual(['wg0', 'wg1']);
    second.server.signal('SIGSTOP');
    const part = await collect();
    expect(part.complete).toBe(false);
    expect(part.services.map((service) => service.name)).toEqual(['wg0']);
    expect(part.notices).toMatchObject([{ code: 'read-failed', message: expect.stringMatching(/wg1.*no answer/) }]);
    second.server.signal('SIGCONT');
    expect((await collect()).complete).toBe(true);
    await second.server.kill();
    expect((await collect()).complete).toBe(true);
  });

  test('names come from comments in every known style, secrets never', async () => {
    const styles: [string, (name: string, key: string) => string][] = [
      ['plain comment inside', (name, key) => `[Peer]\n# ${name}\nPublicKey = ${key}\nAllowedIPs = 10.0.0.9/32\n`],
      ['plain comment before', (name, key) => `# ${name}\n[Peer]\nPublicKey = ${key}\n`],
      ['Name =', (name, key) => `[Peer]\n# Name = ${name}\nPublicKey = ${key}\n`],
      ['friendly_name', (name, key) => `[Peer]\n#friendly_name=${name}\nPublicKey=${key}\n`],
      ['wireguard-install', (name, key) => `### Client ${name}\n[Peer]\nPublicKey = ${key}\n`],
      ['Nyr', (name, key) => `# BEGIN_PEER ${name}\n[Peer]\nPublicKey = ${key}\n# END_PEER ${name}\n`],
      ['PiVPN', (name, key) => `### begin ${name} ###\n[Peer]\nPublicKey = ${key}\n### end ${name} ###\n`],
      [
        'wg-easy',
        (name, key) => `# Client: ${name} (0e1b7a52-6c1f-4b4e-9f7e-5c2f0a8d7e11)\n[Peer]\nPublicKey = ${key}\n`,
      ],
      ['behind the key', (name, key) => `[Peer]\nPublicKey = ${key} # ${name}\n`],
      ['behind [Peer]', (name, key) => `[Peer] # ${name}\nPublicKey = ${key}\n`],
    ];
    const keys = styles.map(() => newKeys());
    const hidden = newKeys();
    const password = 'private: hunter2';
    for (const { publicKey } of [...keys, hidden]) await tunnel.server.addPeer(publicKey, { allowedIps: '' });
    const blocks = styles.map(([, style], n) => {
      const secret = `PresharedKey = ${newKeys().privateKey}\n# PresharedKey = ${newKeys().privateKey}\n`;
      return style(`${nameOf(n)}`, keys[n]?.publicKey ?? '').replace(/(PublicKey[^\n]*\n)/, `$1${secret}`);
    });
    const config = [
      `[Interface]\nPrivateKey = ${tunnel.server.keys.privateKey}\n# PostUp = iptables -A FORWARD\n`,
      ...blocks,
      `# ${password}\n[Peer]\n# ${hidden.privateKey}\nPublicKey = ${hidden.publicKey}\n`,
    ].join('\n');
    await node.run('sh', ['-c', 'cat > /etc/wireguard/wg0.conf'], config);
    const text = await node.run('sh', ['-s', 'xpert-node', 'read'], NODE_SCRIPT);
    for (const secret of config.match(/(?<=(?:PrivateKey|PresharedKey) = )\S+/g) ?? [])
      expect(text).not.toContain(secret);
    expect(text).not.toContain(hidden.privateKey);
    expect(text).not.toContain('hunter2');
    const peers = (await collect()).services.flatMap((service) => [...service.peers]);
    const found = keys.map(({ publicKey }) => peers.find((peer) => peer.key === publicKey)?.name);
    expect(found).toEqual(styles.map((_, n) => nameOf(n)));
    expect(peers.find((peer) => peer.key === hidden.publicKey)).toMatchObject({ name: undefined });
  });

  for (const shell of ['dash', 'bash', 'busybox sh']) {
    const [file = '', ...args] = shell.split(' ');
    test.runIf(isInstalled(file))(`the script runs in ${shell}`, async () => {
      const text = await node.run(file, [...args, '-s', 'xpert-node', 'read'], NODE_SCRIPT);
      expect(text).toMatch(
        /^@xpert-node\t2\tread\n@boot\t[0-9a-f-]{36}\t\d+\t\d+\troot\n(?:@card\t.*\n)?@place\t\.\t-\n/,
      );
      expect(text).toMatch(/@parts\t\d+\n@done\n$/);
    });
  }

  test('a script that was cut on its way does nothing', async () => {
    for (const share of [0.2, 0.5, 0.9, 0.999]) {
      const cut = NODE_SCRIPT.slice(0, Math.floor(NODE_SCRIPT.length * share));
      const [enter = '', ...words] = node.enter;
      const { stdout } = await tryRun(enter, [...words, 'sh', '-s', 'xpert-node', 'read'], cut);
      expect(stdout).toBe('');
    }
  });

  test('wg and awg on one node: each reads its own interfaces, and none is counted by both', async () => {
    const mixed = await lab.host();
    const wg = await Tunnel.open(lab, mixed, 'wg0', 4);
    const awg = await Tunnel.open(lab, mixed, 'awg0', 5);
    await wg.upload(30_000);
    await awg.download(50_000);
    await Promise.all([wg.settle(), awg.settle()]);
    // Each tool sees only interfaces of its own kind: two that know one each stand for them.
    const toolFor = (name: string) =>
      `#!/bin/sh\n[ "$1 $2" = 'show interfaces' ] && { echo ${name}; exit; }\n[ "$2" = ${name} ] || exit 1\nexec /usr/bin/wg "$@"\n`;
    await mixed.run('mount', ['-t', 'tmpfs', 'tmpfs', '/usr/local/bin']);
    for (const [tool, name] of [
      ['wg', 'wg0'],
      ['awg', 'awg0'],
    ] as const) {
      const put = `cat > /usr/local/bin/${tool} && chmod 755 /usr/local/bin/${tool}`;
      await mixed.run('sh', ['-c', put], toolFor(name));
    }
    const enter = [...mixed.enter, 'env', 'PATH=/usr/local/bin:/usr/bin:/bin', 'sh'];
    const poll = await new WireguardCollector(new LocalTransport(enter, undefined, [])).collect(
      AbortSignal.timeout(10_000),
    );
    expect(poll).toMatchObject({ complete: true, notices: [] });
    expect(new Map(poll.services.map(({ name, kind }) => [name, kind]))).toEqual(
      new Map([
        ['wg0', 'wireguard'],
        ['awg0', 'amneziawg'],
      ]),
    );
    await mixed.run('umount', ['/usr/local/bin']);
    for (const { server } of [wg, awg]) {
      const peer = poll.services.find(({ name }) => name === server.name)?.peers.at(0);
      expect({ rx: peer?.traffic.rx, tx: peer?.traffic.tx }).toEqual((await server.transfer()).get(peer?.key ?? ''));
    }
  });

  test('interfaces in a container are read through its engine, with awg where it is there', async () => {
    const container = await lab.host();
    const inside = await Tunnel.open(lab, container, 'wg0', 3);
    await inside.upload(20_000);
    await inside.settle();
    // An engine of two lines: it enters the namespaces of the container as `docker exec -i NAME COMMAND…` does.
    const engine = `#!/bin/sh\n[ "$3" = vpn-awg ] || { echo "No such container: $3" >&2; exit 1; }\nshift 3\nexec ${container.enter.join(' ')} "$@"\n`;
    await node.run(
      'sh',
      ['-c', 'mount -t tmpfs tmpfs /usr/local/bin && cat > /usr/local/bin/docker && chmod 755 /usr/local/bin/docker'],
      engine,
    );
    await container.run('sh', ['-c', 'mount -t tmpfs tmpfs /usr/local/bin && cp /usr/bin/wg /usr/local/bin/awg']);
    const both = new WireguardCollector(new LocalTransport([...node.enter, 'sh'], undefined, ['vpn-awg']));
    const poll = await both.collect(AbortSignal.timeout(10_000));
    expect(poll.complete).toBe(true);
    expect(poll.services.map(({ name, kind }) => [name, kind])).toEqual([
      ['wg0', 'wireguard'],
      ['vpn-awg:wg0', 'amneziawg'],
    ]);
    const peer = poll.services[1]?.peers.at(0);
    expect({ rx: peer?.traffic.rx, tx: peer?.traffic.tx }).toEqual(
      (await inside.server.transfer()).get(peer?.key ?? ''),
    );
    const missingOne = new WireguardCollector(new LocalTransport([...node.enter, 'sh'], undefined, ['gone']));
    const part = await missingOne.collect(AbortSignal.timeout(10_000));
    expect(part.complete).toBe(false);
    expect(part.services.map((service) => service.name)).toEqual(['wg0']);
    expect(part.notices).toMatchObject([
      { code: 'container-failed', message: expect.stringContaining('No such container') },
    ]);
  });

  test('without rights it says who needs which', async () => {
    const unprivileged = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', 'sh'];
    const other = new WireguardCollector(new LocalTransport([...node.enter, ...unprivileged], undefined, []));
    await expect(other.collect(AbortSignal.timeout(5_000))).rejects.toMatchObject({
      code: 'not-permitted',
      message: expect.stringContaining('nobody'),
    });
  });

  test('a host without wg says so', async () => {
    const bare = await lab.host();
    const needed = 'sh cat sed cut date id head tr timeout true mkdir';
    await bare.run('sh', ['-c', `mkdir /run/bin && for p in ${needed}; do cp "$(command -v $p)" /run/bin/; done`]);
    await bare.run('mount', ['--bind', '/run/bin', '/usr/bin']);
    const shell = [...bare.enter, 'sh'];
    const other = new WireguardCollector(new LocalTransport(shell, undefined, []));
    await expect(other.collect(AbortSignal.timeout(5_000))).rejects.toMatchObject({ code: 'wg-missing' });
  });
});

/** Also with letters that are not ASCII. */
function nameOf(n: number): string {
  return ['alice', 'Боб', 'carol laptop', 'dave-2'][n] ?? `peer ${n}`;
}
