import { Buffer } from 'node:buffer';
import type { PeerReadings } from '../../core/metering/collector.ts';
import { ColumnReadings } from '../../core/metering/column-readings.ts';
import { textColumn } from '../../core/metering/reading-columns.ts';
import { type Fields, KEY_LENGTH } from './scan.ts';
import { TextCells } from './text-cells.ts';
import { U64Cells } from './u64-cells.ts';

const NONE = '(none)';
/** In `ReadingColumns.isOff`. */
const LET_THROUGH = 1;
const OFF = 2;

/**
 * The peers of one interface by key, column by column, as the ledger takes them: no string and no object is made for a peer,
 * and one is found by the bytes of a row. A peer has a place, in the order in which they were added.
 */
export class PeerTable {
  #length = 0;
  /** The keys one behind the other. */
  #keys = Buffer.alloc(64 * KEY_LENGTH);
  /** rx and tx of each peer. */
  readonly #traffic = new U64Cells();
  readonly #endpoints = new TextCells();
  readonly #allowedIps = new TextCells();
  #handshakes = new Float64Array(64).fill(Number.NaN);
  #hasHandshakes = false;
  #isOff = new Uint8Array(64);
  #tellsOff = false;
  readonly #names: (string | undefined)[] = [];
  #hashes = new Int32Array(128);
  /** Place + 1 by hash; 0 = free. At most half of the slots are used. */
  #slots = new Int32Array(128);
  #lastFound = -1;

  get length(): number {
    return this.#length;
  }

  /** Adds a row's peer, from the field of its key and that of what was received; what was sent follows it in `wg`. */
  add(fields: Fields, bytes: Buffer, key: number, rx: number): 'added' | 'twice' | 'unreadable' {
    const place = this.#length;
    const hash = fields.keyHash(bytes, key);
    if (hash < 0) return 'unreadable';
    if (!fields.putUnsigned(bytes, rx, this.#traffic, 2 * place)) return 'unreadable';
    if (!fields.putUnsigned(bytes, rx + 1, this.#traffic, 2 * place + 1)) return 'unreadable';
    if (2 * place >= this.#slots.length) this.#grow();
    const from = fields.starts[key] as number;
    const slot = this.#slotOf(bytes, from, hash);
    if (this.#slots[slot] !== 0) return 'twice';
    this.#slots[slot] = place + 1;
    this.#hashes[slot] = hash;
    for (let at = 0; at < KEY_LENGTH; at++) this.#keys[place * KEY_LENGTH + at] = bytes[from + at] as number;
    this.#length += 1;
    return 'added';
  }

  /** Place of the peer whose key the field holds; -1 if there is none. */
  find(fields: Fields, bytes: Buffer, index: number): number {
    // All lists of `wg` have one order.
    if (
      fields.length(index) === KEY_LENGTH &&
      this.#isKeyAt(this.#lastFound + 1, bytes, fields.starts[index] as number)
    ) {
      return ++this.#lastFound;
    }
    const hash = fields.keyHash(bytes, index);
    if (hash < 0) return -1;
    const place = (this.#slots[this.#slotOf(bytes, fields.starts[index] as number, hash)] as number) - 1;
    if (place >= 0) this.#lastFound = place;
    return place;
  }

  setEndpoint(place: number, fields: Fields, bytes: Buffer, index: number): void {
    if (isNone(fields, bytes, index)) return;
    this.#endpoints.set(place, bytes, fields.starts[index] as number, fields.ends[index] as number);
  }

  /** `separator`: a comma in `dump`, a space in `allowed-ips`. */
  setAllowedIps(place: number, fields: Fields, bytes: Buffer, index: number, separator: number): void {
    const from = fields.starts[index] as number;
    const to = isNone(fields, bytes, index) ? from : (fields.ends[index] as number);
    this.#allowedIps.set(place, bytes, from, to, separator);
  }

  /** From the field of its addresses: without any a peer is not let through. */
  setAccess(place: number, fields: Fields, bytes: Buffer, index: number): void {
    this.#isOff[place] = isNone(fields, bytes, index) ? OFF : LET_THROUGH;
    this.#tellsOff = true;
  }

  /** Printed in seconds since 1970; 0 = none since the interface came up. */
  setHandshake(place: number, fields: Fields, bytes: Buffer, index: number): void {
    const seconds = fields.small(bytes, index);
    if (seconds === null || seconds === 0 || seconds >= 1e11) return;
    this.#handshakes[place] = seconds * 1000;
    this.#hasHandshakes = true;
  }

  /** The first name stays. */
  setName(place: number, name: string): void {
    this.#names[place] ??= name;
  }

  readings(): PeerReadings {
    const length = this.#length;
    if (this.#names.length > 0) this.#names.length = length;
    return new ColumnReadings({
      keys: { text: this.#keys.toString('latin1', 0, length * KEY_LENGTH), ends: endsOfKeys(length) },
      bytes: this.#traffic.column(2 * length),
      isDirected: new Uint8Array(length).fill(1),
      connections: null,
      isOver: null,
      isOff: this.#tellsOff ? this.#isOff.slice(0, length) : null,
      names: textColumn(this.#names),
      endpoints: this.#endpoints.column(length),
      allowedIps: this.#allowedIps.column(length),
      startedAt: null,
      lastHandshakeAt: this.#hasHandshakes ? this.#handshakes.slice(0, length) : null,
    });
  }

  /** The slot of the key, or the free one where it belongs. */
  #slotOf(bytes: Buffer, from: number, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const place = (this.#slots[slot] as number) - 1;
      if (place < 0 || (this.#hashes[slot] === hash && this.#isKeyAt(place, bytes, from))) return slot;
    }
  }

  #isKeyAt(place: number, bytes: Buffer, from: number): boolean {
    if (place >= this.#length) return false;
    const own = place * KEY_LENGTH;
    for (let at = 0; at < KEY_LENGTH; at++) if (bytes[from + at] !== this.#keys[own + at]) return false;
    return true;
  }

  #grow(): void {
    const [slots, hashes] = [this.#slots, this.#hashes];
    const room = 2 * this.#length;
    this.#slots = new Int32Array(2 * room);
    this.#hashes = new Int32Array(2 * room);
    const mask = this.#slots.length - 1;
    for (let old = 0; old < slots.length; old++) {
      if (slots[old] === 0) continue;
      let slot = (hashes[old] as number) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = slots[old] as number;
      this.#hashes[slot] = hashes[old] as number;
    }
    const [keys, handshakes, isOff] = [this.#keys, this.#handshakes, this.#isOff];
    this.#keys = Buffer.alloc(room * KEY_LENGTH);
    keys.copy(this.#keys);
    this.#handshakes = new Float64Array(room).fill(Number.NaN);
    this.#handshakes.set(handshakes);
    this.#isOff = new Uint8Array(room);
    this.#isOff.set(isOff);
  }
}

function endsOfKeys(length: number): Int32Array {
  const ends = new Int32Array(length);
  for (let place = 0; place < length; place++) ends[place] = (place + 1) * KEY_LENGTH;
  return ends;
}

function isNone(fields: Fields, bytes: Buffer, index: number): boolean {
  return fields.isEmpty(index) || fields.equals(bytes, index, NONE);
}
