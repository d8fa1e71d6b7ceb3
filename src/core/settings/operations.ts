import type { CleanupJob } from '../ledger/cleanup-job.ts';
import type { HistoryRebuild } from '../ledger/history-rebuild.ts';
import type { HistoryShipping } from '../ledger/history-shipping.ts';
import type { TrackingState } from '../ledger/usage-ledger.ts';
import type { BillingCycle } from '../units/billing-cycle.ts';
import type { Calendar } from '../units/calendar.ts';
import type { AdminId } from '../units/ids.ts';
import type { BackupFile, BackupSchedule } from './backups.ts';

/** Settings as they hold now, wherever they come from. */
export interface EffectiveSettings {
  readonly tracking: TrackingState;
  /** IANA name; day borders and billing cycles. */
  readonly timeZone: string;
  /** Another zone that holds from the next midnight on; null if none is to come. */
  readonly nextTimeZone: { readonly timeZone: string; readonly from: Date } | null;
  /** Where no other cycle is asked for. */
  readonly billingCycle: BillingCycle;
  /** Days that 15-minute records are kept; 0 = for ever. */
  readonly retentionDays: number;
  readonly backup: BackupSchedule;
  /** Public host or URL, if one is set. */
  readonly domain: string | null;
  readonly webhookAuth: 'open' | 'key';
  readonly publicSummary: boolean;
  /** Per-user counters in /metrics. */
  readonly userMetrics: boolean;
  /** Environment variables that fix a setting, so that it cannot be changed here. */
  readonly fixedByEnvironment: readonly string[];
}

export interface DoctorCheck {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'error';
  /** What is said, whatever the language: the key of translations. */
  readonly code: string;
  /** What the message names, by the names that translations use. */
  readonly values: Readonly<Record<string, string | number>>;
  readonly message: string;
  readonly hint: string | null;
  readonly commands: readonly string[];
}

/** What stands in the bot's `users.json`, `peers.json` and `env_vars.txt`. */
export interface VpnServiceTexts {
  readonly users: string;
  readonly peers: string;
  readonly env: string;
}

export interface ImportSummary {
  readonly nodes: number;
  readonly users: number;
  readonly peers: number;
  readonly skipped: readonly { readonly record: string; readonly reason: string }[];
}

/** A move of the ledger that asks the running server to let go of it. */
export interface Handover {
  /** Of the move: by it the server finds out whether the ledger went. */
  readonly move: string;
  /** The database that the ledger comes from or goes to. */
  readonly databaseUrl: string;
  /** Where history is mirrored if the ledger went to that database; null: nowhere. */
  readonly mirror: HistoryPlace | null;
}

/** A ClickHouse database that mirrors history. */
export interface HistoryPlace {
  /** With its password: never to be shown. */
  readonly url: string;
  /** Name of the cluster; null: one server. */
  readonly cluster: string | null;
}

export interface HistoryRebuilding {
  /** The one that runs, or else the last one since the start; null if there was none. */
  readonly job: HistoryRebuild | null;
  /**
   * @param days numbers, both included; days that are not over are left out
   * @param mends false: differences are only told
   * @throws ExpectedError `history-none`, `history-rebuild-running`
   */
  start(days: { readonly first: number; readonly last: number }, mends: boolean): Promise<HistoryRebuild>;
  /** Ends it after its present day. @returns how it ended; null if none runs */
  cancel(): Promise<HistoryRebuild | null>;
}

/** Port: what the owner does with the product as a whole. Implemented by app/. */
export interface Operations {
  settings(): Promise<EffectiveSettings>;
  /** Days of the panel's zone, with its changes. */
  calendar(): Promise<Calendar>;
  /** @throws SettingFixed if the environment fixes it */
  setTracking(enabled: boolean, by: AdminId | null): Promise<TrackingState>;
  setRetention(days: number, by: AdminId | null): Promise<void>;
  /** Day borders and billing cycles from the next midnight on. @throws InvalidInput, SettingFixed */
  setTimeZone(timeZone: string): Promise<void>;
  billingCycle(): Promise<BillingCycle>;
  setBillingCycle(cycle: BillingCycle, by: AdminId | null): Promise<void>;
  /**
   * Begins to remove closed 15-minute records older than `days` whole days, in small steps.
   * @throws ExpectedError `cleanup-running`, InvalidInput
   */
  startCleanup(days: number, by: AdminId | null): Promise<CleanupJob>;
  /** Ends the running cleanup. @returns how far it came; null if none runs */
  cancelCleanup(): Promise<CleanupJob | null>;
  /** The cleanup that runs, or else the last one since the start; null if there was none. */
  cleanupJob(): CleanupJob | null;
  /** Resolves when no cleanup runs any more, with how the last one ended. */
  cleanupEnded(): Promise<CleanupJob | null>;
  /** Writes a verified backup; with a passphrase the key of stored secrets goes along, sealed. @throws InvalidInput, `backup-running` */
  backup(passphrase: string | null): Promise<BackupFile>;
  /** Newest first. */
  backups(): readonly BackupFile[];
  setBackupSchedule(schedule: BackupSchedule, by: AdminId | null): Promise<void>;
  doctor(): Promise<readonly DoctorCheck[]>;
  /** Reads the bot's files from this machine, those that are named; importing twice changes nothing. @throws InvalidInput */
  importVpnService(files: {
    readonly users: string | null;
    readonly peers: string | null;
    readonly env: string | null;
    readonly db: string | null;
  }): Promise<ImportSummary>;
  /** The same from the texts of the files; '' where there is none. @throws InvalidInput */
  importVpnServiceTexts(texts: VpnServiceTexts): Promise<ImportSummary>;
  /** How far the mirror of history is; null: none is kept. */
  historyShipping(): Promise<HistoryShipping | null>;
  /** Port: compares days that are over with the mirror of history, and makes those anew that differ. */
  readonly historyRebuilds: HistoryRebuilding;
  /** @throws LedgerFailure if the ledger cannot be written */
  ready(): Promise<void>;
  /** Begins to let go of the ledger; it is served again where the move took it. Nothing happens where no server runs. */
  handOver(to: Handover): void;
}

/** What changed, for people who look on. */
export type Topic = 'usage' | 'nodes' | 'peers' | 'users' | 'tracking' | 'resets' | 'notices' | 'alerts';

/** Port: tells of changes that are not commits of the ledger (a node went silent). Returns the unsubscribe function. */
export interface ChangeFeed {
  subscribe(listener: (topics: readonly Topic[]) => void): () => void;
}
