import { Buffer } from 'node:buffer';
import type { TextColumn } from '../../core/metering/reading-columns.ts';
import { NEWLINE } from './scan.ts';

/**
 * A column of texts while its rows come in: the bytes one behind the other, and where those of each place lie. Texts are
 * made of all of them at once.
 */
export class TextCells {
  #bytes = Buffer.alloc(1024);
  #used = 0;
  /** By place, the beginning + 1; 0 = absent. */
  #begins = new Int32Array(64);
  #ends = new Int32Array(64);
  #last = -1;
  /** Rows came in the order of their places, so that the bytes lie as the column wants them. */
  #isInOrder = true;

  /** Copies the bytes; lists (`separator`) become lines. A later text of a place replaces the earlier one. */
  set(place: number, bytes: Buffer, from: number, to: number, separator = NEWLINE): void {
    this.#makeRoom(place, to - from);
    const own = this.#bytes;
    let used = this.#used;
    this.#begins[place] = used + 1;
    for (let at = from; at < to; at++) {
      const byte = bytes[at] as number;
      own[used++] = byte === separator ? NEWLINE : byte;
    }
    this.#ends[place] = used;
    this.#used = used;
    if (place <= this.#last) this.#isInOrder = false;
    this.#last = place;
  }

  /** The texts of the first `count` places; null if there is none. */
  column(count: number): TextColumn | null {
    if (this.#last < 0) return null;
    const bytes = this.#isInOrder ? this.#bytes : this.#inOrder(count);
    const ends = new Int32Array(count);
    let end = 0;
    for (let place = 0; place < count; place++) {
      const begin = this.#begins[place] ?? 0;
      if (begin > 0) end += (this.#ends[place] as number) - (begin - 1);
      ends[place] = begin > 0 ? end : ~end;
    }
    return { text: bytes.toString('latin1', 0, end), ends };
  }

  #inOrder(count: number): Buffer {
    const sorted = Buffer.alloc(this.#used);
    let used = 0;
    for (let place = 0; place < count; place++) {
      const begin = this.#begins[place] ?? 0;
      if (begin > 0) used += this.#bytes.copy(sorted, used, begin - 1, this.#ends[place]);
    }
    return sorted;
  }

  #makeRoom(place: number, length: number): void {
    if (this.#used + length > this.#bytes.length) {
      const bytes = Buffer.alloc(2 * this.#bytes.length + length);
      this.#bytes.copy(bytes, 0, 0, this.#used);
      this.#bytes = bytes;
    }
    if (place >= this.#begins.length) {
      this.#begins = lengthened(this.#begins, 2 * place);
      this.#ends = lengthened(this.#ends, 2 * place);
    }
  }
}

function lengthened(values: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(length);
  longer.set(values);
  return longer;
}
