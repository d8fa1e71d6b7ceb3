import type { ResourceLimits } from 'node:worker_threads';
import type { Database } from 'better-sqlite3';
import type { SecretBox } from '../../core/identity/secret-box.ts';
import type { TrackingState } from '../../core/ledger/usage-ledger.ts';
import { Calendar, type ZoneSince } from '../../core/units/calendar.ts';
import type { Clock } from '../../core/units/clock.ts';
import type { NewId } from '../../core/units/ids.ts';
import { SqliteAccessStore } from './access-store.ts';
import { SqliteAdminLimits } from './admin-limits.ts';
import { SqliteAlertStore } from './alert-store.ts';
import { SqliteBillingRuleStore } from './billing-rule-store.ts';
import { SqliteBudgetStore } from './budget-store.ts';
import { failuresNaming, isOriginalFile, openForReading, openForWriting } from './database.ts';
import { SqliteHealthStore } from './health-store.ts';
import { SqliteAuditLog, SqliteIdentityStore, SqliteSettingsStore } from './identity-store.ts';
import { importOriginal, type OriginalImport } from './import-original.ts';
import { SqliteInventoryStore } from './inventory-store.ts';
import { SqliteLinkStore } from './link-store.ts';
import { SqliteQuotaStore } from './quota-store.ts';
import { makeReaders, makeSlowReads } from './reader/readers.ts';
import { SqliteReconciliationStore } from './reconciliation-store.ts';
import { settleIncarnation } from './restore.ts';
import { localSlowReader, type SlowReader, ThreadedSlowReader } from './slow-reader.ts';
import { SqliteTwoFactorStore } from './two-factor-store.ts';
import { SqliteUsageExport } from './usage-export.ts';
import { SqliteUsageHistory } from './usage-history.ts';
import { SqliteUsageLedger } from './usage-ledger.ts';
import { UserOrdering } from './user-orders.ts';
import { SqliteUserStates } from './user-states.ts';
import { LedgerWriter } from './writer/ledger-writer.ts';
import { Turns } from './writer/turns.ts';
import { WriterLink, type WriterTransport } from './writer-link.ts';
import { startWriterThread } from './writer-thread.ts';

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

export type SqliteStore = Awaited<ReturnType<typeof openSqliteStore>>;

