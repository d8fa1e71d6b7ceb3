import { Buffer } from 'node:buffer';
import { randomInt } from 'node:crypto';
import type { U64Cells } from './u64-cells.ts';

/** Receives one line without its newline: `bytes[from..to)`. The buffer is only valid during the call. */
export type OnLine = (bytes: Buffer, from: number, to: number) => void;

/** Longest line taken: a peer with 20,000 allowed IPs fits; anything longer is not the output of `wg`. */
const MAX_LINE_BYTES = 1024 * 1024;

/** Cuts a stream of chunks into lines. What follows the last newline is never handed out: it may be cut. */
export class LineCutter {
  #rest: Buffer[] = [];
  #restBytes = 0;

  /** Bytes after the last newline so far. */
  get restBytes(): number {
    return this.#restBytes;
  }

  /** @throws LineTooLong */
  push(chunk: Buffer, onLine: OnLine): void {
    let from = 0;
    let newline = chunk.indexOf(NEWLINE);
    if (newline >= 0 && this.#restBytes > 0) {
      this.#keep(chunk.subarray(0, newline));
      const line = Buffer.concat(this.#rest);
      this.#rest = [];
      this.#restBytes = 0;
      onLine(line, 0, line.length);
      from = newline + 1;
      newline = chunk.indexOf(NEWLINE, from);
    }
    while (newline >= 0) {
      onLine(chunk, from, newline);
      from = newline + 1;
      newline = chunk.indexOf(NEWLINE, from);
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
  }

  #keep(piece: Buffer): void {
    this.#rest.push(piece);
    this.#restBytes += piece.length;
    if (this.#restBytes > MAX_LINE_BYTES) throw new LineTooLong();
  }
}

export class LineTooLong extends Error {}

export const NEWLINE = 10;
export const TAB = 9;
export const SPACE = 32;
export const COMMA = 44;
const ZERO = 48;

/** Fields of one line: `starts[i]`..`ends[i]`. Reused for every line, so that scanning allocates nothing. */
export class Fields {
  readonly starts = new Int32Array(64);
  readonly ends = new Int32Array(64);
  count = 0;

  /** Splits at tabs. @returns false if the line holds another control character or too many fields */
  split(bytes: Buffer, from: number, to: number): boolean {
    let count = 0;
    let start = from;
    for (let at = from; at < to; at++) {
      const byte = bytes[at] as number;
      if (byte >= 32) continue;
      if (byte !== TAB || count === 63) return false;
      this.starts[count] = start;
      this.ends[count] = at;
      count += 1;
      start = at + 1;
    }
    this.starts[count] = start;
    this.ends[count] = to;
    this.count = count + 1;
    return true;
  }

  /** A fresh string, not a slice that would keep the whole chunk (and the secrets in a dump) alive. */
  text(bytes: Buffer, index: number): string {
    return bytes.toString('latin1', this.starts[index], this.ends[index]);
  }

  utf8(bytes: Buffer, index: number): string {
    return bytes.toString('utf8', this.starts[index], this.ends[index]);
  }

  length(index: number): number {
    return (this.ends[index] as number) - (this.starts[index] as number);
  }

  isEmpty(index: number): boolean {
    return this.starts[index] === this.ends[index];
  }

  /** The field as a number of the range of u64, exact; null if it is anything else. */
  unsigned(bytes: Buffer, index: number): bigint | null {
    return parseUnsigned(bytes, this.starts[index] as number, this.ends[index] as number);
  }

  /** Writes the field down as a number of the range of u64, exact. @returns false if it is anything else */
  putUnsigned(bytes: Buffer, index: number, into: U64Cells, at: number): boolean {
    const small = this.small(bytes, index);
    if (small !== null) {
      into.putNumber(at, small);
      return true;
    }
    const value = this.unsigned(bytes, index);
    if (value !== null) into.putBigint(at, value);
    return value !== null;
  }

  /** The field as a small number, for example a port or seconds; null if it is anything else. */
  small(bytes: Buffer, index: number): number | null {
    const from = this.starts[index] as number;
    const to = this.ends[index] as number;
    return to - from > 15 ? null : parseDigits(bytes, from, to);
  }

  /** True if the field is the base64 form of a 32-byte key. */
  isKey(bytes: Buffer, index: number): boolean {
    return this.keyHash(bytes, index) >= 0;
  }

  /** Hash of the key in the field; -1 if it is no key. */
  keyHash(bytes: Buffer, index: number): number {
    const from = this.starts[index] as number;
    return (this.ends[index] as number) - from === KEY_LENGTH ? hashKey(bytes, from) : -1;
  }

  equals(bytes: Buffer, index: number, text: string): boolean {
    const from = this.starts[index] as number;
    if ((this.ends[index] as number) - from !== text.length) return false;
    for (let at = 0; at < text.length; at++) if (bytes[from + at] !== text.charCodeAt(at)) return false;
    return true;
  }
}

const U64_MAX = 18_446_744_073_709_551_615n;
const TEN_TO_10 = 10_000_000_000n;

/** Decimal digits as `wg` prints a u64 (no sign, no leading zero); null if it is anything else. */
export function parseUnsigned(bytes: Buffer, from: number, to: number): bigint | null {
  const length = to - from;
  if (length <= 15) {
    const value = parseDigits(bytes, from, to);
    if (value === 0) return 0n;
    return value === null ? null : BigInt(value);
  }
  if (length > 20 || bytes[from] === ZERO) return null;
  // Two halves of at most 10 digits are exact as numbers.
  const high = parseDigits(bytes, from, to - 10);
  const low = digits(bytes, to - 10, to);
  if (high === null || low < 0) return null;
  const value = BigInt(high) * TEN_TO_10 + BigInt(low);
  return value > U64_MAX ? null : value;
}

function parseDigits(bytes: Buffer, from: number, to: number): number | null {
  if (from >= to || (bytes[from] === ZERO && to - from > 1)) return null;
  const value = digits(bytes, from, to);
  return value < 0 ? null : value;
}

/** -1 if a byte is not a digit; at most 15 digits. */
function digits(bytes: Buffer, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Base64 form of a 32-byte key. */
export const KEY_LENGTH = 44;

/** Seeded, so that a node cannot prepare keys that collide. */
const SEED = randomInt(2 ** 31);
const PAD = 61;
const IS_BASE64 = new Uint8Array(256);
for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/') {
  IS_BASE64[letter.charCodeAt(0)] = 1;
}

/** Hash of the key at `from`; -1 if there is no key. */
export function hashKey(bytes: Buffer, from: number): number {
  const last = from + KEY_LENGTH - 1;
  if (bytes[last] !== PAD) return -1;
  let hash = SEED;
  for (let at = from; at < last; at++) {
    const byte = bytes[at] as number;
    if (IS_BASE64[byte] === 0) return -1;
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash ^ (hash >>> 15)) & 0x7fffffff;
}

/** Text of a node for a message: printable, short, and without anything that could be a key. */
export function quoteOutput(text: string): string {
  return text
    .replace(/[A-Za-z0-9+/=_-]{40,}/g, '(key)')
    .replace(/[^\x20-\x7e\u00a0-\uffff]+/g, ' ')
    .trim()
    .slice(0, 160);
}
