import type pg from 'pg';
import type { DaySlice, MirroredRow, MirroredSum, SliceComparison } from '../sql/mirror/outbox.ts';

const SUMMED = ['rx', 'tx', 'undirected', 'markup', 'hours', 'connections', 'present'] as const;
const summed = SUMMED.join(', ');
const negative = SUMMED.map((name) => `-${name}`).join(', ');
const isSomething = SUMMED.map((name) => `sum(${name}) <> 0`).join(' OR ');

/** Lists of the columns of `MirroredRow`, as parameters from the fourth on. */
const FAR = `SELECT * FROM unnest($4::bigint[], $5::bigint[], $6::text[], $7::text[], ${SUMMED.map((_, i) => `$${8 + i}::bigint[]`).join(', ')})
  AS f (tally_id, segment_id, protocol, node_id, ${summed})`;

/** Of the slice. Changes of sums alone have a tally below 0. */
const WAITS = 'day = $1::bigint AND tally_id > 0 AND tally_id % $3::bigint = $2::bigint';

/** What the ledger has, less what waits, less what the mirror has: what is missing in the mirror, all at one moment. */
const MISSING = `SELECT tally_id, ${SUMMED.map((name) => `sum(${name})::bigint AS ${name}`).join(', ')} FROM (
    SELECT tally_id, rx, tx, undirected, markup, hours, connections, 1 AS present FROM day
      WHERE day = $1::bigint AND tally_id % $3::bigint = $2::bigint
    UNION ALL SELECT tally_id, ${negative} FROM history_outbox WHERE ${WAITS}
    UNION ALL SELECT tally_id, ${negative} FROM far) both_sides
  GROUP BY tally_id HAVING ${isSomething}`;

/** Compares rows of the mirror with the ledger, and puts what differs into the outbox where it is to be mended. */
export async function compareSlice(
  client: pg.Client,
  { day, slice, slices }: DaySlice,
  far: readonly MirroredRow[],
  mends: boolean,
): Promise<SliceComparison> {
  const mended = `, mended AS (INSERT INTO history_outbox (day, tally_id, ${summed})
    SELECT $1::bigint, tally_id, ${summed} FROM missing WHERE NOT EXISTS (SELECT 1 FROM named_otherwise) RETURNING 1)`;
  const { rows } = await client.query<Record<keyof SliceComparison, string>>(
    `WITH far AS (${FAR}), missing AS (${MISSING}),
       named_otherwise AS (
         SELECT 1 FROM far f LEFT JOIN tally t ON t.id = f.tally_id LEFT JOIN series s ON s.id = t.series_id
           LEFT JOIN carrier c ON c.id = s.carrier_id
         WHERE t.segment_id IS DISTINCT FROM f.segment_id OR c.protocol IS DISTINCT FROM f.protocol
           OR coalesce(c.node_id, '') IS DISTINCT FROM f.node_id)${mends ? mended : ''}
     SELECT (SELECT count(*) FROM (SELECT tally_id FROM far UNION SELECT tally_id FROM day
         WHERE day = $1::bigint AND tally_id % $3::bigint = $2::bigint) every_one) AS "rows",
       (SELECT count(*) FROM missing) AS different, (SELECT count(*) FROM named_otherwise) AS "foreign",
       (SELECT count(*) FROM history_outbox WHERE ${WAITS}) AS waiting`,
    [day, slice, slices, ...Array.from({ length: 4 + SUMMED.length }, (_, i) => far.map((row) => row[i]))],
  );
  return toComparison(rows);
}

function toComparison([row]: readonly Record<keyof SliceComparison, string>[]): SliceComparison {
  return {
    rows: Number(row?.rows),
    different: Number(row?.different),
    foreign: Number(row?.foreign),
    waiting: Number(row?.waiting),
  };
}

const BYTES = ['rx', 'tx', 'undirected', 'markup'];
const bytes = BYTES.join(', ');
const taken = BYTES.map((name) => `-${name}`).join(', ');

const FAR_SUMS = `SELECT * FROM unnest($2::bigint[], $3::text[], $4::text[], ${BYTES.map((_, i) => `$${5 + i}::bigint[]`).join(', ')})
  AS f (carrier_id, protocol, node_id, ${bytes})`;

/** As `MISSING`, by carrier: what waits for a day row is to come to the sum of its carrier, too. */
const MISSING_SUMS = `SELECT carrier_id, ${BYTES.map((name) => `sum(${name})::bigint AS ${name}`).join(', ')} FROM (
    SELECT s.carrier_id, ${BYTES.map((name) => `d.${name}`).join(', ')} FROM day d JOIN tally t ON t.id = d.tally_id JOIN series s ON s.id = t.series_id
      WHERE d.day = $1::bigint
    UNION ALL SELECT coalesce(s.carrier_id, -w.tally_id), ${BYTES.map((name) => `-w.${name}`).join(', ')} FROM history_outbox w
      LEFT JOIN tally t ON t.id = w.tally_id LEFT JOIN series s ON s.id = t.series_id WHERE w.day = $1::bigint
    UNION ALL SELECT carrier_id, ${taken} FROM far) both_sides
  GROUP BY carrier_id HAVING ${BYTES.map((name) => `sum(${name}) <> 0`).join(' OR ')}`;

/** Compares the sums of a day by carrier. What differs is a change of the sum alone: its rows are compared by themselves. */
export async function compareSums(
  client: pg.Client,
  day: number,
  far: readonly MirroredSum[],
  mends: boolean,
): Promise<SliceComparison> {
  const mended = `, mended AS (INSERT INTO history_outbox (day, tally_id, ${bytes}, hours, connections, present)
    SELECT $1::bigint, -carrier_id, ${bytes}, 0, 0, 0 FROM missing WHERE NOT EXISTS (SELECT 1 FROM named_otherwise) RETURNING 1)`;
  const { rows } = await client.query<Record<keyof SliceComparison, string>>(
    `WITH far AS (${FAR_SUMS}), missing AS (${MISSING_SUMS}),
       named_otherwise AS (
         SELECT 1 FROM far f LEFT JOIN carrier c ON c.id = f.carrier_id
         WHERE c.protocol IS DISTINCT FROM f.protocol OR coalesce(c.node_id, '') IS DISTINCT FROM f.node_id)${mends ? mended : ''}
     SELECT (SELECT count(*) FROM far) AS "rows", (SELECT count(*) FROM missing) AS different,
       (SELECT count(*) FROM named_otherwise) AS "foreign",
       (SELECT count(*) FROM history_outbox WHERE day = $1::bigint AND tally_id < 0) AS waiting`,
    [day, ...Array.from({ length: 3 + BYTES.length }, (_, i) => far.map((row) => row[i]))],
  );
  return toComparison(rows);
}
