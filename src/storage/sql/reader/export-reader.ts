import { ExpectedError } from '../../../core/errors.ts';
import {
  type ExportBucket,
  type ExportQuery,
  type ExportTime,
  exportHead,
  exportLine,
  gapLine,
  nodeText,
  placeText,
  timeText,
} from '../../../core/ledger/usage-export.ts';
import type { Visibility } from '../../../core/ledger/usage-history.ts';
import { type Quality, qualityOf, worseOf } from '../../../core/metering/quality.ts';
import type { Calendar, Day } from '../../../core/units/calendar.ts';
import { QUARTER_MS, quarterOf } from '../../../core/units/quarter.ts';
import { BoundedMap } from '../bounded-map.ts';
import { type Cleaned, cleanedFrom, READ_CLEANED } from '../cleaned.ts';
import type { ReadConnection } from '../connections.ts';
import type { Database } from '../database.ts';
import { toTraffic } from '../rows.ts';
import { ExportGaps, type NodeState } from './export-gaps.ts';
import { type AddedRow, ExportSums, type Place, type PlaceSum } from './export-sums.ts';
import { OWNED, type Params, Statements } from './statements.ts';

/** Rows per piece: some 100 KB of text, which the collector of short-lived memory takes, not the slow one. */
const ROWS_PER_PIECE = 600;
/** Exports at once: each has a connection of its own. */
const MOST_EXPORTS = 8;

/** Exports that are on their way; each goes on where it is asked for its next piece. */
export class ExportReader {
  readonly #connection: ReadConnection;
  readonly #calendar: Calendar;
  readonly #running = new Map<number, Generator<string, void>>();

  constructor(connection: ReadConnection, calendar: Calendar) {
    this.#connection = connection;
    this.#calendar = calendar;
  }

  /** @returns false if too many run already */
  begin(id: number, query: ExportQuery, who: Visibility): boolean {
    if (this.#running.size >= MOST_EXPORTS) return false;
    this.#running.set(id, this.#pieces(query, who));
    return true;
  }

  /** @returns null when everything was given */
  next(id: number): string | null {
    const pieces = this.#running.get(id);
    // The thread ended meanwhile: what was given is not all of it, and must not look as if it were.
    if (pieces === undefined) throw new Error('the export is not running any more');
    const piece = pieces.next();
    if (piece.done !== true) return piece.value;
    this.#running.delete(id);
    return null;
  }

  end(id: number): void {
    this.#running.get(id)?.return();
    this.#running.delete(id);
  }

  /** On a connection of its own: memory stays what it is, however much is read. */
  *#pieces(query: ExportQuery, who: Visibility): Generator<string, void> {
    const apart = this.#connection.apart();
    try {
      let lines = [exportHead(query.format)];
      for (const line of new ExportLines(apart.db, this.#calendar, query, who).all()) {
        if (lines.push(line) <= ROWS_PER_PIECE) continue;
        yield lines.join('');
        lines = [];
      }
      yield lines.join('');
    } finally {
      apart.close();
    }
  }
}

/** Twice as many holders on carriers have their texts kept: some 15 MB. */
const PLACES_KEPT = 25_000;
/** Up to so many series are looked up one by one; of more, everything is read and the rest left out. */
const FEW = 500;

interface SourceRow extends AddedRow {
  readonly tallyId: bigint;
}

/**
 * Lines of one export. A bucket is added up in memory and then written, before the next one is, so that no statement is open
 * while somebody waits: what it takes grows with the users of one bucket, not with the records of all.
 */
class ExportLines {
  readonly #sql: Statements;
  readonly #calendar: Calendar;
  readonly #query: ExportQuery;
  readonly #where: string;
  readonly #params: Params;
  readonly #sums = new ExportSums();
  readonly #gaps: ExportGaps;
  readonly #places = new BoundedMap<number, Place | null>(PLACES_KEPT);
  /** The series to be looked up; null: too many, or all of them. */
  readonly #few: string | null;

