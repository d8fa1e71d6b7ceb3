import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SourceFailure } from '../../src/core/errors.ts';
import type { Collector, Poll } from '../../src/core/metering/collector.ts';
import { FLAG } from '../../src/core/metering/flags.ts';
import type { NodeId } from '../../src/core/units/ids.ts';
import { v2ray, xray } from '../../src/integrations/xray/integration.ts';
import { randomId } from '../../src/lib/random-id.ts';
import { Sqlite } from '../../src/lib/sqlite.ts';
import { openSqliteStore, type SqliteStore } from '../../src/storage/sqlite/sqlite-store.ts';
import { Lab, type LabHost, missingForLab, tryRun, until } from '../support/lab.ts';
import { peersOf } from '../support/readings.ts';
import { Sshd, sshKey } from '../support/sshd.ts';
import { API_PORT, type LabUser, OPEN_API_PORT, USERS, V2rayLab } from '../support/v2ray-lab.ts';

const missing = missingForLab(['v2ray', 'v2ctl', 'sshd', 'ssh', 'ssh-keygen', 'ss', 'pgrep']);
const isPossible = missing === null || missing.startsWith('not installed');
const clock = { now: () => new Date(), monotonicMs: () => performance.now() };
const soon = () => AbortSignal.timeout(15_000);

interface Counters {
  readonly rx: bigint;
  readonly tx: bigint;
}
const ZERO: Counters = { rx: 0n, tx: 0n };

