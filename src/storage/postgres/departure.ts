import { LedgerFailure } from '../../core/errors.ts';
import { readIncarnation } from '../sql/incarnation.ts';
import { MARK, type Move, type MovedTo, type MoveSide, type MoveTable, type MoveValue } from '../sql/moving.ts';
import { openForWriting, openUnfinished, type PostgresAddress } from './connections.ts';
import type { PostgresDatabase } from './database.ts';
import { isMade } from './migrations/migrate.ts';
import { moveTables, readSession, rowsOf } from './move-side.ts';
import { markLeaving, markMoved, readMark, removeMark } from './moved.ts';

/** A ledger that leaves a database. Nobody else writes to it meanwhile; all that is read is of one instant. */
export class PostgresDeparture implements MoveSide {
  readonly #db: PostgresDatabase;
  readonly tables: readonly MoveTable[];
  readonly incarnation: string;
  /** Of the last commit. */
  readonly sequence: number;

  private constructor(db: PostgresDatabase, incarnation: string) {
    this.#db = db;
    this.incarnation = incarnation;
    readSession(db);
    this.tables = moveTables(db);
    db.exec('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    this.sequence = sequenceOf(db);
  }

  /** Null: there is no ledger in this database yet. @throws LedgerFailure */
  static begin(address: PostgresAddress): PostgresDeparture | null {
    if (isEmptyOrUnmade(address)) return null;
    const db = openForWriting(address);
    const incarnation = readIncarnation(db);
    if (incarnation !== null) return new PostgresDeparture(db, incarnation.id);
    db.close();
    return null;
  }

  rows(sql: string): Iterable<readonly MoveValue[]> {
    return rowsOf(this.#db, sql, true);
  }

  /** Nothing more is read. From this commit on the file decides. @throws LedgerFailure `move-differs` if it was written to */
  leave(move: MovedTo): void {
    this.#db.exec('ROLLBACK');
    this.#db.transaction(() => {
      if (sequenceOf(this.#db) !== this.sequence)
        throw new LedgerFailure('move-differs', 'Another Xpert wrote to the database meanwhile.', {
          hint: 'Nothing was moved: the database is the ledger as before. Stop every Xpert that uses it, and try again.',
        });
      markLeaving(this.#db, move);
    })();
  }

  /** The file arrived. */
  finish(move: MovedTo): void {
    markMoved(this.#db, move);
  }

  close(): void {
    this.#db.close();
  }
}

function isEmptyOrUnmade(address: PostgresAddress): boolean {
  const db = openUnfinished(address);
  try {
    return !isMade(db);
  } finally {
    db.close();
  }
}

const sequenceOf = (db: PostgresDatabase): number =>
  Number(db.prepare('SELECT sequence FROM alive').pluck().get() ?? 0);

/** What the files of a data folder tell of a move: the ledger came by it, or is still on its way by it. */
export interface FilesOfMove {
  readonly arrived: Move | null;
  readonly arriving: Move | null;
}

/**
 * Decides a departure that broke off, by what the files say. @returns `stayed`: the database is the ledger, `left`: the file is,
 * `unknown`: the move was to another folder, or none was under way.
 */
export function settleDeparture(address: PostgresAddress, files: FilesOfMove): 'stayed' | 'left' | 'unknown' {
  const db = openUnfinished(address);
  try {
    const leaving = isMade(db) ? readMark(db, MARK.leaving) : null;
    if (leaving === null) return 'unknown';
    if (files.arrived?.id === leaving.id) {
      markMoved(db, leaving);
      return 'left';
    }
    if (files.arriving?.id !== leaving.id) return 'unknown';
    removeMark(db, MARK.leaving);
    return 'stayed';
  } finally {
    db.close();
  }
}
