/** How many peers may lose access in one pass without a person's word. */
export interface FuseLimits {
  /** Never more than so many. */
  readonly most: number;
  /** Of all peers that users own, so many percent. */
  readonly percent: number;
}

export const DEFAULT_FUSE: FuseLimits = { most: 50, percent: 20 };

/** So few are let through however few peers there are: on a node of four peers one is a quarter. */
const ALWAYS = 3;

/** How many peers of `owned` may be cut at once. */
export function allowedCuts({ most, percent }: FuseLimits, owned: number): number {
  return Math.min(most, Math.max(ALWAYS, Math.floor((owned * percent) / 100)));
}

/** A pass that was not done because it would have cut too many. */
export interface BlownFuse {
  readonly cuts: number;
  readonly allowed: number;
  readonly since: Date;
}
