import { describe, expect, it } from 'vitest';
import { type Figures, NOTHING_WRONG } from './books.ts';
import { corruptedPage, diskFull, lockHeld, readOnlyDatabase } from './disk.ts';
import { killRounds } from './kill-rounds.ts';
import { restoreUnderLoad } from './restore.ts';
import { clockJumps, flappingDay } from './virtual.ts';

interface Scale {
  readonly rounds: number;
  readonly lockSeconds: number;
  readonly secondsAfterBackup: number;
  readonly seeds: number;
}

const MINUTES = 60_000;

/** What a ledger may have to go through. Nothing of it may cost or invent a byte. */
export function tortures({ rounds, lockSeconds, secondsAfterBackup, seeds }: Scale): void {
  const nothingWrong = (what: string, figures: Figures) => {
    const { lost, doubled, ackedMissing } = figures;
    process.stdout.write(
      `${what}: bytes lost outside flagged intervals ${lost}, doubled ${doubled}, acked but missing ${ackedMissing}\n`,
    );
    expect(figures).toEqual(NOTHING_WRONG);
  };

  describe('nothing is lost, doubled or forgotten', () => {
    it(`over ${rounds} rounds of SIGKILL under mixed load`, { timeout: 60 * MINUTES }, async () => {
      nothingWrong(`${rounds} rounds of SIGKILL`, await killRounds(rounds));
    });

    it('when the disk fills up and has room again', { timeout: 5 * MINUTES }, async () => {
      nothingWrong('disk full', await diskFull());
    });

    it(`while another process holds the ledger for ${lockSeconds} seconds`, { timeout: 5 * MINUTES }, async () => {
      nothingWrong(`locked for ${lockSeconds} s`, await lockHeld(lockSeconds));
    });

    it('by a restore under load, outside of what it says is missing', { timeout: 10 * MINUTES }, async () => {
      nothingWrong(`restore of a backup of ${secondsAfterBackup} s ago`, await restoreUnderLoad(secondsAfterBackup));
    });

    it('in a day of polling a node that flaps', { timeout: 10 * MINUTES }, async () => {
      for (let seed = 1; seed <= seeds; seed++) {
        const day = await flappingDay(seed);
        process.stdout.write(
          `24 h with a flapping node: ${day.polls} polls, ${day.failed} failed, ${day.reboots} reboots\n`,
        );
        expect(day.failed).toBeGreaterThan(100);
        expect(day.booked).toBeLessThanOrEqual(day.carried);
        expect(day.lostUnflagged).toBe(0n);
      }
    });

    it('when the clock is set an hour back and a year ahead', { timeout: 5 * MINUTES }, async () => {
      const { booked, carried, lostUnflagged, suspect, backwards } = await clockJumps();
      expect({ booked, lostUnflagged, backwards }).toEqual({ booked: carried, lostUnflagged: 0n, backwards: 0 });
      expect(suspect).toBeGreaterThan(0);
    });
  });

  describe('a start is refused clearly', () => {
    it('on a ledger that cannot be written', { timeout: 2 * MINUTES }, async () => {
      expect(await readOnlyDatabase()).toMatch(/read-only/);
    });

    it('on a damaged one, and names the newest backup', { timeout: 2 * MINUTES }, async () => {
      const { said, backup } = await corruptedPage();
      expect(said).toMatch(/damaged/);
      expect(said).toContain(`xpert restore ${backup}`);
    });
  });
}
