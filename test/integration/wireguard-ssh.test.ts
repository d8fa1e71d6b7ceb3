import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { SourceFailure } from '../../src/core/errors.ts';
import type { Collector } from '../../src/core/metering/collector.ts';
import { wireguard } from '../../src/integrations/wireguard/integration.ts';
import { fingerprint } from '../../src/lib/ssh-key.ts';
import { Lab, type LabHost, missingForLab, run, tryRun, until } from '../support/lab.ts';
import { Sshd, sshKey } from '../support/sshd.ts';
import { Tunnel } from '../support/wireguard-lab.ts';

const missing = missingForLab(['wg', 'wireguard-go', 'sshd', 'ssh', 'ssh-keygen', 'nc', 'nft', 'ping', 'ss', 'pgrep']);
const isPossible = missing === null || missing.startsWith('not installed');
const clock = { now: () => new Date(), monotonicMs: () => performance.now() };
const soon = (ms = 15_000) => AbortSignal.timeout(ms);

describe.runIf(isPossible)('a real WireGuard node, read over a real ssh server', () => {
  let lab: Lab;
  let node: LabHost;
  let address: string;
  let sshd: Sshd;
  let tunnel: Tunnel;
  let identity: string;
  let runDirectory: string;
  const open: Collector[] = [];

  const options = (more: Record<string, unknown> = {}) => ({
    transport: 'ssh',
    ssh: `root@${address}`,
    identityFile: identity,
    hostKey: sshd.hostKey,
    ...more,
  });
  const tools = () => ({ clock, runDirectory });
  const collectorFor = (more: Record<string, unknown> = {}) => {
    const collector = wireguard.createCollector(wireguard.parseOptions(options(more)), tools());
    open.push(collector);
    return collector;
  };
  const failureOf = async (more: Record<string, unknown>, signal = soon()) =>
    (await collectorFor(more)
      .collect(signal)
      .catch((error: unknown) => error)) as SourceFailure;
  const plainKey = () => readFileSync(`${identity}.pub`, 'utf8');

  beforeAll(async () => {
    if (missing !== null) throw new Error(missing);
    lab = new Lab();
    node = await lab.host();
    address = await lab.linkToHere(node, 'up0');
    runDirectory = join(lab.folder, 'r');
    mkdirSync(runDirectory, { mode: 0o700 });
    identity = sshKey(lab.folder, 'collector');
    tunnel = await Tunnel.open(lab, node, 'wg0', 1);
    sshd = await new Sshd(lab, node, address).start(plainKey());
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((collector) => collector.close()));
    sshd?.authorize(plainKey());
  });
  afterAll(async () => {
    await lab?.close();
  });

  test('the numbers are those of wg; the connection is kept and given back', async () => {
    await tunnel.upload(500_000);
    await tunnel.download(200_000);
    await tunnel.settle();
    const collector = collectorFor();
    const first = await collector.collect(soon());
    expect(first.complete).toBe(true);
    const peer = first.services[0]?.peers.at(0);
    const wg = (await tunnel.server.transfer()).get(peer?.key ?? '');
    expect({ rx: peer?.traffic.rx, tx: peer?.traffic.tx }).toEqual(wg);
    const sessions = await sshd.sessions();
    expect(sessions).toHaveLength(1);
    for (let n = 0; n < 5; n++) await collector.collect(soon());
    expect(await sshd.sessions()).toEqual(sessions);
    await collector.close();
    await until('the connection is closed', async () => (await sshd.sessions()).length === 0);
  });

  test('the setup of a node works as it is pasted, and then serves nothing but the counters', async () => {
    const setup = await wireguard.setup(wireguard.parseOptions(options()));
    expect(setup?.authorizedKeys).toMatch(
      /^restrict,command="\/usr\/local\/bin\/xpert-node read" ssh-ed25519 \S+ xpert$/,
    );
    await node.run('sh', ['-c', 'mount -t tmpfs tmpfs /usr/local/bin && mount -t tmpfs tmpfs /root']);
    await node.run('sh', ['-e'], setup?.commands.join('\n'));
    expect((await node.run('cat', ['/root/.ssh/authorized_keys'])).trim()).toBe(setup?.authorizedKeys);
    sshd.authorize(setup?.authorizedKeys ?? '');
    const poll = await collectorFor().collect(soon());
    expect(poll.complete).toBe(true);
    expect(poll.services[0]?.peers).toHaveLength(1);
    const known = join(lab.folder, 'known');
    writeFileSync(known, `${address} ${sshd.hostKey}\n`);
    const ssh = (...words: string[]) =>
      tryRun('ssh', [
        '-F',
        'none',
        '-i',
        identity,
        '-o',
        'BatchMode=yes',
        '-o',
        `UserKnownHostsFile=${known}`,
        ...words,
      ]);
    for (const command of [
      'id',
      'cat /etc/shadow',
      'sh -s xpert-node readall',
      'xpert-node read; id',
      'wg show all dump',
    ]) {
      const { code, stdout, stderr } = await ssh(`root@${address}`, command);
      expect([command, code, stdout]).toEqual([command, 126, '']);
      expect(stderr).toContain('may only read the traffic counters');
    }
    expect((await ssh(`root@${address}`)).stdout).toMatch(/^@xpert-node\t2\tread\n/);
    await node.run('ip', ['route', 'replace', 'default', 'dev', 'v1']);
    const own = await collectorFor().collect(soon());
    expect(own.services[0]?.own?.rx ?? 0n).toBeGreaterThan(0n);
    expect(own.host).toMatchObject({ name: 'v1', startEvidence: expect.stringMatching(/:\d+$/) });
    expect(own.sourceClock?.getTime() ?? 0).toBeGreaterThan(Date.now() - 20_000);
    const forward = await ssh('-o', 'ExitOnForwardFailure=yes', '-W', `${address}:22`, `root@${address}`);
    expect(forward.stderr).toContain('administratively prohibited');
  });

  test('first contact: the test shows the host key, which then can be pinned', async () => {
    const found = await wireguard.test(wireguard.parseOptions(options({ hostKey: undefined })), tools(), soon());
    expect(found.problems).toEqual([]);
    expect(found.ok).toBe(true);
    expect(found.hostKey).toBe(`${sshd.hostKey} ${fingerprint(sshd.hostKey)}`);
    expect(found.found).toMatchObject({
      peers: 1,
      services: [{ kind: 'wireguard', name: 'wg0', listenPort: 51821, peers: 1 }],
    });
    const [line = ''] = (await run('ssh-keygen', ['-lf', '-'], sshd.hostKey)).split('\n');
    expect(line).toContain(fingerprint(sshd.hostKey));
    const poll = await collectorFor({ hostKey: found.hostKey }).collect(soon());
    expect(poll.complete).toBe(true);
  });

  test('adding a node pins the host key it shows; one that does not answer stays as it is', async () => {
    const unpinned = wireguard.parseOptions(options({ hostKey: undefined }));
    expect(await wireguard.firstContact(unpinned, tools(), soon())).toEqual({ ...unpinned, hostKey: sshd.hostKey });
    const silent = wireguard.parseOptions(options({ hostKey: undefined, ssh: `root@${address}:2` }));
    expect(await wireguard.firstContact(silent, tools(), soon())).toEqual(silent);
    const local = wireguard.parseOptions({ transport: 'local' });
    expect(await wireguard.firstContact(local, tools(), soon())).toEqual(local);
  });

  test('an unknown host key is refused without a pin', async () => {
    expect(await failureOf({ hostKey: undefined })).toMatchObject({ code: 'ssh-host-key-unknown' });
  });

  test('a changed host key is refused and both fingerprints are told', async () => {
    const other = readFileSync(`${sshKey(lab.folder, 'other-host')}.pub`, 'utf8');
    expect(await failureOf({ hostKey: other })).toMatchObject({ code: 'ssh-host-key-changed' });
    const found = await wireguard.test(wireguard.parseOptions(options({ hostKey: other })), tools(), soon());
    expect(found.ok).toBe(false);
    expect(found.problems[0]).toMatchObject({ code: 'ssh-host-key-changed' });
    expect(found.problems[0]?.message).toContain(fingerprint(sshd.hostKey));
    expect(found.problems[0]?.message).toContain(fingerprint(other.split(' ').slice(0, 2).join(' ')));
  });

  test('each obstacle has its own name', async () => {
    const stranger = sshKey(lab.folder, 'stranger');
    expect(await failureOf({ identityFile: stranger })).toMatchObject({ code: 'ssh-key-refused' });
    expect(await failureOf({ identityFile: `${lab.folder}/nowhere` })).toMatchObject({ code: 'ssh-identity-missing' });
    chmodSync(stranger, 0o644);
    expect(await failureOf({ identityFile: stranger })).toMatchObject({ code: 'ssh-identity-mode' });
    writeFileSync(join(lab.folder, 'nokey'), 'not a key\n', { mode: 0o600 });
    expect(await failureOf({ identityFile: join(lab.folder, 'nokey') })).toMatchObject({
      code: 'ssh-identity-unreadable',
    });
    expect(await failureOf({ ssh: 'root@does-not-exist.invalid' })).toMatchObject({ code: 'ssh-name-not-resolved' });
    expect(await failureOf({ ssh: `root@${address}:2` })).toMatchObject({ code: 'ssh-refused' });
    await node.run('nft', ['-f', '-'], dropTcp(3));
    expect(await failureOf({ ssh: `root@${address}:3` })).toMatchObject({ code: 'ssh-timeout' });
    await node.run('nft', ['delete', 'table', 'inet', 'fault']);
    expect(await failureOf({ interface: 'wg7' })).toMatchObject({ code: 'interface-missing' });
    for (const command of ['echo denied >&2; exit 1', 'exit 126']) {
      sshd.authorize(`restrict,command="${command}" ${plainKey()}`);
      expect(await failureOf({})).toMatchObject({ code: 'forced-command-refused' });
    }
    sshd.authorize(`restrict,command="/bin/date" ${plainKey()}`);
    expect(await failureOf({})).toMatchObject({ code: 'not-our-output', message: expect.stringMatching(/20\d\d/) });
    sshd.authorize(`restrict,command="/bin/true" ${plainKey()}`);
    expect(await failureOf({})).toMatchObject({ code: 'not-our-output' });
  }, 90_000);

  test('a wrapper of old that prints a dump still counts, as incomplete, and no key comes through', async () => {
    sshd.authorize(`restrict,command="wg show all dump" ${plainKey()}`);
    const poll = await collectorFor().collect(soon());
    expect(poll.complete).toBe(false);
    expect(poll.notices[0]?.code).toBe('plain-dump');
    expect(poll.services[0]?.peers).toHaveLength(1);
    const text = JSON.stringify(poll, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
    expect(text).not.toContain(tunnel.server.keys.privateKey);
    expect(text).not.toContain(tunnel.presharedKey);
  });

  test('what a login prints before the counters is passed over', async () => {
    sshd.authorize(`command="echo Welcome to vpn1; echo; sh -s xpert-node read" ${plainKey()}`);
    expect((await collectorFor().collect(soon())).complete).toBe(true);
  });

  test('a hanging node ends with the signal, does not delay another, and is read again when it is back', async () => {
    const hanging = collectorFor();
    const other = collectorFor();
    await hanging.collect(soon());
    const [session = 0] = await sshd.sessions();
    await other.collect(soon());
    await run('kill', ['-STOP', String(session)]);
    let isStuck = true;
    const stuck = hanging.collect(AbortSignal.timeout(6_000)).catch((error: unknown) => error);
    void stuck.then(() => {
      isStuck = false;
    });
    expect((await other.collect(soon())).complete).toBe(true);
    expect(isStuck).toBe(true);
    expect(await stuck).toMatchObject({ code: 'timeout' });
    expect((await hanging.collect(soon())).complete).toBe(true);
    await tryRun('kill', ['-CONT', String(session)]);
  });

  test('a node that is cut off times out; back again it is read with the bytes of the time between', async () => {
    const collector = collectorFor();
    const before = await collector.collect(soon());
    await node.run('nft', ['-f', '-'], dropTcp(22));
    await expect(collector.collect(AbortSignal.timeout(1_000))).rejects.toMatchObject({ code: 'timeout' });
    await tunnel.upload(300_000);
    await tunnel.settle();
    await node.run('nft', ['delete', 'table', 'inet', 'fault']);
    const after = await collector.collect(soon());
    const rx = (poll: typeof after) => poll.services[0]?.peers.at(0)?.traffic.rx ?? 0n;
    expect(rx(after) - rx(before)).toBeGreaterThan(300_000n);
    expect(after.services[0]?.startEvidence).toBe(before.services[0]?.startEvidence);
  });

  test('an ssh server that was restarted between two polls is reached at once', async () => {
    const collector = collectorFor();
    await collector.collect(soon());
    await sshd.stop();
    await sshd.start(plainKey(), { hostKeyFile: join(lab.folder, `hk-${node.pid}`) });
    expect((await collector.collect(soon())).complete).toBe(true);
  });

  test('breaking off leaves no process behind', async () => {
    sshd.authorize(`command="sleep 61" ${plainKey()}`);
    const collector = collectorFor();
    await expect(collector.collect(AbortSignal.timeout(1_500))).rejects.toMatchObject({ code: 'timeout' });
    await collector.close();
    await until('no ssh of ours runs', async () => (await tryRun('pgrep', ['-f', runDirectory])).stdout === '');
  });
});

function dropTcp(port: number): string {
  return `table inet fault { chain in { type filter hook input priority 0; tcp dport ${port} drop; }; }`;
}
