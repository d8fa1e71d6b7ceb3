import type { Database } from './database.ts';

/**
 * Everything that sources ever brought, as days and as totals have it, at one commit. Entries of admins, which may take
 * away, are left out: what is left only grows.
 */
export interface Standing {
  /** Number of the last commit. */
  readonly sequence: number;
  readonly days: bigint;
  readonly totals: bigint;
}

/** One statement is one instant, whatever is being written. */
export function standingOf(db: Database): Standing {
  const row = db.prepare(STANDING).safeIntegers().get() as Record<
    'sequence' | 'd' | 'dRest' | 't' | 'tRest' | 'entries',
    bigint
  >;
  return {
    sequence: Number(row.sequence),
    days: (row.d << 32n) + row.dRest - row.entries,
    totals: (row.t << 32n) + row.tRest - row.entries,
  };
}

/** In two halves: each row fits 63 bits, the sum of all need not. */
const halves = (table: string, name: string) =>
  `(SELECT ifnull(sum(total >> 32), 0) FROM ${table}) AS ${name},
   (SELECT ifnull(sum(total & 4294967295), 0) FROM ${table}) AS ${name}Rest`;
const STANDING = `SELECT ifnull((SELECT sequence FROM alive), 0) AS sequence, ${halves('day', 'd')}, ${halves('tally', 't')},
  (SELECT ifnull(sum(rx + tx + undirected), 0) FROM posting) AS entries`;

/** Totals that are not the sums of their days. */
export function countTotalsWithoutDays(db: Database): number {
  return Number(db.prepare(TOTALS_WITHOUT_DAYS).pluck().get());
}

const TOTALS_WITHOUT_DAYS = `
  SELECT count(*) FROM tally t LEFT JOIN (
    SELECT tally_id, sum(rx) AS rx, sum(tx) AS tx, sum(undirected) AS undirected FROM day GROUP BY tally_id) d
  ON d.tally_id = t.id
  WHERE t.rx <> ifnull(d.rx, 0) OR t.tx <> ifnull(d.tx, 0) OR t.undirected <> ifnull(d.undirected, 0)`;
