import type { LedgerFailure } from '../../core/errors.ts';
import type { Database } from './database.ts';

/** The one connection that writes, with what each engine does in its own way. */
export interface WriteConnection {
  readonly db: Database;
  /** What went wrong with the disk or the database, if that is what `error` tells; null for anything else. */
  failureOf(error: unknown): LedgerFailure | null;
  /** What the ledger takes on its disk. */
  bytes(): number;
  /** After the rollback of a transaction for which there was no room. */
  relieve(): void;
  /** Keeps room for the moment at which the disk is full. False: there is none to keep at present. */
  keepReserve(): boolean;
  /** Why nothing can be asked over it any more; null while it holds. Absent where it cannot be lost. */
  lostBy?(): LedgerFailure | null;
  close(): void;
}

/** A connection that reads; it sees every commit made before each of its statements. */
export interface ReadConnection {
  readonly db: Database;
  /** What the ledger takes on its disk, and what of it is in use. */
  size(): { readonly bytes: number; readonly usedBytes: number };
  /** Another one for a long read, during which this one goes on. */
  apart(): { readonly db: Database; close(): void };
  /** Writes a consistent copy of the ledger into a file. @throws ExpectedError where the engine has other means */
  backup(path: string, sealedKey: string | null): { readonly path: string; readonly bytes: number };
  /** Why nothing can be asked over it any more; null while it holds. Absent where it cannot be lost. */
  lostBy?(): LedgerFailure | null;
  /** True if it was lost, and just now another one could not be made either. */
  isAway?(): boolean;
  close(): void;
}
