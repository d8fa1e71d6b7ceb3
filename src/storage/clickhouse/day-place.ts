import { BATCH_COLUMNS } from '../sql/mirror/outbox.ts';
import { type ClickHouseClient, unreachable } from './client.ts';

/** Where day rows are kept: one table of one server, or the shards of a cluster behind a table that asks them all. */
export interface DayPlace {
  /** The table that is written to and asked. */
  readonly table: string;
  /** A row is on the shard `segment_id % shards`. One server is one shard. */
  readonly shards: number;
  /** For every statement: replicas are tried in one order, so that what was written is what is read. */
  readonly settings: Readonly<Record<string, string | number>>;
  /** True where batches may be split as is said here: the number of shards is still this one. */
  readonly isSo: string;
}

export const TYPE: Readonly<Record<string, string>> = {
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
export const typed = (name: string) => `${name} ${TYPE[name] ?? 'Int64'}`;

const SUMMED = ['rx', 'tx', 'undirected', 'markup', 'hours', 'connections', 'present'];

const ONE_SERVER = 'xpert_history';
const OF_SHARD = 'xpert_history_shard';
const OF_ALL = 'xpert_history_all';

const columns = ['life UInt64', 'batch UInt64', 'seal UInt64', 'date Date', ...BATCH_COLUMNS.map(typed)].join(', ');
/** By years: what a statement opens a part for costs it a millisecond, however little it reads there. */
const order = `PARTITION BY (life, toYear(date)) ORDER BY (life, batch, seal, segment_id, day, tally_id)`;

/** Rows that are read at least for whatever is looked for in a part: one user has some hundred of a year there. */
const READ_ROWS = 1024;

/** Makes the table if it is not there. */
export async function placeOnServer(client: ClickHouseClient): Promise<DayPlace> {
  const engine = `SummingMergeTree((${SUMMED.join(', ')}))`;
  await client.run(`CREATE TABLE IF NOT EXISTS ${ONE_SERVER} (${columns}) ENGINE = ${engine} ${order}
    SETTINGS index_granularity = ${READ_ROWS}`);
  return { table: ONE_SERVER, shards: 1, settings: {}, isSo: '1' };
}

/** Servers that are away make it when they are back: it is not waited longer for them, s. */
const MAKING_S = 10;

/** A block is known as one that was taken among so many later ones. */
const KNOWN_BLOCKS = 10_000;

/**
 * A replicated table on each shard, and one that asks them all. The cluster is described in the servers' configuration, as
 * are the macros `shard` and `replica` of each.
 * @param before how it was when this process looked last; null: it did not. Tables that were there on as many shards and are
 *   here now are not made again, which would wait for servers that are away
 */
export async function placeOnCluster(
  client: ClickHouseClient,
  cluster: string,
  before: DayPlace | null,
): Promise<DayPlace> {
  const shards = await shardsOf(client, cluster);
  if (before?.shards !== shards || !(await isMade(client))) await makeOnCluster(client, cluster);
  return {
    table: OF_ALL,
    shards,
    settings: { load_balancing: 'in_order', insert_distributed_sync: 1 },
    isSo: `(SELECT uniqExact(shard_num) FROM system.clusters WHERE cluster = '${cluster}') = ${shards}`,
  };
}

async function shardsOf(client: ClickHouseClient, cluster: string): Promise<number> {
  const [[shards, heaviest] = []] = await client.rows(
    `SELECT toUInt32(uniqExact(shard_num)), toUInt32(max(shard_weight)) FROM system.clusters WHERE cluster = '${cluster}'`,
  );
  if (shards === 0) throw unreachable(new Error(`the server that was asked knows no cluster ${cluster}`));
  if (heaviest !== 1) throw unreachable(new Error(`the shards of ${cluster} are not of the same weight, 1`));
  return Number(shards);
}

async function makeOnCluster(client: ClickHouseClient, cluster: string): Promise<void> {
  const { database } = client;
  const path = `'/clickhouse/tables/{shard}/${database}/${OF_SHARD}', '{replica}'`;
  const engine = `ReplicatedSummingMergeTree(${path}, (${SUMMED.join(', ')}))`;
  const settings = { distributed_ddl_task_timeout: MAKING_S };
  try {
    await client.run(
      `CREATE TABLE IF NOT EXISTS ${OF_SHARD} ON CLUSTER ${cluster} (${columns}) ENGINE = ${engine} ${order}
       SETTINGS replicated_deduplication_window = ${KNOWN_BLOCKS}, index_granularity = ${READ_ROWS}`,
      { settings },
    );
    await client.run(
      `CREATE TABLE IF NOT EXISTS ${OF_ALL} ON CLUSTER ${cluster} (${columns})
       ENGINE = Distributed(${cluster}, ${database}, ${OF_SHARD}, segment_id)`,
      { settings },
    );
  } catch (error) {
    if (!(await isMade(client))) throw error;
  }
}

/** On the server that is asked. */
async function isMade(client: ClickHouseClient): Promise<boolean> {
  const [[made] = []] = await client.rows(
    `SELECT toUInt32(count()) FROM system.tables WHERE database = '${client.database}' AND name IN ('${OF_SHARD}', '${OF_ALL}')`,
  );
  return made === 2;
}

/**
 * Whether the replicas that answer have all that any of their shard took: then what they do not have is lost. One that
 * cannot tell, has something to fetch, or a part of which it is not sure, has not.
 */
export async function isCaughtUp(client: ClickHouseClient, cluster: string, place: DayPlace): Promise<boolean> {
  const [[replicas, behind] = []] = await client.rows(
    `SELECT toUInt32(count()), toUInt32(countIf(is_readonly OR is_session_expired OR inserts_in_queue + parts_to_check > 0
       OR (log_max_index > 0 AND log_pointer <= log_max_index)))
     FROM cluster('${cluster}', system, replicas) WHERE database = '${client.database}' AND table = '${OF_SHARD}'`,
    { settings: place.settings },
  );
  return replicas === place.shards && behind === 0;
}
