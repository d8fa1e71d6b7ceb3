import { BATCH_COLUMNS, type BatchRow } from '../sql/mirror/outbox.ts';

/** What is summed of a carrier on a day. */
export const BYTES = ['rx', 'tx', 'undirected', 'markup'] as const;

const at = (name: (typeof BATCH_COLUMNS)[number]) => BATCH_COLUMNS.indexOf(name);
const [DAY, TALLY, SEGMENT, CARRIER] = [at('day'), at('tally_id'), at('segment_id'), at('carrier_id')];

/** True of a change to a day row; else it is one to the sum of a carrier alone. */
export function isOfTally(row: BatchRow): boolean {
  return !row[TALLY]?.startsWith('-');
}

/**
 * What a batch adds to the bytes of each carrier on each day, on each shard: what is left of it, always in the same order.
 * @returns rows whose tally is the carrier, and whose segment is the number of the shard, which leads them there
 */
export function carrierSums(rows: readonly BatchRow[], shards: number): BatchRow[] {
  const sums = new Map<string, { readonly row: BatchRow; readonly shard: string; readonly bytes: bigint[] }>();
  for (const row of rows) {
    const shard = String(BigInt(row[SEGMENT] as string) % BigInt(shards));
    const key = `${row[DAY]} ${row[CARRIER]} ${shard}`;
    let sum = sums.get(key);
    if (sum === undefined) {
      sum = { row, shard, bytes: BYTES.map(() => 0n) };
      sums.set(key, sum);
    }
    for (const [i, name] of BYTES.entries()) sum.bytes[i] = (sum.bytes[i] ?? 0n) + BigInt(row[at(name)] as string);
  }
  return [...sums.values()].filter(({ bytes }) => bytes.some((sum) => sum !== 0n)).map(toRow);
}

function toRow({ row, shard, bytes }: { row: BatchRow; shard: string; bytes: readonly bigint[] }): BatchRow {
  const own: Record<string, string> = { tally_id: row[CARRIER] as string, segment_id: shard };
  for (const name of ['hours', 'connections', 'present']) own[name] = '0';
  for (const [i, name] of BYTES.entries()) own[name] = String(bytes[i]);
  return BATCH_COLUMNS.map((name, i) => own[name] ?? (row[i] as string));
}
