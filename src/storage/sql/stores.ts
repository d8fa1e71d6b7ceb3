import type { SecretBox } from '../../core/identity/secret-box.ts';
import type { DayComparison } from '../../core/ledger/history-rebuild.ts';
import type { HistoryShipping } from '../../core/ledger/history-shipping.ts';
import type { LedgerIncarnation } from '../../core/ledger/incarnation.ts';
import type { TrackingState } from '../../core/ledger/usage-ledger.ts';
import type { Calendar, ZoneSince } from '../../core/units/calendar.ts';
import type { Clock } from '../../core/units/clock.ts';
import { SqlAccessStore } from './access-store.ts';
import { SqlAdminLimits } from './admin-limits.ts';
import { SqlAlertStore } from './alert-store.ts';
import { SqlBillingRuleStore } from './billing-rule-store.ts';
import { SqlBudgetStore } from './budget-store.ts';
import { SqlHealthStore } from './health-store.ts';
import { SqlAuditLog, SqlIdentityStore, SqlSettingsStore } from './identity-store.ts';
import { SqlInventoryStore } from './inventory-store.ts';
import { SqlLinkStore } from './link-store.ts';
import type { FarDays } from './mirror/far-days.ts';
import { SqlQuotaStore } from './quota-store.ts';
import type { AskedReaders } from './reader/asked.ts';
import { SqlReconciliationStore } from './reconciliation-store.ts';
import type { SlowReader } from './slow-reader.ts';
import { SqlTwoFactorStore } from './two-factor-store.ts';
import { SqlUsageExport } from './usage-export.ts';
import { SqlUsageHistory } from './usage-history.ts';
import { SqlUsageLedger } from './usage-ledger.ts';
import { UserOrdering } from './user-orders.ts';
import { UserSearch } from './user-search.ts';
import { SqlUserStates } from './user-states.ts';
import type { WriterLink } from './writer-link.ts';

/** A ledger that an engine opened. */
export interface OpenLedger {
  readonly clock: Clock;
  readonly calendar: Calendar;
  /** Seals signing secrets; null keeps them as they are (tests). */
  readonly secretBox: SecretBox | null;
  readonly writer: WriterLink;
  /** Reads of a millisecond or so. */
  readonly readers: AskedReaders;
  /** The connection or thread behind `readers`. */
  readonly quick: Pick<SlowReader, 'adoptZones' | 'close'>;
  readonly slow: SlowReader;
  /** For work on the whole ledger that may take minutes: nobody waits behind it. */
  readonly worker: SlowReader;
  readonly exporter: SlowReader;
  /** For what is read again and again in the background, a second or so each time. */
  readonly background: SlowReader;
  /** When a process last wrote to this ledger before now; null for a new one. */
  readonly lastInstant: Date | null;
  /** Which life of the ledger this is: another one after each restore. */
  readonly incarnation: () => LedgerIncarnation;
  /** A mirror of days long ago, over the readers of this ledger; absent: there is none. */
  readonly mirror?: Mirror | null;
}

/** What a mirror needs of the ledger that it mirrors. */
export interface MirroredLedger extends Pick<OpenLedger, 'slow' | 'calendar' | 'clock'> {}

/** Day rows that are kept elsewhere, too. */
export interface Mirror extends FarDays {
  shipping(): Promise<HistoryShipping>;
  /** Compares a day that is over with the ledger; `mends`: what differs is sent. Null: it cannot be told at present. */
  compareDay(day: number, mends: boolean): Promise<DayComparison | null>;
  close(): Promise<void>;
}

export type Stores = ReturnType<typeof makeStores>;

