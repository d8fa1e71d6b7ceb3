import type pg from 'pg';
import type { DaySlice, MirroredRow, SliceComparison } from '../sql/mirror/outbox.ts';

const SUMMED = ['rx', 'tx', 'undirected', 'markup', 'hours', 'connections', 'present'] as const;
const summed = SUMMED.join(', ');
const negative = SUMMED.map((name) => `-${name}`).join(', ');
const isSomething = SUMMED.map((name) => `sum(${name}) <> 0`).join(' OR ');

/** Lists of the columns of `MirroredRow`, as parameters from the fourth on. */
const FAR = `SELECT * FROM unnest($4::bigint[], $5::bigint[], $6::text[], $7::text[], ${SUMMED.map((_, i) => `$${8 + i}::bigint[]`).join(', ')})
  AS f (tally_id, segment_id, protocol, node_id, ${summed})`;

/** What the ledger has, less what waits, less what the mirror has: what is missing in the mirror, all at one moment. */
const MISSING = `SELECT tally_id, ${SUMMED.map((name) => `sum(${name})::bigint AS ${name}`).join(', ')} FROM (
    SELECT tally_id, rx, tx, undirected, markup, hours, connections, 1 AS present FROM day
      WHERE day = $1::bigint AND tally_id % $3::bigint = $2::bigint
    UNION ALL SELECT tally_id, ${negative} FROM history_outbox WHERE day = $1::bigint AND tally_id % $3::bigint = $2::bigint
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
       (SELECT count(*) FROM history_outbox WHERE day = $1::bigint AND tally_id % $3::bigint = $2::bigint) AS waiting`,
    [day, slice, slices, ...Array.from({ length: 4 + SUMMED.length }, (_, i) => far.map((row) => row[i]))],
  );
  const [row] = rows;
  return {
    rows: Number(row?.rows),
    different: Number(row?.different),
    foreign: Number(row?.foreign),
    waiting: Number(row?.waiting),
  };
}
