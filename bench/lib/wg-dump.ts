import { randomNumbers } from './random.ts';

const interfaceKey = keyOf(0x7fffffff);

/**
 * Text of `wg show all dump` (show.c all_dump, wireguard-tools 1.0) of one interface with `peers` peers, their counters
 * `poll` polls after the start: every peer moved in between.
 */
export function wgDump(peers: number, poll: number): string {
  const random = randomNumbers(poll + 1);
  const lines = [`wg0\t${keyOf(0x7ffffffe)}\t${interfaceKey}\t51820\toff`];
  for (let n = 0; n < peers; n++) {
    const address = `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}/32`;
    const endpoint = `198.51.${(n >> 8) & 255}.${n & 255}:${1024 + (n % 60_000)}`;
    const rx = 1_000_003 * (n % 977) + poll * 2_000_000 + random(1_000_000);
    const tx = 9_000_017 * (n % 977) + poll * 30_000_000 + random(20_000_000);
    const handshake = 1_795_000_000 + poll * 60 + (n % 120);
    lines.push(`wg0\t${keyOf(n)}\t(none)\t${endpoint}\t${address}\t${handshake}\t${rx}\t${tx}\toff`);
  }
  return `${lines.join('\n')}\n`;
}

/** A key of the form WireGuard prints: 32 bytes in base64. */
function keyOf(n: number): string {
  const key = Buffer.alloc(32);
  const random = randomNumbers(n ^ 0x5bd1e995);
  for (let at = 0; at < 32; at += 2) key.writeUInt16LE(random(65_536), at);
  return key.toString('base64');
}
