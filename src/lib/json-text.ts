import { type Buffer, isUtf8 } from 'node:buffer';

/** The text is no JSON, or not all of it. Never says what stood there: it may be secret. */
export class NotJson extends Error {}

const WHOLE = /^-?(?:0|[1-9]\d*)$/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const BACKSLASH = 0x5c;

/** Whether a byte may stand in a number, `true`, `false` or `null`: everything that does not end them. */
export function isLiteral(byte: number): boolean {
  return byte > 0x20 && byte !== 0x2c && byte !== 0x7d && byte !== 0x5d && byte !== 0x22 && byte !== 0x3a;
}

/** Longer ones are worth a call into the engine. */
const SHORT_BYTES = 64;

/** Whether it is short and nothing in it has to be decoded: ASCII without escapes. */
export function isPlain(bytes: Buffer, from: number, to: number): boolean {
  if (to - from > SHORT_BYTES) return false;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    if (byte > 0x7e || byte === BACKSLASH) return false;
  }
  return true;
}

/** Whole numbers exactly, as `bigint`. @throws NotJson */
export function literalOf(text: string): bigint | number | boolean | null {
  if (WHOLE.test(text)) return BigInt(text);
  if (NUMBER.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === 'null') return null;
  throw new NotJson('there is something that is no value');
}

/** What stands between two quotes. @throws NotJson */
export function decodeText(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new NotJson('a text is not UTF-8');
  if (!bytes.includes(BACKSLASH)) return bytes.toString('utf8');
  try {
    return JSON.parse(`"${bytes.toString('utf8')}"`) as string;
  } catch {
    throw new NotJson('a text cannot be read');
  }
}
