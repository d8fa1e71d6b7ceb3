import { endianness } from 'node:os';

/** Which of the two 32-bit halves of a number comes first in memory. */
const LOW = endianness() === 'LE' ? 0 : 1;
const HIGH = 1 - LOW;
const TWO_TO_32 = 2 ** 32;

/** A column of u64 while its rows come in: a value that is exact as a number is written without a bigint. */
export class U64Cells {
  #values = new BigUint64Array(128);
  #halves = new Uint32Array(this.#values.buffer);

  /** `value`: an integer from 0 to 2^53 - 1. */
  putNumber(at: number, value: number): void {
    if (at >= this.#values.length) this.#grow();
    // Storing keeps the low 32 bits of an integer.
    this.#halves[2 * at + LOW] = value;
    this.#halves[2 * at + HIGH] = value / TWO_TO_32;
  }

  /** `value`: of 64 bits. */
  putBigint(at: number, value: bigint): void {
    if (at >= this.#values.length) this.#grow();
    this.#values[at] = value;
  }

  column(length: number): BigUint64Array {
    return this.#values.slice(0, length);
  }

  #grow(): void {
    const values = this.#values;
    this.#values = new BigUint64Array(2 * values.length);
    this.#values.set(values);
    this.#halves = new Uint32Array(this.#values.buffer);
  }
}
