import type { UsageReport } from '../../../core/ledger/report.ts';
import { cutInterval, isCoarse, type Piece, spread } from '../../../core/metering/spread.ts';
import { directed } from '../../../core/units/bytes.ts';
import type { Calendar } from '../../../core/units/calendar.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { Database, Statement } from '../database.ts';
import type { Holder, Line, SeriesState } from './attributed.ts';
import type { Attribution } from './attribution.ts';
import type { Booking } from './booking.ts';
import type { Expected } from './look-ahead.ts';
import type { AcceptedReport } from './report-intake.ts';
import { RowBatch } from './row-batch.ts';

/** Who a user_token belongs to, and what its reports were booked to before. */
export interface TokenOwner {
  /** Bytes from before it got its user: claimed by that user, or nobody's. */
  readonly before: Holder;
  /** Bytes since then. */
  readonly now: Holder;
  readonly sinceMs: number;
}

interface TokenState extends TokenOwner {
  readonly routes: Route[];
}

/** What the reports of a token for one carrier are booked to. */
interface Route {
  readonly server: string;
  readonly port: number;
  readonly protocol: string;
  readonly series: SeriesState;
  /** Where instants from `lineSinceMs` on belong; null until there was one. */
  line: Line | null;
  lineSinceMs: number;
}

/** Writes accepted reports: keys, streams, quarantine, and their bytes into the booking. Nothing here can refuse. */
export class ReportBooking {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #keys: RowBatch;
  /** As many as wait to be written at once, used again and again. */
  readonly #hashes: readonly Buffer[];
  #nextHash = 0;
  readonly #attribution: Attribution;
  readonly #booking: Booking;
  readonly #calendar: Calendar;
  readonly #tokens = new BoundedMap<string, TokenState>(100_000);
  #instant: { readonly toMs: number; readonly receivedAtMs: number; readonly piece: Piece } | null = null;

  constructor(db: Database, attribution: Attribution, booking: Booking, calendar: Calendar) {
    this.#sql = prepare(db);
    this.#keys = new RowBatch(db, 3, (rows) => `INSERT INTO report_key (hash, body, day) VALUES ${rows}`);
    this.#hashes = Array.from({ length: this.#keys.capacity }, () => Buffer.alloc(12));
    this.#attribution = attribution;
    this.#booking = booking;
    this.#calendar = calendar;
  }

  forget(): void {
    this.#tokens.clear();
  }

  /** After a rollback: nothing in memory may be ahead of the disk. */
  forgetAll(): void {
    this.#tokens.clear();
    this.#keys.drop();
    this.#attribution.forget();
  }

  /** At the latest it is in the database with `flushKeys`. */
  addKey({ key, receivedAtMs }: AcceptedReport): void {
    if (key === null) return;
    const hash = this.#hashes[this.#nextHash++ % this.#hashes.length] as Buffer;
    hash.write(key.hash, 'hex');
    this.#keys.add(hash, key.body, Math.floor(receivedAtMs / 86_400_000));
  }

  flushKeys(): void {
    this.#keys.flush();
  }

