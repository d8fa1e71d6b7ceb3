import { LedgerFailure } from '../../core/errors.ts';
import type { Database } from '../../lib/sqlite.ts';
import { readIncarnation } from '../sql/incarnation.ts';
import { chunked, type Move, type MovedTo, type MoveSide, type MoveTable, type MoveValue } from '../sql/moving.ts';
import { rowsOf, tablesHere } from './arrival.ts';
import { beginWatch, type Chunk, type ClosedBefore, endWatch, takeChanges } from './change-watch.ts';
import { openForReading, openForWriting } from './database.ts';
import { isOlderFile } from './migrations/migrate.ts';
import { arrivedBy, markMoved } from './moved.ts';

/** A ledger that leaves a file. A server may write to it until the last round. */
export class SqliteDeparture implements MoveSide {
  readonly #db: Database;
  readonly incarnation: string;

  private constructor(db: Database, incarnation: string) {
    this.#db = db;
    this.incarnation = incarnation;
  }

  /**
   * `isServed`: a server writes to it, whose version it has to stay. Null: there is no ledger in this file yet.
   * @throws LedgerFailure
   */
  static begin(path: string, { isServed }: { readonly isServed: boolean }): SqliteDeparture | null {
    if (isServed) refuseOlder(path);
    const db = openForWriting(path);
    const incarnation = readIncarnation(db);
    if (incarnation !== null) return new SqliteDeparture(db, incarnation.id);
    db.close();
    return null;
  }

  /** By which it came here; null: it began here. */
  get cameBy(): Move | null {
    return arrivedBy(this.#db);
  }

  get sequence(): number {
    return Number(this.#db.prepare('SELECT sequence FROM alive').pluck().get() ?? 0);
  }

  /** Of those of the other side. */
  tablesOf(others: readonly MoveTable[]): MoveTable[] {
    return tablesHere(this.#db, others);
  }

  rows(sql: string): Iterable<readonly MoveValue[]> {
    return rowsOf(this.#db, sql);
  }

  /** The newest day of each large table and the one before are open. */
  closedBefore(): ClosedBefore {
    const newest = Object.entries(chunked).map(([table, { column, per }]) => {
      const value = this.#db.prepare(`SELECT max(${column}) / ${per} FROM ${table}`).pluck().get();
      return [table, value === null ? 0 : Number(value) - 1] as const;
    });
    return Object.fromEntries(newest);
  }

  /** From now on changes of closed days are written down. */
  watch({ id }: Move, closed: ClosedBefore): void {
    beginWatch(this.#db, id, closed);
  }

  /** Null: anything may have changed. */
  takeChanges({ id }: Move): Chunk[] | null {
    return takeChanges(this.#db, id);
  }

  endWatch(): void {
    endWatch(this.#db);
  }

  /** Decides: from this commit on the file is not opened any more. */
  leave(moved: MovedTo): void {
    markMoved(this.#db, moved);
  }

  close(): void {
    this.#db.close();
  }
}

function refuseOlder(path: string): void {
  const db = openForReading(path);
  try {
    if (!isOlderFile(db)) return;
  } finally {
    db.close();
  }
  throw new LedgerFailure('server-older', 'The server that runs is of an older version than this command.', {
    hint: 'Restart it, and run `xpert migrate` again. Nothing was changed.',
  });
}
