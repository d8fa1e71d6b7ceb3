import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ShadowsocksCollector } from '../../src/integrations/shadowsocks/collector.ts';
import { ShadowsocksEnforcer } from '../../src/integrations/shadowsocks/enforcer.ts';
import { parseShadowsocksOptions } from '../../src/integrations/shadowsocks/options.ts';
import { isInstalled, kill, Lab, tryRun, until } from '../support/lab.ts';
import { peersOf } from '../support/readings.ts';

const missing = ['ss-manager', 'ss-server', 'ss-local', 'curl', 'socat'].filter((program) => !isInstalled(program));
const clock = { now: () => new Date(), monotonicMs: () => performance.now() };
const METHOD = 'chacha20-ietf-poly1305';
const soon = () => AbortSignal.timeout(15_000);

describe('access on a real Shadowsocks manager', () => {
  let lab: Lab;
  let manager: ChildProcess;
  let enforcer: ShadowsocksEnforcer;
  let collector: ShadowsocksCollector;
  const ports = { alice: 0, bob: 0 };
  const locals = { alice: 0, bob: 0 };
  /** Answers at once; `/slow` begins to answer and goes on a byte every 50 ms. */
  const web = createServer((request, response) => {
    if (request.url !== '/slow') return void response.end(Buffer.alloc(100_000, 'x'));
    const timer = setInterval(() => response.write('x'), 50);
    response.on('close', () => clearInterval(timer));
    return undefined;
  });

  beforeAll(async () => {
    if (missing.length > 0) throw new Error(`not installed: ${missing.join(', ')}`);
    lab = new Lab();
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    const [managerPort = 0, ...rest] = await freePorts(5);
    [ports.alice = 0, ports.bob = 0, locals.alice = 0, locals.bob = 0] = rest;
    const where = `127.0.0.1:${managerPort}`;
    const words = ['--manager-address', where, '-s', '127.0.0.1', '-m', METHOD, '-t', '60', '-D', lab.folder];
    manager = lab.spawn('ss-manager', [...words, '--executable', '/usr/bin/ss-server']);
    const options = parseShadowsocksOptions({ manager: where });
    enforcer = new ShadowsocksEnforcer(options, { runDirectory: lab.folder });
    collector = new ShadowsocksCollector(options, { clock, runDirectory: lab.folder });
    for (const name of ['alice', 'bob'] as const) {
      const add = `add: {"server_port":${ports[name]},"password":"${name} password"}`;
      const target = `UDP:127.0.0.1:${managerPort}`;
      const say = async () => (await tryRun('socat', ['-t', '0.5', 'STDIO', target], add)).stdout.includes('ok');
      await until('the port is added', say);
      const client = ['-s', '127.0.0.1', '-p', ports[name], '-l', locals[name], '-k', `${name} password`, '-m', METHOD];
      lab.spawn('ss-local', client.map(String));
    }
    for (const name of ['alice', 'bob'] as const) await until(`${name} gets through`, () => getsThrough(name));
  });
  afterAll(async () => {
    if (manager !== undefined) await kill(manager);
    // Its servers outlive it.
    for (const file of readdirSync(lab.folder).filter((name) => name.endsWith('.pid'))) {
      const pid = Number(readFileSync(join(lab.folder, file), 'utf8'));
      if (pid > 1) await tryRun('kill', [String(pid)]);
    }
    await lab?.close();
    web.close();
  });

  const target = (name: 'alice' | 'bob') => {
    return { identity: 'lab', service: 'shadowsocks', kind: 'shadowsocks', key: String(ports[name]) };
  };
  const through = (name: 'alice' | 'bob') => ['-sS', '--socks5-hostname', `127.0.0.1:${locals[name]}`];
  async function getsThrough(name: 'alice' | 'bob'): Promise<boolean> {
    const { port } = web.address() as AddressInfo;
    const words = [
      ...through(name),
      '-m',
      '5',
      '-o',
      '/dev/null',
      '-w',
      '%{size_download}',
      `http://127.0.0.1:${port}/`,
    ];
    return (await tryRun('curl', words)).stdout === '100000';
  }
  async function shown(name: 'alice' | 'bob'): Promise<bigint | undefined> {
    const { services } = await collector.collect(soon());
    return peersOf(services[0]).find(({ key }) => key === String(ports[name]))?.traffic.total;
  }

  test('a port is cut with its open connections, comes back with its password, and others notice nothing', async () => {
    const { port } = web.address() as AddressInfo;
    const open = lab.spawn('curl', [...through('alice'), '-N', '-o', '/dev/null', `http://127.0.0.1:${port}/slow`]);
    const ended = new Promise((resolve) => open.once('exit', resolve));
    await until('her connection is open', async () => {
      const shownBy = await tryRun('ss', ['-Htn', 'state', 'established', `sport = :${ports.alice}`]);
      return shownBy.stdout.trim() !== '';
    });
    const [seen] = await enforcer.look([target('alice')], soon());
    const change = { target: target('alice'), kept: (seen as { kept: string }).kept };
    expect(await enforcer.suspend([change], soon())).toEqual(['done']);
    await ended;
    expect(await getsThrough('alice')).toBe(false);
    expect(await getsThrough('bob')).toBe(true);
    expect(await shown('alice')).toBeUndefined();
    expect(await enforcer.look([target('alice'), target('bob')], soon())).toMatchObject([
      { state: 'suspended' },
      { state: 'active' },
    ]);
    expect(await enforcer.restore([change], soon())).toEqual(['done']);
    await until('alice gets through again', () => getsThrough('alice'));
    expect(await enforcer.look([target('alice')], soon())).toEqual([seen]);
    expect(await enforcer.restore([change], soon())).toEqual(['changed']);
  });
});

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createTcpServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ports.push((server.address() as AddressInfo).port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
