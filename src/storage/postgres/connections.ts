import { ExpectedError } from '../../core/errors.ts';
import type { ReadConnection, WriteConnection } from '../sql/connections.ts';
import { PostgresDatabase } from './database.ts';
import { ledgerFailureOf } from './failures.ts';
import { becomeWriter, migrate } from './migrations/migrate.ts';

/** Where the ledger is, and the built file of the thread that holds a socket. */
export interface PostgresAddress {
  readonly url: string;
  readonly socket: URL | string;
}

/** Opens the database for writing, making or migrating its schema. @throws LedgerFailure */
export function openForWriting(address: PostgresAddress): PostgresDatabase {
  const db = open(address);
  try {
    becomeWriter(db);
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw ledgerFailureOf(error) ?? error;
  }
}

function open({ url, socket }: PostgresAddress): PostgresDatabase {
  try {
    return new PostgresDatabase(url, new URL(socket));
  } catch (error) {
    throw ledgerFailureOf(error) ?? error;
  }
}

export function writeConnection(db: PostgresDatabase): WriteConnection {
  return {
    db,
    failureOf: ledgerFailureOf,
    bytes: () => databaseBytes(db),
    // The server keeps its own house.
    relieve() {},
    keepReserve: () => true,
    close: () => db.close(),
  };
}

export function openForReading(address: PostgresAddress): ReadConnection {
  const db = open(address);
  db.exec('SET default_transaction_read_only = on');
  return {
    db,
    size: () => ({ bytes: databaseBytes(db), usedBytes: databaseBytes(db) }),
    apart() {
      const other = open(address);
      return { db: other, close: () => other.close() };
    },
    backup() {
      throw new ExpectedError('backup-elsewhere', 'Xpert writes no copies of a ledger that PostgreSQL holds.', {
        hint: 'Use the means of PostgreSQL: pg_dump of the database, or pg_basebackup with archived logs of the server.',
      });
    },
    close: () => db.close(),
  };
}

function databaseBytes(db: PostgresDatabase): number {
  return Number(db.prepare('SELECT pg_database_size(current_database())').pluck().get());
}
