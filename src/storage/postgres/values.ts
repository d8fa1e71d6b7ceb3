import { PostgresError } from './failures.ts';

/** A value as the wire has it: text, bytes, or null. */
export type WireValue = string | Buffer | null;

const BOOL = 16;
const INT8 = 20;
const TEXT = 25;
const BYTEA = 17;
const FLOAT8 = 701;
/** To be found out by the server. */
const UNKNOWN = 0;

/** The type of a parameter follows from its value: the server would take `? - 1000` for a number of 32 bits. */
export function typeOf(value: unknown): number {
  if (value === null || value === undefined) return UNKNOWN;
  if (typeof value === 'bigint') return INT8;
  if (typeof value === 'boolean') return BOOL;
  if (typeof value === 'number') return Number.isInteger(value) ? INT8 : FLOAT8;
  return typeof value === 'string' ? TEXT : BYTEA;
}

export function toWire(value: unknown): WireValue {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return String(value);
}

/** Types of lists by the type of what is in them. */
const LISTS: Readonly<Record<number, number>> = {
  [BOOL]: 1000,
  [INT8]: 1016,
  [TEXT]: 1009,
  [BYTEA]: 1001,
  [FLOAT8]: 1022,
};

/** The type of a list of such values; 0: all of them are null, and any fits. */
export function listTypeOf(values: readonly unknown[]): number {
  let type = UNKNOWN;
  for (const value of values) {
    if (value === null || value === undefined) continue;
    const found = typeOf(value);
    // Whole numbers among others are numbers as these are.
    if (type === UNKNOWN || (type === INT8 && found === FLOAT8)) type = found;
    else if (found !== type && !(type === FLOAT8 && found === INT8))
      throw new TypeError('values of one list differ in kind');
  }
  return LISTS[type] ?? UNKNOWN;
}

/** Of an array's header in the server's binary form: dimensions, nulls, type; then length and first index. */
const LIST_HEADER = 20;

/** A list as the server reads it without a text in between (array_recv of PostgreSQL 15). `type` is `listTypeOf` of it. */
export function toWireList(type: number, values: readonly unknown[]): Buffer {
  return type === LISTS[INT8] ? toIntegerList(values) : toOtherList(type, values);
}

function toIntegerList(values: readonly unknown[]): Buffer {
  const bytes = Buffer.allocUnsafe(LIST_HEADER + 12 * values.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let nulls = 0;
  let at = LIST_HEADER;
  for (const value of values) {
    if (value === null || value === undefined) {
      nulls = 1;
      view.setInt32(at, -1);
      at += 4;
      continue;
    }
    view.setInt32(at, 8);
    if (typeof value === 'bigint') view.setBigInt64(at + 4, checked(value));
    else {
      if (!Number.isSafeInteger(value)) throw new RangeError(`not a whole number that is exact: ${value}`);
      // Two halves: a bigint of each number would be made only to be thrown away.
      const high = Math.floor((value as number) / 2 ** 32);
      view.setInt32(at + 4, high);
      view.setUint32(at + 8, (value as number) - high * 2 ** 32);
    }
    at += 12;
  }
  return withHeader(bytes.subarray(0, at), nulls, INT8, values.length);
}

/** What the server says of a text with more than 64 bits. @throws PostgresError */
function checked(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw new PostgresError('22003', 'bigint out of range', '');
  return value;
}

function toOtherList(type: number, values: readonly unknown[]): Buffer {
  const element = Number(Object.keys(LISTS).find((key) => LISTS[Number(key)] === type));
  const parts: Buffer[] = [Buffer.alloc(LIST_HEADER)];
  let nulls = 0;
  for (const value of values) {
    const length = Buffer.allocUnsafe(4);
    parts.push(length);
    if (value === null || value === undefined) {
      nulls = 1;
      length.writeInt32BE(-1);
      continue;
    }
    const bytes = toElement(element, value);
    length.writeInt32BE(bytes.length);
    parts.push(bytes);
  }
  return withHeader(Buffer.concat(parts), nulls, element, values.length);
}

function toElement(type: number, value: unknown): Buffer {
  if (type === BOOL) return Buffer.from([value === true ? 1 : 0]);
  if (type === BYTEA) return toWire(value) as Buffer;
  if (type === TEXT) return Buffer.from(String(value));
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeDoubleBE(Number(value));
  return bytes;
}

function withHeader(bytes: Buffer, nulls: number, element: number, length: number): Buffer {
  [1, nulls, element, length, 1].forEach((word, i) => void bytes.writeInt32BE(word, 4 * i));
  return bytes;
}

export type Decode = (text: string) => unknown;

/** Values as SQLite's driver gives them: truth is 0 or 1, integers are numbers or, with `big`, bigint. */
export function decoderOf(type: number, big: boolean): Decode {
  switch (type) {
    case BOOL:
      return (text) => (text === 't' ? (big ? 1n : 1) : big ? 0n : 0);
    case INT8:
    case 21:
    case 23:
      return big ? BigInt : Number;
    case 1700:
      return big ? (text) => (/^-?\d+$/.test(text) ? BigInt(text) : Number(text)) : Number;
    case 700:
    case FLOAT8:
      return Number;
    case BYTEA:
      return (text) => Buffer.from(text.slice(2), 'hex');
    default:
      return (text) => text;
  }
}
