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
