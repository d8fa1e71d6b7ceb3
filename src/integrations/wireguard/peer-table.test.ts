import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PeerReading } from '../../core/metering/collector.ts';
import { directed } from '../../core/units/bytes.ts';
import { OutputReader } from './output-reader.ts';

const keyOf = (words: string) => createHash('sha256').update(words).digest('base64');
const MOST = 2n ** 64n - 1n;

/** What stands in the fields of a peer's row, by the names that `wg` has for them. */
interface Row {
  readonly key: string;
  readonly psk: string;
  readonly endpoint: string;
  readonly allowedIps: string;
  readonly handshake: string;
  readonly rx: string;
  readonly tx: string;
}

/** Counters around each limit of how they are read: 15 digits, 2^53, halves of 32 bits, 2^64. */
const counter = fc.oneof(
  fc.bigInt({ min: 0n, max: MOST }),
  fc.constantFrom(0n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n + 1n, 10n ** 15n - 1n, 10n ** 15n, MOST),
);
const row = (n: number): fc.Arbitrary<Row> =>
  fc.record({
    key: fc.constant(keyOf(`peer ${n}`)),
    psk: fc.constantFrom('(none)', keyOf(`psk ${n}`)),
    endpoint: fc.constantFrom('(none)', `203.0.113.${n % 256}:${1024 + n}`, `[2001:db8::${n}]:51820`),
    allowedIps: fc.constantFrom('(none)', `10.8.0.${n}/32`, `10.8.0.${n}/32,fd00::${n}/128`, `10.9.0.0/16`),
    handshake: fc.constantFrom('0', '1795216635', `${1_795_000_000 + n}`),
    rx: counter.map(String),
    tx: counter.map(String),
  });
const rows = fc.nat(150).chain((count) => fc.tuple(...Array.from({ length: count }, (_, n) => row(n))));
/** What no counter, key or row looks like; one of them stands somewhere in a dump. */
const wrong: readonly Partial<Row>[] = [
  ...[
    '',
    '-1',
    '+1',
    '01',
    '1.5',
    '1e3',
    'x',
    '99999999999999999999',
    String(MOST + 1n),
    '184467440737095516150',
  ].flatMap((value) => [{ rx: value }, { tx: value }]),
  ...[
    '',
    '(none)',
    keyOf('a').slice(1),
    `${keyOf('a')}=`,
    keyOf('a').replace('=', 'A'),
    `${keyOf('a').slice(0, -2)}-=`,
  ].map((key) => ({ key })),
  { endpoint: '203.0.113.7:1\t2' },
  { allowedIps: 'a\u0001b' },
];

const dumpOf = (all: readonly Row[]) =>
  [
    ['wg0', keyOf('private'), keyOf('public'), '51820', 'off'],
    ...all.map(({ key, psk, endpoint, allowedIps, handshake, rx, tx }) => [
      'wg0',
      key,
      psk,
      endpoint,
      allowedIps,
      handshake,
      rx,
      tx,
      'off',
    ]),
  ]
    .map((fields) => `${fields.join('\t')}\n`)
    .join('');

/** A list in the script's output; `reversed`: peers stand in another order than in the list of counters. */
const listOf = (all: readonly Row[], value: (row: Row) => string, reversed = false) => {
  const lines = all.map((one) => `${one.key}\t${value(one)}\n`);
  return (reversed ? lines.reverse() : lines).join('');
};

const scriptOf = (all: readonly Row[], reversed: boolean) => {
  const parts: [string, string][] = [
    ['public-key', `${keyOf('public')}\n`],
    ['transfer', listOf(all, ({ rx, tx }) => `${rx}\t${tx}`)],
    ['latest-handshakes', listOf(all, ({ handshake }) => handshake, reversed)],
    ['endpoints', listOf(all, ({ endpoint }) => endpoint, reversed)],
    ['allowed-ips', listOf(all, ({ allowedIps }) => allowedIps.replaceAll(',', ' '), reversed)],
  ];
  const [transfer, ...rest] = parts.map(([part, text]) => `@run\twg\twg0\t${part}\n${text}@exit\t0\t\n`).slice(1);
  const link = '@link\twg\twg0\t7\t0x1\n';
  return [
    '@xpert-node\t2\tread\n@boot\tboot\t500\t1795220000\troot\n@place\t.\t-\n@tool\twg\twireguard-tools\n',
    '@run\twg\t-\tinterfaces\nwg0\n@exit\t0\t\n',
    `@run\twg\twg0\tpublic-key\n${keyOf('public')}\n@exit\t0\t\n`,
    link,
    transfer,
    link,
    ...rest,
    `@parts\t${parts.length + 1}\n@done\n`,
  ].join('');
};

