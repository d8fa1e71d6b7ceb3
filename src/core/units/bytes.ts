/**
 * Bytes in both directions, from the node's viewpoint: `rx` received from the peer (the user's upload), `tx` sent to
 * the peer (their download). Sources without a direction have `rx` and `tx` null; `total` is always there.
 * `billed`: what is billed for them; absent = the total.
 */
export interface Traffic {
  readonly rx: bigint | null;
  readonly tx: bigint | null;
  readonly total: bigint;
  readonly billed?: bigint;
}

/** Traffic whose directions are known. */
export function directed(rx: bigint, tx: bigint): Traffic {
  return { rx, tx, total: rx + tx };
}

/** Traffic of a source that tells only a sum. */
export function undirected(total: bigint): Traffic {
  return { rx: null, tx: null, total };
}

/** No bytes, in both directions. */
export const NOTHING: Traffic = Object.freeze({ rx: 0n, tx: 0n, total: 0n });

/** Sum of two amounts; a direction is known only where both know it. */
export function addTraffic(a: Traffic, b: Traffic): Traffic {
  const rx = a.rx === null || b.rx === null ? null : a.rx + b.rx;
  const tx = a.tx === null || b.tx === null ? null : a.tx + b.tx;
  const total = a.total + b.total;
  if (a.billed === undefined && b.billed === undefined) return { rx, tx, total };
  return { rx, tx, total, billed: billedOf(a) + billedOf(b) };
}

/** What is billed for an amount. */
export function billedOf({ billed, total }: Traffic): bigint {
  return billed ?? total;
}

/** Largest value one report may carry: 2^53 - 1, the largest exact JSON integer. */
export const MAX_REPORT_BYTES = 9_007_199_254_740_991n;

/** Above this one report or reading is implausible and is quarantined: 10 TiB, 2.4 h at 10 Gbit/s. */
export const IMPLAUSIBLE_BYTES = 10n * 1024n ** 4n;
