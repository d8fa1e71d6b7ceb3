import type { BatchMark } from '../sql/mirror/far-days.ts';
import { BATCH_COLUMNS, type Batch, type MirroredRow, type MirroredSum } from '../sql/mirror/outbox.ts';
import { BYTES, carrierSums, isOfTally } from './carrier-sums.ts';
import { type ClickHouseClient, unreachable } from './client.ts';
import { type DayPlace, isCaughtUp, placeOnCluster, placeOnServer, TYPE, typed } from './day-place.ts';

/** How far the table is known to be. */
export interface Known {
  readonly life: string;
  /** The last batch that it is known to hold. */
  readonly shipped: number;
  readonly shippedSeal: string;
}

/** Groups of day rows that are summed. */
export interface DaySums extends Known {
  readonly first: number;
  readonly last: number;
  /** Column that tells the line, or null: all are one. */
  readonly line: 'node_id' | 'protocol' | null;
  /** Ids of segments; null: all. */
  readonly segments: readonly number[] | null;
  readonly nodeId: string | null;
}

export interface SummedDays {
  readonly shards: number;
  /** Batches in these sums, after the one that the table is known to hold. */
  readonly since: readonly BatchMark[];
  readonly rows: readonly SummedDay[];
}

/** `[day, line, rx, tx, undirected, markup]` */
export type SummedDay = readonly [number, string, string, string, string, string];

/** Rows of key, names and sums, as text. */
interface Look {
  readonly shards: number;
  readonly since: readonly BatchMark[];
  readonly rows: readonly (readonly string[])[];
}

/** More rows than this are not an answer but a load. */
const MOST_ROWS = 500_000;

/** A sum that takes longer is left to PostgreSQL. */
const SUM_MS = 20_000;

/** One block, whatever the profile of the user says. */
const ONE_PART = {
  max_threads: 1,
  max_block_size: 65_536,
  min_insert_block_size_rows: 1_000_000,
  min_insert_block_size_bytes: 1_000_000_000,
};

/**
 * Day rows as sums of signed changes. Each batch comes with a mark for each shard, a row of its own with the batch's number
 * and seal, in the same part as what the batch has for that shard: it takes both or neither. So are the sums by day and
 * carrier of what it adds, which charts of everything are read from. What has the number 0 is data, a day row with the seal
 * 0 or a sum with 1; the `segment_id` of a mark is the number of its shard, which leads it there, and its `present` among how many the
 * batch was split: where that is another number, rows are missing or elsewhere. A row whose changes add up to nothing vanishes
 * by itself; reads always sum, because parts may not be merged yet.
 */
export class DayTable {
  readonly #client: ClickHouseClient;
  readonly #cluster: string | null;
  #place: DayPlace | null = null;

  /** `cluster`: its name in the servers' configuration; null: one server holds all. */
  constructor(client: ClickHouseClient, cluster: string | null) {
    this.#client = client;
    this.#cluster = cluster;
  }

