import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/app/system-clock.ts';
import { ShadowsocksCollector } from '../../src/integrations/shadowsocks/collector.ts';
import { parseShadowsocksOptions } from '../../src/integrations/shadowsocks/options.ts';
import { StatReply } from '../../src/integrations/shadowsocks/stat-reply.ts';
import { peersOf } from '../support/readings.ts';
import { FakeManager, libevAnswer, type Ports, rustAnswer } from '../support/shadowsocks-manager.ts';
import { type CollectorRig, collectorContract, type ShownSeries } from './collector.contract.ts';

const soon = () => AbortSignal.timeout(10_000);

function makeCollector(port: number, more: object = {}): ShadowsocksCollector {
  const options = parseShadowsocksOptions({ manager: `127.0.0.1:${port}`, ...more });
  return new ShadowsocksCollector(options, { clock: systemClock, runDirectory: tmpdir() });
}

async function makeRig(): Promise<CollectorRig> {
  const manager = new FakeManager();
  const collector = makeCollector(await manager.listen());
  let whole = '';
  const say = (text: string) => {
    manager.answer = [text];
  };
  const garbage = (name: string, change: (text: string) => string) => ({ name, show: async () => say(change(whole)) });
  return {
    collector,
    isUndirected: true,
    // What fits into one datagram.
    most: 3_000,
    keys: (n) => Array.from({ length: n }, (_, index) => String(8_001 + index)),
    show: async (series: readonly ShownSeries[]) => {
      whole = rustAnswer(Object.fromEntries(series.map(({ key, tx }) => [key, tx])))[0] ?? '';
      say(whole);
    },
    cut: async (share) => say(whole.slice(0, Math.floor((whole.length - 2) * share))),
    garbage: [
      garbage('a web page', () => '<html><body>404 not found</body></html>'),
      garbage('random bytes', () => '\u0000\u0001\u0002}\n'),
      garbage('an error', () => 'err'),
      garbage('the Python manager', () => 'pong'),
      garbage('another answer', () => '[{"server_port":8001,"password":"hunter2"}]'),
      garbage('a negative counter', (text) => text.replace('12345678901', '-12345678901')),
      garbage('a counter beyond u64', (text) => text.replace('12345678901', '18446744073709551616')),
      garbage('a counter with a fraction', (text) => text.replace('12345678901', '1.2e10')),
      garbage('a port twice', (text) => text.replace('"8002"', '"8001"')),
      garbage('two answers', (text) => `${text}${text}`),
    ],
    hang: async () => {
      manager.isSilent = true;
    },
    recover: async () => {
      manager.isSilent = false;
      say(whole);
    },
    showSecrets: async () => {
      say('[{"server_port":8001,"password":"hunter2"}]');
      return ['hunter2'];
    },
    close: async () => {
      await collector.close();
      await manager.close();
    },
  };
}

collectorContract('shadowsocks', makeRig);

