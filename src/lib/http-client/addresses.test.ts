import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AddressKind, isAllowedAddress, kindOfAddress } from './addresses.ts';

const FOREIGN = { kind: 'foreign' } as const;
const COLLECTOR = { kind: 'collector', privateAddresses: false } as const;
const OWN_NETWORK = { kind: 'collector', privateAddresses: true } as const;

const known: readonly (readonly [string, AddressKind])[] = [
  ['8.8.8.8', 'public'],
  ['172.15.255.255', 'public'],
  ['172.32.0.0', 'public'],
  ['100.63.255.255', 'public'],
  ['2606:4700::1111', 'public'],
  ['2001:4860:4860::8888', 'public'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['::1', 'loopback'],
  ['10.0.0.1', 'private'],
  ['172.16.0.0', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.1.1', 'private'],
  ['fd00::1', 'private'],
  ['100.64.0.1', 'shared'],
  ['100.127.255.255', 'shared'],
  ['169.254.169.254', 'link-local'],
  ['fe80::1', 'link-local'],
  ['fe80::1%lo', 'link-local'],
  ['0.0.0.0', 'unspecified'],
  ['0.1.2.3', 'unspecified'],
  ['::', 'unspecified'],
  ['224.0.0.1', 'multicast'],
  ['ff02::1', 'multicast'],
  ['255.255.255.255', 'reserved'],
  ['192.0.0.8', 'reserved'],
  ['198.18.0.1', 'reserved'],
  ['2001:db8::1', 'reserved'],
  ['2001:20::1', 'reserved'],
  ['3fff::1', 'reserved'],
  ['4000::1', 'reserved'],
  ['::ffff:127.0.0.1', 'translated'],
  ['::ffff:8.8.8.8', 'translated'],
  ['::127.0.0.1', 'translated'],
  ['::ffff:0:7f00:1', 'translated'],
  ['64:ff9b::7f00:1', 'translated'],
  ['64:ff9b:1::a00:1', 'translated'],
  ['2002:7f00:1::', 'translated'],
  ['2001:0:4136:e378:8000:63bf:3fff:fdd2', 'translated'],
];

describe('what an address is for', () => {
  test.each(known)('%s is %s', (address, kind) => expect(kindOfAddress(address)).toBe(kind));

  test.each(['', 'localhost', '1.2.3', '1.2.3.4.5', '0x7f.1', '1.2.3.4/8', '[::1]'])('"%s" is none', (text) => {
    expect(kindOfAddress(text)).toBeNull();
    for (const policy of [FOREIGN, COLLECTOR, OWN_NETWORK]) expect(isAllowedAddress(text, policy)).toBe(false);
  });
});

/** Written down once more as arithmetic. */
const IPV4_BLOCKS: readonly (readonly [string, number])[] = [
  ...(['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'] as const),
  ...(['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15'] as const),
  ...(['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3'] as const),
].map((block) => [block.split('/')[0] ?? '', Number(block.split('/')[1])]);
const toNumber = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const isSpecial = (address: string) =>
  IPV4_BLOCKS.some(([net, bits]) => {
    const size = 2 ** (32 - bits);
    return Math.floor(toNumber(address) / size) === Math.floor(toNumber(net) / size);
  });

/** Half of them around the borders of blocks, where mistakes are. */
const anyIpv4 = fc.oneof(
  fc.ipV4(),
  fc.tuple(fc.constantFrom(...IPV4_BLOCKS), fc.constantFrom(-1, 0, 1), fc.boolean()).map(([[net, bits], step, end]) => {
    const value = (toNumber(net) + (end ? 2 ** (32 - bits) - 1 : 0) + step + 2 ** 32) % 2 ** 32;
    return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
  }),
);
const hextet = (high: number, low: number) => (high * 256 + low).toString(16);
const embed = (address: string) => {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return `${hextet(a, b)}:${hextet(c, d)}`;
};

describe('whom a client may talk to', () => {
  test('an address of the old internet is allowed for foreign names exactly if it is in no special block', () => {
    fc.assert(
      fc.property(anyIpv4, (address) => {
        expect(isAllowedAddress(address, FOREIGN)).toBe(!isSpecial(address));
        expect(isAllowedAddress(address, COLLECTOR)).toBe(!isSpecial(address));
      }),
      { numRuns: 3000 },
    );
  });

  test('no IPv6 form that carries an IPv4 address is allowed for foreign names, whatever it carries', () => {
    const forms = ['::ffff:', '::', '::ffff:0:', '64:ff9b::', '64:ff9b:1::', '2001:0:1:2:3:4:'];
    fc.assert(
      fc.property(anyIpv4, fc.constantFrom(...forms), (address, prefix) => {
        expect(isAllowedAddress(`${prefix}${embed(address)}`, FOREIGN)).toBe(false);
        expect(isAllowedAddress(`2002:${embed(address)}::1`, FOREIGN)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  test('outside 2000::/3 nothing is of the internet', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const first = Number.parseInt(address.split(':')[0] || '0', 16);
        if (first < 0x2000 || first > 0x3fff) expect(isAllowedAddress(address, FOREIGN)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  test("a collector may go to this machine and the owner's networks only if that was allowed", () => {
    for (const address of ['127.0.0.1', '::1', '10.1.2.3', 'fd00::1', '100.64.1.1', '::ffff:10.0.0.1']) {
      expect(isAllowedAddress(address, COLLECTOR), address).toBe(false);
      expect(isAllowedAddress(address, OWN_NETWORK), address).toBe(true);
    }
  });

  test('link-local, where clouds keep credentials, multicast and unspecified are never allowed, in no form', () => {
    const never = ['169.254.169.254', '::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', 'fe80::1', '0.0.0.0', '::'];
    for (const address of [...never, '224.0.0.1', 'ff02::1', '255.255.255.255', '2002:a9fe:a9fe::']) {
      expect(isAllowedAddress(address, OWN_NETWORK), address).toBe(false);
    }
  });

  test('behind NAT64 a collector reaches the old internet, a foreign name does not', () => {
    expect(isAllowedAddress('64:ff9b::808:808', COLLECTOR)).toBe(true);
    expect(isAllowedAddress('64:ff9b::7f00:1', COLLECTOR)).toBe(false);
    expect(isAllowedAddress('64:ff9b::808:808', FOREIGN)).toBe(false);
  });
});
