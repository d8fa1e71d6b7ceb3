import type { SeriesQuery, Visibility } from '../../../core/ledger/usage-history.ts';

/** Bytes of one line of a chart on one day. */
export interface FarDay {
  readonly day: number;
  /** Null: no node has it. */
  readonly line: string | null;
  readonly rx: bigint;
  readonly tx: bigint;
  readonly undirected: bigint;
  readonly markup: bigint;
}

/** What is to be asked of the mirror for a chart, as the ledger stood at one instant. */
export interface FarChart {
  readonly life: string;
  readonly shipped: number;
  readonly shippedSeal: string;
  readonly first: number;
  /** Days after it are not in the mirror, or not asked of it. */
  readonly last: number;
  readonly by: SeriesQuery['by'];
  readonly nodeId: string | null;
  readonly userId: string | null;
  /** The last day of which day rows know more than records do: after it sums by quarters tell what everybody has. */
  readonly lastWithoutRecords: number;
  /** Those of the user; null: of everybody. */
  readonly segments: readonly number[] | null;
}

/** A batch that a shard of the mirror holds. */
export interface BatchMark {
  readonly shard: number;
  readonly number: number;
  readonly seal: string;
}

/** What the mirror answered. To it comes what waits in the outbox, but for batches that are in it already. */
export interface FarAnswer {
  /** Of what was asked of the ledger beside it (`openChart`). */
  readonly id: number;
  readonly asked: FarChart;
  /** A row is on the shard `segment id % shards`. */
  readonly shards: number;
  /** Batches in it after the one that the mirror was known to hold, on each shard without holes. */
  readonly since: readonly BatchMark[];
  readonly days: FarColumns;
}

/** Days in columns: a thread that hands them to another one pays for each object of them. */
export interface FarColumns {
  readonly day: readonly number[];
  readonly line: readonly (string | null)[];
  /** `rx`, `tx`, `undirected` and `markup` of one day after the other. */
  readonly bytes: BigInt64Array;
}

/** Values of a day in `bytes`. */
export const WIDTH = 4;

export function fromColumns({ day, line, bytes }: FarColumns): FarDay[] {
  const at = (i: number) => bytes[i] as bigint;
  return day.map((number, i) => {
    const first = WIDTH * i;
    const sums = { rx: at(first), tx: at(first + 1), undirected: at(first + 2), markup: at(first + 3) };
    return { day: number, line: line[i] ?? null, ...sums };
  });
}

/** Sums of days long ago that need not be added up from the tables. */
export interface FarDays {
  /** Null: it is not worth asking, or cannot be asked; the tables have everything, too. */
  chart(query: SeriesQuery, who: Visibility): Promise<FarAnswer | null>;
}
