import type { ResourceLimits } from 'node:worker_threads';
import type { SecretBox } from '../../core/identity/secret-box.ts';
import { Calendar } from '../../core/units/calendar.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { NewId } from '../../core/units/ids.ts';
import type { Database } from '../../lib/sqlite.ts';
import { settleIncarnation } from '../sql/incarnation.ts';
import { lastAlive, settleCalendar, systemZone } from '../sql/opening.ts';
import { makeReaders, makeSlowReads } from '../sql/reader/readers.ts';
import { localSlowReader, type SlowReader, ThreadedSlowReader } from '../sql/slow-reader.ts';
import { makeStores, type Stores } from '../sql/stores.ts';
import { LedgerWriter } from '../sql/writer/ledger-writer.ts';
import { Turns } from '../sql/writer/turns.ts';
import { localTransport, WriterLink } from '../sql/writer-link.ts';
import { startWriterThread, type WriterListener } from '../sql/writer-thread.ts';
import { endWatch } from './change-watch.ts';
import { readConnection, writeConnection } from './connections.ts';
import { failuresNaming, isOriginalFile, openForReading, openForWriting } from './database.ts';
import { importOriginal, type OriginalImport } from './import-original.ts';

export interface SqliteStoreOptions {
  /** File of the ledger, made if there is none; `:memory:` only without threads. */
  readonly path: string;
  readonly clock: Clock;
  readonly newId: NewId;
  /** IANA zone for day borders; another than saved holds from the next midnight. Null: as saved, at first the system's. */
  readonly timeZone: string | null;
  /** Built worker files; null runs everything in this thread. */
  readonly workers: { readonly writer: URL; readonly reader: URL } | null;
  /** Seals signing secrets; without it they are kept as they are (tests). */
  readonly secretBox?: SecretBox;
  /** Told when the file was one of the original Xpert and was taken over. */
  readonly onImport?: (summary: OriginalImport) => void;
}

export type SqliteStore = Stores;

/** Opens the ledger. @throws LedgerFailure if it cannot be opened, is newer than this version, or damaged */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const { path, clock, workers } = options;
  const nowMs = clock.now().getTime();
  // Opened here first, also with threads: what is wrong with the file is told before any of them starts.
  const { db, calendar, lastInstant, incarnation } = failuresNaming(path, () => openFile(options, nowMs));
  const writer = new WriterLink(clock);
  if (workers === null) {
    const ledger = new LedgerWriter(writeConnection(db), { calendar, newId: options.newId, nowMs });
    writer.connect(localTransport(new Turns(ledger, (turn) => writer.receive(turn))));
  } else {
    db.close();
    const fail = (error: unknown) => writer.fail(error);
    const listener: WriterListener = { receive: (turn) => writer.receive(turn), lose: fail, fail };
    const data = { path, zones: calendar.zones, nowMs };
    writer.connect((await startWriterThread(workers.writer, listener, data)).transport);
  }
  // What lies in memory has one connection, which is the writer's to close.
  const reading = path === ':memory:' ? { ...readConnection(db), close() {} } : readConnection(openForReading(path));
  const readers = makeReaders(reading, calendar);
  const local = workers === null ? localSlowReader(makeSlowReads(readers)) : null;
  const slow = local ?? readerThread(options, calendar);
  const worker = local ?? readerThread(options, calendar);
  const exporter = local ?? readerThread(options, calendar, EXPORT_MEMORY);
  const background = local ?? readerThread(options, calendar);
  const secretBox = options.secretBox ?? null;
  return makeStores({
    ...{ clock, calendar, secretBox, writer, readers, slow, worker, exporter, background, lastInstant },
    incarnation: () => incarnation,
    // Its calendar is the one of this thread.
    quick: { adoptZones() {}, close: async () => reading.close() },
  });
}

/** Lines that live for a moment need little memory; without a word V8 lets 100 MB of them pile up. */
const EXPORT_MEMORY: ResourceLimits = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 192 };

/** Started when something is asked of it. */
function readerThread(
  { path, workers }: SqliteStoreOptions,
  { zones }: Calendar,
  limits: ResourceLimits = {},
): SlowReader {
  if (workers === null) throw new Error('there are no threads');
  return new ThreadedSlowReader(workers.reader, { path, zones }, limits);
}

function openFile({ path, timeZone, newId, onImport }: SqliteStoreOptions, nowMs: number) {
  if (isOriginalFile(path)) {
    const summary = importOriginal(path, Calendar.of(timeZone ?? systemZone()), nowMs);
    onImport?.(summary);
  }
  const db = openForWriting(path);
  try {
    return { db, ...takeOver(db, { timeZone, newId, nowMs }) };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** What a process does with a ledger that it opened before it writes anything. */
export function takeOver(
  db: Database,
  { timeZone, newId, nowMs }: Pick<SqliteStoreOptions, 'timeZone' | 'newId'> & { readonly nowMs: number },
) {
  // A move that copied while another server ran finds out by this that it has to begin anew.
  endWatch(db);
  const incarnation = settleIncarnation(db, newId, nowMs);
  return { calendar: settleCalendar(db, timeZone, nowMs), lastInstant: lastAlive(db), incarnation };
}
