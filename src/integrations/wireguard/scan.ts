import { Buffer } from 'node:buffer';
import { randomInt } from 'node:crypto';

/** What `toString('latin1', …)` calls after looking at its arguments; called for every field of every peer. */
type LatinBuffer = Buffer & { latin1Slice(from: number, to: number): string };

const CONTROL = /[\0-\x08\x0b-\x1f]/;

/**
 * A piece of output as it arrived. `text` has one character per byte: scanning it is twice as fast as scanning bytes,
 * and its positions are those of the bytes. Nothing may keep a slice of it: that would keep all of it, and the secrets in
 * a dump, alive.
 */
export class Chunk {
  readonly bytes: Buffer;
  readonly text: string;
  /** No control characters but tabs and newlines. */
  readonly isClean: boolean;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.text = (bytes as LatinBuffer).latin1Slice(0, bytes.length);
    this.isClean = !CONTROL.test(this.text);
  }

  /** A string of its own. */
  copy(from: number, to: number): string {
    return (this.bytes as LatinBuffer).latin1Slice(from, to);
  }
}

/** Receives one line without its newline: `[from, to)` of a chunk that is only valid during the call. */
export type OnLine = (chunk: Chunk, from: number, to: number) => void;

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
  push(bytes: Buffer, onLine: OnLine): void {
    const chunk = new Chunk(bytes);
    let from = 0;
    let newline = chunk.text.indexOf('\n');
    if (newline >= 0 && this.#restBytes > 0) {
      this.#keep(bytes.subarray(0, newline));
      const line = new Chunk(Buffer.concat(this.#rest));
      this.#rest = [];
      this.#restBytes = 0;
      onLine(line, 0, line.text.length);
      from = newline + 1;
      newline = chunk.text.indexOf('\n', from);
    }
    while (newline >= 0) {
      onLine(chunk, from, newline);
      from = newline + 1;
      newline = chunk.text.indexOf('\n', from);
    }
    if (from < bytes.length) this.#keep(bytes.subarray(from));
  }

  #keep(piece: Buffer): void {
    this.#rest.push(piece);
    this.#restBytes += piece.length;
    if (this.#restBytes > MAX_LINE_BYTES) throw new LineTooLong();
  }
}

export class LineTooLong extends Error {}

const ZERO = 48;

/** Fields of one line: `starts[i]`..`ends[i]`. Reused for every line, so that scanning allocates nothing. */
export class Fields {
  readonly starts = new Int32Array(64);
  readonly ends = new Int32Array(64);
  count = 0;

  /** Splits at tabs. @returns false if the line holds another control character or too many fields */
  split(chunk: Chunk, from: number, to: number): boolean {
    const { text } = chunk;
    if (!chunk.isClean && CONTROL.test(text.slice(from, to))) return false;
    let count = 0;
    let start = from;
    for (let tab = text.indexOf('\t', from); tab >= 0 && tab < to; tab = text.indexOf('\t', start)) {
      if (count === 63) return false;
      this.starts[count] = start;
      this.ends[count] = tab;
      count += 1;
      start = tab + 1;
    }
    this.starts[count] = start;
    this.ends[count] = to;
    this.count = count + 1;
    return true;
  }

  text(chunk: Chunk, index: number): string {
    return chunk.copy(this.starts[index] as number, this.ends[index] as number);
  }

  utf8(chunk: Chunk, index: number): string {
    return chunk.bytes.toString('utf8', this.starts[index], this.ends[index]);
  }

  isEmpty(index: number): boolean {
    return this.starts[index] === this.ends[index];
  }

  /** The field as a number of the range of u64, exact; null if it is anything else. */
  unsigned(chunk: Chunk, index: number): bigint | null {
    return parseUnsigned(chunk.text, this.starts[index] as number, this.ends[index] as number);
  }

  /** The field as a small number, for example a port or seconds; null if it is anything else. */
  small(chunk: Chunk, index: number): number | null {
    const from = this.starts[index] as number;
    const to = this.ends[index] as number;
    return to - from > 15 ? null : parseDigits(chunk.text, from, to);
  }

  /** True if the field is the base64 form of a 32-byte key. */
  isKey(chunk: Chunk, index: number): boolean {
    return this.keyHash(chunk, index) >= 0;
  }

  /** Hash of the key in the field; -1 if it is no key. */
  keyHash(chunk: Chunk, index: number): number {
    const from = this.starts[index] as number;
    return (this.ends[index] as number) - from === KEY_LENGTH ? hashKey(chunk.text, from) : -1;
  }

  equals(chunk: Chunk, index: number, text: string): boolean {
    const from = this.starts[index] as number;
    if ((this.ends[index] as number) - from !== text.length) return false;
    for (let at = 0; at < text.length; at++) if (chunk.text.charCodeAt(from + at) !== text.charCodeAt(at)) return false;
    return true;
  }
}

const U64_MAX = 18_446_744_073_709_551_615n;
const TEN_TO_10 = 10_000_000_000n;

/** Decimal digits as `wg` prints a u64 (no sign, no leading zero); null if it is anything else. */
export function parseUnsigned(text: string, from: number, to: number): bigint | null {
  const length = to - from;
  if (length <= 15) {
    const value = parseDigits(text, from, to);
    if (value === 0) return 0n;
    return value === null ? null : BigInt(value);
  }
  if (length > 20 || text.charCodeAt(from) === ZERO) return null;
  // Two halves of at most 10 digits are exact as numbers.
  const high = parseDigits(text, from, to - 10);
  const low = digits(text, to - 10, to);
  if (high === null || low < 0) return null;
  const value = BigInt(high) * TEN_TO_10 + BigInt(low);
  return value > U64_MAX ? null : value;
}

function parseDigits(text: string, from: number, to: number): number | null {
  if (from >= to || (text.charCodeAt(from) === ZERO && to - from > 1)) return null;
  const value = digits(text, from, to);
  return value < 0 ? null : value;
}

/** -1 if a character is not a digit; at most 15 digits. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - ZERO;
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
export function hashKey(text: string, from: number): number {
  const last = from + KEY_LENGTH - 1;
  if (text.charCodeAt(last) !== PAD) return -1;
  let hash = SEED;
  for (let at = from; at < last; at++) {
    const byte = text.charCodeAt(at);
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
