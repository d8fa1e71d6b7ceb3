import type { Buffer } from 'node:buffer';
import type { PeerDraft } from './peer-rows.ts';
import { hashKey, KEY_LENGTH } from './scan.ts';

/**
 * Peers by key, found by the bytes of a row: no string is made to look one up. With 100,000 peers and four parts a
 * `Map` of strings takes more time than everything else together.
 */
export class KeyTable {
  readonly peers: PeerDraft[] = [];
  #hashes = new Int32Array(64);
  /** Position in `peers` + 1; 0 = free. At most half of the slots are used. */
  #slots = new Int32Array(64);

  /** @returns false if the key is there already */
  add(bytes: Buffer, from: number, hash: number, peer: PeerDraft): boolean {
    if (this.peers.length * 2 >= this.#slots.length) this.#grow();
    const slot = this.#find(bytes, from, hash);
    if (this.#slots[slot] !== 0) return false;
    this.peers.push(peer);
    this.#slots[slot] = this.peers.length;
    this.#hashes[slot] = hash;
    return true;
  }

  get(bytes: Buffer, from: number): PeerDraft | undefined {
    const hash = hashKey(bytes, from);
    return hash < 0 ? undefined : this.peers[(this.#slots[this.#find(bytes, from, hash)] as number) - 1];
  }

  /** The slot of the key, or the free one where it belongs. */
  #find(bytes: Buffer, from: number, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const position = this.#slots[slot] as number;
      if (position === 0) return slot;
      if (this.#hashes[slot] === hash && isSameKey(bytes, from, this.peers[position - 1] as PeerDraft)) return slot;
    }
  }

  #grow(): void {
    const slots = this.#slots;
    const hashes = this.#hashes;
    this.#slots = new Int32Array(slots.length * 4);
    this.#hashes = new Int32Array(slots.length * 4);
    const mask = this.#slots.length - 1;
    for (let old = 0; old < slots.length; old++) {
      if (slots[old] === 0) continue;
      let slot = (hashes[old] as number) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = slots[old] as number;
      this.#hashes[slot] = hashes[old] as number;
    }
  }
}

function isSameKey(bytes: Buffer, from: number, { key }: PeerDraft): boolean {
  for (let at = 0; at < KEY_LENGTH; at++) if (bytes[from + at] !== key.charCodeAt(at)) return false;
  return true;
}
