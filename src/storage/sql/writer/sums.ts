/** Bytes that are being added up: by direction, and without one. `markup`: billed bytes minus these; mostly 0. */
export interface Sums {
  rx: bigint;
  tx: bigint;
  undirected: bigint;
  markup: bigint;
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
  if (from.markup !== 0n) to.markup += from.markup;
}

export function noSums(): Sums {
  return { rx: 0n, tx: 0n, undirected: 0n, markup: 0n };
}

/** Where only the directions are added. */
export const ADD_PLAIN_SUMS = 'rx = rx + excluded.rx, tx = tx + excluded.tx';

/** Adds the bytes of a row that would be inserted to those of the row that is there. */
export const ADD_SUMS = `${ADD_PLAIN_SUMS}, undirected = undirected + excluded.undirected,
  markup = markup + excluded.markup`;
