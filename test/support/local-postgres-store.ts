import { Calendar } from '../../src/core/units/calendar.ts';
import type { Clock } from '../../src/core/units/clock.ts';
import type { NewId } from '../../src/core/units/ids.ts';
import type { KnownCommit, SeenCommit } from '../../src/storage/postgres/commit-mark.ts';
import { openForReading, type PostgresAddress } from '../../src/storage/postgres/connections.ts';
import { openLedger } from '../../src/storage/postgres/open-ledger.ts';
import type { ReadConnection, WriteConnection } from '../../src/storage/sql/connections.ts';
import { makeReaders, makeSlowReads } from '../../src/storage/sql/reader/readers.ts';
import { localSlowReader } from '../../src/storage/sql/slow-reader.ts';
import { makeStores, type Stores } from '../../src/storage/sql/stores.ts';
import { LedgerWriter } from '../../src/storage/sql/writer/ledger-writer.ts';
import { Turns } from '../../src/storage/sql/writer/turns.ts';
import { localTransport, WriterLink } from '../../src/storage/sql/writer-link.ts';

interface LocalStart {
  readonly address: PostgresAddress;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly timeZone: string;
  /** The last commit that is known; null: none. */
  readonly seen?: KnownCommit | null;
  readonly onCommit?: (seen: SeenCommit) => void;
}

/** A ledger in PostgreSQL with everything in this thread but the sockets. */
export interface LocalPostgresStore {
  readonly store: Stores;
  readonly writing: WriteConnection;
  readonly reading: ReadConnection;
}

/** Opens it, as the only writer. @throws LedgerFailure */
export function openLocalPostgresStore({ address, clock, newId, timeZone, ...rest }: LocalStart): LocalPostgresStore {
  const { seen = null, onCommit = () => {} } = rest;
  const nowMs = clock.now().getTime();
  const start = { address, timeZone, seen, isRegained: false, candidacy: null };
  const { connection, zones, found } = openLedger({ ...start, nowMs }, () => {});
  const calendar = new Calendar(zones);
  const writer = new WriterLink(clock);
  const turns = new Turns(new LedgerWriter(connection, { calendar, newId, nowMs }), (turn) => {
    onCommit({ incarnation: found.incarnation.id, sequence: turn.tables.sequence });
    writer.receive(turn);
  });
  writer.connect(localTransport(turns));
  const reading = openForReading(address);
  const readers = makeReaders(reading, calendar);
  const local = localSlowReader(makeSlowReads(readers));
  const store = makeStores({
    ...{ clock, calendar, secretBox: null, writer, readers, slow: local, worker: local, exporter: local },
    ...{ background: local, lastInstant: found.lastInstant, incarnation: () => found.incarnation },
    quick: { adoptZones() {}, close: async () => reading.close() },
  });
  return { store, writing: connection, reading };
}