  /** To be called first, and after each failure: makes the table if it is not there, and looks at how it is split. */
  async prepare(): Promise<void> {
    const [client, cluster] = [this.#client, this.#cluster];
    this.#place = cluster === null ? await placeOnServer(client) : await placeOnCluster(client, cluster, this.#place);
  }

  async #prepared(): Promise<DayPlace> {
    if (this.#place === null) await this.prepare();
    return this.#place as DayPlace;
  }

  /** Among how many its rows are split; null: it was not looked at yet. */
  get shards(): number | null {
    return this.#place?.shards ?? null;
  }

  /** Writes nothing, as a batch is written. @throws LedgerFailure if rows cannot be written and read */
  async tryWriting(): Promise<void> {
    const { table, settings } = await this.#prepared();
    const columns = ['life', 'batch', 'seal', 'date', ...BATCH_COLUMNS].join(', ');
    const statement = `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${table} WHERE life = 0`;
    await this.#client.run(statement, { settings });
  }

  /**
   * Sends a batch, which then is in the table once, however often it is sent and whatever became of earlier attempts: the
   * server looks for the marks itself and leaves out what their shards have, and never runs two statements of one id at a
   * time; replicas refuse a block that they took already. So one that lay on the way and arrives late adds nothing.
   * @returns false if the table holds another batch of this number, or this one split among another number of shards
   * @throws LedgerFailure if not all of it is there: it is to be sent again
   */
  async send({ life, number, seal, rows }: Batch): Promise<boolean> {
    const { table, shards, settings, isSo } = await this.#prepared();
    const numbers = Array.from({ length: shards }, (_, shard) => String(shard));
    const marks = numbers.map((shard) => [String(number), seal, ...markOf(shard, shards, rows[0]?.[0] ?? '0')]);
    const changes = rows.filter(isOfTally).map((row) => ['0', ROW, ...row]);
    const lines = [...marks, ...changes, ...carrierSums(rows, shards).map((sum) => ['0', SUM, ...sum])];
    const own = ['batch', 'seal', ...BATCH_COLUMNS];
    const statement = `INSERT INTO ${table} (life, date, ${own.join(', ')})
      SELECT toUInt64(${life}), toDate(day), ${own.join(', ')} FROM sent
      WHERE toUInt64(segment_id % ${shards}) NOT IN
        (SELECT segment_id FROM ${table} WHERE life = ${life} AND batch = ${number}) AND ${isSo}`;
    await this.#client.run(statement, {
      queryId: `xpert-${life}-${number}`,
      sent: {
        name: 'sent',
        structure: ['batch UInt64', 'seal UInt64', ...BATCH_COLUMNS.map(typed)].join(', '),
        tsv: `${lines.map((line) => line.map(toTsv).join('\t')).join('\n')}\n`,
      },
      settings: { ...ONE_PART, ...settings },
    });
    const found = await this.#client.rows(
      `SELECT seal, segment_id, sum(present) FROM ${table} WHERE life = ${life} AND batch = ${number} GROUP BY seal, segment_id`,
      { settings },
    );
    if (found.some(([other, , split]) => other !== seal || Number(split) !== shards)) return false;
    if (found.length !== shards) throw unreachable(new Error('not every shard has what was sent'));
    return true;
  }

  /**
   * True if the table holds every batch up to this one, each once: no part was lost.
   * @throws LedgerFailure if it cannot be told: a replica has not yet what another one has
   */
  async holdsAll(life: string, shipped: number, seal: string): Promise<boolean> {
    const place = await this.#prepared();
    if (this.#cluster !== null && !(await isCaughtUp(this.#client, this.#cluster, place))) {
      this.#client.turn();
      throw unreachable(new Error('a replica has not caught up yet'));
    }
    if (shipped === 0) return true;
    const rows = await this.#client.rows(
      `SELECT segment_id, uniqExact(batch), sum(present), countIf(batch = ${shipped} AND seal = toUInt64('${seal}'))
       FROM ${place.table} WHERE life = ${life} AND batch BETWEEN 1 AND ${shipped} GROUP BY segment_id`,
      { settings: place.settings },
    );
    const isWhole = ([shard, batches, present, last]: readonly (string | number)[]) =>
      Number(shard) < place.shards &&
      Number(batches) === shipped &&
      Number(present) === shipped * place.shards &&
      Number(last) === 1;
    return rows.length === place.shards && rows.every(isWhole);
  }

  /** Null: the table does not hold all that it took, because parts of it were lost or a replica is behind. */
  async sum(asked: DaySums): Promise<SummedDays | null> {
    const { first, last, line, segments, nodeId } = asked;
    const narrow = [
      // As the table is ordered, so that only what is of them is read.
      ...(segments === null ? [SUMS] : [ROWS, `segment_id IN (${segments.join(', ') || '0'})`]),
      `day BETWEEN ${first} AND ${last}`,
      ...(nodeId === null ? [] : [`node_id = ${quote(nodeId)}`]),
    ];
    const seen = await this.#look(asked, 'day', line === null ? [] : [line], BYTES, narrow);
    if (seen === null) return null;
    const rows = seen.rows.map(([day, ...rest]) => [Number(day), ...(line === null ? [''] : []), ...rest]);
    return { shards: seen.shards, since: seen.since, rows: rows as unknown as SummedDay[] };
  }

  /** Rows of one day, of every `slices`th tally, as they add up to here. Null: as `sum`, or there are later batches. */
  async rowsOf(known: Known, day: number, slice: number, slices: number): Promise<readonly MirroredRow[] | null> {
    const names = ['segment_id', 'protocol', 'node_id'];
    const narrow = [ROWS, `day = ${day}`, `tally_id % ${slices} = ${slice}`];
    const seen = await this.#look(known, 'tally_id', names, [...BYTES, 'hours', 'connections', 'present'], narrow);
    return settled(seen, names.length);
  }

  /** Sums of one day by carrier. Null: as `rowsOf`. */
  async sumsOf(known: Known, day: number): Promise<readonly MirroredSum[] | null> {
    const names = ['protocol', 'node_id'];
    return settled(await this.#look(known, 'tally_id', names, BYTES, [SUMS, `day = ${day}`]), names.length);
  }

  /**
   * What the sums are of and which batches are in them are one look on each shard. Every mark is counted each time, since
   * nobody need have noticed that a server was down. Marks have no bytes, and a key below 0 instead of the rows' own.
   * @returns rows of key, names and sums, as text
   */
  async #look(
    { life, shipped, shippedSeal }: Known,
    key: 'day' | 'tally_id',
    names: readonly string[],
    sums: readonly string[],
    narrow: readonly string[],
  ): Promise<Look | null> {
    const { table, shards, settings } = await this.#prepared();
    // All of this is done for each row that is summed: a column less to read is a twentieth of the time.
    const number = `greatest(batch, toUInt64(${shipped}))`;
    const mark = shards === 1 ? number : `${number} * ${MOST_SHARDS} + segment_id`;
    const columns = [
      `if(batch = 0, toInt64(${key}), -toInt64(${mark})) AS of`,
      ...names.map((name) => `if(batch = 0, ${name}, ${TYPE[name] === 'String' ? "''" : 'toUInt64(0)'}) AS of_${name}`),
      ...sums.map((name) => `sum(${name})`),
      ...['sum(present)', `max(seal * (batch >= ${shipped}))`],
    ];
    const rows = await this.#client.rows(
      `SELECT ${columns.join(', ')} FROM ${table}
       WHERE life = ${life} AND ((${narrow.join(' AND ')}) OR batch > 0)
       GROUP BY of${names.map((name) => `, of_${name}`).join('')}`,
      { settings: { ...settings, max_result_rows: MOST_ROWS, result_overflow_mode: 'throw' }, timeoutMs: SUM_MS },
    );
    const isMark = (row: readonly (string | number)[]) => Number(row[0]) < 0;
    const since = sinceOf(
      rows.filter(isMark).map((row) => toMark(row, shards)),
      shards,
      shipped,
      shippedSeal,
    );
    if (since === null) return null;
    return { shards, since, rows: rows.filter((row) => !isMark(row)).map((row) => row.slice(0, -2) as string[]) };
  }
}

