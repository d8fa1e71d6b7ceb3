import type { SeriesQuery, Visibility } from '../../../core/ledger/usage-history.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import { quarterOf } from '../../../core/units/quarter.ts';
import { incarnationFrom, READ_INCARNATION } from '../incarnation.ts';
import type { FarAnswer, FarChart, FarDay } from '../mirror/far-days.ts';
import { edgesOfRecords, lastOf } from './record-edges.ts';
import { type Statements, sums } from './statements.ts';

interface Mirror {
  readonly life: string;
  readonly filledDay: number;
  readonly shipped: number;
  readonly shippedSeal: string;
}

interface MirrorRow {
  readonly life: bigint;
  readonly incarnation: string;
  readonly filledDay: bigint;
  readonly shipped: bigint;
  readonly shippedSeal: bigint;
  /** The ledger's incarnation, as it is kept. */
  readonly now: string | null;
}

interface WaitingRow extends Omit<FarDay, 'day'> {
  /** Of its batch; 0: it is in none yet. */
  readonly number: bigint;
  readonly shard: bigint;
  readonly day: bigint;
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
    const { first, last } = this.#calendar.daysTouching(period.from.getTime(), period.to.getTime());
    const askedMirror = this.#mirror();
    // Of everything, sums by quarters tell the days that still have their records.
    const edges = ofAll ? edgesOfRecords(this.#sql, this.#calendar, quarterOf(last.toMs - 1)) : null;
    const segments = userId === null ? null : this.#segmentsOf(userId);
    const mirror = askedMirror();
    if (mirror === null) return null;
    const lastWithoutRecords = edges === null ? Number.POSITIVE_INFINITY : lastOf(edges());
    const until = Math.min(last.number, mirror.filledDay, lastWithoutRecords);
    if (until - first.number + 1 < atLeastDays) return null;
    const { life, shipped, shippedSeal } = mirror;
    const known = { life, shipped, shippedSeal, lastWithoutRecords, segments: segments?.() ?? null };
    return { ...known, first: first.number, last: until, by, nodeId, userId };
  }

  /**
   * Asks for what waits in the outbox for days that are asked of the mirror. What is returned takes of it what an answer lacks; null:
   * the answer has something that was not there yet, or lacks something that was.
   */
  waiting(asked: FarChart, shards: number, line: string): (far: FarAnswer) => readonly FarDay[] | null {
    const batches = this.#sql.laterBig<{ number: bigint; seal: bigint }>(
      'SELECT number, seal FROM history_batch WHERE number > @shipped',
      { shipped: asked.shipped },
    );
    const rows = this.#sql.laterBig<WaitingRow>(
      `WITH w AS (
         SELECT 0 AS number, day, tally_id, rx, tx, undirected, markup FROM history_outbox
         UNION ALL SELECT number, day, tally_id, rx, tx, undirected, markup FROM history_batch_row WHERE number > @shipped)
       SELECT w.number, coalesce(g.id, 0) % @shards AS shard, w.day, ${line} AS line, ${sums('w')}
       FROM w LEFT JOIN tally t ON t.id = w.tally_id LEFT JOIN segment g ON g.id = t.segment_id
       LEFT JOIN series s ON s.id = t.series_id JOIN carrier c ON c.id = coalesce(s.carrier_id, -w.tally_id)
       WHERE w.day BETWEEN @first AND @last AND (@nodeId IS NULL OR c.node_id = @nodeId)
         AND (@segments IS NULL OR CAST(g.id AS TEXT) IN (SELECT value FROM json_each(@segments)))
       GROUP BY w.number, 2, w.day, 4`,
      {
        shipped: asked.shipped,
        shards,
        first: asked.first,
        last: asked.last,
        nodeId: asked.nodeId,
        segments: asked.segments === null ? null : JSON.stringify(asked.segments),
      },
    );
    return (far) => {
      if (far.shards !== shards) return null;
      const seals = new Map(batches.all().map(({ number, seal }) => [Number(number), String(seal)]));
      if (!holds(far, asked, seals.set(asked.shipped, asked.shippedSeal))) return null;
      const held = new Set(far.since.map(({ number, shard }) => `${number} ${shard}`));
      const lacks = ({ number, shard }: WaitingRow) => !held.has(`${number} ${shard}`);
      return rows.all().flatMap((row) => {
        const { number, shard, day, ...bytes } = row;
        return lacks(row) ? [{ ...bytes, day: Number(day) }] : [];
      });
    };
  }

  /** The mirror of this life of the ledger; null: there is none. */
  #mirror(): () => Mirror | null {
    const asked = this.#sql.laterBig<MirrorRow>(
      `SELECT life, incarnation, filled_day AS filledDay, shipped, shipped_seal AS shippedSeal,
         (${READ_INCARNATION}) AS now FROM history_mirror`,
    );
    return () => {
      const row = asked.get();
      if (row === undefined || incarnationFrom(row.now)?.id !== row.incarnation) return null;
      return {
        life: String(row.life),
        filledDay: Number(row.filledDay),
        shipped: Number(row.shipped),
        shippedSeal: String(row.shippedSeal),
      };
    };
  }

  #segmentsOf(userId: string): () => number[] {
    const asked = this.#sql.later<{ id: number }>('SELECT id FROM segment WHERE user_id = @userId ORDER BY id', {
      userId,
    });
    return () => asked.all().map(({ id }) => id);
  }
}

/**
 * True if each shard has all that was shipped when the ledger was asked, and else nothing but what was cut by then. The
 * mirror may have been asked when it was known to hold less.
 */
function holds(
  { asked, shards, since }: FarAnswer,
  { shipped, shippedSeal }: FarChart,
  seals: ReadonlyMap<number, string>,
): boolean {
  // The ledger went back since it was asked first: what was known to be there may be of nobody.
  if (asked.shipped > shipped || (asked.shipped === shipped && asked.shippedSeal !== shippedSeal)) return false;
  for (let shard = 0; shard < shards; shard++) {
    const own = since.filter((mark) => mark.shard === shard);
    if (asked.shipped + own.length < shipped) return false;
  }
  return since.every(({ number, seal }) => number < shipped || seals.get(number) === seal);
}
