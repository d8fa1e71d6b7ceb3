import { directed, undirected } from '../units/bytes.ts';
import type { PeerReading, PeerReadings } from './collector.ts';
import { type ReadingColumns, textAt } from './reading-columns.ts';

/**
 * Readings that are made one by one as they are asked for. Their texts are slices, each of which keeps the texts of all in
 * memory: what stays longer than the poll has to be a copy.
 */
export class ColumnReadings implements PeerReadings {
  readonly columns: ReadingColumns;

  constructor(columns: ReadingColumns) {
    this.columns = columns;
  }

  get length(): number {
    return this.columns.keys.ends.length;
  }

  at(place: number): PeerReading | undefined {
    return place < this.length ? readingAt(this.columns, place) : undefined;
  }

  *[Symbol.iterator](): Iterator<PeerReading> {
    for (let place = 0; place < this.length; place++) yield readingAt(this.columns, place);
  }
}

/** Last handshakes in ms since 1970, NaN where there is none. Of columns no reading is made. */
export function handshakesMs(readings: PeerReadings): Float64Array {
  const { columns, length } = readings;
  const known = columns?.lastHandshakeAt ?? null;
  if (known !== null) return known;
  const values = new Float64Array(length).fill(Number.NaN);
  if (columns !== undefined) return values;
  let place = 0;
  for (const { lastHandshakeAt } of readings) values[place++] = lastHandshakeAt?.getTime() ?? Number.NaN;
  return values;
}

const IS_OFF = [undefined, false, true] as const;

/** Every field of a reading: a new one that is missing here does not compile. */
function readingAt(columns: ReadingColumns, place: number): PeerReading {
  const rx = columns.bytes[2 * place] as bigint;
  const tx = columns.bytes[2 * place + 1] as bigint;
  const allowedIps = textAt(columns.allowedIps, place);
  const fields: { readonly [K in keyof Required<PeerReading>]: PeerReading[K] | undefined } = {
    key: textAt(columns.keys, place) as string,
    connection: textAt(columns.connections, place),
    isOver: columns.isOver?.[place] === 1 ? true : undefined,
    traffic: columns.isDirected[place] === 1 ? directed(rx, tx) : undirected(rx),
    startedAt: instantAt(columns.startedAt, place),
    name: textAt(columns.names, place),
    allowedIps: allowedIps === undefined ? undefined : splitLines(allowedIps),
    isOff: IS_OFF[columns.isOff?.[place] ?? 0],
    // Of no use to the ledger, which columns are made for.
    owner: undefined,
    ownLimit: undefined,
    endpoint: textAt(columns.endpoints, place),
    lastHandshakeAt: instantAt(columns.lastHandshakeAt, place),
  };
  return fields as PeerReading;
}

function instantAt(values: Float64Array | null, place: number): Date | undefined {
  const value = values?.[place];
  return value === undefined || Number.isNaN(value) ? undefined : new Date(value);
}

function splitLines(text: string): readonly string[] {
  if (text === '') return NONE;
  return text.includes('\n') ? text.split('\n') : [text];
}

const NONE: readonly string[] = [];
