import type { Database } from '../../src/lib/sqlite.ts';
import { makeReaders, makeSlowReads } from '../../src/storage/sql/reader/readers.ts';
import { localSlowReader } from '../../src/storage/sql/slow-reader.ts';
import { makeStores, type Stores } from '../../src/storage/sql/stores.ts';
import { LedgerWriter } from '../../src/storage/sql/writer/ledger-writer.ts';
import type { WriterSizes } from '../../src/storage/sql/writer/operations.ts';
import { readConnection, writeConnection } from '../../src/storage/sqlite/connections.ts';
import { takeOver } from '../../src/storage/sqlite/sqlite-store.ts';
import { type Journal, NotedLink, simulatedTransport } from './journal.ts';
import type { PlaceStart } from './place.ts';
import type { Random } from './random.ts';

interface LocalStart extends PlaceStart {
  readonly writing: Database;
  readonly reading: Database;
  readonly sizes: Required<WriterSizes>;
  readonly journal: Journal;
  readonly random: Random;
}

/**
 * As `openSqliteStore` does without threads, over connections that stay open when the store is closed: a process that begins over
 * them has read nothing and remembers nothing.
 */
export function openLocalStore({ writing, reading, clock, newId, timeZone, sizes, ...rest }: LocalStart): Stores {
  const { journal, random } = rest;
  const nowMs = clock.now().getTime();
  const { calendar, incarnation, lastInstant } = takeOver(writing, { timeZone, newId, nowMs });
  const ledger = new LedgerWriter({ ...writeConnection(writing), close() {} }, { calendar, newId, nowMs, sizes });
  const writer = new NotedLink(clock, journal);
  writer.connect(simulatedTransport(ledger, writer, { journal, random, readings: sizes.readingsPerCommit }));
  const readers = makeReaders({ ...readConnection(reading), close() {} }, calendar);
  const local = localSlowReader(makeSlowReads(readers));
  return makeStores({
    ...{ clock, calendar, secretBox: null, writer, readers, slow: local, worker: local, exporter: local },
    ...{ background: local, lastInstant, incarnation: () => incarnation },
    quick: { adoptZones() {}, async close() {} },
  });
}
