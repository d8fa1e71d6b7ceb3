/** How a day of the ledger and its mirror compare. What waits to be sent counts as if it were there. */
export interface DayComparison {
  /** Rows that either side has. */
  readonly rows: number;
  readonly different: number;
  /** Rows of the mirror under another name than the ledger's: they cannot be mended one by one. */
  readonly foreign: number;
  /** Changes of this day that wait to be sent. */
  readonly waiting: number;
}

/** One comparison of days with their mirror, which also mends them if it is a rebuild. Lives in memory; each step is whole. */
export interface HistoryRebuild {
  readonly id: string;
  /** Day numbers, both included. */
  readonly firstDay: number;
  readonly lastDay: number;
  /** False: differences are only told. */
  readonly mends: boolean;
  /** `filling`: the mirror does not have all of these days yet. `verifying`: what was mended is compared again when it was sent. */
  readonly state: 'filling' | 'comparing' | 'verifying' | 'done' | 'cancelled' | 'failed';
  /** Of these days: not in the mirror yet, when that was looked at last. */
  readonly missingDays: number;
  readonly comparedDays: number;
  readonly rows: number;
  /** Rows that differed when their day was compared. */
  readonly differentRows: number;
  /** Days that differed, in their order; those that were mended and verified as well. */
  readonly differentDays: readonly number[];
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly error: { readonly code: string; readonly message: string; readonly hint: string | null } | null;
}

/** The newest comparison found differences, and they are still there. */
export function unmendedDays(job: HistoryRebuild | null): { readonly first: number; readonly last: number } | null {
  const { differentDays: days = [], mends, state } = job ?? {};
  if (days.length === 0 || (mends && state === 'done')) return null;
  return { first: Math.min(...days), last: Math.max(...days) };
}