/** Marks tell their shard as a remainder of this; one shard needs no telling. */
const MOST_SHARDS = 1000;

/** Seals of what is no mark. */
const [ROW, SUM] = ['0', '1'];
const ROWS = `batch = 0 AND seal = ${ROW}`;
const SUMS = `batch = 0 AND seal = ${SUM}`;

/** What is something, if the look was at what was shipped alone. */
function settled(seen: Look | null, names: number): Look['rows'] | null {
  if (seen === null || seen.since.length > 0) return null;
  return seen.rows.filter((row) => row.slice(1 + names).some((value) => value !== '0'));
}

/** Values of a mark, in the order of `BATCH_COLUMNS`. */
function markOf(shard: string, shards: number, day: string): string[] {
  const own: Readonly<Record<string, string>> = { day, segment_id: shard, present: String(shards) };
  return BATCH_COLUMNS.map((name) => own[name] ?? (TYPE[name] === 'String' ? '' : '0'));
}

/** Those up to what was shipped are one. */
interface Marks extends BatchMark {
  /** Of each of them: among how many shards its batch was split. */
  readonly splits: number;
}

/** As `#look` has it, negative. */
function toMark(row: readonly (string | number)[], shards: number): Marks {
  const [splits, seal] = row.slice(-2);
  const [of, most] = [-Number(row[0]), shards === 1 ? 1 : MOST_SHARDS];
  return { number: Math.floor(of / most), shard: of % most, splits: Number(splits), seal: String(seal) };
}

/** Batches after what was shipped, if each shard has everything up to there, and no hole behind it. */
function sinceOf(marks: readonly Marks[], shards: number, shipped: number, shippedSeal: string): BatchMark[] | null {
  const since: BatchMark[] = [];
  for (let shard = 0; shard < shards; shard++) {
    const own = marks.filter((mark) => mark.shard === shard).sort((a, b) => a.number - b.number);
    const known = shipped === 0 ? null : own.shift();
    if (
      known !== null &&
      (known?.number !== shipped || known.splits !== shipped * shards || known.seal !== shippedSeal)
    )
      return null;
    if (own.some(({ number, splits }, i) => number !== shipped + 1 + i || splits !== shards)) return null;
    since.push(...own);
  }
  return marks.every(({ shard }) => shard < shards) ? since : null;
}

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

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
