import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PeerReading } from '../../core/metering/collector.ts';
import { directed } from '../../core/units/bytes.ts';
import { assemble } from './assemble.ts';
import { LineSplitter } from './lines.ts';
import { StatusParser } from './status-parser.ts';

/** Those of 2.6.14 are recorded from the daemon, that of 2.3.4 is written after its source. */
const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}.txt`, import.meta.url), 'utf8');
const STATUS_3 = fixture('openvpn-2.6.14.status-3');
const seenAt = new Date('2026-11-26T13:12:00Z');

function parse(text: string, chunk = text.length || 1) {
  const parser = new StatusParser();
  const lines = new LineSplitter();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunk) {
    lines.push(bytes.subarray(at, at + chunk), (line) => parser.line(line));
  }
  return parser.finish();
}

const read = (text: string, by?: 'common-name' | 'username', pid = '') =>
  assemble({ status: parse(text), pid, over: [], seenAt }, by);

const values = (peers: readonly PeerReading[]) =>
  peers.map(({ key, connection, traffic }) => [key, connection, traffic]);

describe.each([
  ['openvpn-2.6.14.status-1', '@2026-11-26 13:11:54', '@2026-11-26 13:11:54'],
  ['openvpn-2.6.14.status-2', '1@1795698714', '0@1795698714'],
  ['openvpn-2.6.14.status-3', '1@1795698714', '0@1795698714'],
  ['openvpn-2.3.4.status-2', '@1795698714', '@1795698714'],
])('%s', (name, bob, alice) => {
  test('every connection is read exactly, the same from any chunks', () => {
    for (const chunk of [1, 7, 100, 65_536]) {
      const status = parse(fixture(name), chunk);
      expect(status).toMatchObject({ isWhole: true, unreadable: 0 });
      expect(status).toEqual(parse(fixture(name)));
    }
    const { peers, isWhole } = read(fixture(name));
    expect(isWhole).toBe(true);
    expect(values(peers)).toEqual([
      ['bob', bob, directed(3_183n, 3_185n)],
      ['alice', alice, directed(1_058_617n, 44_701n)],
    ]);
  });

  test('cut anywhere it is not whole, and no number is wrong', () => {
    const whole = values(read(fixture(name)).peers);
    for (let length = 1; length < fixture(name).length - 1; length++) {
      try {
        const { peers, isWhole } = read(fixture(name).slice(0, length));
        expect(isWhole).toBe(false);
        for (const one of values(peers)) expect(whole).toContainEqual(one);
      } catch (error) {
        expect(error).toHaveProperty('code', 'status-garbled');
      }
    }
  });
});

describe('what a connection tells', () => {
  test('addresses, start and presence of a whole reading', () => {
    expect(read(STATUS_3, undefined, '3924').peers[1]).toEqual({
      key: 'alice',
      connection: '3924.0@1795698714',
      traffic: directed(1_058_617n, 44_701n),
      startedAt: new Date(1_795_698_714_000),
      name: 'alice',
      endpoint: '198.51.1.2:40216',
      allowedIps: ['10.77.0.2/32'],
      lastHandshakeAt: new Date('2026-11-26T13:12:00Z'),
    });
  });

  test('several connections of one name are told apart, and share their addresses', () => {
    const second = 'CLIENT_LIST\tbob\t198.51.1.2:1\t10.77.0.9\tfd77::9\t5\t7\tlater\t1795698800\tUNDEF\t2\t2\tAES\n';
    const { peers } = read(STATUS_3.replace('CLIENT_LIST\talice', `${second}CLIENT_LIST\talice`));
    expect(values(peers).slice(0, 2)).toEqual([
      ['bob', '1@1795698714', directed(3_183n, 3_185n)],
      ['bob', '2@1795698800', directed(5n, 7n)],
    ]);
    const shared = ['10.77.0.3/32', '10.77.0.9/32', 'fd77::9/128'];
    expect(peers.slice(0, 2).map(({ allowedIps }) => allowedIps)).toEqual([shared, shared]);
  });

  test('a client that is not authenticated yet is nobody; one without a certificate has its user name', () => {
    const undefinedName = STATUS_3.replace('CLIENT_LIST\tbob', 'CLIENT_LIST\tUNDEF');
    expect(read(undefinedName).peers.map(({ key }) => key)).toEqual(['alice']);
    expect(read(undefinedName).isWhole).toBe(true);
    const withLogin = undefinedName.replace('\tUNDEF\t1\t1', '\tbob.smith\t1\t1');
    expect(read(withLogin).peers.map(({ key }) => key)).toEqual(['bob.smith', 'alice']);
  });

  test('where all share one certificate, user names name them', () => {
    const text = STATUS_3.replaceAll(/CLIENT_LIST\t(bob|alice)(.*)\tUNDEF\t/g, 'CLIENT_LIST\tclients$2\t$1-login\t');
    expect(read(text, 'username').peers.map(({ key }) => key)).toEqual(['bob-login', 'alice-login']);
    expect(read(text).peers.map(({ key }) => key)).toEqual(['clients', 'clients']);
  });

  test('two connections that cannot be told apart are left out and named', () => {
    const text = fixture('openvpn-2.6.14.status-1').replace(/(bob,[^\n]*\n)/, '$1$1');
    const { peers, isWhole, notices } = read(text);
    expect(peers.map(({ key }) => key)).toEqual(['alice']);
    expect(isWhole).toBe(false);
    expect(notices.map(({ code }) => code)).toEqual(['sessions-alike']);
  });

  test('a name with a comma breaks its line in formats 1 and 2, which is said', () => {
    const { peers, notices } = read(fixture('openvpn-2.6.14.status-2').replace('CLIENT_LIST,bob', 'CLIENT_LIST,bo,b'));
    expect(peers.map(({ key }) => key)).toEqual(['alice']);
    expect(notices.map(({ code }) => code)).toEqual(['status-garbled']);
  });
});

test('columns come in any order', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(columnNames(), { minLength: 12, maxLength: 12 }), (order) => {
      const places = order.map((name) => columnNames().indexOf(name));
      const text = STATUS_3.split('\n').map((line) => {
        const isHeader = line.startsWith('HEADER\tCLIENT_LIST');
        if (!isHeader && !line.startsWith('CLIENT_LIST')) return line;
        const fields = line.split('\t');
        const first = fields.splice(0, isHeader ? 2 : 1);
        return [...first, ...places.map((place) => fields[place])].join('\t');
      });
      expect(read(text.join('\n'))).toEqual(read(STATUS_3));
    }),
    { numRuns: 50 },
  );
});

test.each([
  ['nothing', ''],
  ['a web page', '<html></html>\n'],
  ['another start', `hello\n${STATUS_3}`],
  ['a missing column', STATUS_3.replace('Bytes Sent', 'Sent')],
  ['clients before their header', STATUS_3.replace(/HEADER\tCLIENT_LIST[^\n]*\n/, '')],
  ['something after the end', `${STATUS_3}CLIENT_LIST\n`],
])('%s is refused', (_name, text) => {
  expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'status-garbled' }));
});

function columnNames(): string[] {
  return (/HEADER\tCLIENT_LIST\t([^\n]*)/.exec(STATUS_3)?.[1] ?? '').split('\t');
}
