import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { directed } from '../../core/units/bytes.ts';
import { OutputReader } from './output-reader.ts';

const fixtures = new URL('./fixtures/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, fixtures));
const names = readdirSync(fixtures);
const key = (words: string) => createHash('sha256').update(words).digest('base64');

/** The same peers stand in every fixture; rx and tx differ everywhere. */
const peers = [
  {
    key: key('peer 1'),
    traffic: directed(54_103_224n, 909_484n),
    allowedIps: ['10.8.0.2/32', 'fd00::2/128'],
    endpoint: '203.0.113.7:41641',
    lastHandshakeAt: new Date(1_795_216_635_000),
  },
  {
    key: key('peer 2'),
    traffic: directed(18_446_744_073_709_551_615n, 9_007_199_254_740_993n),
    allowedIps: ['10.8.0.3/32'],
    endpoint: '[2001:db8::7]:51820',
    lastHandshakeAt: new Date(1_795_216_600_000),
  },
  { key: key('peer 3'), traffic: directed(0n, 148n), allowedIps: [] },
];

function parse(bytes: Buffer, chunkBytes = bytes.length || 1, wanted?: string) {
  const reader = new OutputReader(wanted);
  for (let at = 0; at < bytes.length; at += chunkBytes) reader.push(bytes.subarray(at, at + chunkBytes));
  const { poll } = reader.finish();
  return { ...poll, services: poll.services.map((service) => ({ ...service, peers: [...service.peers] })) };
}

describe.each(names.filter((name) => name.endsWith('.all-dump.txt')))('%s', (name) => {
  const kind = name.startsWith('amneziawg') ? 'amneziawg' : 'wireguard';
  const interfaceName = kind === 'amneziawg' ? 'awg0' : 'wg0';

  test('every interface and every peer is read, the same from any chunks', () => {
    for (const chunkBytes of [1, 7, 100, 65_536]) {
      const poll = parse(read(name), chunkBytes);
      expect(poll.services).toEqual([
        { identity: key(`public ${interfaceName}`), kind, name: interfaceName, listenPort: 51820, peers },
        {
          identity: key('public x1'),
          kind,
          name: 'x1',
          peers: [{ key: key('peer 1'), traffic: directed(3n, 4n), allowedIps: ['10.9.0.2/32'] }],
        },
      ]);
      expect(poll.complete).toBe(false);
      expect(poll.notices.map((one) => one.code)).toEqual(['plain-dump']);
    }
  });

  test('a dump of one interface is read as well', () => {
    const single = read(name.replace('.all-dump', '.dump'));
    const poll = parse(single, 50, interfaceName);
    expect(poll.services).toEqual([
      { identity: key(`public ${interfaceName}`), kind, name: interfaceName, listenPort: 51820, peers },
    ]);
  });

  test('no private or preshared key comes out', () => {
    const text = inspect(parse(read(name)), { depth: null, showHidden: true });
    for (const secret of [`private ${interfaceName}`, 'private x1', 'psk 1', 'psk 3', 'header']) {
      expect(text).not.toContain(key(secret));
    }
  });

  test('one interface alone can be asked for', () => {
    expect(parse(read(name), 64, 'x1').services.map((service) => service.name)).toEqual(['x1']);
    expect(() => parse(read(name), 64, 'wg9')).toThrow(/no interface "wg9".*x1/);
  });
});

test.each(names.filter((name) => /^amneziawg.*\.all-dump/.test(name)))(
  'wg and awg of one node, dumped one after the other with %s: each interface has its kind and its own peers',
  (name) => {
    const wg = read('wireguard-1.0.20210914.all-dump.txt');
    const awg = read(name)
      .toString('latin1')
      .replaceAll(/^(x1|nokey)\t.*\n/gm, '');
    for (const both of [`${wg.toString('latin1')}${awg}`, `${awg}${wg.toString('latin1')}`]) {
      const { services } = parse(Buffer.from(both, 'latin1'), 33);
      const shown = services.map((one) => [one.name, one.kind, one.peers.length] as const);
      expect([...shown].sort()).toEqual([
        ['awg0', 'amneziawg', 3],
        ['wg0', 'wireguard', 3],
        ['x1', 'wireguard', 1],
      ]);
      const text = inspect(services, { depth: null, showHidden: true });
      for (const secret of ['private wg0', 'private awg0', 'psk 1', 'header']) expect(text).not.toContain(key(secret));
    }
  },
);

describe('a damaged dump', () => {
  const whole = read('wireguard-1.0.20210914.all-dump.txt');
  const valid = new Map(
    parse(whole).services.flatMap((one) => one.peers.map((peer) => [`${one.name} ${peer.key}`, peer.traffic])),
  );

  test('cut anywhere: only whole lines count', () => {
    for (let length = 1; length < whole.length; length++) expectNothingWrong(whole.subarray(0, length));
  });

  test('any byte replaced: a failure, or every number as it was, but for replaced digits', () => {
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.constantFrom(0, 9, 10, 32, 127, 255), (at, byte) => {
        const damaged = Buffer.from(whole);
        damaged[at] = byte;
        expectNothingWrong(damaged);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['a peer twice', (text: string) => text.replace(/(wg0\t[^\n]*\t909484\t25\n)/, '$1$1')],
    ['an interface twice', (text: string) => `${text}${text}`],
    ['a peer of another interface', (text: string) => text.replace(/wg0(\t[^\n]*\t909484)/, 'wg1$1')],
    ['a peer first', (text: string) => text.replace(/^[^\n]*\n/, '')],
  ])('%s is refused', (_name, damage) => {
    expect(() => parse(Buffer.from(damage(whole.toString('latin1')), 'latin1'))).toThrow(/not readable: line \d+/);
  });

  function expectNothingWrong(bytes: Buffer): void {
    try {
      for (const { name, peers: read } of parse(bytes).services) {
        for (const peer of read) {
          const known = valid.get(`${name} ${peer.key}`);
          if (known !== undefined) expect(peer.traffic).toEqual(known);
        }
      }
    } catch (error) {
      expect(error).toHaveProperty('hint');
    }
  }
});
