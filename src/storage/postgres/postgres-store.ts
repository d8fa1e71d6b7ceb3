import type { SecretBox } from '../../core/identity/secret-box.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { NewId } from '../../core/units/ids.ts';
import { settleIncarnation } from '../sql/incarnation.ts';
import { lastAlive, settleCalendar } from '../sql/opening.ts';
import { makeReaders, makeSlowReads } from '../sql/reader/readers.ts';
import { localSlowReader } from '../sql/slow-reader.ts';
import { makeStores, type Stores } from '../sql/stores.ts';
import { LedgerWriter } from '../sql/writer/ledger-writer.ts';
import { Turns } from '../sql/writer/turns.ts';
import { localTransport, WriterLink } from '../sql/writer-link.ts';
import { openForReading, openForWriting, type PostgresAddress, writeConnection } from './connections.ts';

export interface PostgresStoreOptions {
  readonly address: PostgresAddress;
  readonly clock: Clock;
  readonly newId: NewId;
  /** IANA zone for day borders; another than saved holds from the next midnight. Null: as saved, at first the system's. */
  readonly timeZone: string | null;
  readonly secretBox?: SecretBox;
}

/** Opens the ledger with everything in this thread. @throws LedgerFailure */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Stores> {
  const { address, clock, newId, timeZone, secretBox = null } = options;
  const nowMs = clock.now().getTime();
  const db = openForWriting(address);
  const incarnation = settleIncarnation(db, newId, nowMs);
  const calendar = settleCalendar(db, timeZone, nowMs);
  const lastInstant = lastAlive(db);
  const writer = new WriterLink(clock);
  const ledger = new LedgerWriter(writeConnection(db), { calendar, newId, nowMs });
  writer.connect(localTransport(new Turns(ledger, (turn) => writer.receive(turn))));
  const readers = makeReaders(openForReading(address), calendar);
  const slow = localSlowReader(makeSlowReads(readers));
  return makeStores({
    ...{ clock, calendar, secretBox, writer, readers, slow, worker: slow, exporter: slow, lastInstant, incarnation },
  });
}
