import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { ExpectedError, InvalidInput, LedgerFailure } from '../core/errors.ts';
import type { UsageLedger } from '../core/ledger/usage-ledger.ts';
import {
  type BackupFile,
  type BackupSchedule,
  backupsToRemove,
  DEFAULT_SCHEDULE,
  isBackupDue,
} from '../core/settings/backups.ts';
import type { SettingsStore } from '../core/settings/settings-store.ts';
import type { Clock } from '../core/units/clock.ts';
import type { AdminId } from '../core/units/ids.ts';
import { sealWithPassphrase } from '../lib/passphrase-box.ts';

interface Dependencies {
  readonly ledger: Pick<UsageLedger, 'backup'>;
  readonly settings: SettingsStore;
  readonly clock: Clock;
  readonly dataDir: string;
  /** The SQLite file. Null: PostgreSQL holds the ledger, and its own means make the copies. */
  readonly databasePath: string | null;
  /** The key of stored secrets; null if none was ever sealed. */
  readonly readKey: () => Uint8Array | null;
  /** Of an automatic backup: nobody waits for it. */
  readonly onFailure: (error: unknown) => void;
}

const SETTING = 'backup.schedule';
/** Instant with ":" and "." as "-", so that any file system and any browser takes it. */
const NAME = /^xpert-(auto-)?(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z)(-with-key)?\.db$/;
export const SHORTEST_PASSPHRASE = 12;
/** Stays free beside an automatic backup. */
const ROOM_BYTES = 256 * 1024 ** 2;

/** Backups of a data folder, newest first. */
export function backupsIn(dataDir: string): BackupFile[] {
  const folder = join(dataDir, 'backups');
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).map((name) => backupNamed(folder, name));
  return files.filter((file) => file !== null).sort((a, b) => b.at.getTime() - a.at.getTime());
}

/** Null for a name that is none of ours. */
function backupNamed(folder: string, name: string): BackupFile | null {
  const [, auto, instant, withKey] = NAME.exec(name) ?? [];
  const path = join(folder, name);
  const stats = instant === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
  if (instant === undefined || stats === undefined) return null;
  const at = new Date(instant.replace(/T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z/, 'T$1:$2:$3.$4Z'));
  return { name, path, bytes: stats.size, at, automatic: auto !== undefined, withKey: withKey !== undefined };
}

/** Where a ledger is damaged its failure names the newest backup there is. */
export function withBackupOffered(error: unknown, dataDir: string): unknown {
  if (!(error instanceof LedgerFailure) || error.code !== 'ledger-corrupt') return error;
  const [newest] = backupsIn(dataDir);
  if (newest === undefined) return error;
  const hint = `Restore the newest backup: xpert restore ${newest.path}. The damaged file was left as it is.`;
  return new LedgerFailure(error.code, error.message, { hint, cause: error });
}

/** The folder of backups: written on demand and by a schedule, one at a time. */
export class Backups {
  readonly #use: Dependencies;
  readonly #folder: string;
  readonly #startedMs: number;
  #isWriting = false;
  #failure: { readonly at: Date; readonly message: string } | null = null;

  constructor(dependencies: Dependencies) {
    this.#use = dependencies;
    this.#folder = join(dependencies.dataDir, 'backups');
    this.#startedMs = dependencies.clock.monotonicMs();
  }

  /** Why the last automatic backup was not written; null if it was. */
  get failure(): { readonly at: Date; readonly message: string } | null {
    return this.#failure;
  }

  /** Newest first. */
  list(): BackupFile[] {
    return backupsIn(this.#use.dataDir);
  }

  /** Without a passphrase the key of stored secrets is not in it: whoever finds it cannot open them. */
  async write(passphrase: string | null): Promise<BackupFile> {
    if (this.#use.databasePath === null) throw elsewhere(this.#use.dataDir);
    if (passphrase !== null && passphrase.length < SHORTEST_PASSPHRASE)
      throw new InvalidInput('/passphrase', `The passphrase must have at least ${SHORTEST_PASSPHRASE} characters.`);
    return await this.#write('', passphrase);
  }

  async schedule(): Promise<BackupSchedule> {
    return ((await this.#use.settings.get(SETTING)) as BackupSchedule | undefined) ?? DEFAULT_SCHEDULE;
  }

  async setSchedule(schedule: BackupSchedule, by: AdminId | null): Promise<void> {
    await this.#use.settings.set(SETTING, schedule, by);
  }

  /** To be called now and then: writes the automatic backup that is due, and removes those that are too many. */
  async keepSchedule(): Promise<void> {
    const { clock, databasePath } = this.#use;
    if (databasePath === null) return;
    const runningMs = clock.monotonicMs() - this.#startedMs;
    try {
      const schedule = await this.schedule();
      if (this.#isWriting || !isBackupDue(schedule, this.list(), clock.now(), runningMs)) return;
      await this.#refuseWithoutRoom(databasePath);
      await this.#write('auto-', null);
      this.#failure = null;
      for (const { path } of backupsToRemove(schedule, this.list())) rmSync(path, { force: true });
    } catch (error) {
      this.#failure = { at: clock.now(), message: error instanceof Error ? error.message : String(error) };
      this.#use.onFailure(error);
    }
  }

  async #write(prefix: string, passphrase: string | null): Promise<BackupFile> {
    if (this.#isWriting)
      throw new ExpectedError('backup-running', 'A backup is being written already.', {
        hint: 'Wait until it is done.',
      });
    this.#isWriting = true;
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      this.#removeUnfinished();
      const key = passphrase === null ? null : this.#use.readKey();
      const sealedKey = key === null || passphrase === null ? null : await sealWithPassphrase(key, passphrase);
      const instant = this.#use.clock.now().toISOString().replace(/[:.]/g, '-');
      const name = `xpert-${prefix}${instant}${sealedKey === null ? '' : '-with-key'}.db`;
      await this.#use.ledger.backup(join(this.#folder, name), sealedKey);
      const file = backupNamed(this.#folder, name);
      if (file === null) throw new Error(`the backup ${name} is gone`);
      return file;
    } finally {
      this.#isWriting = false;
    }
  }

  /** What a process that was killed left. */
  #removeUnfinished(): void {
    for (const name of readdirSync(this.#folder)) {
      if (/\.db\.part(-\w+)?$/.test(name)) rmSync(join(this.#folder, name), { force: true });
    }
  }

  async #refuseWithoutRoom(databasePath: string): Promise<void> {
    const folder = existsSync(this.#folder) ? this.#folder : this.#use.dataDir;
    const { bavail, bsize } = await statfs(folder);
    const needed = statSync(databasePath).size + ROOM_BYTES;
    if (bavail * bsize >= needed) return;
    throw new ExpectedError('backup-no-room', `There is no room for a backup: it may need ${needed} bytes.`, {
      hint: 'Free space, keep fewer backups, or switch automatic backups off.',
    });
  }
}

function elsewhere(dataDir: string): ExpectedError {
  return new ExpectedError('backup-elsewhere', 'PostgreSQL holds the ledger: its own means make the copies.', {
    hint: `Run pg_dump --format=custom --file=xpert.dump DATABASE (or pg_basebackup), and keep ${dataDir}/secret.key with it.`,
  });
}