  constructor(db: Database, calendar: Calendar, query: ExportQuery, who: Visibility) {
    this.#sql = new Statements(db);
    this.#calendar = calendar;
    this.#query = query;
    this.#gaps = new ExportGaps(this.#sql, query, who);
    const { userId, nodeId } = query;
    this.#where = [
      ...(userId === null ? [] : ['AND g.user_id = @userId']),
      ...(nodeId === null ? [] : ['AND c.node_id = @nodeId']),
      ...(who.kind === 'all' ? [] : [`AND g.user_id IN (SELECT u.id FROM user u WHERE ${OWNED})`]),
    ].join(' ');
    this.#params = {
      ...(userId === null ? {} : { userId }),
      ...(nodeId === null ? {} : { nodeId }),
      ...(who.kind === 'all' ? {} : { owner: who.adminId }),
    };
    this.#few = this.#where === '' ? null : this.#fewTallies();
  }

  *all(): Generator<string, void> {
    const { from, to } = this.#query.period;
    for (const day of this.#days(from.getTime(), to.getTime())) yield* this.#linesOfDay(day);
  }

  *#linesOfDay(day: Day): Generator<string, void> {
    const { period, bucket } = this.#query;
    const cleaned = this.#cleaned();
    const isKept = this.#hasAllRecords(day);
    this.#gaps.enter(day);
    for (const time of bucketsOf(day, isKept ? bucket : 'day')) {
      if (time.fromMs < period.from.getTime() || time.fromMs >= period.to.getTime()) continue;
      const lines = this.#linesOf(time, isKept ? this.#records(time) : this.#dayRows(day));
      if (isKept) this.#refuseOvertaken(day, cleaned);
      yield* lines;
    }
  }

  #cleaned(): Cleaned {
    return cleanedFrom(this.#sql.get<{ value: string }>(READ_CLEANED)?.value);
  }

  /** What was read of the day since may not be all of it. */
  #refuseOvertaken(day: Day, before: Cleaned): void {
    const { beforeMs, steps } = this.#cleaned();
    if (steps === before.steps || beforeMs <= day.fromMs) return;
    throw new ExpectedError('busy', 'Records were cleaned up while they were exported.', {
      hint: 'Export again when the cleanup is done: of that time only days are kept then.',
    });
  }

  /** Reads all rows at once. */
  #linesOf(time: ExportTime, rows: Iterable<SourceRow>): Iterable<string> {
    const sums = this.#addUp(rows);
    return this.#written(time, sums);
  }

  *#written(time: ExportTime, rows: Iterable<PlaceSum>): Generator<string, void> {
    const { format } = this.#query;
    const start = timeText(time, format);
    const states = this.#gaps.of(time);
    const counted = new Set<string>();
    for (const { place, flags, ...sums } of rows) {
      const { rx, tx, undirected, markup } = sums;
      // Corrections may have taken back all of it.
      if (rx === 0n && tx === 0n && undirected === 0n && markup === 0n) continue;
      if (place.nodeId !== null && states.has(place.nodeId)) counted.add(place.nodeId);
      const quality = qualityIn(flags, place, states);
      yield exportLine(format, start, place.text, { traffic: toTraffic(sums), flags, quality });
    }
    for (const [nodeId, { name, quality }] of states) {
      // Of a gap that was caught up no bytes means 0, as where there is none.
      if (quality === 'late' || counted.has(nodeId)) continue;
      yield gapLine(format, start, nodeText(nodeId, name, format), quality);
    }
  }

  #addUp(rows: Iterable<SourceRow>): Iterable<PlaceSum> {
    this.#sums.begin();
    for (const row of rows) {
      const place = this.#placeOf(Number(row.tallyId));
      if (place !== null) this.#sums.add(place, row);
    }
    return this.#sums.all();
  }

  /** Days with bytes or gaps, in order. */
  *#days(fromMs: number, toMs: number): Generator<Day, void> {
    const sql = 'SELECT day FROM calendar_day WHERE from_at < @toMs AND to_at > @fromMs ORDER BY day';
    const days = this.#sql.all<{ day: number }>(sql, { fromMs, toMs }).map(({ day }) => this.#calendar.day(day));
    const gapMs = this.#gaps.firstMs(this.#query.period);
    if (gapMs === null) return yield* days;
    const endMs = Math.min(toMs, Math.max(this.#query.now.getTime(), days.at(-1)?.toMs ?? 0));
    let day = this.#calendar.dayOf(Math.max(fromMs, Math.min(gapMs, days[0]?.fromMs ?? gapMs)));
    for (; day.fromMs < endMs; day = this.#calendar.dayOf(day.toMs)) yield day;
  }

  /** Records go by cleanups, and what came from the original Xpert has none: then the day row alone tells all of it. */
  #hasAllRecords({ number, fromMs, toMs }: Day): boolean {
    const row = this.#sql.getBig<{ ofDay: bigint; ofRecords: bigint }>(
      `SELECT (SELECT ifnull(sum(total), 0) FROM day WHERE day = @number) AS ofDay,
         (SELECT ifnull(sum(total), 0) FROM record WHERE quarter BETWEEN @first AND @last) AS ofRecords`,
      { number, ...quarters(fromMs, toMs) },
    );
    return row !== undefined && row.ofDay === row.ofRecords;
  }

  #records({ fromMs, toMs }: ExportTime): Iterable<SourceRow> {
    const columns = 'r.tally_id AS tallyId, r.rx, r.tx, r.undirected, r.markup, r.flags';
    if (this.#few === null) {
      const sql = `SELECT ${columns} FROM record r WHERE r.quarter BETWEEN @first AND @last`;
      return this.#sql.eachBig<SourceRow>(sql, quarters(fromMs, toMs));
    }
    return this.#sql.eachBig<SourceRow>(
      `WITH RECURSIVE number (quarter) AS (
         SELECT CAST(@first AS INTEGER) UNION ALL SELECT quarter + 1 FROM number WHERE quarter < @last)
       SELECT ${columns} FROM json_each(@few) w CROSS JOIN number q
       CROSS JOIN record r ON r.quarter = q.quarter AND r.tally_id = CAST(w.value AS INTEGER)`,
      { few: this.#few, ...quarters(fromMs, toMs) },
    );
  }

  #dayRows({ number }: Day): Iterable<SourceRow> {
    const columns = 'd.tally_id AS tallyId, d.rx, d.tx, d.undirected, d.markup, NULL AS flags';
    if (this.#few === null) {
      return this.#sql.eachBig<SourceRow>(`SELECT ${columns} FROM day d WHERE d.day = @number`, { number });
    }
    return this.#sql.eachBig<SourceRow>(
      `SELECT ${columns} FROM json_each(@few) w CROSS JOIN day d ON d.day = @number AND d.tally_id = CAST(w.value AS INTEGER)`,
      { few: this.#few, number },
    );
  }

  #fewTallies(): string | null {
    const rows = this.#sql.all<{ id: number }>(
      `SELECT t.id FROM segment g JOIN tally t ON t.segment_id = g.id JOIN series s ON s.id = t.series_id
       JOIN carrier c ON c.id = s.carrier_id WHERE TRUE ${this.#where} LIMIT ${FEW + 1}`,
      this.#params,
    );
    return rows.length > FEW ? null : JSON.stringify(rows.map(({ id }) => id));
  }

  /** Null: not asked for, or not to be seen. */
  #placeOf(tallyId: number): Place | null {
    let place = this.#places.get(tallyId);
    if (place === undefined) {
      place = this.#readPlace(tallyId);
      this.#places.set(tallyId, place);
    }
    return place;
  }

  #readPlace(tallyId: number): Place | null {
    const row = this.#sql.get<
      Parameters<typeof placeText>[0] & { readonly holder: string; readonly carrierId: number }
    >(
      `SELECT g.user_id AS userId, u.name AS userName, s.carrier_id AS carrierId,
         iif(g.user_id IS NULL, ifnull(g.token, ifnull(p.name, p.key)), NULL) AS unclaimed,
         ifnull('u' || g.user_id, ifnull('t' || g.token, 'p' || g.peer_id)) AS holder,
         c.node_id AS nodeId, n.name AS nodeName, c.service_id AS serviceId, v.name AS serviceName, c.server, c.port, c.protocol
       FROM tally t JOIN segment g ON g.id = t.segment_id JOIN series s ON s.id = t.series_id
       JOIN carrier c ON c.id = s.carrier_id LEFT JOIN user u ON u.id = g.user_id LEFT JOIN peer p ON p.id = g.peer_id
       LEFT JOIN node n ON n.id = c.node_id LEFT JOIN vpn_service v ON v.id = c.service_id
       WHERE t.id = @tallyId ${this.#where}`,
      { ...this.#params, tallyId },
    );
    if (row === undefined) return null;
    return {
      key: `${row.carrierId} ${row.holder}`,
      text: placeText(row, this.#query.format),
      nodeId: row.nodeId,
    };
  }
}

/** As in charts: the worst of its flags and of the gaps of its node. Where flags are gone, only a gap tells. */
function qualityIn(flags: number | null, { nodeId }: Place, states: ReadonlyMap<string, NodeState>): Quality | null {
  const ofNode = nodeId === null ? undefined : states.get(nodeId)?.quality;
  if (flags === null) return ofNode === undefined || ofNode === 'late' ? null : ofNode;
  return worseOf(qualityOf(flags), ofNode ?? 'measured');
}

const STEPS: Readonly<Record<ExportBucket, number>> = {
  quarter: QUARTER_MS,
  hour: 3_600_000,
  day: Number.POSITIVE_INFINITY,
};

function bucketsOf({ fromMs, toMs }: Day, bucket: ExportBucket): ExportTime[] {
  const buckets: ExportTime[] = [];
  for (let ms = fromMs; ms < toMs; ms += STEPS[bucket]) {
    buckets.push({ fromMs: ms, toMs: Math.min(ms + STEPS[bucket], toMs), bucket });
  }
  return buckets;
}

function quarters(fromMs: number, toMs: number): { readonly first: number; readonly last: number } {
  return { first: quarterOf(fromMs), last: quarterOf(toMs - 1) };
}
