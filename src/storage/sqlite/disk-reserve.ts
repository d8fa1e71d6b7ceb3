import { randomFillSync } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** More than the write-ahead log is long before it is written back (16 MiB). */
const RESERVE_BYTES = 32 * 2 ** 20;
/** The disk has to have so many times the reserve before it is taken: it is not to be what fills the disk. */
const AMPLE = 4;
const BLOCK_BYTES = 2 ** 20;

/**
 * Room on the ledger's disk that is kept for the moment at which the disk is full. SQLite cannot write its log back into the
 * file then, so that the log fills whatever becomes free, and freeing a little does not help: given up, the reserve lets the
 * log be written back once.
 */
export class DiskReserve {
  readonly path: string;
  readonly #bytes: number;

  constructor(ledger: string, bytes = RESERVE_BYTES) {
    this.path = reservePath(ledger);
    this.#bytes = bytes;
  }

  /** One that was cut off while it was written is none. */
  get isHeld(): boolean {
    return (statSync(this.path, { throwIfNoEntry: false })?.size ?? 0) >= this.#bytes;
  }

  /** Takes it where there is ample room. @returns whether it is held */
  take(): boolean {
    if (this.isHeld) return true;
    const { bavail, bsize } = statfsSync(dirname(this.path));
    if (bavail * bsize < AMPLE * this.#bytes) return false;
    try {
      this.#write();
      return true;
    } catch {
      this.giveUp();
      return false;
    }
  }

  giveUp(): void {
    rmSync(this.path, { force: true });
  }

  /** Random bytes: of zeros some file systems keep nothing. */
  #write(): void {
    const block = randomFillSync(new Uint8Array(Math.min(BLOCK_BYTES, this.#bytes)));
    const file = openSync(this.path, 'w', 0o600);
    try {
      for (let written = 0; written < this.#bytes; ) written += writeSync(file, block);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}

export function reservePath(ledger: string): string {
  return `${ledger}.reserve`;
}
