/**
 * Frozen baseline of wg-parse: what anybody would write first for `wg show all dump`. Lines, tabs, two BigInts, no check
 * of anything.
 */
export function splitDump(text: string): { key: string | undefined; rx: bigint; tx: bigint }[] {
  const peers = [];
  for (const line of text.split('\n')) {
    const fields = line.split('\t');
    if (fields.length !== 9) continue;
    peers.push({ key: fields[1], rx: BigInt(fields[6] ?? 0), tx: BigInt(fields[7] ?? 0) });
  }
  return peers;
}
