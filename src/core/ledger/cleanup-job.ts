import type { AdminId } from '../units/ids.ts';
import type { RawTotals } from './usage-ledger.ts';

/**
 * `proving`: nothing is removed yet, the sums that stay are being compared with what is to go. `removing`: going on.
 * `cancelled` and `failed`: what was removed until then is gone, and its sums stay, as after `done`.
 */
export type CleanupState = 'proving' | 'removing' | 'done' | 'cancelled' | 'failed';

/** One removal of old 15-minute records. Lives in memory: what a process that ended left over is done by the next one. */
export interface CleanupJob {
  readonly id: string;
  readonly days: number;
  /** From this instant on 15-minute records stay; before it only days remain. */
  readonly keepsFrom: Date;
  readonly state: CleanupState;
  /** Records to be removed when it began. */
  readonly rows: number;
  readonly deleted: number;
  /** Estimate of what `deleted` frees inside the file, which itself does not shrink: new records fill it again. */
  readonly bytesFreed: number;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  /** Null: retention, or the command line. */
  readonly by: AdminId | null;
  readonly error: { readonly code: string; readonly message: string; readonly hint: string | null } | null;
  /** Everything ever booked, before and after; more after than before was booked meanwhile. Null until it is known. */
  readonly totals: { readonly before: bigint; readonly after: bigint } | null;
}

/** Why the sums after a cleanup cannot be right; null if they are. Meanwhile bytes may have been added, never taken. */
export function totalsProblem(before: RawTotals, after: RawTotals): string | null {
  if (after.days !== after.totals) {
    return `the days add up to ${after.days} bytes and the totals to ${after.totals}`;
  }
  if (after.totals < before.totals) return `the totals were ${before.totals} bytes and are ${after.totals}`;
  return null;
}
