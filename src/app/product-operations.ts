import { ExpectedError, InvalidInput } from '../core/errors.ts';
import type { CleanupJob } from '../core/ledger/cleanup-job.ts';
import type { TrackingState, UsageLedger } from '../core/ledger/usage-ledger.ts';
import type { BackupFile, BackupSchedule } from '../core/settings/backups.ts';
import type {
  DoctorCheck,
  EffectiveSettings,
  Handover,
  ImportSummary,
  Operations,
  VpnServiceTexts,
} from '../core/settings/operations.ts';
import type { SettingsStore } from '../core/settings/settings-store.ts';
import { type BillingCycle, CALENDAR_MONTHS, formatCycle, parseCycle } from '../core/units/billing-cycle.ts';
import type { Calendar } from '../core/units/calendar.ts';
import type { Clock } from '../core/units/clock.ts';
import type { AdminId } from '../core/units/ids.ts';
import { isTimeZone } from '../core/units/time-zone.ts';
import type { Backups } from './backups.ts';
import type { Changes } from './changes.ts';
import type { CleanupJobs } from './cleanup-jobs.ts';
import type { Config } from './config.ts';
import type { Chore } from './maintenance.ts';

/** The environment says what this setting is; it cannot be changed at run time. */
class SettingFixed extends ExpectedError {
  constructor(variable: string) {
    super('setting-fixed', `${variable} in the environment fixes this setting.`, {
      hint: `Remove ${variable} from the environment or .env and start Xpert again to change it here.`,
    });
  }
}

const SETTING = { tracking: 'tracking.switch', retention: 'retention.days', cycle: 'billing.cycle' } as const;

interface Dependencies {
  readonly config: Config;
  readonly ledger: UsageLedger;
  readonly cleanups: CleanupJobs;
  readonly settings: SettingsStore;
  readonly changes: Changes;
  readonly clock: Pick<Clock, 'now'>;
  readonly isClockSuspect: () => boolean;
  readonly calendar: () => Promise<Calendar>;
  readonly setTimeZone: (timeZone: string) => Promise<void>;
  readonly trackingState: () => Promise<TrackingState>;
  readonly backups: Backups;
  readonly examine: () => Promise<readonly DoctorCheck[]>;
  readonly importVpnService: Operations['importVpnService'];
  readonly importVpnServiceTexts: Operations['importVpnServiceTexts'];
  readonly ready: () => Promise<void>;
  readonly historyShipping: Operations['historyShipping'];
  readonly historyRebuilds: Operations['historyRebuilds'];
  /** Undefined where no server runs. */
  readonly handOver?: ((to: Handover) => void) | undefined;
}

