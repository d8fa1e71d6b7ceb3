import type { Database } from '../../lib/sqlite.ts';
import type { ReadConnection, WriteConnection } from '../sql/connections.ts';
import { writeBackup } from './backup.ts';
import { openForReading } from './database.ts';
import type { DiskReserve } from './disk-reserve.ts';
import { DiskRoom } from './disk-room.ts';
import { EachStatement } from './each-statement.ts';
import { ledgerFailureOf } from './failures.ts';

/** `reserve`: given up when the disk is full; none for a ledger that is not on a disk. */
export function writeConnection(db: Database, reserve: DiskReserve | null = null): WriteConnection {
  const room = new DiskRoom(db, reserve);
  return {
    db: Object.assign(db, { prepareEach: (sql: string) => new EachStatement(db, sql) }),
    failureOf: ledgerFailureOf,
    bytes: () => pages(db, 'page_count') * pages(db, 'page_size'),
    relieve: () => room.relieve(),
    keepReserve: () => room.keep(),
    close() {
      try {
        db.pragma('optimize');
      } catch (error) {
        if (ledgerFailureOf(error) === null) throw error;
      } finally {
        db.close();
      }
    },
  };
}

export function readConnection(db: Database): ReadConnection {
  return {
    db,
    size() {
      const bytes = pages(db, 'page_count') * pages(db, 'page_size');
      return { bytes, usedBytes: bytes - pages(db, 'freelist_count') * pages(db, 'page_size') };
    },
    apart() {
      if (db.memory) return { db, close() {} };
      const other = openForReading(db.name);
      // Mapped pages would count as memory of this process, all that is read of them.
      other.pragma('mmap_size = 0');
      return { db: other, close: () => other.close() };
    },
    backup: (path, sealedKey) => writeBackup(db, path, sealedKey),
    close: () => db.close(),
  };
}

function pages(db: Database, pragma: 'page_count' | 'page_size' | 'freelist_count'): number {
  return Number(db.pragma(pragma, { simple: true }));
}
