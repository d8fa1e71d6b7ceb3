/** Bytes that are being added up: by direction, and without one. */
export interface Sums {
  rx: bigint;
  tx: bigint;
  undirected: bigint;
}

/** What one tally adds to one day. */
export interface DayRow extends Sums {
  readonly day: number;
  hours: number;
  connections: number;
  lastMs: number;
}

export function addSums(to: Sums, from: Sums): void {
  to.rx += from.rx;
  to.tx += from.tx;
  if (from.undirected !== 0n) to.undirected += from.undirected;
}
