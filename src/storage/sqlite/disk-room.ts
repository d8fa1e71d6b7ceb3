import type { Database } from '../../lib/sqlite.ts';
import type { DiskReserve } from './disk-reserve.ts';
import { ledgerFailureOf } from './failures.ts';

/** 16 MiB of log: pages that many commits change reach the file once per checkpoint, not once per commit. */
export const CHECKPOINT_PAGES = 4_000;
/** Without a reserve: 1 MiB, so that little room is enough to write it back. */
const CHECKPOINT_PAGES_WHEN_TIGHT = 250;

/** What the writer does when its disk is full, and when there is room again. */
export class DiskRoom {
  readonly #db: Database;
  readonly #reserve: DiskReserve | null;

  /** `reserve` null: the ledger is not on a disk. */
  constructor(db: Database, reserve: DiskReserve | null) {
    this.#db = db;
    this.#reserve = reserve;
  }

  /** After the rollback of a transaction for which there was no room. */
  relieve(): void {
    if (this.#reserve === null || !this.#reserve.isHeld) return;
    this.#reserve.giveUp();
    this.#db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES_WHEN_TIGHT}`);
    try {
      this.#db.pragma('wal_checkpoint(PASSIVE)');
    } catch (error) {
      if (ledgerFailureOf(error) === null) throw error;
    }
  }

  /** @returns whether there is a reserve now */
  keep(): boolean {
    if (this.#reserve === null) return true;
    const isHeld = this.#reserve.take();
    this.#db.pragma(`wal_autocheckpoint = ${isHeld ? CHECKPOINT_PAGES : CHECKPOINT_PAGES_WHEN_TIGHT}`);
    return isHeld;
  }
}