  /** Finds or makes together what `attribute` would look for report by report; they are attributed next. */
  lookAhead(reports: readonly AcceptedReport[]): void {
    // Nearly all of them are at hand: looking pays only where each question is a way to a server.
    if (this.#sql.findOwner.getEach === undefined) return;
    const some = reports.filter(needsSeries);
    const tokens = [...new Set(some.map(({ token }) => token))].filter(
      (token) => this.#tokens.get(token) === undefined,
    );
    const owners = this.#sql.findOwner.getEach?.(tokens.map((token) => [token])) ?? [];
    tokens.forEach((token, i) => {
      this.#tokens.set(token, { ...toTokenOwner(owners[i], token), routes: [] });
    });
    // Where the route is at hand nearly all is; the little that is not is asked for alone.
    const unknown = some.filter((report) => knownRoute(this.#ownerOf(report.token), report) === undefined);
    if (unknown.length > 0) this.#attribution.lookAhead(unknown.map((report) => this.#expect(report)));
  }

  #expect(report: AcceptedReport): Expected {
    const { token, server, port, protocol } = report;
    const owner = this.#ownerOf(token);
    const carrier = this.#attribution.carrier(server, port, protocol);
    return { carrier, peerId: null, token, line: this.#expectLine(report, owner) };
  }

  /** Null: nothing is booked, or where it goes is found out when it is cut. */
  #expectLine(report: AcceptedReport, owner: TokenState): Expected['line'] {
    const { toMs, receivedAtMs: nowMs } = report;
    const fromMs = report.fromMs ?? toMs;
    const holder = toMs < owner.sinceMs ? owner.before : owner.now;
    if (bytesOf(report) === 0n || fromMs === toMs)
      return bytesOf(report) === 0n ? null : { holder, fromMs: toMs, toMs, nowMs };
    const isWhole = fromMs >= owner.sinceMs && this.#attribution.marks(owner.now, 'reports').length === 0;
    return isWhole ? { holder: owner.now, fromMs, toMs, nowMs } : null;
  }

  /**
   * Finds (or makes) what the report belongs to and adds its bytes to the booking. `isNew` false: it was attributed
   * before, in a transaction that is there; only the booking needs it again.
   */
  attribute(report: AcceptedReport, isNew: boolean): void {
    if (report.implausible !== null && isNew) this.#quarantine(report, report.implausible);
    if (!needsSeries(report)) return;
    const bytes = bytesOf(report);
    const owner = this.#ownerOf(report.token);
    const route = knownRoute(owner, report) ?? this.#addRoute(owner, report);
    if (report.stream !== null && isNew) this.#saveStream(report.stream, route.series);
    if (bytes === 0n) return;
    if (report.fromMs === null || report.fromMs === report.toMs) this.#bookInstant(report, owner, route);
    else this.#bookInterval(report, owner, route.series);
  }

  #bookInstant(report: AcceptedReport, owner: TokenState, route: Route): void {
    const { toMs, receivedAtMs, rx, tx } = report;
    const piece = this.#pieceAt(report);
    if (route.line !== null && toMs >= route.lineSinceMs) {
      this.#booking.add(route.line, piece, rx, tx, 0n);
      return;
    }
    const holder = toMs < owner.sinceMs ? owner.before : owner.now;
    const line = this.#attribution.line(route.series, holder, piece.fromMs, piece.toMs, receivedAtMs);
    const sinceMs = Math.max(owner.sinceMs, this.#attribution.lastResetMs(owner.now, 'reports'));
    if (toMs >= sinceMs) {
      route.line = line;
      route.lineSinceMs = sinceMs;
    }
    this.#booking.add(line, piece, rx, tx, 0n);
  }

  /**
   * What tells of more than two days is cut by hours or days (`cutInterval`), and at marks: by the quarter a kilobyte that
   * somebody sends would be thousands of records.
   */
  #bookInterval(report: AcceptedReport, owner: TokenState, series: SeriesState): void {
    const { fromMs, toMs, receivedAtMs, flags } = report;
    const interval = { fromMs, toMs, bookedAtMs: receivedAtMs, flags };
    const isLong = isCoarse(interval);
    const marks = isLong ? this.#attribution.marks(owner.now, 'reports').map(({ atMs }) => atMs) : [];
    const cuts = [owner.sinceMs, ...marks].sort((a, b) => a - b);
    const pieces = cutInterval(interval, cuts, isLong ? this.#calendar : null);
    for (const slice of spread(directed(report.rx, report.tx), pieces)) {
      const holder = slice.toMs <= owner.sinceMs ? owner.before : owner.now;
      const line = this.#attribution.line(series, holder, slice.fromMs, slice.toMs, receivedAtMs);
      this.#booking.add(line, slice, slice.traffic.rx ?? 0n, slice.traffic.tx ?? 0n, 0n);
    }
  }

  #addRoute({ routes }: TokenState, { token, server, port, protocol }: AcceptedReport): Route {
    const series = this.#attribution.seriesOfToken(token, this.#attribution.carrier(server, port, protocol));
    const route = { server, port, protocol, series, line: null, lineSinceMs: 0 };
    routes.push(route);
    return route;
  }

  /** Most reports are of the instant of their receipt: those of one turn share a piece. */
  #pieceAt({ toMs, receivedAtMs, flags }: AcceptedReport): Piece {
    const last = this.#instant;
    if (last !== null && last.toMs === toMs && last.receivedAtMs === receivedAtMs && last.piece.flags === flags) {
      return last.piece;
    }
    const [piece] = cutInterval({ fromMs: null, toMs, bookedAtMs: receivedAtMs, flags });
    if (piece === undefined) throw new Error('an instant has a piece');
    this.#instant = { toMs, receivedAtMs, piece };
    return piece;
  }

