import { LedgerFailure } from '../../core/errors.ts';
import type { SeriesQuery, Visibility } from '../../core/ledger/usage-history.ts';
import { type FarAnswer, type FarChart, type FarDays, toColumns } from '../sql/mirror/far-days.ts';
import type { SlowReader } from '../sql/slow-reader.ts';
import type { DayTable, SummedDay } from './day-table.ts';

/** Of fewer days the tables are as quick. */
export const LONG_DAYS = 31;

/** What is known of the table. Whoever would have to wait for a server that is away is not made to. */
interface Health {
  /** Why it is not shipped to at present; null: it is. */
  readonly failure: unknown;
  /** It did not answer as it should, or not at all: it is to be looked at. */
  doubt(failure: LedgerFailure | null): void;
}

/** Sums of days long ago, from ClickHouse; where it fails the tables answer. */
export class ClickHouseDays implements FarDays {
  readonly #table: DayTable;
  readonly #slow: SlowReader;
  readonly #atLeastDays: number;
  readonly #health: Health;

  constructor(table: DayTable, slow: SlowReader, atLeastDays: number, health: Health) {
    this.#table = table;
    this.#slow = slow;
    this.#atLeastDays = atLeastDays;
    this.#health = health;
  }

  async chart(query: SeriesQuery, who: Visibility): Promise<FarAnswer | null> {
    if (query.bucketSeconds < 86_400 || this.#health.failure !== null) return null;
    const asked = await this.#slow.read('planFarChart', query, who, this.#atLeastDays);
    if (asked === null) return null;
    let failure: LedgerFailure | null = null;
    try {
      const summed = await this.#table.sum({ ...asked, line: lineOf(asked) });
      if (summed !== null) {
        const { shards, since, rows } = summed;
        return { asked, shards, since, days: toColumns(rows.map((row) => toDay(row, asked))) };
      }
    } catch (error) {
      if (!(error instanceof LedgerFailure)) throw error;
      if (error.code === 'history-unreachable') failure = error;
    }
    this.#health.doubt(failure);
    return null;
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
