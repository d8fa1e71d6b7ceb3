const GIB_SHIFT = 30n;

/** The seeds' "GB": GiB with three decimals. Bytes are summed before; this rounds once, half up. */
export function gib(bytes: bigint): number {
  return Number((bytes * 1000n + (1n << (GIB_SHIFT - 1n))) >> GIB_SHIFT) / 1000;
}

/** MiB with two decimals. */
export function mib(bytes: number): number {
  return Math.round((bytes * 100) / 1_048_576) / 100;
}
