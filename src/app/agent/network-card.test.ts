import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { directed } from '../../core/units/bytes.ts';
import { readNetworkCard } from './network-card.ts';

let root: string;
const system = () => ({ proc: join(root, 'proc'), sys: join(root, 'sys') });

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'xpert-card-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const ROUTE_HEAD = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
const DEVICES = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 5000000   42000    0    0    0     0          0         0  5000000   42000    0    0    0     0       0          0
  eth0:98765432109  81230    1    2    0     0          0         3 12345678901  70110    0    0    0     0       0          0
 wlan0:    7000      70    0    0    0     0          0         0     9000      90    0    0    0     0       0          0
`;

test('the card of the default route of the best metric, with its counters and its start', () => {
  put(
    'proc/net/route',
    `${ROUTE_HEAD}wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
eth0\t00000000\t010012AC\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t000012AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n`,
  );
  put('proc/net/dev', DEVICES);
  put('sys/class/net/eth0/ifindex', '4\n');
  expect(readNetworkCard('a-boot', system())).toEqual({
    name: 'eth0',
    traffic: directed(98765432109n, 12345678901n),
    startEvidence: 'a-boot:4',
  });
  expect(readNetworkCard('', system())?.startEvidence).toBeUndefined();
});

test('a host with IPv6 alone; a route that refuses, and the loopback, are none', () => {
  const nowhere = `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 ${'0'.repeat(32)}`;
  const rejected = `${nowhere} ffffffff 00000001 00000000 00200200       lo`;
  put('proc/net/route', ROUTE_HEAD);
  put('proc/net/ipv6_route', `${rejected}\n`);
  put('proc/net/dev', DEVICES);
  expect(readNetworkCard('a-boot', system())).toBeUndefined();
  put(
    'proc/net/ipv6_route',
    `${rejected}\n${nowhere} 00000400 00000001 00000000 00000003    wlan0\n${nowhere} 00000040 00000001 00000000 00000003     eth0\n`,
  );
  expect(readNetworkCard('a-boot', system())).toMatchObject({ name: 'eth0' });
});

test.each([
  ['no default route', ROUTE_HEAD, DEVICES],
  ['a default route that is down', `${ROUTE_HEAD}eth0\t00000000\t0\t0000\t0\t0\t0\t00000000\t0\t0\t0\n`, DEVICES],
  ['a card without counters', `${ROUTE_HEAD}ppp0\t00000000\t0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n`, DEVICES],
  ['counters that are no numbers', `${ROUTE_HEAD}eth0\t00000000\t0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n`, 'eth0: x y'],
  [
    'a counter that no ledger can hold',
    `${ROUTE_HEAD}eth0\t00000000\t0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n`,
    `eth0: ${2n ** 63n} 0 0 0 0 0 0 0 1 0`,
  ],
])('%s is unknown, not 0', (_, routes, devices) => {
  put('proc/net/route', routes);
  put('proc/net/dev', devices);
  expect(readNetworkCard('a-boot', system())).toBeUndefined();
});

test('a system that tells nothing', () => {
  expect(readNetworkCard('a-boot', system())).toBeUndefined();
});

test('this system, where it has a way to the internet', () => {
  const card = readNetworkCard('a-boot');
  const hasRoute = /^\S+\t00000000\t/m.test(readFileSync('/proc/net/route', 'utf8'));
  expect(card !== undefined && card.traffic.total > 0n).toBe(hasRoute);
});
