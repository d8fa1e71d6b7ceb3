import { LedgerFailure } from '../../core/errors.ts';
import type { SeriesQuery, Visibility } from '../../core/ledger/usage-history.ts';
import { BoundedMap } from '../sql/bounded-map.ts';
import { type FarAnswer, type FarChart, type FarColumns, type FarDays, WIDTH } from '../sql/mirror/far-days.ts';
import type { MirroredLedger } from '../sql/stores.ts';
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

/** What was asked last for so many charts is kept. */
const CHARTS_KEPT = 500;

/** Sums of days long ago, from ClickHouse; where it fails the tables answer. */
export class ClickHouseDays implements FarDays {
  readonly #table: DayTable;
  readonly #ledger: Pick<MirroredLedger, 'slow' | 'calendar'>;
  readonly #atLeastDays: number;
  readonly #health: Health;
  readonly #askedBefore = new BoundedMap<string, FarChart>(CHARTS_KEPT);
  #lastId = 0;

  constructor(table: DayTable, ledger: Pick<MirroredLedger, 'slow' | 'calendar'>, atLeastDays: number, health: Health) {
    this.#table = table;
    this.#ledger = ledger;
    this.#atLeastDays = atLeastDays;
    this.#health = health;
  }

  async chart(query: SeriesQuery, who: Visibility): Promise<FarAnswer | null> {
    const { shards } = this.#table;
    const isFar = query.bucketSeconds >= 86_400 && who.kind === 'all' && this.#health.failure === null;
    if (!isFar || shards === null) return null;
    const id = ++this.#lastId;
    try {
      return await this.#ask(id, query, who, shards);
    } catch (error) {
      if (error instanceof LedgerFailure && error.code.startsWith('history-'))
        return await this.#withoutIt(id, error.code === 'history-unreachable' ? error : null);
      await this.#ledger.slow.read('dropChart', id).catch(() => {});
      throw error;
    }
  }

  /** What was asked for the same chart before mostly is what has to be asked now: then the ledger is read meanwhile. */
  async #ask(id: number, query: SeriesQuery, who: Visibility, shards: number): Promise<FarAnswer | null> {
    const key = this.#keyOf(query);
    const before = this.#askedBefore.get(key) ?? null;
    const [asked, early] = await Promise.all([
      this.#ledger.slow.read('openChart', id, query, who, this.#atLeastDays, shards),
      before === null ? null : this.#sum(before),
    ]);
    if (asked === null) return null;
    this.#askedBefore.set(key, asked);
    const isSame = before !== null && isAlike(before, asked);
    const summed = isSame ? early : await this.#sum(asked);
    return summed === null ? await this.#withoutIt(id, null) : { id, asked: isSame ? before : asked, ...summed };
  }

  async #withoutIt(id: number, failure: LedgerFailure | null): Promise<null> {
    this.#health.doubt(failure);
    await this.#ledger.slow.read('dropChart', id);
    return null;
  }

  /** Null: the table does not hold all that it took. */
  async #sum(asked: FarChart): Promise<Pick<FarAnswer, 'shards' | 'since' | 'days'> | null> {
    const summed = await this.#table.sum({ ...asked, line: lineOf(asked) });
    if (summed === null) return null;
    const { shards, since, rows } = summed;
    return { shards, since, days: toColumns(rows, asked) };
  }

  #keyOf({ period: { from, to }, by, userId, nodeId }: SeriesQuery): string {
    const { first, last } = this.#ledger.calendar.daysTouching(from.getTime(), to.getTime());
    return JSON.stringify([first.number, last.number, by, userId, nodeId]);
  }
}

/** What the mirror answers to the first is an answer to the one after it, whatever was shipped between. */
function isAlike(one: FarChart, other: FarChart): boolean {
  const said = ({ life, first, last, lastWithoutRecords, segments }: FarChart) =>
    JSON.stringify([life, first, last, String(lastWithoutRecords), segments]);
  return said(one) === said(other) && one.shipped <= other.shipped;
}

function lineOf({ by }: FarChart): 'node_id' | 'protocol' | null {
  if (by === 'node') return 'node_id';
  return by === 'protocol' ? 'protocol' : null;
}

function toColumns(rows: readonly SummedDay[], { by, userId }: FarChart): FarColumns {
  const bytes = new BigInt64Array(WIDTH * rows.length);
  rows.forEach(([, , ...sums], i) => {
    for (let at = 0; at < WIDTH; at++) bytes[WIDTH * i + at] = BigInt(sums[at] as string);
  });
  return { day: rows.map(([day]) => day), line: rows.map(([, line]) => nameOf(line, by, userId)), bytes };
}

/** As the tables tell the line. */
function nameOf(line: string, by: SeriesQuery['by'], userId: string | null): string | null {
  if (by === 'total') return 'total';
  if (by === 'user') return userId;
  return line === '' ? null : line;
}
