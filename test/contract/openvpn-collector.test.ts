import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SourceFailure } from '../../src/core/errors.ts';
import { ManualClock } from '../../src/core/units/testing.ts';
import { OpenvpnCollector } from '../../src/integrations/openvpn/collector.ts';
import { openvpn } from '../../src/integrations/openvpn/integration.ts';
import { type OpenvpnOptions, parseOpenvpnOptions } from '../../src/integrations/openvpn/options.ts';
import { until } from '../support/lab.ts';
import { FakeManagement, statusText } from '../support/openvpn-management.ts';
import { peersOf } from '../support/readings.ts';
import { type CollectorRig, collectorContract, type ShownSeries } from './collector.contract.ts';

const SINCE = 1_795_698_000;
const soon = () => AbortSignal.timeout(10_000);

/** What becomes of a whole status. */
const STATUS_GARBAGE: readonly (readonly [name: string, change: (whole: string) => string])[] = [
  ['only an end', () => 'END\r\n'],
  ['a web page', () => '<html><body>404 not found</body></html>\r\n'],
  ['random bytes', () => '\u0000\u0001\u0002\n\u0000END\n'],
  ['a NUL in a counter', (whole) => whole.replace('\t12345678901\t', '\t123456\u000078901\t')],
  ['a negative counter', (whole) => whole.replace('\t12345678901\t', '\t-12345678901\t')],
  ['a counter beyond u64', (whole) => whole.replace('\t12345678901\t', '\t18446744073709551616\t')],
  ['a counter with a fraction', (whole) => whole.replace('\t12345678901\t', '\t1.2e10\t')],
  ['a missing column', (whole) => whole.replace('\t12345678901\t', '\t')],
  ['a header without the bytes', (whole) => whole.replace('Bytes Received', 'Received')],
  ['a connection twice', (whole) => whole.replace(/(CLIENT_LIST\tclient-0[^\n]*\n)/, '$1$1')],
  ['an endless line', () => 'x'.repeat(3 * 1024 * 1024)],
  ['an endless line inside', (whole) => whole.replace('\t12345678901\t', `\t${'1'.repeat(3_000_000)}\t`)],
];

