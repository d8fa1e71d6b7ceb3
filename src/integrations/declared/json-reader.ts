import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PeerReading } from '../../core/metering/collector.ts';
import { directed, type Traffic, undirected } from '../../core/units/bytes.ts';
import { parseExactJson, valueAt, wholeNumberOf } from '../../lib/exact-json.ts';
import { garbled } from './failures.ts';
import { type Found, keyOf, scaled } from './found.ts';
import type { DeclaredOptions } from './options.ts';

/** Items per turn of the event loop: some 10 ms. */
const ITEMS_PER_TURN = 5_000;

/** Reads a document: JSON ends by itself, so that one that can be parsed is whole. @throws SourceFailure */
export async function readJson(text: string, options: DeclaredOptions, signal: AbortSignal): Promise<Found> {
  const document = parse(text);
  const items = itemsOf(document, options);
  const peers = new Map<string, PeerReading>();
  let withoutValue = 0;
  for (const [index, [member, item]] of items.entries()) {
    if (index % ITEMS_PER_TURN === ITEMS_PER_TURN - 1) await nextTurn(undefined, { signal });
    const traffic = trafficOf(item, options);
    if (traffic === null) {
      withoutValue += 1;
      continue;
    }
    const reading = readingOf(member, item, traffic, options);
    const id = `${reading.key}\n${reading.connection ?? ''}`;
    if (peers.has(id)) throw garbled('the same key is there twice');
    peers.set(id, reading);
  }
  return { peers: [...peers.values()], withoutValue, isWhole: true, ...startOf(document, options) };
}

function parse(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    // What JSON.parse says quotes what stood there.
    throw garbled('it is no JSON, or it was cut');
  }
}

/** Items with the name of the member that each of them was. */
function itemsOf(document: unknown, { list = '', key }: DeclaredOptions): readonly (readonly [string, unknown])[] {
  const items = valueAt(document, list);
  if (Array.isArray(items)) {
    if (key === undefined) throw garbled(`"${list}" is a list, and "key" is not given`);
    return items.map((item: unknown) => ['', item]);
  }
  if (typeof items !== 'object' || items === null) throw garbled(`there is neither a list nor an object at "${list}"`);
  return Object.entries(items);
}

function trafficOf(item: unknown, options: DeclaredOptions): Traffic | null {
  const value = (pointer: string): bigint | null => {
    const found = valueAt(item, pointer);
    if (found === undefined || found === null) return null;
    const number = wholeNumberOf(found);
    if (number === null) throw garbled(`"${pointer}" of an item is no whole number from 0 on`);
    return scaled(number, options);
  };
  if (options.total !== undefined) {
    const total = value(options.total);
    return total === null ? null : undirected(total);
  }
  const rx = value(options.rx ?? '');
  const tx = value(options.tx ?? '');
  return rx === null || tx === null ? null : directed(rx, tx);
}

function readingOf(member: string, item: unknown, traffic: Traffic, options: DeclaredOptions): PeerReading {
  const { key, name, connection, createdAt } = options;
  const shownName = name === undefined ? undefined : valueAt(item, name);
  return {
    key: keyOf(key === undefined ? member : valueAt(item, key), 'key'),
    traffic,
    ...(connection === undefined ? {} : { connection: keyOf(valueAt(item, connection), 'connection') }),
    ...(typeof shownName === 'string' && shownName !== '' ? { name: shownName.slice(0, 256) } : {}),
    ...(createdAt === undefined ? {} : beginOf(valueAt(item, createdAt))),
  };
}

function beginOf(value: unknown): Pick<PeerReading, 'startedAt'> {
  if (value === null || value === undefined) return {};
  const ms = typeof value === 'number' ? value * 1000 : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  const startedAt = new Date(ms);
  if (Number.isNaN(startedAt.getTime())) throw garbled('"createdAt" of an item is no instant');
  return { startedAt };
}

function startOf(document: unknown, { start, uptime }: DeclaredOptions): Pick<Found, 'start' | 'uptimeSeconds'> {
  if (start !== undefined) return { start: keyOf(valueAt(document, start), 'start') };
  if (uptime === undefined) return {};
  const seconds = valueAt(document, uptime);
  if (typeof seconds !== 'number' || seconds < 0) throw garbled('"uptime" is no number of seconds');
  return { uptimeSeconds: seconds };
}
