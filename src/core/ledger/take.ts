import { apportion } from '../metering/spread.ts';

/** Bytes as they are kept: by direction, and those without one. */
export interface Amount {
  readonly rx: bigint;
  readonly tx: bigint;
  readonly undirected: bigint;
}

/** What is to be taken; `any` without regard to direction. Nothing here is negative. */
export interface Wanted {
  readonly rx: bigint;
  readonly tx: bigint;
  readonly any: bigint;
}

/**
 * Takes bytes from where they were booked, in proportion to what is there, by largest remainder: what is taken sums
 * exactly, and no cell falls below 0.
 * @returns what to take from each cell, or null if there is less than wanted
 */
export function takeFrom(cells: readonly Amount[], wanted: Wanted): Amount[] | null {
  const rx = share(
    wanted.rx,
    cells.map((cell) => cell.rx),
  );
  const tx = share(
    wanted.tx,
    cells.map((cell) => cell.tx),
  );
  if (rx === null || tx === null) return null;
  const left = cells.map((cell, i) => ({ ...cell, rx: cell.rx - (rx[i] ?? 0n), tx: cell.tx - (tx[i] ?? 0n) }));
  const any = share(
    wanted.any,
    left.flatMap((cell) => [cell.rx, cell.tx, cell.undirected]),
  );
  if (any === null) return null;
  return cells.map((_cell, i) => ({
    rx: (rx[i] ?? 0n) + (any[3 * i] ?? 0n),
    tx: (tx[i] ?? 0n) + (any[3 * i + 1] ?? 0n),
    undirected: any[3 * i + 2] ?? 0n,
  }));
}

function share(amount: bigint, available: readonly bigint[]): bigint[] | null {
  if (amount === 0n) return available.map(() => 0n);
  const sum = available.reduce((total, each) => total + each, 0n);
  return amount > sum ? null : apportion(amount, available);
}
