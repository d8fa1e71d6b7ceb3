import type { SeriesQuery, Visibility } from '../../../core/ledger/usage-history.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import { readIncarnation } from '../incarnation.ts';
import type { BatchMark, FarAnswer, FarChart, FarDay } from '../mirror/far-days.ts';
import { edgesOfRecords } from './record-edges.ts';
import { type Statements, sums } from './statements.ts';

interface Mirror {
  readonly life: string;
  readonly filledDay: number;
  readonly shipped: number;
  readonly shippedSeal: string;
}

/**
 * Reads of a ledger whose day rows are mirrored elsewhere. What the mirror answers and what waits in the outbox are joined
 * in one look at the tables, so that the sums are those of this very moment. Only PostgreSQL has these tables.
 */
export class MirrorReader {
  readonly #sql: Statements;
  readonly #calendar: Calendar;

  constructor(sql: Statements, calendar: Calendar) {
    this.#sql = sql;
    this.#calendar = calendar;
  }

  /** What to ask of the mirror for a chart of days; null: nothing, or too few days to be worth it. */
  plan({ period, userId, by, nodeId }: SeriesQuery, who: Visibility, atLeastDays: number): FarChart | null {
    const ofAll = userId === null && by !== 'user';
    if (who.kind !== 'all' || !(ofAll || userId !== null)) return null;
    const mirror = this.#mirror();
    if (mirror === null) return null;
    const { first, last } = this.#calendar.daysTouching(period.from.getTime(), period.to.getTime());
    // Of everything, sums by quarters tell the days that still have their records.
    const edge = ofAll ? this.#lastWithoutRecords(last.toMs) : Number.POSITIVE_INFINITY;
    const until = Math.min(last.number, mirror.filledDay, edge);
    if (until - first.number + 1 < atLeastDays) return null;
    const { life, shipped, shippedSeal } = mirror;
    const segments = userId === null ? null : this.#segmentsOf(userId);
    return { life, shipped, shippedSeal, first: first.number, last: until, by, nodeId, userId, segments };
  }

  /** What waits in the outbox, for days that were asked of the mirror; null: the answer does not fit the ledger as it is. */
  waiting({ asked, shards, since }: FarAnswer, line: string): readonly FarDay[] | null {
    const mirror = this.#mirror();
    if (mirror === null || mirror.life !== asked.life || !since.every((mark) => this.#isOwn(mark))) return null;
    const ofShards = Array.from(
      { length: shards },
      (_, i) => asked.shipped + since.filter(({ shard }) => shard === i).length,
    );
    const through = Math.min(...ofShards);
    // Batches between were shipped and cleaned up meanwhile: what they held is in neither.
    if (through < mirror.shipped && !this.#isKept(through + 1)) return null;
    // A claim or a reset gave the user another one meanwhile.
    if (asked.userId !== null && `${this.#segmentsOf(asked.userId)}` !== `${asked.segments}`) return null;
    const rows = this.#sql.allBig<Omit<FarDay, 'day'> & { day: bigint }>(
      `WITH w AS (
         SELECT 0 AS number, day, tally_id, rx, tx, undirected, markup FROM history_outbox
         UNION ALL SELECT number, day, tally_id, rx, tx, undirected, markup FROM history_batch_row WHERE number > @through)
       SELECT w.day, ${line} AS line, ${sums('w')}
       FROM w LEFT JOIN tally t ON t.id = w.tally_id LEFT JOIN segment g ON g.id = t.segment_id
       LEFT JOIN series s ON s.id = t.series_id JOIN carrier c ON c.id = coalesce(s.carrier_id, -w.tally_id)
       WHERE CAST(w.number AS TEXT) || ' ' || CAST(coalesce(g.id, 0) % @shards AS TEXT) NOT IN (SELECT value FROM json_each(@held))
         AND w.day BETWEEN @first AND @last AND (@nodeId IS NULL OR c.node_id = @nodeId)
         AND (@segments IS NULL OR CAST(g.id AS TEXT) IN (SELECT value FROM json_each(@segments)))
       GROUP BY w.day, 2`,
      {
        through,
        shards,
        held: JSON.stringify(since.map(({ number, shard }) => `${number} ${shard}`)),
        first: asked.first,
        last: asked.last,
        nodeId: asked.nodeId,
        segments: asked.segments === null ? null : JSON.stringify(asked.segments),
      },
    );
    return rows.map(({ day, ...row }) => ({ ...row, day: Number(day) }));
  }

  /** The mirror of this life of the ledger; null: there is none. */
  #mirror(): Mirror | null {
    const row = this.#sql.getBig<Record<string, bigint | string>>(
      'SELECT life, incarnation, filled_day, shipped, shipped_seal FROM history_mirror',
    );
    if (row === undefined || readIncarnation(this.#sql.db)?.id !== row.incarnation) return null;
    return {
      life: String(row.life),
      filledDay: Number(row.filled_day),
      shipped: Number(row.shipped),
      shippedSeal: String(row.shipped_seal),
    };
  }

  /** Cut by this ledger, and not by one that it was before it was put back. */
  #isOwn({ number, seal }: BatchMark): boolean {
    const row = this.#sql.getBig<{ seal: bigint }>('SELECT seal FROM history_batch WHERE number = @number', { number });
    return row !== undefined && String(row.seal) === seal;
  }

  #isKept(number: number): boolean {
    return this.#sql.get('SELECT 1 FROM history_batch WHERE number = @number', { number }) !== undefined;
  }

  #segmentsOf(userId: string): number[] {
    return this.#sql
      .all<{ id: number }>('SELECT id FROM segment WHERE user_id = @userId ORDER BY id', { userId })
      .map(({ id }) => id);
  }

  #lastWithoutRecords(beforeMs: number): number {
    const { cleaned, oldest } = edgesOfRecords(this.#sql, this.#calendar, Math.floor(beforeMs / 900_000));
    return Math.max(cleaned, oldest);
  }
}
