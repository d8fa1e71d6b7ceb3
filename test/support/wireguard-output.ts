import { createHash } from 'node:crypto';

export interface ShownPeer {
  readonly key: string;
  readonly rx: bigint;
  readonly tx: bigint;
}

/** A key that is always the same for the same words; nobody has its private half. */
export function keyFrom(words: string): string {
  return createHash('sha256').update(words).digest('base64');
}

interface Shown {
  readonly bootId?: string;
  /** Public key of the interface: the service's identity. */
  readonly interfaceKey?: string;
  readonly index?: number;
  readonly ticks?: number;
  /** Format; 1 is what scripts of earlier versions print. */
  readonly version?: number;
  /** Counters of the interface itself (a tun). */
  readonly own?: { readonly rx: bigint; readonly rxPackets: bigint; readonly tx: bigint; readonly txPackets: bigint };
  readonly card?: { readonly name: string; readonly index: number; readonly rx: bigint; readonly tx: bigint };
}

/** What the node's script prints for one interface `wg0` (see node-script.ts). */
export function scriptOutput(peers: readonly ShownPeer[], options: Shown = {}): string {
  const { index = 7, ticks = 1_000, version = 2, own, card } = options;
  const { bootId = '0f0e0d0c-1111-2222-3333-444455556666', interfaceKey = keyFrom('wg0') } = options;
  const part = (name: string, lines: readonly string[]) =>
    ['@run\twg\twg0\t'.concat(name), ...lines, '', '@exit\t0\t'].join('\n').concat('\n');
  const link = `@link\twg\twg0\t${index}\t0x1091\n`;
  return [
    `@xpert-node\t${version}\tread\n@boot\t${bootId}\t${ticks}\t1795220000\troot\n`,
    card === undefined ? '' : `@card\t${card.name}\t${card.index}\t${card.rx}\t${card.tx}\n`,
    '@place\t.\t-\n',
    '@tool\twg\twireguard-tools v1.0.20210914\n@run\twg\t-\tinterfaces\nwg0\n@exit\t0\t\n',
    part('public-key', [interfaceKey]),
    part('listen-port', ['51820']),
    link,
    own === undefined ? '' : `@own\twg\twg0\ttun\t${own.rx}\t${own.rxPackets}\t${own.tx}\t${own.txPackets}\n`,
    part(
      'transfer',
      peers.map(({ key, rx, tx }) => `${key}\t${rx}\t${tx}`),
    ),
    link,
    part(
      'latest-handshakes',
      peers.map(({ key }, n) => `${key}\t${n % 3 === 0 ? 0 : 1_795_210_000 + n}`),
    ),
    part(
      'endpoints',
      peers.map(({ key }, n) => `${key}\t${n % 3 === 0 ? '(none)' : `203.0.113.${n % 256}:4500`}`),
    ),
    part(
      'allowed-ips',
      peers.map(({ key }, n) => `${key}\t10.${n >> 16}.${(n >> 8) & 255}.${n & 255}/32`),
    ),
    '@parts\t7\n@done\n',
  ].join('');
}
