import { describe, expect, it } from 'vitest';
import { type BackupSchedule, backupsToRemove, isBackupDue } from './backups.ts';

const schedule: BackupSchedule = { everyHours: 6, keep: 2 };
const now = new Date('2026-03-10T12:00:00Z');
const HOUR_MS = 3_600_000;
const at = (hours: number, automatic = true) => ({ at: new Date(now.getTime() + hours * HOUR_MS), automatic });

describe('an automatic backup', () => {
  it('is due when the last one is as old as the schedule says', () => {
    expect(isBackupDue(schedule, [at(-6), at(-30)], now, 0)).toBe(true);
    expect(isBackupDue(schedule, [at(-5.9), at(-30)], now, 10 * HOUR_MS)).toBe(false);
  });

  it('does not count those made by hand, nor those of a clock that was ahead', () => {
    expect(isBackupDue(schedule, [at(-1, false), at(-7)], now, 0)).toBe(true);
    expect(isBackupDue(schedule, [at(24 * 365), at(-7)], now, 0)).toBe(true);
  });

  it('comes first after an hour, and never without a schedule', () => {
    expect(isBackupDue(schedule, [], now, HOUR_MS - 1)).toBe(false);
    expect(isBackupDue(schedule, [], now, HOUR_MS)).toBe(true);
    expect(isBackupDue({ everyHours: 0, keep: 2 }, [at(-1000)], now, HOUR_MS)).toBe(false);
  });

  it('goes when there are newer ones enough; those made by hand stay', () => {
    const backups = [at(-30), at(-1), at(-7), at(-100, false), at(-24)];
    expect(backupsToRemove(schedule, backups)).toEqual([at(-24), at(-30)]);
    expect(backupsToRemove(schedule, [at(-1), at(-2)])).toEqual([]);
  });
});