/** Opens the ledger. @throws LedgerFailure if it cannot be opened, is newer than this version, or damaged */
export async function openSqliteStore(options: SqliteStoreOptions) {
  const { path, clock, workers } = options;
  const nowMs = clock.now().getTime();
  // Opened here first, also with threads: what is wrong with the file is told before any of them starts.
  const { db, calendar, lastInstant, incarnation } = failuresNaming(path, () => openFile(options, nowMs));
  const writer = new WriterLink(clock);
  if (workers === null) {
    const ledger = new LedgerWriter(db, { calendar, newId: options.newId, nowMs });
    writer.connect(localTransport(new Turns(ledger, (turn) => writer.receive(turn))));
  } else {
    db.close();
    writer.connect(await startWriterThread(workers.writer, writer, { path, zones: calendar.zones, nowMs }));
  }
  const readDb = path === ':memory:' ? db : openForReading(path);
  const readers = makeReaders(readDb, calendar);
  const local = workers === null ? localSlowReader(makeSlowReads(readers)) : null;
  const slow = local ?? readerThread(options, calendar);
  const worker = local ?? readerThread(options, calendar);
  const exporter = local ?? readerThread(options, calendar, EXPORT_MEMORY);
  const box = options.secretBox ?? UNSEALED;
  const history = new SqliteUsageHistory({ writer, quick: readers, slow, calendar, clock });
  const ordering = new UserOrdering(slow, readers.inventory, clock);
  return {
    ledger: new SqliteUsageLedger(writer, slow, worker, clock),
    history,
    inventory: new SqliteInventoryStore(readers.inventory, writer, ordering),
    /** Whose access is to be off. */
    userStates: new SqliteUserStates(readers.quotas, writer),
    quotas: new SqliteQuotaStore(readers.quotas, slow, writer, clock),
    adminLimits: new SqliteAdminLimits(readers.adminLimits, slow, writer, clock),
    identity: new SqliteIdentityStore(readers.identity, writer, clock, box),
    twoFactors: new SqliteTwoFactorStore(readers.sql, writer, clock, box),
    reconciliation: new SqliteReconciliationStore(readers.checks, writer),
    health: new SqliteHealthStore(readers.health, writer),
    alerts: new SqliteAlertStore(readers.alerts, writer),
    access: new SqliteAccessStore(readers.access, writer, box),
    links: new SqliteLinkStore(readers.links, writer, box),
    settings: new SqliteSettingsStore(readers.identity, writer),
    billing: new SqliteBillingRuleStore(readers.ledger, writer),
    budgets: new SqliteBudgetStore(readers.budgets, slow, writer),
    exports: new SqliteUsageExport(writer, exporter),
    audit: new SqliteAuditLog(readers.identity, writer),
    /** When a process last wrote to this ledger before now; null for a new one. */
    lastInstant,
    /** Which life of the ledger this is: another one after each restore. */
    incarnation,
    calendar: (): Calendar => calendar,
    /** Another zone from the next midnight on: day borders and billing cycles. @throws RangeError if it is unknown */
    setTimeZone: async (timeZone: string): Promise<void> => {
      const zones = await writer.run('saveZone', timeZone);
      await writer.run('adoptZones', zones);
      calendar.adopt(zones);
      for (const reader of [slow, worker, exporter]) reader.adoptZones(zones);
    },
    trackingState: (): TrackingState => readers.ledger.tracking(),
    /** Proves that the ledger can be written. @throws LedgerFailure */
    heartbeat: (): Promise<void> => writer.run('beat'),
    /** Keeps some room for the moment at which the disk is full. False: there is none to keep. @throws LedgerFailure */
    keepReserve: (): Promise<boolean> => writer.run('keepReserve'),
    /** Gives back memory that nobody needs; to be called now and then. */
    tidy: async (): Promise<void> => {
      ordering.tidy();
      await history.tidy();
    },
    async close(): Promise<void> {
      await slow.close();
      await worker.close();
      await exporter.close();
      // The writer is the last one to let go of the file: then all of it is in one file, without a log beside it.
      if (readDb !== db) readDb.close();
      await writer.close();
    },
  };
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

const UNSEALED: SecretBox = { seal: (secret) => secret, open: (sealed) => sealed, digest: (text) => text };

function openFile({ path, timeZone, newId, onImport }: SqliteStoreOptions, nowMs: number) {
  if (isOriginalFile(path)) {
    const summary = importOriginal(path, Calendar.of(timeZone ?? systemZone()), nowMs);
    onImport?.(summary);
  }
  const db = openForWriting(path);
  try {
    const incarnation = settleIncarnation(db, newId, nowMs);
    return { db, calendar: settleCalendar(db, timeZone, nowMs), lastInstant: lastAlive(db), incarnation };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The writer in this very thread: for tests, and for `:memory:`. */
function localTransport(turns: Turns): WriterTransport {
  return {
    send(items, nowMs) {
      turns.enqueue(items, nowMs);
      turns.run();
    },
    close: async () => turns.close(),
  };
}

/** The zones of the panel so far, with the one that is wanted now. */
function settleCalendar(db: Database, wanted: string | null, nowMs: number): Calendar {
  const saved = db.prepare("SELECT value FROM meta WHERE name = 'calendar'").pluck().get() as string | undefined;
  const before = saved === undefined ? null : new Calendar(JSON.parse(saved) as ZoneSince[]);
  const calendar =
    before === null ? Calendar.of(wanted ?? systemZone()) : wanted === null ? before : before.withZone(wanted, nowMs);
  db.prepare(
    "INSERT INTO meta (name, value) VALUES ('calendar', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
  ).run(JSON.stringify(calendar.zones));
  return calendar;
}

function systemZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function lastAlive(db: Database): Date | null {
  const at = db.prepare('SELECT at FROM alive').pluck().get() as number | undefined;
  return at === undefined || at === 0 ? null : new Date(at);
}
