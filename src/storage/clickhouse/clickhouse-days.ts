import type { SeriesQuery, Visibility } from '../../core/ledger/usage-history.ts';
import type { FarAnswer, FarChart, FarDays } from '../sql/mirror/far-days.ts';
import type { SlowReader } from '../sql/slow-reader.ts';
import type { ClickHouseClient } from './client.ts';
import { type SummedDay, sumDays } from './day-table.ts';

/** Of fewer days the tables are as quick. */
export const LONG_DAYS = 31;

/** Sums of days long ago, from ClickHouse. */
export class ClickHouseDays implements FarDays {
  readonly #client: ClickHouseClient;
  readonly #slow: SlowReader;
  readonly #atLeastDays: number;
  readonly #onFailure: (error: unknown) => void;

  constructor(
    client: ClickHouseClient,
    slow: SlowReader,
    atLeastDays: number,
    /** What was asked is answered from the tables then. */
    onFailure: (error: unknown) => void,
  ) {
    this.#client = client;
    this.#slow = slow;
    this.#atLeastDays = atLeastDays;
    this.#onFailure = onFailure;
  }

  async chart(query: SeriesQuery, who: Visibility): Promise<FarAnswer | null> {
    if (query.bucketSeconds < 86_400) return null;
    const asked = await this.#slow.read('planFarChart', query, who, this.#atLeastDays);
    if (asked === null) return null;
    try {
      const summed = await sumDays(this.#client, { ...asked, line: lineOf(asked) });
      if (summed === null) throw new Error('ClickHouse does not hold a batch that it took.');
      return { asked, since: summed.since, days: summed.rows.map((row) => toDay(row, asked)) };
    } catch (error) {
      this.#onFailure(error);
      return null;
    }
  }
}

function lineOf({ by }: FarChart): 'node_id' | 'protocol' | null {
  if (by === 'node') return 'node_id';
  return by === 'protocol' ? 'protocol' : null;
}

function toDay([day, line, rx, tx, undirected, markup]: SummedDay, { by, userId }: FarChart) {
  const bytes = { rx: BigInt(rx), tx: BigInt(tx), undirected: BigInt(undirected), markup: BigInt(markup) };
  return { day, line: nameOf(line, by, userId), ...bytes };
}

/** As the tables tell the line. */
function nameOf(line: string, by: SeriesQuery['by'], userId: string | null): string | null {
  if (by === 'total') return 'total';
  if (by === 'user') return userId;
  return line === '' ? null : line;
}