/** The rule, as simply as it is told. */
function expected({ key, endpoint, allowedIps, handshake, rx, tx }: Row): PeerReading {
  return {
    key,
    traffic: directed(BigInt(rx), BigInt(tx)),
    allowedIps: allowedIps === '(none)' ? [] : allowedIps.split(','),
    ...(endpoint === '(none)' ? {} : { endpoint }),
    ...(handshake === '0' ? {} : { lastHandshakeAt: new Date(Number(handshake) * 1000) }),
  };
}

function read(text: string, chunkBytes: number) {
  const bytes = Buffer.from(text);
  const reader = new OutputReader(undefined);
  for (let at = 0; at < bytes.length; at += chunkBytes) reader.push(bytes.subarray(at, at + chunkBytes));
  const { poll } = reader.finish();
  return { ...poll, peers: [...(poll.services[0]?.peers ?? [])] };
}

const chunkBytes = fc.constantFrom(1, 13, 200, 65_536);

describe('any peers', () => {
  test('of a dump are read as they stand there', () => {
    fc.assert(
      fc.property(rows, chunkBytes, (all, size) => {
        expect(read(dumpOf(all), size).peers).toEqual(all.map(expected));
      }),
      { numRuns: 60 },
    );
  });

  test('of the script are read the same from lists of any order', () => {
    fc.assert(
      fc.property(rows, chunkBytes, fc.boolean(), (all, size, reversed) => {
        const { peers, complete } = read(scriptOf(all, reversed), size);
        expect(peers).toEqual(all.map((one) => ({ ...expected(one), isOff: one.allowedIps === '(none)' })));
        expect(complete).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('that go on after the cut of a dump are not read in part', () => {
    fc.assert(
      fc.property(rows, fc.nat(), (all, cut) => {
        const text = dumpOf(all);
        const there = text.slice(0, cut % (text.length + 1));
        const whole = there.split('\n').length - 2;
        if (whole < 0) expect(() => read(there, 64)).toThrow(/not/);
        else expect(read(there, 64).peers).toEqual(all.slice(0, whole).map(expected));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a row that no wg prints', () => {
  test.each(wrong)('refuses its dump and its list of counters: %j', (change) => {
    fc.assert(
      fc.property(rows, fc.nat(), (all, at) => {
        const place = at % (all.length + 1);
        const bad = { ...rowOf(`bad ${place}`), ...change };
        const withBad = [...all.slice(0, place), bad, ...all.slice(place)];
        expect(() => read(dumpOf(withBad), 100)).toThrow(/not readable: line \d+/);
        if (change.endpoint !== undefined || change.allowedIps !== undefined) return;
        expect(() => read(scriptOf(withBad, false), 100)).toThrow(/printed something else/);
      }),
      { numRuns: 10 },
    );
  });

  test('a list of anything but counters is passed over where it names a stranger', () => {
    const all = [rowOf('a'), rowOf('b')];
    const stranger = `${keyOf('stranger')}\t1795216635\nno key\t5\n${keyOf('a')}x\t1795216635\n`;
    const text = scriptOf(all, false).replace('latest-handshakes\n', `latest-handshakes\n${stranger}`);
    expect(read(text, 50).peers).toEqual(all.map((one) => ({ ...expected(one), isOff: false })));
  });
});

test('the first name of a peer stays; who has none has none', () => {
  const all = [rowOf('a'), rowOf('b'), rowOf('c')];
  const names = (...lines: [string, string][]) =>
    `@run\tnames\t-\t/etc/wireguard/x.conf\n${lines.map(([of, name]) => `${keyOf(of)}\t${name}\n`).join('')}@exit\t0\t\n`;
  const said = `${names(['c', 'Вера'])}${names(['c', 'second'], ['stranger', 'x'], ['a', 'Ann'])}`;
  const text = scriptOf(all, false).replace('@parts\t6', `${said}@parts\t8`);
  const { peers, complete } = read(text, 9);
  expect(peers.map(({ name }) => name)).toEqual(['Ann', undefined, 'Вера']);
  expect(complete).toBe(true);
});

function rowOf(name: string): Row {
  return {
    ...{ key: keyOf(name), psk: '(none)', endpoint: '203.0.113.9:1', allowedIps: '10.7.0.1/32' },
    ...{ handshake: '1795216635', rx: '17', tx: '1900' },
  };
}
