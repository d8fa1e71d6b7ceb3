import type { NodePoll } from '../../core/ledger/usage-ledger.ts';
import type { PeerReading, PeerReadings, Poll, ServiceReading } from '../../core/metering/collector.ts';
import { ColumnReadings } from '../../core/metering/column-readings.ts';
import { type ReadingColumns, type TextColumn, textColumn } from '../../core/metering/reading-columns.ts';

/** A poll whose readings are columns. */
export type FlatPoll = Omit<NodePoll, 'poll'> & {
  readonly poll: Omit<Poll, 'services'> & {
    readonly services: readonly (Omit<ServiceReading, 'peers'> & { readonly columns: ReadingColumns })[];
  };
};

export function flattenPoll({ poll: { services, ...poll }, ...rest }: NodePoll): FlatPoll {
  const flat = services.map(({ peers, ...service }) => ({ ...service, columns: columnsOf(peers) }));
  return { ...rest, poll: { ...poll, services: flat } };
}

export function columnsOf(readings: PeerReadings): ReadingColumns {
  return readings.columns ?? toColumns(Array.isArray(readings) ? readings : [...readings]);
}

/** The poll again; its readings are made as they are iterated. What is kept of their texts has to be a copy (`ownText`). */
export function joinPoll({ poll: { services, ...poll }, ...rest }: FlatPoll): NodePoll {
  const joined = services.map(({ columns, ...service }) => ({ ...service, peers: new ColumnReadings(columns) }));
  return { ...rest, poll: { ...poll, services: joined } };
}

function toColumns(readings: readonly PeerReading[]): ReadingColumns {
  const bytes = new BigUint64Array(2 * readings.length);
  const isDirected = new Uint8Array(readings.length);
  readings.forEach(({ traffic: { rx, tx, total } }, i) => {
    bytes[2 * i] = within64Bits(rx ?? total);
    bytes[2 * i + 1] = within64Bits(tx ?? 0n);
    isDirected[i] = rx === null || tx === null ? 0 : 1;
  });
  const texts = (of: (reading: PeerReading) => string | undefined) => textColumn(readings.map(of));
  return {
    keys: texts(({ key }) => key) ?? NO_KEYS,
    bytes,
    isDirected,
    connections: texts(({ connection }) => connection),
    isOver: readings.some(({ isOver }) => isOver) ? Uint8Array.from(readings, ({ isOver }) => (isOver ? 1 : 0)) : null,
    isOff: readings.some(({ isOff }) => isOff !== undefined) ? Uint8Array.from(readings, offCode) : null,
    names: texts(({ name }) => name),
    endpoints: texts(({ endpoint }) => endpoint),
    allowedIps: texts(({ allowedIps }) => allowedIps && joinLines(allowedIps)),
    startedAt: instants(readings, ({ startedAt }) => startedAt),
    lastHandshakeAt: instants(readings, ({ lastHandshakeAt }) => lastHandshakeAt),
  };
}

const NO_KEYS: TextColumn = { text: '', ends: new Int32Array(0) };

function offCode({ isOff }: PeerReading): number {
  return isOff === undefined ? 0 : isOff ? 2 : 1;
}

const MAX_64_BITS = 2n ** 64n - 1n;

/** The array would keep the low bits of anything larger without a word. */
function within64Bits(bytes: bigint): bigint {
  if (bytes < 0n || bytes > MAX_64_BITS) throw new RangeError(`A counter cannot show ${bytes} bytes.`);
  return bytes;
}

function instants(readings: readonly PeerReading[], of: (reading: PeerReading) => Date | undefined) {
  if (readings.every((reading) => of(reading) === undefined)) return null;
  // Not Float64Array.from: that takes ten times as long.
  const values = new Float64Array(readings.length);
  readings.forEach((reading, i) => {
    values[i] = of(reading)?.getTime() ?? Number.NaN;
  });
  return values;
}

function joinLines(lines: readonly string[]): string {
  return lines.length === 1 ? (lines[0] as string) : lines.join('\n');
}

/** A copy with memory of its own. */
export function ownText(slice: string): string {
  return JSON.parse(JSON.stringify(slice)) as string;
}
