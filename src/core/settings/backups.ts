/** A whole, verified copy of the ledger. */
export interface BackupFile {
  /** Name in the folder of backups. */
  readonly name: string;
  /** Absolute path on the machine of the server. */
  readonly path: string;
  readonly bytes: number;
  readonly at: Date;
  /** Written by the schedule, which also removes it when there are newer ones enough. */
  readonly automatic: boolean;
  /** Carries the key of stored secrets, sealed with a passphrase. */
  readonly withKey: boolean;
}

/** `everyHours` 0: none by itself. */
export interface BackupSchedule {
  readonly everyHours: number;
  /** Automatic ones that stay; those made by hand always do. */
  readonly keep: number;
}

export const DEFAULT_SCHEDULE: BackupSchedule = { everyHours: 24, keep: 7 };

const HOUR_MS = 3_600_000;

/**
 * Whether the next automatic backup is due. Backups of the future come from a clock that was wrong: they count for
 * nothing. Where there is none yet the first waits until the process has run for an hour: no start is slower for it.
 */
export function isBackupDue(
  { everyHours }: BackupSchedule,
  backups: readonly Pick<BackupFile, 'at' | 'automatic'>[],
  now: Date,
  runningMs: number,
): boolean {
  if (everyHours === 0) return false;
  const times = backups.filter(({ automatic }) => automatic).map(({ at }) => at.getTime());
  const last = Math.max(...times.filter((ms) => ms <= now.getTime() + HOUR_MS));
  return last === Number.NEGATIVE_INFINITY ? runningMs >= HOUR_MS : now.getTime() - last >= everyHours * HOUR_MS;
}

/** Automatic backups that are too many: the oldest go. */
export function backupsToRemove<B extends Pick<BackupFile, 'at' | 'automatic'>>(
  { keep }: BackupSchedule,
  backups: readonly B[],
): B[] {
  const automatic = backups.filter((backup) => backup.automatic);
  return automatic.toSorted((a, b) => b.at.getTime() - a.at.getTime()).slice(keep);
}
