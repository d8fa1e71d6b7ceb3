import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Poll } from '../../src/core/metering/collector.ts';
import type { NodeId } from '../../src/core/units/ids.ts';
import { ShadowsocksCollector } from '../../src/integrations/shadowsocks/collector.ts';
import { parseShadowsocksOptions } from '../../src/integrations/shadowsocks/options.ts';
import { randomId } from '../../src/lib/random-id.ts';
import { openSqliteStore, type SqliteStore } from '../../src/storage/sqlite/sqlite-store.ts';
import { isInstalled, kill, Lab, run, tryRun, until } from '../support/lab.ts';
import { peersOf } from '../support/readings.ts';

const missing = ['ss-manager', 'ss-server', 'ss-local', 'curl', 'socat'].filter((program) => !isInstalled(program));
const clock = { now: () => new Date(), monotonicMs: () => performance.now() };
const METHOD = 'chacha20-ietf-poly1305';
const BODY = Buffer.alloc(1_000_000, 'x');

describe('a real Shadowsocks manager, into the ledger', () => {
  let lab: Lab;
  let manager: ChildProcess;
  let managerPort: number;
  let collector: ShadowsocksCollector;
  let store: SqliteStore;
  let nodeId: NodeId;
  const web = createServer((_request, response) => response.end(BODY));
  const ports = { alice: 0, bob: 0 };
  const locals = { alice: 0, bob: 0 };

  beforeAll(async () => {
    if (missing.length > 0) throw new Error(`not installed: ${missing.join(', ')}`);
    lab = new Lab();
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    [managerPort, ports.alice, ports.bob, locals.alice, locals.bob] = await freePorts(5);
    await startManager(`127.0.0.1:${managerPort}`);
    for (const name of ['alice', 'bob'] as const) {
      await command(`add: {"server_port":${ports[name]},"password":"${name}-password"}`, 'ok');
      const words = ['-s', '127.0.0.1', '-p', ports[name], '-l', locals[name], '-k', `${name}-password`, '-m', METHOD];
      lab.spawn('ss-local', words.map(String));
    }
    writeFileSync(join(lab.folder, 'names'), `${ports.alice} alice\n${ports.bob} bob\n`);
    collector = makeCollector({ manager: `127.0.0.1:${managerPort}`, names: join(lab.folder, 'names') });
    store = await openSqliteStore({
      ...{ path: join(lab.folder, 'ledger.db'), clock, newId: () => randomId(16), timeZone: 'UTC', workers: null },
    });
    const node = {
      ...{ name: 'ss', description: '', source: { kind: 'shadowsocks', options: {} }, pollIntervalMs: 1_000 },
      ...{ opening: 'baseline' as const, usersPolicy: 'none' as const, createdAt: new Date() },
    };
    nodeId = (await store.inventory.addNode(node)).id;
  });
  afterAll(async () => {
    await stopManager();
    await store?.close();
    await lab?.close();
    web.close();
  });

  const makeCollector = (options: object) =>
    new ShadowsocksCollector(parseShadowsocksOptions(options), { clock, runDirectory: lab.folder });

  async function startManager(address: string): Promise<void> {
    const words = ['--manager-address', address, '-s', '127.0.0.1', '-m', METHOD, '-t', '60', '-D', lab.folder];
    manager = lab.spawn('ss-manager', [...words, '--executable', '/usr/bin/ss-server']);
    if (address.startsWith('/')) await until('the socket', () => existsSync(address));
  }

  /** Its servers outlive a manager: they are ended by the files that name their processes. */
  async function stopManager(): Promise<void> {
    if (manager !== undefined) await kill(manager);
    for (const file of readdirSync(lab.folder).filter((name) => name.endsWith('.pid'))) {
      const pid = Number(readFileSync(join(lab.folder, file), 'utf8'));
      if (pid > 1) await tryRun('kill', [String(pid)]);
    }
  }

  /** Says something to the manager as its owner does. */
  async function command(text: string, answer: string): Promise<string> {
    let said = '';
    const target = `UDP:127.0.0.1:${managerPort}`;
    await until(`the manager says ${answer}`, async () => {
      said = (await tryRun('socat', ['-t', '0.5', 'STDIO', target], text)).stdout;
      return said.includes(answer);
    });
    return said;
  }

  async function download(name: 'alice' | 'bob', times: number): Promise<void> {
    const { port } = web.address() as AddressInfo;
    for (let n = 0; n < times; n++) {
      const through = ['--socks5-hostname', `127.0.0.1:${locals[name]}`, `http://127.0.0.1:${port}/`];
      const size = await run('curl', [
        '-sS',
        '--retry',
        '5',
        '--retry-connrefused',
        '-o',
        '/dev/null',
        '-w',
        '%{size_download}',
        ...through,
      ]);
      expect(Number(size)).toBe(BODY.length);
    }
  }

  async function poll(): Promise<Poll> {
    const read = await collector.collect(AbortSignal.timeout(10_000));
    const rest = { opening: 'baseline' as const, at: new Date(), durationMs: 1, clockSuspect: false };
    await store.ledger.recordPoll({ nodeId, semantics: collector.semantics, poll: read, ...rest });
    return read;
  }

  /** What the manager itself says about a port, asked by another program. */
  async function said(name: 'alice' | 'bob'): Promise<bigint> {
    const answer = await command('ping', 'stat');
    return BigInt(new RegExp(`"${ports[name]}":(\\d+)`).exec(answer)?.[1] ?? -1);
  }

  async function booked(name: 'alice' | 'bob'): Promise<bigint> {
    const { items } = await store.inventory.peers({ withEnded: true, limit: 10, cursor: null });
    const ids = items.filter(({ key }) => key === String(ports[name])).map(({ id }) => id);
    const totals = ids.length === 0 ? [] : await store.history.peerTotals({ kind: 'all' }, ids);
    return totals.reduce((sum, { traffic }) => sum + traffic.total, 0n);
  }

  test('what flows is booked, to the byte that the manager says', async () => {
    const first = await poll();
    expect(first.complete).toBe(true);
    expect(
      peersOf(first.services[0])
        .map(({ name, traffic }) => [name, traffic.total])
        .sort(),
    ).toEqual([
      ['alice', 0n],
      ['bob', 0n],
    ]);
    await download('alice', 3);
    await download('bob', 1);
    // Each server tells its manager every ten seconds.
    await until(
      'the manager has heard of both',
      async () => (await said('alice')) > 3_000_000n && (await said('bob')) > 1_000_000n,
      30_000,
    );
    await poll();
    expect(await booked('alice')).toBe(await said('alice'));
    expect(await booked('bob')).toBe(await said('bob'));
    expect(await booked('alice')).toBeLessThan(3_100_000n);
  });

  test('a port that is removed has ended; back again it counts from 0', async () => {
    const before = await booked('bob');
    await command(`remove: {"server_port":${ports.bob}}`, 'ok');
    expect(peersOf((await poll()).services[0]).map(({ name }) => name)).toEqual(['alice']);
    await command(`add: {"server_port":${ports.bob},"password":"bob-password"}`, 'ok');
    await download('bob', 2);
    await until('the manager has heard of it', async () => (await said('bob')) > 2_000_000n, 30_000);
    await poll();
    expect((await booked('bob')) - before).toBe(await said('bob'));
  });

  test('its passwords are never asked for', async () => {
    const text = JSON.stringify(await poll(), (_key, value) => (typeof value === 'bigint' ? String(value) : value));
    expect(text).not.toContain('-password');
    expect(await command('list', 'server_port')).toContain('alice-password');
  });

  test('a manager on a unix socket is read as well', async () => {
    await stopManager();
    const socket = join(lab.folder, 'manager.sock');
    await startManager(socket);
    const byUnix = makeCollector({ manager: socket });
    const poll = await byUnix.collect(AbortSignal.timeout(10_000));
    expect(poll).toMatchObject({ complete: true, services: [{ kind: 'shadowsocks', peers: [] }] });
    const before = readdirSync(lab.folder).filter((name) => name.startsWith('xpert-ss-'));
    expect(before).toEqual([]);
    await kill(manager);
    await expect(byUnix.collect(AbortSignal.timeout(10_000))).rejects.toMatchObject({
      code: expect.stringMatching(/^manager-(?:refused|unreachable|timeout)$/),
    });
  });
});

async function freePorts(n: number): Promise<[number, number, number, number, number]> {
  const servers = await Promise.all(
    Array.from({ length: n }, async () => {
      const server = createTcpServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports as [number, number, number, number, number];
}