/** What the owner does with the product as a whole. */
export class ProductOperations implements Operations {
  readonly #use: Dependencies;
  /** Since when records are kept, as retention last brought it about; late ones before that wait for the next day. */
  #keptFromMs = 0;

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
  }

  async settings(): Promise<EffectiveSettings> {
    const { config, trackingState } = this.#use;
    const calendar = await this.calendar();
    return {
      tracking: await trackingState(),
      ...zonesOf(calendar, this.#use.clock.now().getTime()),
      billingCycle: await this.billingCycle(),
      retentionDays: await this.retentionDays(),
      backup: await this.#use.backups.schedule(),
      domain: config.publicUrl,
      webhookAuth: config.webhookAuth,
      publicSummary: config.publicSummary,
      userMetrics: true,
      fixedByEnvironment: fixedBy(config),
    };
  }

  calendar(): Promise<Calendar> {
    return this.#use.calendar();
  }

  async retentionDays(): Promise<number> {
    const saved = await this.#use.settings.get(SETTING.retention);
    return this.#use.config.retentionDays ?? (typeof saved === 'number' ? saved : 0);
  }

  /** Brings tracking to what environment and saved switch say; called once at start. */
  async applyTracking(): Promise<void> {
    const saved = await this.#use.settings.get(SETTING.tracking);
    const wanted = this.#use.config.trackingEnabled !== false && saved !== false;
    if ((await this.#use.trackingState()).enabled !== wanted) await this.#use.ledger.setTracking(wanted, null);
  }

  async setTracking(enabled: boolean, by: AdminId | null): Promise<TrackingState> {
    // Only "off" is fixed: "on" is the default and says nothing that the switch could not change.
    if (this.#use.config.trackingEnabled === false) throw new SettingFixed('XPERT_TRAFFIC_TRACKING_ENABLED');
    const state = await this.#use.ledger.setTracking(enabled, by);
    await this.#use.settings.set(SETTING.tracking, enabled, by);
    this.#use.changes.tell('tracking', 'nodes');
    return state;
  }

  async setRetention(days: number, by: AdminId | null): Promise<void> {
    if (this.#use.config.retentionDays !== null) throw new SettingFixed('XPERT_TRAFFIC_RETENTION_DAYS');
    await this.#use.settings.set(SETTING.retention, days, by);
  }

  async setTimeZone(timeZone: string): Promise<void> {
    if (this.#use.config.timeZone !== null) throw new SettingFixed('XPERT_TIME_ZONE');
    const known = knownZone(timeZone);
    if (known === null) {
      throw new InvalidInput('/timeZone', `"${timeZone}" is no time zone.`, 'For example Europe/Berlin or UTC.');
    }
    await this.#use.setTimeZone(known);
  }

  async billingCycle(): Promise<BillingCycle> {
    const saved = await this.#use.settings.get(SETTING.cycle);
    return (typeof saved === 'string' ? parseCycle(saved) : null) ?? CALENDAR_MONTHS;
  }

  async setBillingCycle(cycle: BillingCycle, by: AdminId | null): Promise<void> {
    await this.#use.settings.set(SETTING.cycle, formatCycle(cycle), by);
  }

  startCleanup(days: number, by: AdminId | null): Promise<CleanupJob> {
    return this.#use.cleanups.start(days, by);
  }

  cancelCleanup(): Promise<CleanupJob | null> {
    return this.#use.cleanups.cancel();
  }

  cleanupJob(): CleanupJob | null {
    return this.#use.cleanups.job;
  }

  cleanupEnded(): Promise<CleanupJob | null> {
    return this.#use.cleanups.ended();
  }

  /** Both go on while other upkeep does. Retention is looked at every hour, and found to be due once a day. */
  chores(): readonly Chore[] {
    return [
      { name: 'retention', everyMs: 3_600_000, run: () => this.#keepRetention() },
      { name: 'automatic backup', everyMs: 300_000, run: () => this.#keepBackups() },
    ];
  }

  async #keepBackups(): Promise<false> {
    void this.#use.backups.keepSchedule();
    return false;
  }

  async #keepRetention(): Promise<false> {
    const { cleanups, ledger, isClockSuspect } = this.#use;
    const days = await this.retentionDays();
    // A clock that jumped ahead would take records with it that are to be kept.
    if (days === 0 || cleanups.isRunning || isClockSuspect()) return false;
    const { rows, keepsFrom } = await ledger.previewCleanup(days);
    if (rows === 0 || keepsFrom.getTime() === this.#keptFromMs) return false;
    await cleanups.start(days, null);
    // Not waited for: other upkeep goes on meanwhile.
    void cleanups.ended().then((job) => {
      if (job?.state === 'done') this.#keptFromMs = keepsFrom.getTime();
    });
    return false;
  }

  backup(passphrase: string | null): Promise<BackupFile> {
    return this.#use.backups.write(passphrase);
  }

  backups(): readonly BackupFile[] {
    return this.#use.backups.list();
  }

  setBackupSchedule(schedule: BackupSchedule, by: AdminId | null): Promise<void> {
    return this.#use.backups.setSchedule(schedule, by);
  }

  doctor(): Promise<readonly DoctorCheck[]> {
    return this.#use.examine();
  }

  importVpnService(files: Parameters<Operations['importVpnService']>[0]): Promise<ImportSummary> {
    return this.#use.importVpnService(files);
  }

  importVpnServiceTexts(texts: VpnServiceTexts): Promise<ImportSummary> {
    return this.#use.importVpnServiceTexts(texts);
  }

  get historyRebuilds(): Operations['historyRebuilds'] {
    return this.#use.historyRebuilds;
  }

  historyShipping(): ReturnType<Operations['historyShipping']> {
    return this.#use.historyShipping();
  }

  ready(): Promise<void> {
    return this.#use.ready();
  }

  handOver(to: Handover): void {
    this.#use.handOver?.(to);
  }
}

function zonesOf(calendar: Calendar, nowMs: number): Pick<EffectiveSettings, 'timeZone' | 'nextTimeZone'> {
  const next = calendar.change(nowMs);
  const nextTimeZone = next === null ? null : { timeZone: next.timeZone, from: new Date(next.fromMs) };
  return { timeZone: calendar.zoneAt(nowMs), nextTimeZone };
}

/** By its name in the data base of zones, whatever case it was typed in. */
function knownZone(timeZone: string): string | null {
  return isTimeZone(timeZone) ? new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone : null;
}

function fixedBy(config: Config): string[] {
  const fixing = new Set(config.fromEnvironment);
  if (config.trackingEnabled === true) fixing.delete('XPERT_TRAFFIC_TRACKING_ENABLED');
  return [
    'XPERT_TRAFFIC_TRACKING_ENABLED',
    'XPERT_TRAFFIC_RETENTION_DAYS',
    'XPERT_DOMAIN',
    'XPERT_TIME_ZONE',
    'XPERT_WEBHOOK_AUTH',
    'XPERT_PUBLIC_SUMMARY',
  ].filter((name) => fixing.has(name));
}
