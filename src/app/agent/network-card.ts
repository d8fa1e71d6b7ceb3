import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostReading } from '../../core/metering/collector.ts';
import { directed } from '../../core/units/bytes.ts';

/** Where Linux tells it. */
const SYSTEM = { proc: '/proc', sys: '/sys' };

/** The ledger's integers have 63 bits. */
const MAX_STORED = 2n ** 63n - 1n;

/** Flags of a route (linux/route.h): in use, and not one that refuses. */
const ROUTE_UP = 0x1;
const ROUTE_REJECT = 0x200;

/**
 * What the card towards the internet (the interface of the default route, of the best metric) counted, in the network
 * that this process is in. Undefined where the system does not tell.
 */
export function readNetworkCard(bootId: string, system: typeof SYSTEM = SYSTEM): HostReading | undefined {
  const read = (...path: string[]): string => {
    try {
      return readFileSync(join(...path), 'utf8');
    } catch {
      return '';
    }
  };
  const { proc, sys } = system;
  const name = cardOf(read(proc, 'net/route')) ?? cardOfIpv6(read(proc, 'net/ipv6_route'));
  const traffic = name === null ? null : countersOf(read(proc, 'net/dev'), name);
  if (name === null || traffic === null) return undefined;
  const index = read(sys, 'class/net', name, 'ifindex').trim();
  return { name, traffic, ...(bootId === '' || index === '' ? {} : { startEvidence: `${bootId}:${index}` }) };
}

/** `/proc/net/route`: name, destination, gateway, flags, two counts, metric, mask; addresses in hexadecimal. */
function cardOf(routes: string): string | null {
  let best: { readonly name: string; readonly metric: number } | null = null;
  for (const [name, destination, , flags = '', , , metric, mask] of rows(routes)) {
    if (name === undefined || destination !== '00000000' || mask !== '00000000' || !isUsed(flags)) continue;
    if (best === null || Number(metric) < best.metric) best = { name, metric: Number(metric) };
  }
  return best?.name ?? null;
}

/** `/proc/net/ipv6_route`: destination and its length first, then two addresses, metric and two counts, flags, name. */
function cardOfIpv6(routes: string): string | null {
  let best: { readonly name: string; readonly metric: number } | null = null;
  for (const [destination = '', length, , , , metric = '', , , flags = '', name] of rows(routes)) {
    if (name === undefined || name === 'lo' || /[^0]/.test(destination) || length !== '00' || !isUsed(flags)) continue;
    const value = Number.parseInt(metric, 16);
    if (best === null || value < best.metric) best = { name, metric: value };
  }
  return best?.name ?? null;
}

function isUsed(flags: string): boolean {
  const bits = Number.parseInt(flags, 16);
  return (bits & ROUTE_UP) !== 0 && (bits & ROUTE_REJECT) === 0;
}

/** `/proc/net/dev`: the name and a colon, eight numbers of what came in, bytes first, then those of what went out. */
function countersOf(devices: string, name: string) {
  for (const line of devices.split('\n')) {
    const colon = line.lastIndexOf(':');
    if (line.slice(0, colon).trim() !== name) continue;
    const numbers = line
      .slice(colon + 1)
      .trim()
      .split(/\s+/);
    const [rx, tx] = [numbers[0] ?? '', numbers[8] ?? ''];
    if (!/^\d+$/.test(rx) || !/^\d+$/.test(tx)) return null;
    const traffic = directed(BigInt(rx), BigInt(tx));
    return traffic.total > MAX_STORED ? null : traffic;
  }
  return null;
}

function rows(table: string): string[][] {
  return table.split('\n').map((line) => line.trim().split(/\s+/));
}
