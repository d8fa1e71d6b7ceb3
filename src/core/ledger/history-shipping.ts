/** How far a mirror of the ledger's history is. What it does not have yet is read from the ledger itself. */
export interface HistoryShipping {
  /** Changes that wait to be sent, about. */
  readonly waiting: number;
  /** When the oldest of them was made; null: none waits. */
  readonly waitingSince: Date | null;
  /** Whole days that were not taken over yet; null: it is not known. */
  readonly missingDays: number | null;
  /** Why nothing is sent at present; null: it is. */
  readonly failure: { readonly message: string; readonly hint: string | null } | null;
}

/** Nothing to be told before this long: a batch is sent every few seconds. */
const NOTEWORTHY_MS = 10 * 60_000;

/** How long it has been behind for longer than it takes; null: it keeps up. */
export function behindMs({ waitingSince, failure }: HistoryShipping, now: Date): number | null {
  const ms = waitingSince === null ? 0 : Math.max(0, now.getTime() - waitingSince.getTime());
  return failure !== null || ms > NOTEWORTHY_MS ? ms : null;
}
