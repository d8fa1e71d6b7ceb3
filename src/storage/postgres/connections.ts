import { ExpectedError, LedgerFailure } from '../../core/errors.ts';
import type { ReadConnection, WriteConnection } from '../sql/connections.ts';
import { PostgresDatabase } from './database.ts';
import { ledgerFailureOf } from './failures.ts';
import { becomeWriter, isMade, migrate } from './migrations/migrate.ts';
import { refuseElsewhere } from './moved.ts';

/** Where the ledger is, and the built file of the thread that holds a socket. */
export interface PostgresAddress {
  readonly url: string;
  readonly socket: string;
}

/** Opens the database for writing, making or migrating its schema. @throws LedgerFailure */
export function openForWriting(address: PostgresAddress, become = becomeWriter): PostgresDatabase {
  const db = openUnfinished(address, become);
  try {
    if (isMade(db)) refuseElsewhere(db);
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw ledgerFailureOf(error) ?? error;
  }
}

/** As the only writer, whatever is in it; `become` gets the lock. @throws LedgerFailure */
export function openUnfinished(address: PostgresAddress, become = becomeWriter): PostgresDatabase {
  const db = open(address);
  try {
    refuseUnfit(db);
    become(db);
    return db;
  } catch (error) {
    db.close();
    throw ledgerFailureOf(error) ?? error;
  }
}

/** True if no ledger is in this database, nor one that arrives. @throws LedgerFailure */
export function isEmpty(address: PostgresAddress): boolean {
  const db = open(address);
  try {
    return !isMade(db);
  } catch (error) {
    throw ledgerFailureOf(error) ?? error;
  } finally {
    db.close();
  }
}

function open({ url, socket }: PostgresAddress): PostgresDatabase {
  try {
    return new PostgresDatabase(url, new URL(socket));
  } catch (error) {
    throw ledgerFailureOf(error) ?? error;
  }
}

function openReader(address: PostgresAddress): PostgresDatabase {
  const db = open(address);
  db.exec('SET default_transaction_read_only = on');
  return db;
}

export function writeConnection(db: PostgresDatabase): WriteConnection {
  return {
    db,
    failureOf: ledgerFailureOf,
    bytes: () => databaseBytes(db),
    // The server keeps its own house.
    relieve() {},
    keepReserve: () => true,
    lostBy: () => db.lostBy,
    close: () => db.close(),
  };
}

export function openForReading(address: PostgresAddress): ReadConnection {
  const db = openReader(address);
  return {
    db,
    size: () => ({ bytes: databaseBytes(db), usedBytes: databaseBytes(db) }),
    apart() {
      const other = openReader(address);
      return { db: other, close: () => other.close() };
    },
    backup() {
      throw new ExpectedError('backup-elsewhere', 'Xpert writes no copies of a ledger that PostgreSQL holds.', {
        hint: 'Use the means of PostgreSQL: pg_dump of the database, or pg_basebackup with archived logs of the server.',
      });
    },
    lostBy: () => db.lostBy,
    isAway: () => db.isAway,
    close: () => db.close(),
  };
}

/** As `server_version_num` counts: what the schema and its statements are tested on. */
const OLDEST_VERSION = 150_000;

function refuseUnfit(db: PostgresDatabase): void {
  const said = (name: string) => String(db.prepare(`SELECT current_setting('${name}')`).pluck().get());
  if (Number(said('server_version_num')) < OLDEST_VERSION) {
    throw new LedgerFailure(
      'ledger-too-old',
      `PostgreSQL ${said('server_version')} is too old: Xpert needs 15 or newer.`,
      {
        hint: 'Upgrade the server, or set XPERT_DATABASE_URL to a newer one. The database was not changed.',
      },
    );
  }
  if (said('server_encoding') === 'UTF8') return;
  throw new LedgerFailure(
    'ledger-encoding',
    `The database is encoded in ${said('server_encoding')}; Xpert needs UTF8.`,
    {
      hint: "Make another one: CREATE DATABASE xpert ENCODING 'UTF8' TEMPLATE template0. This one was not changed.",
    },
  );
}

function databaseBytes(db: PostgresDatabase): number {
  return Number(db.prepare('SELECT pg_database_size(current_database())').pluck().get());
}
