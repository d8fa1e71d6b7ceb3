const FIRST_MS = 5_000;
const LONGEST_MS = 600_000;

/** When a change that failed so many times in a row is tried again: doubling from 5 s, at most every 10 minutes. */
export function retryAt(now: Date, failures: number): Date {
  return new Date(now.getTime() + Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20)));
}
