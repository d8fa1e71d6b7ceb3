import type { SourceOrder } from './collector.ts';
import { STEP_MS } from './wall-time.ts';

/** What the panel itself knows when a poll is put in order: it does not need the wall clock of then to be right. */
export interface Arrival {
  /** The panel's wall clock as the poll arrives. */
  readonly nowMs: number;
  /** True if `boot` showed itself to the panel later than `other`; null where one of them never did. */
  follows(boot: string, other: string): boolean | null;
}

/**
 * True if a reading is later than the last one. Within a boot the node's uptime decides. Boots come in the order in which
 * the panel saw them first. One that it never saw is later unless its poll is older than what we have; where that lies in
 * the future, the wall clock was set back since, and a poll of this very moment is later, too. One that was left behind
 * comes back only if its poll is of this moment and the last one is over: a machine was set back to a snapshot.
 *
 * A source without an order has one reader, whose readings come in order. The ledger asks this of the whole poll first,
 * against the last poll that showed the service: a poll that is stale as a whole must not bring ended series back to life.
 */
export function isLater(
  order: SourceOrder | null,
  at: Date,
  lastOrder: SourceOrder | null,
  lastAt: Date,
  arrival: Arrival | null = null,
): boolean {
  if (order === null || lastOrder === null) return true;
  if (order.bootId === lastOrder.bootId) return order.uptimeMs > lastOrder.uptimeMs;
  if (arrival === null) return at >= lastAt;
  const { nowMs } = arrival;
  const [atMs, lastMs] = [at.getTime(), lastAt.getTime()];
  const isOfNow = Math.abs(nowMs - atMs) <= STEP_MS;
  const follows = arrival.follows(order.bootId, lastOrder.bootId);
  if (follows !== null) return follows || (isOfNow && atMs - lastMs > STEP_MS);
  // The clock is being set back: what comes from before that is not to be taken for a boot of its own.
  if (atMs - nowMs > STEP_MS) return false;
  return atMs >= lastMs || (isOfNow && lastMs - nowMs > STEP_MS);
}
