import { renameSync, utimesSync, writeFileSync } from 'node:fs';
import { keyFrom, scriptOutput } from './wireguard-output.ts';

export interface Counters {
  readonly name: string;
  readonly rx: number;
  readonly tx: number;
}

/** The instant that `scriptOutput` prints as the node's clock. */
const PRINTED_CLOCK = '\t1795220000\t';

/**
 * Writes what a node's script would print now, for nodes of transport `file`. `ticks` is the node's uptime and must
 * grow from one writing to the next; `identity`: words of its interface's key.
 */
export function writeNodeFile(path: string, counters: readonly Counters[], ticks: number, identity = 'wg0'): void {
  const peers = counters.map(({ name, rx, tx }) => ({ key: keyFrom(name), rx: BigInt(rx), tx: BigInt(tx) }));
  const now = Math.floor(Date.now() / 1000);
  const part = `${path}.part`;
  writeFileSync(
    part,
    scriptOutput(peers, { ticks, interfaceKey: keyFrom(identity) }).replace(PRINTED_CLOCK, `\t${now}\t`),
  );
  utimesSync(part, now, now);
  // Whoever reads meanwhile finds all of it, or all of what was there before.
  renameSync(part, path);
}