describe.runIf(isPossible)('a real V2Ray with four protocols', () => {
  let lab: Lab;
  let node: LabHost;
  let address: string;
  let server: V2rayLab;
  let sshd: Sshd;
  let identity: string;
  let runDirectory: string;
  let store: SqliteStore;
  let file: string;
  let nodeId: NodeId;
  let reader: Collector;
  const open: Collector[] = [];

  const tools = () => ({ clock, runDirectory });
  const make = (options: object) => {
    const collector = xray.createCollector(xray.parseOptions(options), tools());
    open.push(collector);
    return collector;
  };
  const local = () => ({ transport: 'local', api: `${address}:${OPEN_API_PORT}` });
  const throughSsh = (more: object = {}) => ({
    ...{ transport: 'ssh', ssh: `root@${address}`, identityFile: identity, hostKey: sshd.hostKey },
    ...more,
  });
  const plainKey = () => readFileSync(`${identity}.pub`, 'utf8');
  const failureOf = async (options: object) =>
    (await make(options)
      .collect(soon())
      .catch((error: unknown) => error)) as SourceFailure;

  beforeAll(async () => {
    if (missing !== null) throw new Error(missing);
    lab = new Lab();
    node = await lab.host();
    address = await lab.linkToHere(node, 'up0');
    runDirectory = join(lab.folder, 'r');
    mkdirSync(runDirectory, { mode: 0o700 });
    identity = sshKey(lab.folder, 'collector');
    sshd = await new Sshd(lab, node, address).start(plainKey());
    server = await V2rayLab.open(lab, node, address);
    file = join(lab.folder, 'ledger.db');
    store = await openSqliteStore({ path: file, clock, newId: () => randomId(16), timeZone: 'UTC', workers: null });
    const source = { kind: 'xray', options: local() };
    const draft = { name: 'vpn1', description: '', source, pollIntervalMs: 1_000, createdAt: new Date() } as const;
    nodeId = (await store.inventory.addNode({ ...draft, opening: 'baseline', usersPolicy: 'none' })).id;
    reader = xray.createCollector(xray.parseOptions(local()), tools());
  }, 60_000);
  afterEach(async () => {
    await Promise.all(open.splice(0).map((collector) => collector.close()));
    sshd?.authorize(plainKey());
  });
  afterAll(async () => {
    await reader?.close();
    await store?.close();
    await server?.close();
    await lab?.close();
  });

  /** One poll as the product makes it; a failed one is recorded as such. */
  async function poll(): Promise<Poll | SourceFailure> {
    const result = await reader.collect(soon()).catch((error: unknown) => error as SourceFailure);
    const at = new Date();
    if (result instanceof SourceFailure) {
      const { code, message, hint = null } = result;
      await store.ledger.recordFailedPoll({ nodeId, at, durationMs: 1, code, message, hint });
      return result;
    }
    const { semantics } = reader;
    const common = { nodeId, semantics, opening: 'baseline', durationMs: 1, clockSuspect: false } as const;
    await store.ledger.recordPoll({ ...common, poll: result, at });
    return result;
  }

  async function booked(): Promise<Record<string, Counters>> {
    const peers = await store.inventory.peers({ withEnded: true, limit: 100, cursor: null });
    const totals = await store.history.peerTotals({ kind: 'all' });
    const keyOf = new Map(peers.items.map((peer) => [peer.id, peer.key]));
    return Object.fromEntries(
      totals.map(({ peerId, traffic }) => [keyOf.get(peerId), { rx: traffic.rx ?? 0n, tx: traffic.tx ?? 0n }]),
    );
  }

  /** What V2Ray's own tool shows for its users. */
  async function shown(): Promise<Record<string, Counters>> {
    const counters = await server.counters();
    const of = (user: LabUser, direction: string) => counters.get(`user>>>${user}>>>traffic>>>${direction}`);
    return Object.fromEntries(
      USERS.filter((user) => of(user, 'uplink') !== undefined).map((user) => [
        user,
        { rx: of(user, 'uplink') ?? 0n, tx: of(user, 'downlink') ?? 0n },
      ]),
    );
  }

  const restart = async () => {
    await server.kill();
    await server.start();
  };

  const losses = (): number => {
    const db = new Sqlite(file, { readonly: true });
    const flagged = `SELECT (SELECT count(*) FROM loss) + (SELECT count(*) FROM record WHERE flags & ${FLAG.possibleLoss})`;
    const count = db.prepare(flagged).pluck().get();
    db.close();
    return Number(count);
  };

  test('nobody has connected yet: a complete poll without a peer, and the test says so', async () => {
    expect(await poll()).toMatchObject({ complete: true, services: [{ kind: 'xray', name: 'v2ray', peers: [] }] });
    const result = await xray.test(xray.parseOptions(local()), tools(), soon());
    expect(result).toMatchObject({ ok: true, found: { peers: 0 }, setup: null });
    expect(result.problems.map(({ code }) => code)).toEqual(['no-counters-yet', 'api-exposed']);
  });

  test('what four users transfer by four protocols is booked to the byte of the daemon, from their first byte on', async () => {
    for (const [n, user] of USERS.entries()) await server.transfer(user, 30_000 + n, 1_000_000 + n);
    const counters = await shown();
    await poll();
    expect(Object.keys(counters)).toEqual([...USERS]);
    for (const { rx, tx } of Object.values(counters)) {
      expect(rx).toBeGreaterThan(30_000n);
      expect(rx).toBeLessThan(40_000n);
      expect(tx).toBeGreaterThan(1_000_000n);
    }
    expect(await booked()).toEqual(counters);
  });

  test('polls change nothing at the source, and count nothing twice', async () => {
    const before = await shown();
    for (let n = 0; n < 5; n++) await poll();
    expect(await shown()).toEqual(before);
    expect(await booked()).toEqual(before);
    await server.transfer(USERS[1], 7_000, 500_000);
    const after = await shown();
    await poll();
    expect(await booked()).toEqual(after);
    expect(losses()).toBe(0);
  });

  test('the inbounds are the own counter of the service, without what reading it costs', async () => {
    const result = await reader.collect(soon());
    const counters = await server.counters();
    const sum = (direction: string) =>
      ['vless', 'vmess', 'trojan', 'shadowsocks'].reduce(
        (total, tag) => total + (counters.get(`inbound>>>${tag}>>>traffic>>>${direction}`) ?? 0n),
        0n,
      );
    expect(counters.get('inbound>>>api-in>>>traffic>>>uplink')).toBeGreaterThan(0n);
    expect(result.services[0]?.own).toMatchObject({ rx: sum('uplink'), tx: sum('downlink') });
    const inbounds = await make({ ...local(), count: 'inbounds' }).collect(soon());
    expect(
      peersOf(inbounds.services[0])
        .map(({ key }) => key)
        .sort(),
    ).toEqual(['shadowsocks', 'trojan', 'vless', 'vmess']);
  });

  test('killed: a failure that says so, and a gap; nothing is booked', async () => {
    await delay(2_500);
    const before = await booked();
    await poll();
    await server.kill();
    expect(await poll()).toMatchObject({ code: 'api-refused' });
    expect(await booked()).toEqual(before);
    await server.start();
  });

  test('after the restart counters that have outgrown the old ones count whole', async () => {
    const before = await booked();
    await server.transfer(USERS[0], 100_000, 3_000_000);
    const counters = await shown();
    expect(Object.keys(counters)).toEqual([USERS[0]]);
    await poll();
    const [alice] = USERS;
    const sum = (a: Counters = ZERO, b: Counters = ZERO) => ({ rx: a.rx + b.rx, tx: a.tx + b.tx });
    expect(await booked()).toEqual({ ...before, [alice]: sum(before[alice], counters[alice]) });
    expect(losses()).toBeGreaterThan(0);
  });

  test('a restart before anybody comes back: absent is not zero, and the next life counts from 0', async () => {
    const before = await booked();
    await restart();
    expect(await poll()).toMatchObject({ complete: true, services: [{ peers: [] }] });
    expect(await booked()).toEqual(before);
    await server.transfer(USERS[3], 5_000, 40_000);
    const counters = await shown();
    await poll();
    const dave = before[USERS[3]] ?? ZERO;
    const now = counters[USERS[3]] ?? ZERO;
    expect(await booked()).toEqual({ ...before, [USERS[3]]: { rx: dave.rx + now.rx, tx: dave.tx + now.tx } });
  });

  test('through ssh with a key that may reach the API and nothing else it is the same', async () => {
    const setup = await xray.setup(xray.parseOptions(throughSsh()));
    sshd.authorize(setup?.authorizedKeys ?? '');
    const [direct, tunnelled] = await Promise.all([reader.collect(soon()), make(throughSsh()).collect(soon())]);
    const byKey = ({ services }: Poll) => [...(services[0]?.peers ?? [])].sort((a, b) => (a.key < b.key ? -1 : 1));
    expect(byKey(tunnelled)).toEqual(byKey(direct));
    const options = ['-i', identity, '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'];
    const other = await tryRun('ssh', [...options, '-W', `${address}:${OPEN_API_PORT}`, `root@${address}`]);
    expect(other.stderr).toContain('administratively prohibited');
    const command = await tryRun('ssh', [...options, `root@${address}`, 'id']);
    expect(command.stdout).toBe(readFileSync('/etc/machine-id', 'utf8'));
  });

  test('the first contact names the machine, the same from beside it and through ssh', async () => {
    const setup = await xray.setup(xray.parseOptions(throughSsh()));
    sshd.authorize(setup?.authorizedKeys ?? '');
    const near = { transport: 'local', api: `127.0.0.1:${API_PORT}` };
    const [beside, behind] = await Promise.all([
      xray.firstContact(xray.parseOptions(near), tools(), soon()),
      v2ray.firstContact(v2ray.parseOptions(throughSsh()), tools(), soon()),
    ]);
    expect(beside.instance).toMatch(new RegExp(`^[0-9a-f]{16}:${API_PORT}$`));
    expect(behind.instance).toBe(beside.instance);
    sshd.authorize(`restrict,command="false" ${plainKey()}`);
    const told = await xray.firstContact(xray.parseOptions(throughSsh()), tools(), soon());
    expect(told.instance).toBe(`${address}:${API_PORT}`);
  });

  test('each thing in the way of ssh has its name', async () => {
    expect(await failureOf(throughSsh({ api: '127.0.0.1:9' }))).toMatchObject({ code: 'api-refused' });
    sshd.authorize(`restrict ${plainKey()}`);
    expect(await failureOf(throughSsh())).toMatchObject({ code: 'ssh-forward-refused' });
    sshd.authorize('');
    expect(await failureOf(throughSsh())).toMatchObject({ code: 'ssh-key-refused' });
    const other = sshKey(lab.folder, 'other');
    const hostKey = readFileSync(`${other}.pub`, 'utf8');
    expect(await failureOf(throughSsh({ hostKey }))).toMatchObject({ code: 'ssh-host-key-changed' });
    expect(await failureOf(throughSsh({ identityFile: '/nowhere/key' }))).toMatchObject({
      code: 'ssh-identity-missing',
    });
  });

  test('a lost connection is made again, and nothing of ssh stays behind', async () => {
    const collector = make(throughSsh());
    await collector.collect(soon());
    for (const pid of await sshd.sessions()) await tryRun('kill', ['-9', String(pid)]);
    await until('it answers again', async () => (await collector.collect(soon()).catch(() => null)) !== null);
    const ours = async () => (await tryRun('pgrep', ['-f', `ssh .*-W .*${address}`])).stdout;
    expect(await ours()).not.toBe('');
    await collector.close();
    await until('no ssh is left', async () => (await ours()) === '');
  });
});
