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
  readonly asked: FarChart;
  /** A row is on the shard `segment id % shards`. */
  readonly shards: number;
  /** Batches in it after the one that the mirror was known to hold, on each shard without holes. */
  readonly since: readonly BatchMark[];
  readonly days: readonly FarDay[];
}

/** Sums of days long ago that need not be added up from the tables. */
export interface FarDays {
  /** Null: it is not worth asking, or cannot be asked; the tables have everything, too. */
  chart(query: SeriesQuery, who: Visibility): Promise<FarAnswer | null>;
}