async function makeRig(): Promise<CollectorRig> {
  const folder = mkdtempSync(join(tmpdir(), 'xpert-rig-'));
  const daemon = new FakeManagement();
  daemon.password = 'hunter2-of-the-management';
  writeFileSync(join(folder, 'password'), `${daemon.password}\n`);
  await daemon.listen(join(folder, 'm.sock'));
  const options = { management: join(folder, 'm.sock'), passwordFile: join(folder, 'password') };
  const collector = makeCollector({ transport: 'management', ...options });
  let text = '';
  const say = (status: string) => {
    daemon.status = status;
    daemon.cutAt = null;
  };
  const greeting = daemon.greeting;
  const garbage = (name: string, change: (whole: string) => string) => ({
    name,
    show: async () => {
      const changed = change(text);
      if (changed === text) throw new Error(`"${name}" changes nothing`);
      say(changed);
    },
  });
  return {
    collector,
    keys: (n) => Array.from({ length: n }, (_, index) => `client-${index}`),
    show: async (series: readonly ShownSeries[], start: number) => {
      text = statusText(
        series.map(({ key, rx, tx }, index) => {
          return { name: key, clientId: index, sinceSeconds: SINCE + start, rx, tx };
        }),
      );
      say(text);
    },
    cut: async (share) => {
      daemon.cutAt = Math.floor(text.length * share);
    },
    garbage: [
      ...STATUS_GARBAGE.map(([name, change]) => garbage(name, change)),
      {
        name: 'another server',
        show: async () => {
          daemon.drop();
          daemon.greeting = 'HTTP/1.1 400 Bad Request\r\n\r\n';
        },
      },
    ],
    hang: async () => {
      daemon.isHanging = true;
    },
    recover: async () => {
      daemon.isHanging = false;
      daemon.greeting = greeting;
      say(text);
    },
    showSecrets: async () => {
      say(statusText([]).replace('GLOBAL_STATS', 'CLIENT_LIST\tx\tauth-token-of-x\r\nGLOBAL_STATS'));
      return [daemon.password ?? '', 'auth-token-of-x'];
    },
    close: async () => {
      await collector.close();
      await daemon.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

collectorContract('openvpn, management interface', makeRig);

async function makeFileRig(): Promise<CollectorRig> {
  const folder = mkdtempSync(join(tmpdir(), 'xpert-rig-'));
  const path = join(folder, 'status.log');
  const collector = makeCollector({ transport: 'status-file', path });
  let text = '';
  let atSeconds = SINCE + 720;
  clock = new ManualClock(new Date((SINCE + 730) * 1000).toISOString());
  return {
    collector,
    keys: (n) => Array.from({ length: n }, (_, index) => `client-${index}`),
    show: async (series, start) => {
      atSeconds += 1;
      const connections = series.map(({ key, rx, tx }, index) => {
        return { name: key, clientId: index, sinceSeconds: SINCE + start, rx, tx };
      });
      text = statusText(connections, atSeconds);
      writeFileSync(path, text);
    },
    cut: async (share) => writeFileSync(path, text.slice(0, Math.floor((text.length - 4) * share))),
    garbage: STATUS_GARBAGE.map(([name, change]) => ({
      name,
      show: async () => {
        const changed = change(text);
        if (changed === text) throw new Error(`"${name}" changes nothing`);
        writeFileSync(path, changed);
      },
    })),
    hang: async () => {},
    recover: async () => writeFileSync(path, text),
    showSecrets: async () => {
      const secret = statusText([], atSeconds).replace(
        'GLOBAL_STATS',
        'CLIENT_LIST\tx\tauth-token-of-x\r\nGLOBAL_STATS',
      );
      writeFileSync(path, secret);
      return ['auth-token-of-x'];
    },
    close: async () => {
      await collector.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

collectorContract('openvpn, status file', makeFileRig, { cannotHang: 'A file is there or not.' });

let clock = new ManualClock('2026-11-26T13:12:00Z');

function makeCollector(options: OpenvpnOptions): OpenvpnCollector {
  return new OpenvpnCollector(parseOpenvpnOptions(options), { clock, runDirectory: tmpdir() });
}

describe('the management interface of OpenVPN', () => {
  let folder: string;
  let daemon: FakeManagement;
  let options: OpenvpnOptions;
  let collectors: OpenvpnCollector[];

  beforeEach(async () => {
    clock = new ManualClock('2026-11-26T13:12:00Z');
    folder = mkdtempSync(join(tmpdir(), 'xpert-ovpn-'));
    daemon = new FakeManagement();
    daemon.status = statusText([]);
    await daemon.listen(join(folder, 'm.sock'));
    options = { transport: 'management', management: join(folder, 'm.sock') };
    collectors = [];
  });
  afterEach(async () => {
    for (const collector of collectors) await collector.close();
    await daemon.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (more: Partial<OpenvpnOptions> = {}) => {
    const collector = makeCollector({ ...options, ...more });
    collectors.push(collector);
    return collector;
  };
  const alice = { name: 'alice', clientId: 4, sinceSeconds: SINCE, rx: 1_000n, tx: 20_000n };
  const shown = async (collector: OpenvpnCollector) => {
    const { services } = await collector.collect(soon());
    return peersOf(services[0]).map(({ key, connection, traffic, isOver = false }) => {
      return { key, connection, rx: traffic.rx, tx: traffic.tx, isOver };
    });
  };
  const listings = () => daemon.heard.filter((command) => command === 'status 3').length;

  test('the last bytes of a connection that ended between two polls are told, and told again', async () => {
    const collector = open();
    daemon.status = statusText([alice]);
    await collector.collect(soon());
    daemon.tell('BYTECOUNT_CLI:4,1500,30000');
    daemon.status = statusText([]);
    await until('the bytes are heard', async () => (await shown(collector))?.[0]?.rx === 1_500n);
    const last = { key: 'alice', connection: `3924.4@${SINCE}`, rx: 1_500n, tx: 30_000n, isOver: true };
    expect(await shown(collector)).toEqual([last]);
    clock.advance(599_000);
    expect(await shown(collector)).toEqual([last]);
    clock.advance(2_000);
    expect(await shown(collector)).toEqual([]);
  });

  test('a connection that began and ended between two polls is told as well', async () => {
    const collector = open();
    await collector.collect(soon());
    daemon.status = statusText([alice]);
    daemon.tell('BYTECOUNT_CLI:4,1100,20000');
    await until('we ask who that is', () => listings() === 2);
    daemon.tell('BYTECOUNT_CLI:4,1200,21000');
    daemon.status = statusText([]);
    await until('the bytes are heard', async () => (await shown(collector))?.[0]?.rx === 1_200n);
    expect(await shown(collector)).toEqual([
      { key: 'alice', connection: `3924.4@${SINCE}`, rx: 1_200n, tx: 21_000n, isOver: true },
    ]);
  });

  test('whoever is not authenticated yet does not make us ask again and again', async () => {
    const collector = open();
    await collector.collect(soon());
    for (let n = 0; n < 5; n++) {
      daemon.tell('BYTECOUNT_CLI:9,1,1');
      clock.advance(5_000);
      await until('it was heard', () => listings() === 2);
    }
    await collector.collect(soon());
    expect(listings()).toBe(3);
  });

  test('lines that come by themselves, between replies and within them, disturb nothing', async () => {
    const collector = open();
    daemon.status = statusText([alice]).replace('CLIENT_LIST\talice', '>LOG:1795698714,N,hello\r\nCLIENT_LIST\talice');
    daemon.greeting += '>HOLD:Waiting for hold release:0\r\n';
    expect(await shown(collector)).toMatchObject([{ key: 'alice', rx: 1_000n }]);
    daemon.tell('CLIENT:ESTABLISHED,4');
    expect(await shown(collector)).toMatchObject([{ key: 'alice', rx: 1_000n }]);
  });

  test('a daemon that restarts in its process: numbers begin again, nobody is taken for another', async () => {
    const collector = open();
    daemon.status = statusText([alice]);
    await collector.collect(soon());
    daemon.tell('STATE:1795698721,RECONNECTING,SIGUSR1,,,,,');
    daemon.tell('BYTECOUNT_CLI:4,999999,999999');
    daemon.status = statusText([{ ...alice, name: 'bob', sinceSeconds: SINCE + 60, rx: 1_000_000n, tx: 1_000_001n }]);
    await until('the end is heard', () => listings() === 2);
    expect(await shown(collector)).toEqual([
      { key: 'bob', connection: `3924.4@${SINCE + 60}`, rx: 1_000_000n, tx: 1_000_001n, isOver: false },
      { key: 'alice', connection: `3924.4@${SINCE}`, rx: 1_000n, tx: 20_000n, isOver: true },
    ]);
  });

  test('another process: its connections are others, those of the former are over', async () => {
    const collector = open();
    daemon.status = statusText([alice]);
    await collector.collect(soon());
    daemon.drop();
    daemon.pid = 4000;
    await until('we notice', () => !daemon.isHeld);
    expect(await shown(collector)).toEqual([
      { key: 'alice', connection: `4000.4@${SINCE}`, rx: 1_000n, tx: 20_000n, isOver: false },
      { key: 'alice', connection: `3924.4@${SINCE}`, rx: 1_000n, tx: 20_000n, isOver: true },
    ]);
  });

  test('the interface is kept between polls, shared by a test, and given back at the end', async () => {
    const collector = open();
    await collector.collect(soon());
    expect(daemon.isHeld).toBe(true);
    const tools = { clock, runDirectory: tmpdir() };
    expect(await openvpn.test(options, tools, soon())).toMatchObject({ ok: true, found: { peers: 0 } });
    expect(daemon.isHeld).toBe(true);
    await collector.close();
    await until('it is free', () => !daemon.isHeld);
  });

  test('where it is not to be kept it is free after each poll', async () => {
    const collector = open({ keepConnection: false });
    daemon.status = statusText([alice]);
    for (let n = 0; n < 2; n++) {
      expect(await shown(collector)).toMatchObject([{ key: 'alice' }]);
      await until('it is free', () => !daemon.isHeld);
    }
    expect(daemon.heard).not.toContain('bytecount 2');
  });

  test('somebody else has it: that is said, and it is read when it is free', async () => {
    const other = open();
    await other.collect(soon());
    const collector = open({ keepConnection: false });
    await expect(collector.collect(soon())).rejects.toMatchObject({ code: 'management-busy' });
    await other.close();
    await collector.collect(soon());
  });

  test.each([
    ['none is given', {}, 'management-password-needed'],
    ['the file is not there', { passwordFile: '/nowhere/at/all' }, 'management-password-unreadable'],
  ])('a password is wanted and %s', async (_name, more, code) => {
    daemon.password = 'secret';
    await expect(open(more).collect(soon())).rejects.toMatchObject({ code });
  });

  test('a wrong password is refused, and not tried over and over', async () => {
    daemon.password = 'secret';
    writeFileSync(join(folder, 'wrong'), 'wrong\n');
    await expect(open({ passwordFile: join(folder, 'wrong') }).collect(soon())).rejects.toMatchObject({
      code: 'management-password-refused',
    });
  });

  test('by TCP as by a socket; nobody there is said in words', async () => {
    const tcp = new FakeManagement();
    tcp.status = statusText([alice]);
    const port = await tcp.listen(0);
    const collector = open({ management: `127.0.0.1:${port}`, port: 1194 });
    const { services } = await collector.collect(soon());
    expect(services[0]).toMatchObject({ kind: 'openvpn', listenPort: 1194 });
    expect(services[0]?.identity).toMatch(new RegExp(`^[^:]+:${port}$`));
    await collector.close();
    await tcp.close();
    await expect(open({ management: `127.0.0.1:${port}` }).collect(soon())).rejects.toMatchObject({
      code: 'openvpn-refused',
    });
    const missing = (await open({ management: '/nowhere/m.sock' })
      .collect(soon())
      .catch((error) => error)) as SourceFailure;
    expect(missing).toMatchObject({ code: 'openvpn-unreachable', hint: expect.stringContaining('management') });
  });
});

describe('the status file of OpenVPN', () => {
  let folder: string;
  beforeEach(() => {
    clock = new ManualClock(new Date(1_795_698_740_000).toISOString());
    folder = mkdtempSync(join(tmpdir(), 'xpert-ovpn-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const write = (text: string) => writeFileSync(join(folder, 'status.log'), text);
  const file = () => makeCollector({ transport: 'status-file', path: join(folder, 'status.log') });
  const alice = { name: 'alice', clientId: 4, sinceSeconds: SINCE, rx: 1_000n, tx: 20_000n };

  test('tells the instant of its values and their order', async () => {
    write(statusText([alice]));
    expect(await file().collect(soon())).toMatchObject({
      complete: true,
      takenAt: new Date(1_795_698_720_000),
      order: { uptimeMs: 1_795_698_720_000 },
      services: [{ peers: [{ key: 'alice', connection: `4@${SINCE}` }] }],
    });
  });

  test('one that is being written is not complete', async () => {
    write(statusText([alice]).split('GLOBAL_STATS')[0] ?? '');
    const poll = await file().collect(soon());
    expect(poll.complete).toBe(false);
    expect(poll.notices.map(({ code }) => code)).toEqual(['output-cut']);
  });

  test('what is old, missing, no file or something else is named', async () => {
    await expect(file().collect(soon())).rejects.toMatchObject({ code: 'file-missing' });
    write(statusText([alice], 1_795_698_000));
    await expect(file().collect(soon())).rejects.toMatchObject({ code: 'file-stale' });
    write('');
    await expect(file().collect(soon())).rejects.toMatchObject({ code: 'status-garbled' });
    write('x'.repeat(200_000));
    await expect(file().collect(soon())).rejects.toMatchObject({ code: 'status-garbled' });
    await expect(makeCollector({ transport: 'status-file', path: folder }).collect(soon())).rejects.toMatchObject({
      code: 'file-unreadable',
    });
    await expect(file().collect(AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
  });
});

test.each([
  [{}, '/options/transport'],
  [{ transport: 'telnet' }, '/options/transport'],
  [{ transport: 'management' }, '/options/management'],
  [{ transport: 'management', management: 'somewhere' }, '/options/management'],
  [{ transport: 'management', management: 'host:99999' }, '/options/management'],
  [{ transport: 'management', management: `/${'x'.repeat(120)}` }, '/options/management'],
  [{ transport: 'management', management: '/run/m', path: '/x' }, '/options/path'],
  [{ transport: 'status-file', path: 'relative' }, '/options/path'],
  [{ transport: 'status-file', path: '/x', passwordFile: '/y' }, '/options/passwordFile'],
  [{ transport: 'status-file', path: '/x', colour: 'red' }, '/options/colour'],
])('options %j are refused at their place', (options, pointer) => {
  expect(() => parseOpenvpnOptions(options)).toThrow(expect.objectContaining({ details: { pointer } }));
});
