/** The bytes are not the message that they should be. */
export class WireError extends Error {}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/** 7 groups of 7 bits are exact in a number: 562 TB, which nearly every counter stays below. */
const NUMBER_GROUPS = 7;

/**
 * Walks through one message of protobuf's wire format (protobuf.dev/programming-guides/encoding). A reader of our own,
 * because 200,000 counters are most of what a poll costs: it makes one string and one bigint for each and nothing else
 * (docs/performance.md, xray-poll).
 */
export class WireReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end;
  }

  /** Number of the next field times 8, plus its wire type. */
  tag(): number {
    const tag = this.#small();
    if (tag < 8 || tag > 0xffff_ffff) throw new WireError('a field without a number');
    return tag;
  }

  /** As sent: a negative int64 is a value from 2^63 on. */
  varint(): bigint {
    const bytes = this.#bytes;
    let value = 0;
    let factor = 1;
    for (let group = 0; group < NUMBER_GROUPS; group++) {
      const byte = this.#next(bytes);
      if (byte < 0x80) return BigInt(value + byte * factor);
      value += (byte & 0x7f) * factor;
      factor *= 128;
    }
    return this.#longVarint(BigInt(value));
  }

  /** Tags and lengths are nearly always one byte: no bigint is made for them. */
  #small(): number {
    const byte = this.#at < this.#end ? (this.#bytes[this.#at] ?? 0x80) : 0x80;
    if (byte >= 0x80) return Number(this.varint());
    this.#at += 1;
    return byte;
  }

  #longVarint(low: bigint): bigint {
    let value = low;
    for (let shift = 49n; shift <= 63n; shift += 7n) {
      const byte = this.#next(this.#bytes);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      if (value > 0xffff_ffff_ffff_ffffn) break;
      return value;
    }
    throw new WireError('a number of more than 64 bits');
  }

  #next(bytes: Buffer): number {
    if (this.#at >= this.#end) throw new WireError('the message ends within a number');
    return bytes[this.#at++] ?? 0;
  }

  /** A reader of the message that is the value of this field. */
  message(): WireReader {
    const end = this.#ending();
    const inner = new WireReader(this.#bytes, this.#at, end);
    this.#at = end;
    return inner;
  }

  /** A cut or foreign character would make another text of it: such a message is not readable. */
  string(): string {
    const end = this.#ending();
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end;
    if (text.includes('\ufffd')) throw new WireError('a text that is not UTF-8');
    return text;
  }

  /** The value of this field as it is on the wire. */
  bytes(): Buffer {
    const end = this.#ending();
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  /** Passes over the value of a field that a newer server may send. */
  skip(tag: number): void {
    const type = tag & 7;
    if (type === VARINT) this.varint();
    else if (type === FIXED64) this.#advance(8);
    else if (type === LENGTH) this.#at = this.#ending();
    else if (type === FIXED32) this.#advance(4);
    else throw new WireError(`wire type ${type}`);
  }

  #ending(): number {
    const length = this.#small();
    const end = this.#at + length;
    if (end > this.#end) throw new WireError('the message ends within a field');
    return end;
  }

  #advance(count: number): void {
    if (this.#at + count > this.#end) throw new WireError('the message ends within a field');
    this.#at += count;
  }
}
