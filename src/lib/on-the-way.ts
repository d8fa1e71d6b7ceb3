import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

/**
 * Bytes that were written to a socket and of which the other side has not said that it has them, as far as the system
 * tells: Linux does, of TCP. Where it falls, the other side is there, however slow the way is.
 */
export async function onTheWay(socket: Socket): Promise<number> {
  const { _handle } = socket as unknown as { readonly _handle: { readonly writeQueueSize?: number } | null };
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(tableOf));
  return (_handle?.writeQueueSize ?? 0) + tables.reduce((sum, table) => sum + queuedIn(table, socket), 0);
}

/** Empty: it is another system, or one without this kind of addresses. */
const tableOf = (path: string): Promise<string> => readFile(path, 'latin1').catch(() => '');

/** Lines of `sl local_address rem_address st tx_queue:rx_queue …`, all numbers in hex; `01`: established (Linux: proc_net_tcp.txt). */
export function queuedIn(table: string, { localPort, remotePort }: Pick<Socket, 'localPort' | 'remotePort'>): number {
  if (localPort === undefined || remotePort === undefined) return 0;
  const port = (number: number) => number.toString(16).toUpperCase().padStart(4, '0');
  const line = new RegExp(`:${port(localPort)} [0-9A-F]+:${port(remotePort)} 01 ([0-9A-F]{8}):`);
  return Number.parseInt(line.exec(table)?.[1] ?? '0', 16);
}