describe('a Shadowsocks manager', () => {
  let manager: FakeManager;
  let port: number;
  beforeEach(async () => {
    manager = new FakeManager();
    port = await manager.listen();
  });
  afterEach(async () => {
    await manager.close();
  });

  test('is asked for nothing but its counters', async () => {
    manager.answer = libevAnswer({ 8001: 11_370n, 8002: 0n });
    const poll = await makeCollector(port).collect(soon());
    expect(poll).toMatchObject({
      complete: true,
      services: [
        {
          kind: 'shadowsocks',
          peers: [
            { key: '8001', traffic: { rx: null, tx: null, total: 11_370n } },
            { key: '8002', traffic: { rx: null, tx: null, total: 0n } },
          ],
        },
      ],
    });
    expect(manager.heard).toEqual(['ping']);
  });

  test('without ports it answers all the same', async () => {
    manager.answer = libevAnswer({});
    expect(await makeCollector(port).collect(soon())).toMatchObject({ complete: true, services: [{ peers: [] }] });
  });

  test('a lost answer is asked for again', async () => {
    manager.losing = 1;
    manager.answer = rustAnswer({ 8001: 5n });
    expect((await makeCollector(port).collect(soon())).complete).toBe(true);
    expect(manager.heard).toHaveLength(2);
  });

  test('one that never answers, and one that is not there, are told apart', async () => {
    manager.isSilent = true;
    await expect(makeCollector(port).collect(soon())).rejects.toMatchObject({ code: 'manager-timeout' });
    expect(manager.heard).toHaveLength(3);
    const gone = new FakeManager();
    const nobody = await gone.listen();
    await gone.close();
    await expect(makeCollector(nobody).collect(soon())).rejects.toMatchObject({ code: 'manager-refused' });
  });

  test('of thousands of ports libev drops some: the rest is exact, and nothing counts as gone', async () => {
    const ports: Ports = Object.fromEntries(
      Array.from({ length: 6_000 }, (_, index) => [String(8_001 + index), BigInt(index) * 1_000_003n]),
    );
    manager.answer = libevAnswer(ports);
    expect(manager.answer.length).toBeGreaterThan(2);
    const poll = await makeCollector(port).collect(soon());
    expect(poll.complete).toBe(false);
    expect(poll.notices.map(({ code }) => code)).toEqual(['ports-dropped']);
    const shown = poll.services[0]?.peers ?? [];
    expect(shown).toHaveLength(6_000 - (manager.answer.length - 1));
    for (const { key, traffic } of shown) expect(traffic.total).toBe(ports[key]);
  });

  test('a lost piece is never taken for the whole', async () => {
    const pieces = libevAnswer(
      Object.fromEntries(Array.from({ length: 6_000 }, (_, index) => [String(8_001 + index), 123_456n])),
    );
    for (let lost = 0; lost < pieces.length; lost++) {
      manager.answer = pieces.filter((_, index) => index !== lost);
      const poll = await makeCollector(port)
        .collect(soon())
        .catch((error) => error);
      expect(poll.complete ?? false).toBe(false);
    }
  });

  test('ports have names from a file; without it counting goes on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'xpert-ss-'));
    const names = join(folder, 'names');
    manager.answer = rustAnswer({ 8001: 1n, 8002: 2n });
    const collector = makeCollector(port, { names });
    const missing = await collector.collect(soon());
    expect(missing.complete).toBe(true);
    expect(missing.notices.map(({ code }) => code)).toEqual(['names-unreadable']);
    writeFileSync(names, '# port name\n8001 alice smith\n8002: bob\n"8003": {"password": "hunter2"}\n');
    const poll = await collector.collect(soon());
    expect(peersOf(poll.services[0]).map(({ key, name }) => [key, name])).toEqual([
      ['8001', 'alice smith'],
      ['8002', 'bob'],
    ]);
    rmSync(folder, { recursive: true });
  });
});

/** Ports with numbers of so many digits. */
function manyPorts(count: number, digits: number): Ports {
  const bytes = (index: number) =>
    BigInt(
      String(index + 1)
        .repeat(digits)
        .slice(0, digits),
    );
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [String(1 + index * 13), bytes(index)]));
}

function readInChunks(pieces: readonly string[], chunk: number) {
  const reply = new StatReply();
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += chunk) reply.push(piece.slice(at, at + chunk));
  }
  return reply.finish();
}

const digits = fc.integer({ min: 1, max: 19 });
const chunk = fc.integer({ min: 1, max: 9_000 });

test('in any chunks: an answer of rust is whole', () => {
  // What fits into one datagram.
  fc.assert(
    fc.property(fc.nat(2_200), digits, chunk, (count, width, size) => {
      const ports = manyPorts(count, width);
      const { ports: read, isWhole } = readInChunks(rustAnswer(ports), size);
      expect(isWhole).toBe(true);
      expect(Object.fromEntries(read.map(({ port, bytes }) => [port, bytes]))).toEqual(ports);
    }),
    { numRuns: 40 },
  );
});

test('in any pieces and chunks: what libev shows was there, and whole means all of it', () => {
  fc.assert(
    fc.property(fc.nat(5_000), digits, chunk, (count, width, size) => {
      const ports = manyPorts(count, width);
      const { ports: read, isWhole } = readInChunks(libevAnswer(ports), size);
      expect(read.filter(({ port, bytes }) => ports[port] !== bytes)).toEqual([]);
      if (isWhole) expect(read).toHaveLength(count);
      else expect(count).toBeGreaterThan(1_000);
    }),
    { numRuns: 40 },
  );
});

test.each([
  [{}, '/options/manager'],
  [{ manager: 'somewhere' }, '/options/manager'],
  [{ manager: '127.0.0.1:0' }, '/options/manager'],
  [{ manager: '/run/m.sock,mode=0777' }, '/options/manager'],
  [{ manager: '127.0.0.1:8389', names: 'relative' }, '/options/names'],
  [{ manager: '127.0.0.1:8389', replyFolder: '/tmp' }, '/options/replyFolder'],
  [{ manager: '/run/m.sock', replyFolder: '/tmp/a b' }, '/options/replyFolder'],
  [{ manager: '127.0.0.1:8389', password: 'x' }, '/options/password'],
])('options %j are refused at their place', (options, pointer) => {
  expect(() => parseShadowsocksOptions(options)).toThrow(expect.objectContaining({ details: { pointer } }));
});
