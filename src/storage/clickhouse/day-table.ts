import type { BatchMark } from '../sql/mirror/far-days.ts';
import { BATCH_COLUMNS, type Batch } from '../sql/mirror/outbox.ts';
import type { ClickHouseClient } from './client.ts';

/**
 * Day rows as sums of signed changes. Each batch comes with a mark, a row of its own with the batch's number and seal, in
 * the same part: the server takes both or neither. Rows of data have number and seal 0. A row whose changes add up to
 * nothing vanishes by itself; reads always sum, because parts may not be merged yet.
 */
const TABLE = 'xpert_day';

const TYPE: Readonly<Record<string, string>> = {
  day: 'Int32',
  server: 'String',
  port: 'UInt32',
  protocol: 'String',
  node_id: 'String',
  service_id: 'String',
  tally_id: 'UInt64',
  segment_id: 'UInt64',
  carrier_id: 'UInt64',
};
const typed = (name: string) => `${name} ${TYPE[name] ?? 'Int64'}`;

const SUMMED = ['rx', 'tx', 'undirected', 'markup', 'hours', 'connections', 'present'];

/** Makes the table if it is not there. */
export async function makeDayTable(client: ClickHouseClient): Promise<void> {
  const columns = ['life UInt64', 'batch UInt64', 'seal UInt64', 'date Date', ...BATCH_COLUMNS.map(typed)];
  await client.run(
    `CREATE TABLE IF NOT EXISTS ${TABLE} (${columns.join(', ')})
     ENGINE = SummingMergeTree((${SUMMED.join(', ')})) PARTITION BY (life, toYYYYMM(date))
     ORDER BY (life, batch, seal, segment_id, day, tally_id)`,
  );
}

/**
 * Sends a batch, which then is in the table once, however often it is sent and whatever became of earlier attempts: the
 * server looks for its mark itself, and never runs two statements of one id at a time, so that also one that lay on the
 * way and arrives late adds nothing.
 * @returns false if the table holds another batch of this number
 */
export async function sendBatch(client: ClickHouseClient, batch: Batch): Promise<boolean> {
  const { life, number, seal, rows } = batch;
  const mark: string[] = BATCH_COLUMNS.map((name) => (TYPE[name] === 'String' ? '' : name === 'present' ? '1' : '0'));
  mark[0] = rows[0]?.[0] ?? '0';
  const lines = [[String(number), seal, ...mark], ...rows.map((row) => ['0', '0', ...row])];
  const own = ['batch', 'seal', ...BATCH_COLUMNS];
  const statement = `INSERT INTO ${TABLE} (life, date, ${own.join(', ')})
    SELECT toUInt64(${life}), toDate(day), ${own.join(', ')} FROM sent
    WHERE (SELECT count() FROM ${TABLE} WHERE life = ${life} AND batch = ${number}) = 0`;
  await client.run(statement, {
    queryId: `xpert-${life}-${number}`,
    sent: {
      name: 'sent',
      structure: ['batch UInt64', 'seal UInt64', ...BATCH_COLUMNS.map(typed)].join(', '),
      tsv: `${lines.map((line) => line.map(toTsv).join('\t')).join('\n')}\n`,
    },
    settings: ONE_PART,
  });
  const marks = await client.rows(`SELECT seal FROM ${TABLE} WHERE life = ${life} AND batch = ${number} GROUP BY seal`);
  return marks.length === 1 && marks[0]?.[0] === seal;
}

/** One block, whatever the profile of the user says. */
const ONE_PART = {
  max_threads: 1,
  max_block_size: 65_536,
  min_insert_block_size_rows: 1_000_000,
  min_insert_block_size_bytes: 1_000_000_000,
};

function toTsv(value: string): string {
  return value.replace(/[\\\t\n\r\0]/g, (char) => ESCAPES[char] as string);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\\0',
};

/** True if the table holds every batch up to this one, each once: no part was lost. */
export async function holdsAll(
  client: ClickHouseClient,
  life: string,
  shipped: number,
  seal: string,
): Promise<boolean> {
  if (shipped === 0) return true;
  const [row] = await client.rows(
    `SELECT uniqExact(batch), sum(present), countIf(batch = ${shipped} AND seal = toUInt64('${seal}')) FROM ${TABLE}
     WHERE life = ${life} AND batch BETWEEN 1 AND ${shipped}`,
  );
  return Number(row?.[0]) === shipped && Number(row?.[1]) === shipped && Number(row?.[2]) === 1;
}

/** Groups of day rows that are summed. */
export interface DaySums {
  readonly life: string;
  readonly first: number;
  readonly last: number;
  /** Column that tells the line, or null: all are one. */
  readonly line: 'node_id' | 'protocol' | null;
  /** Ids of segments; null: all. */
  readonly segments: readonly number[] | null;
  readonly nodeId: string | null;
  /** The last batch that the table is known to hold. */
  readonly shipped: number;
  readonly shippedSeal: string;
}

export interface SummedDays {
  /** Batches in these sums, after the one that the table is known to hold. */
  readonly since: readonly BatchMark[];
  readonly rows: readonly SummedDay[];
}

/** `[day, line, rx, tx, undirected, markup]` */
export type SummedDay = readonly [number, string, string, string, string, string];

/** More rows than this are not an answer but a load. */
const MOST_ROWS = 500_000;

/** A sum that takes longer is left to PostgreSQL. */
const SUM_MS = 20_000;

/**
 * What the sums are of and which batches are in them are one look. Null: the table does not hold all that it took, because
 * parts of it were lost; every mark is counted each time, since nobody need have noticed that the server was down.
 */
export async function sumDays(client: ClickHouseClient, asked: DaySums): Promise<SummedDays | null> {
  const { life, first, last, line, segments, nodeId, shipped, shippedSeal } = asked;
  const narrow = [
    `day BETWEEN ${first} AND ${last}`,
    ...(segments === null ? [] : [`segment_id IN (${segments.join(', ') || '0'})`]),
    ...(nodeId === null ? [] : [`node_id = ${quote(nodeId)}`]),
  ];
  const held = `(SELECT sum(present) FROM ${TABLE} WHERE life = ${life} AND batch BETWEEN 1 AND ${shipped})`;
  const rows = await client.rows(
    `SELECT batch AS number, if(batch = 0, day, 0) AS at, ${line === null ? "''" : `if(batch = 0, ${line}, '')`} AS line,
       sum(rx), sum(tx), sum(undirected), sum(markup), max(seal), ${held} AS held
     FROM ${TABLE} WHERE life = ${life} AND ((batch = 0 AND ${narrow.join(' AND ')}) OR batch >= ${Math.max(shipped, 1)})
     GROUP BY number, at, line`,
    { settings: { max_result_rows: MOST_ROWS, result_overflow_mode: 'throw' }, timeoutMs: SUM_MS },
  );
  const isMark = (row: readonly (string | number)[]) => row[0] !== '0';
  const marks = rows
    .filter(isMark)
    .map((row) => ({ number: Number(row[0]), seal: String(row[7]) }))
    .sort((a, b) => a.number - b.number);
  const known = shipped === 0 ? null : marks.shift();
  if (known !== null && (known?.number !== shipped || known.seal !== shippedSeal)) return null;
  if (rows.length > 0 && Number(rows[0]?.[8]) !== shipped) return null;
  if (marks.some(({ number }, i) => number !== shipped + 1 + i)) return null;
  const days = rows.filter((row) => !isMark(row));
  return { since: marks, rows: days.map((row) => row.slice(1, 7) as unknown as SummedDay) };
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
