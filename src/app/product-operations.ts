import { setTimeout as delay } from 'node:timers/promises';
import { ExpectedError } from '../core/errors.ts';
import type { TrackingState, UsageLedger } from '../core/ledger/usage-ledger.ts';
import type { DoctorCheck, EffectiveSettings, ImportSummary, Operations } from '../core/settings/operations.ts';
import type { SettingsStore } from '../core/settings/settings-store.ts';
import type { Calendar } from '../core/units/calendar.ts';
import type { Clock } from '../core/units/clock.ts';
import type { AdminId } from '../core/units/ids.ts';
import type { Changes } from './changes.ts';
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

/** Rows that one step of a cleanup removes: a few milliseconds in which no report is answered. */
const CLEANUP_STEP_ROWS = 2_000;
/** Pause between steps, so that a large cleanup takes at most half of the writer's time. */
const CLEANUP_PAUSE_MS = 20;

const SETTING = { tracking: 'tracking.switch', retention: 'retention.days' } as const;

interface Dependencies {
  readonly config: Config;
  readonly ledger: UsageLedger;
  readonly settings: SettingsStore;
  readonly changes: Changes;
  readonly clock: Pick<Clock, 'now'>;
  readonly calendar: () => Promise<Calendar>;
  readonly trackingState: () => Promise<TrackingState>;
  readonly backup: () => Promise<{ readonly path: string; readonly bytes: number }>;
  readonly examine: () => Promise<readonly DoctorCheck[]>;
  readonly importVpnService: Operations['importVpnService'];
  readonly ready: () => Promise<void>;
}

/** What the owner does with the product as a whole. */
export class ProductOperations implements Operations {
  readonly #use: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
  }

  async settings(): Promise<EffectiveSettings> {
    const { config, trackingState } = this.#use;
    const calendar = await this.calendar();
    return {
      tracking: await trackingState(),
      timeZone: calendar.zoneAt(this.#use.clock.now().getTime()),
      retentionDays: await this.retentionDays(),
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

  async cleanup(days: number): ReturnType<Operations['cleanup']> {
    const { bytesFreed, keepsFrom } = await this.#use.ledger.previewCleanup(days);
    let deleted = 0;
    for (;;) {
      const step = await this.#use.ledger.cleanupStep(days, CLEANUP_STEP_ROWS);
      deleted += step.deleted;
      if (!step.remaining) break;
      await delay(CLEANUP_PAUSE_MS);
    }
    return { deleted, bytesFreed: deleted === 0 ? 0 : bytesFreed, keepsFrom };
  }

  /** Keeps 15-minute records no longer than set; a few rows at a time. */
  chores(): readonly Chore[] {
    const removeOldRecords = async () => {
      const days = await this.retentionDays();
      return days > 0 && (await this.#use.ledger.cleanupStep(days, CLEANUP_STEP_ROWS)).remaining;
    };
    return [{ name: 'retention', everyMs: 3_600_000, run: removeOldRecords }];
  }

  backup(): ReturnType<Operations['backup']> {
    return this.#use.backup();
  }

  doctor(): Promise<readonly DoctorCheck[]> {
    return this.#use.examine();
  }

  importVpnService(files: Parameters<Operations['importVpnService']>[0]): Promise<ImportSummary> {
    return this.#use.importVpnService(files);
  }

  ready(): Promise<void> {
    return this.#use.ready();
  }
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