/** Everything that is stored, over one ledger. */
export function makeStores({ clock, calendar, writer, readers, quick, slow, worker, ...ledger }: OpenLedger) {
  const { lastInstant, exporter, background, mirror = null } = ledger;
  const adoptZones = (zones: readonly ZoneSince[]): void => {
    calendar.adopt(zones);
    for (const reader of [quick, slow, worker, exporter, background]) reader.adoptZones(zones);
  };
  // Before everybody else who is told: they go by it.
  writer.onAnew((zones) => {
    if (JSON.stringify(zones) !== JSON.stringify(calendar.zones)) adoptZones(zones);
  });
  const box = ledger.secretBox ?? UNSEALED;
  const history = new SqlUsageHistory({ writer, quick: readers, slow, calendar, clock, far: mirror });
  const ordering = new UserOrdering(background, readers.users, readers.userOrders, clock);
  const search = new UserSearch(writer, background, readers.userTexts, readers.users, clock);
  return {
    ledger: new SqlUsageLedger(writer, slow, worker, clock),
    history,
    inventory: new SqlInventoryStore(readers, slow, writer, ordering, search),
    /** Whose access is to be off. */
    userStates: new SqlUserStates(readers.quotas, writer),
    quotas: new SqlQuotaStore(readers, slow, writer, clock),
    adminLimits: new SqlAdminLimits(readers.adminLimits, slow, writer, clock),
    identity: new SqlIdentityStore(readers.identity, writer, clock, box),
    twoFactors: new SqlTwoFactorStore(readers.twoFactors, writer, clock, box),
    reconciliation: new SqlReconciliationStore(readers.checks, writer),
    health: new SqlHealthStore(readers.health, writer),
    alerts: new SqlAlertStore(readers.alerts, writer),
    access: new SqlAccessStore(readers.access, writer, box),
    links: new SqlLinkStore(readers.links, writer, box),
    settings: new SqlSettingsStore(readers.identity, writer),
    billing: new SqlBillingRuleStore(readers.ledger, writer),
    budgets: new SqlBudgetStore(readers.budgets, slow, writer),
    exports: new SqlUsageExport(writer, exporter),
    /** How far a mirror of days long ago is; null: none is kept. */
    shipping: async (): Promise<HistoryShipping | null> => (await mirror?.shipping()) ?? null,
    /** Null: none is kept, or it cannot be told at present. @throws LedgerFailure */
    compareDay: async (day: number, mends: boolean): Promise<DayComparison | null> =>
      (await mirror?.compareDay(day, mends)) ?? null,
    audit: new SqlAuditLog(readers.identity, writer),
    /** When a process last wrote to this ledger before now; null for a new one. */
    lastInstant,
    /** Which life of the ledger this is: another one after each restore. */
    get incarnation(): LedgerIncarnation {
      return ledger.incarnation();
    },
    calendar: (): Calendar => calendar,
    /** Another zone from the next midnight on: day borders and billing cycles. @throws RangeError if it is unknown */
    setTimeZone: async (timeZone: string): Promise<void> => {
      const zones = await writer.run('saveZone', timeZone);
      await writer.run('adoptZones', zones);
      adoptZones(zones);
    },
    /** Told that the ledger was lost for a while: what changed last was told to nobody. */
    onAnew: (listener: () => void): (() => void) => writer.onAnew(() => listener()),
    trackingState: async (): Promise<TrackingState> => readers.ledger.tracking(),
    /** Proves that the ledger can be written. @throws LedgerFailure */
    heartbeat: (): Promise<void> => writer.run('beat'),
    /** Keeps some room for the moment at which the disk is full. False: there is none to keep. @throws LedgerFailure */
    keepReserve: (): Promise<boolean> => writer.run('keepReserve'),
    /** Has long lists in order, and what they are searched by in memory, before somebody asks; to be called every few seconds. */
    keepOrders: async (): Promise<void> => {
      await search.keep();
      await ordering.keep();
    },
    /** Gives back memory that nobody needs; to be called now and then. */
    tidy: async (): Promise<void> => {
      await ordering.tidy();
      await history.tidy();
    },
    async close(): Promise<void> {
      await mirror?.close();
      await slow.close();
      await worker.close();
      await exporter.close();
      await background.close();
      // The writer is the last one to let go of the ledger: a file is whole then, without a log beside it.
      await quick.close();
      await writer.close();
    },
  };
}

const UNSEALED: SecretBox = { seal: (secret) => secret, open: (sealed) => sealed, digest: (text) => text };
