import type { PeerReading, Poll, ServiceReading } from '../../core/metering/collector.ts';
import { directed, undirected } from '../../core/units/bytes.ts';
import type { PolledReadings, ReadingColumns, TextColumn, WriterPoll } from './writer/writer-poll.ts';

/** A poll whose readings are columns. */
export type FlatPoll = Omit<WriterPoll, 'poll'> & {
  readonly poll: Omit<Poll, 'services'> & {
    readonly services: readonly (Omit<ServiceReading, 'peers'> & { readonly columns: ReadingColumns })[];
  };
};

export function flattenPoll({ poll: { services, ...poll }, ...rest }: WriterPoll): FlatPoll {
  const flat = services.map(({ peers, ...service }) => ({ ...service, columns: columnsOf(peers) }));
  return { ...rest, poll: { ...poll, services: flat } };
}

export function columnsOf(readings: PolledReadings): ReadingColumns {
  return readings.columns ?? toColumns(Array.isArray(readings) ? readings : [...readings]);
}

/**
 * The poll again; its readings are made one by one as they are iterated. Their texts are slices, each of which keeps the
 * texts of all in memory: what stays longer than the poll has to be a copy (`ownText`).
 */
export function joinPoll({ poll: { services, ...poll }, ...rest }: FlatPoll): WriterPoll {
  const joined = services.map(({ columns, ...service }) => ({ ...service, peers: new Readings(columns) }));
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
  return {
    keys: textColumn(readings, ({ key }) => key),
    bytes,
    isDirected,
    connections: optional(readings, ({ connection }) => connection),
    isOver: readings.some(({ isOver }) => isOver) ? Uint8Array.from(readings, ({ isOver }) => (isOver ? 1 : 0)) : null,
    isOff: readings.some(({ isOff }) => isOff !== undefined) ? Uint8Array.from(readings, offCode) : null,
    names: optional(readings, ({ name }) => name),
    endpoints: optional(readings, ({ endpoint }) => endpoint),
    allowedIps: optional(readings, ({ allowedIps }) => allowedIps && joinLines(allowedIps)),
    startedAt: instants(readings, ({ startedAt }) => startedAt),
    lastHandshakeAt: instants(readings, ({ lastHandshakeAt }) => lastHandshakeAt),
  };
}

const IS_OFF = [undefined, false, true] as const;

function offCode({ isOff }: PeerReading): number {
  return isOff === undefined ? 0 : isOff ? 2 : 1;
}

const MAX_64_BITS = 2n ** 64n - 1n;

/** The array would keep the low bits of anything larger without a word. */
function within64Bits(bytes: bigint): bigint {
  if (bytes < 0n || bytes > MAX_64_BITS) throw new RangeError(`A counter cannot show ${bytes} bytes.`);
  return bytes;
}

type TextOf = (reading: PeerReading) => string | undefined;

function optional(readings: readonly PeerReading[], of: TextOf): TextColumn | null {
  return readings.every((reading) => of(reading) === undefined) ? null : textColumn(readings, of);
}

function textColumn(readings: readonly PeerReading[], of: TextOf): TextColumn {
  const texts: string[] = [];
  const ends = new Int32Array(readings.length);
  let end = 0;
  for (let i = 0; i < readings.length; i++) {
    const text = of(readings[i] as PeerReading);
    end += text?.length ?? 0;
    ends[i] = text === undefined ? ~end : end;
    if (text !== undefined) texts.push(text);
  }
  return { text: texts.join(''), ends };
}

function textAt(column: TextColumn | null, i: number): string | undefined {
  if (column === null) return undefined;
  const end = column.ends[i] as number;
  return end < 0 ? undefined : column.text.slice(i === 0 ? 0 : endAt(column, i - 1), end);
}

function endAt({ ends }: TextColumn, i: number): number {
  const end = ends[i] as number;
  return end < 0 ? ~end : end;
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

class Readings implements PolledReadings {
  readonly columns: ReadingColumns;

  constructor(columns: ReadingColumns) {
    this.columns = columns;
  }

  get length(): number {
    return this.columns.keys.ends.length;
  }

  at(place: number): PeerReading {
    return readingAt(this.columns, place);
  }

  *[Symbol.iterator](): Iterator<PeerReading> {
    for (let i = 0; i < this.length; i++) yield readingAt(this.columns, i);
  }
}

/** Every field of a reading: a new one that is missing here does not compile. */
function readingAt(columns: ReadingColumns, i: number): PeerReading {
  const rx = columns.bytes[2 * i] as bigint;
  const tx = columns.bytes[2 * i + 1] as bigint;
  const allowedIps = textAt(columns.allowedIps, i);
  const fields: { readonly [K in keyof Required<PeerReading>]: PeerReading[K] | undefined } = {
    key: textAt(columns.keys, i) as string,
    connection: textAt(columns.connections, i),
    isOver: columns.isOver?.[i] === 1 ? true : undefined,
    traffic: columns.isDirected[i] === 1 ? directed(rx, tx) : undirected(rx),
    startedAt: instantAt(columns.startedAt, i),
    name: textAt(columns.names, i),
    allowedIps: allowedIps === undefined ? undefined : splitLines(allowedIps),
    isOff: IS_OFF[columns.isOff?.[i] ?? 0],
    // Of no use to the ledger.
    owner: undefined,
    ownLimit: undefined,
    endpoint: textAt(columns.endpoints, i),
    lastHandshakeAt: instantAt(columns.lastHandshakeAt, i),
  };
  return fields as PeerReading;
}

function instantAt(values: Float64Array | null, i: number): Date | undefined {
  const value = values?.[i];
  return value === undefined || Number.isNaN(value) ? undefined : new Date(value);
}

function joinLines(lines: readonly string[]): string {
  return lines.length === 1 ? (lines[0] as string) : lines.join('\n');
}

function splitLines(text: string): readonly string[] {
  if (text === '') return NONE;
  return text.includes('\n') ? text.split('\n') : [text];
}

const NONE: readonly string[] = [];

/** A copy with memory of its own. */
export function ownText(slice: string): string {
  return JSON.parse(JSON.stringify(slice)) as string;
}