  #ownerOf(token: string): TokenState {
    let state = this.#tokens.get(token);
    if (state === undefined) {
      const { before, now, sinceMs } = tokenOwner(this.#sql.findOwner, token);
      state = { before, now, sinceMs, routes: [] };
      this.#tokens.set(token, state);
    }
    return state;
  }

  #saveStream(stream: NonNullable<AcceptedReport['stream']>, series: SeriesState): void {
    const { epoch, traffic, atMs, periodEndMs } = stream.state;
    this.#sql.saveStream.run(series.id, stream.sender, stream.name, epoch, traffic.rx, traffic.tx, periodEndMs, atMs);
  }

  /** Of a cumulative report the bytes are what it would have added. */
  #quarantine({ rx, tx, receivedAtMs }: AcceptedReport, { rx: _rx, tx: _tx, ...report }: UsageReport): void {
    this.#sql.quarantine.run(receivedAtMs, 'implausible', JSON.stringify(report), rx, tx);
  }
}

function knownRoute({ routes }: TokenState, { server, port, protocol }: AcceptedReport): Route | undefined {
  for (const route of routes)
    if (route.port === port && route.server === server && route.protocol === protocol) return route;
  return undefined;
}

/** What it adds; an implausible one adds nothing. */
function bytesOf({ implausible, rx, tx }: AcceptedReport): bigint {
  return implausible === null ? rx + tx : 0n;
}

function needsSeries(report: AcceptedReport): boolean {
  return report.stream !== null || bytesOf(report) !== 0n;
}

/** The living owner of a token: asked with `TOKEN_OWNER`. */
export function tokenOwner(findOwner: Statement, token: string): TokenOwner {
  return toTokenOwner(findOwner.get(token), token);
}

function toTokenOwner(found: unknown, token: string): TokenOwner {
  const row = found as { userId: string; since: number; inCycle: number } | undefined;
  const userId = row?.userId ?? null;
  const before = { userId, token, peerId: null, inCycle: row === undefined || row.inCycle === 1 };
  const now = userId === null ? before : { userId, token: null, peerId: null, inCycle: true };
  return { before, now, sinceMs: row?.since ?? 0 };
}

export const TOKEN_OWNER =
  'SELECT user_id AS userId, since, in_cycle AS inCycle FROM user_token WHERE token = ? AND released_at IS NULL';

function prepare(db: Database) {
  return {
    findOwner: db.prepare(TOKEN_OWNER),
    saveStream: db.prepare(
      `INSERT INTO stream (series_id, sender, name, epoch, rx, tx, period_end, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET epoch = excluded.epoch, rx = excluded.rx, tx = excluded.tx,
         period_end = excluded.period_end, at = excluded.at`,
    ),
    quarantine: db.prepare('INSERT INTO quarantine (at, reason, report, rx, tx) VALUES (?, ?, ?, ?, ?)'),
  };
}
