import { BlockList, isIP, isIPv4 } from 'node:net';

/**
 * What an IP address is for, after the special-purpose registries of IANA (RFC 6890 and its updates). `translated`: an
 * IPv6 address that carries an IPv4 one (mapped, compatible, NAT64, 6to4, Teredo), behind which anything may be.
 */
export type AddressKind =
  | 'public'
  | 'loopback'
  | 'private'
  | 'shared'
  | 'link-local'
  | 'unspecified'
  | 'multicast'
  | 'reserved'
  | 'translated';

/**
 * Whom a client may talk to. `foreign`: public addresses only, whatever a name of somebody else resolves to. `collector`:
 * an address that the owner typed; `privateAddresses` allows their own network, tunnels and this machine as well.
 */
export type AddressPolicy =
  | { readonly kind: 'foreign' }
  | { readonly kind: 'collector'; readonly privateAddresses: boolean };

const OWN_NETWORK: ReadonlySet<AddressKind | null> = new Set(['loopback', 'private', 'shared']);

type Range = readonly [kind: AddressKind, ...subnets: readonly string[]];

const IPV4: readonly Range[] = [
  ['unspecified', '0.0.0.0/8'],
  ['loopback', '127.0.0.0/8'],
  ['private', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  ['shared', '100.64.0.0/10'],
  ['link-local', '169.254.0.0/16'],
  ['multicast', '224.0.0.0/4'],
  // Protocol assignments, documentation, 6to4 relays, benchmarking, class E and broadcast.
  ['reserved', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.18.0.0/15', '198.51.100.0/24'],
  ['reserved', '203.0.113.0/24', '240.0.0.0/4'],
];

const IPV6: readonly Range[] = [
  ['unspecified', '::/128'],
  ['loopback', '::1/128'],
  // Mapped, compatible, SIIT, NAT64 (RFC 6052 and 8215), Teredo, 6to4.
  [
    'translated',
    '::ffff:0:0/96',
    '::/96',
    '::ffff:0:0:0/96',
    '64:ff9b::/96',
    '64:ff9b:1::/48',
    '2001::/32',
    '2002::/16',
  ],
  ['private', 'fc00::/7'],
  ['link-local', 'fe80::/10'],
  ['multicast', 'ff00::/8'],
  // Protocol assignments (ORCHID, benchmarking among them) and documentation.
  ['reserved', '2001::/23', '2001:db8::/32', '3fff::/20'],
];
/** The only block from which addresses of the internet are given out. */
const GLOBAL_UNICAST = '2000::/3';

/** @returns null if the text is no IP address */
export function kindOfAddress(address: string): AddressKind | null {
  if (isIP(address) === 0) return null;
  if (isIPv4(address)) return find(IPV4_LISTS, address, 'ipv4') ?? 'public';
  // Addresses with a zone (fe80::1%eth0) are link-local by nature.
  if (address.includes('%')) return 'link-local';
  return find(IPV6_LISTS, address, 'ipv6') ?? (GLOBAL_LIST.check(address, 'ipv6') ? 'public' : 'reserved');
}

/** False for everything that is no IP address. Link-local is never allowed: there clouds keep their credentials. */
export function isAllowedAddress(address: string, policy: AddressPolicy): boolean {
  const kind = kindOfAddress(address);
  if (kind === 'public') return true;
  if (policy.kind === 'foreign') return false;
  if (kind !== 'translated') return policy.privateAddresses && OWN_NETWORK.has(kind);
  // Behind NAT64 every host of the old internet has such an address.
  const inner = mappedIpv4(address);
  return inner !== null && isAllowedAddress(inner, policy);
}

/** The IPv4 address in `::ffff:a.b.c.d` and in the well-known NAT64 prefix, as the system's resolver makes them. */
function mappedIpv4(address: string): string | null {
  const { hostname } = new URL(`http://[${address}]/`);
  const match = /^\[(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname);
  if (match === null) return null;
  const bits = Number.parseInt(match[1] ?? '', 16) * 65_536 + Number.parseInt(match[2] ?? '', 16);
  return [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join('.');
}

const IPV4_LISTS = lists(IPV4, 'ipv4');
const IPV6_LISTS = lists(IPV6, 'ipv6');
const GLOBAL_LIST = listOf([GLOBAL_UNICAST], 'ipv6');

function lists(ranges: readonly Range[], family: 'ipv4' | 'ipv6'): readonly (readonly [AddressKind, BlockList])[] {
  return ranges.map(([kind, ...subnets]) => [kind, listOf(subnets, family)]);
}

function listOf(subnets: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [net = '', prefix] = subnet.split('/');
    list.addSubnet(net, Number(prefix), family);
  }
  return list;
}

/** The first that holds the address decides: narrower meanings stand first. */
function find(
  kinds: readonly (readonly [AddressKind, BlockList])[],
  address: string,
  family: 'ipv4' | 'ipv6',
): AddressKind | null {
  return kinds.find(([, list]) => list.check(address, family))?.[0] ?? null;
}
