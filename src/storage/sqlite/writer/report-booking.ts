import type { Database } from 'better-sqlite3';
import type { UsageReport } from '../../../core/ledger/report.ts';
import { cutInterval, type Piece, spread } from '../../../core/metering/spread.ts';
import { directed } from '../../../core/units/bytes.ts';
import type { Attribution, Holder, SeriesState } from './attribution.ts';
import type { Booking } from './booking.ts';
import { BoundedMap } from './bounded-map.ts';
import type { AcceptedReport } from './report-intake.ts';

/** Who a user_token belongs to. */
interface TokenOwner {
  /** Bytes from before it got its user: claimed by that user, or nobody's. */
  readonly before: Holder;
  /** Bytes since then. */
  readonly now: Holder;
  readonly sinceMs: number;
}

/** Writes accepted reports: keys, streams, quarantine, and their bytes into the booking. Nothing here can refuse. */
export class ReportBooking {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #attribution: Attribution;
  readonly #booking: Booking;
  readonly #owners = new BoundedMap<string, TokenOwner>(100_000);
  #instant: { readonly toMs: number; readonly receivedAtMs: number; readonly piece: Piece } | null = null;

  constructor(db: Database, attribution: Attribution, booking: Booking) {
    this.#sql = prepare(db);
    this.#attribution = attribution;
    this.#booking = booking;
  }

  forget(): void {
    this.#owners.clear();
  }

  /** After a rollback: nothing in memory may be ahead of the disk. */
  forgetAll(): void {
    this.#owners.clear();
    this.#attribution.forget();
  }

  addKey({ key, receivedAtMs }: AcceptedReport): void {
    if (key === null) return;
    this.#sql.addKey.run(Buffer.from(key.hash, 'hex'), key.body, Math.floor(receivedAtMs / 86_400_000));
  }

  /**
   * Finds (or makes) what the report belongs to and adds its bytes to the booking. `isNew` false: it was attributed
   * before, in a transaction that is there; only the booking needs it again.
   */
  attribute(report: AcceptedReport, isNew: boolean): void {
    const { token, server, port, protocol } = report;
    if (report.implausible !== null && isNew) this.#quarantine(report, report.implausible);
    const bytes = report.implausible === null ? report.rx + report.tx : 0n;
    if (bytes === 0n && report.stream === null) return;
    const carrier = this.#attribution.carrier(server, port, protocol);
    const series = this.#attribution.seriesOfToken(token, carrier);
    if (report.stream !== null && isNew) this.#saveStream(report.stream, series);
    if (bytes !== 0n) this.#bookBytes(report, series);
  }

  #bookBytes(report: AcceptedReport, series: SeriesState): void {
    const owner = this.#ownerOf(report.token);
    if (report.fromMs === null || report.fromMs === report.toMs) {
      const piece = this.#pieceAt(report);
      const holder = report.toMs < owner.sinceMs ? owner.before : owner.now;
      const line = this.#attribution.line(series, holder, piece.fromMs, piece.toMs, report.receivedAtMs);
      this.#booking.add(line, piece, report.rx, report.tx, 0n);
      return;
    }
    const { fromMs, toMs, receivedAtMs, flags } = report;
    const pieces = cutInterval({ fromMs, toMs, bookedAtMs: receivedAtMs, flags }, [owner.sinceMs]);
    for (const slice of spread(directed(report.rx, report.tx), pieces)) {
      const holder = slice.toMs <= owner.sinceMs ? owner.before : owner.now;
      const line = this.#attribution.line(series, holder, slice.fromMs, slice.toMs, receivedAtMs);
      this.#booking.add(line, slice, slice.traffic.rx ?? 0n, slice.traffic.tx ?? 0n, 0n);
    }
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

  #ownerOf(token: string): TokenOwner {
    let owner = this.#owners.get(token);
    if (owner === undefined) {
      const row = this.#sql.findOwner.get(token) as { userId: string; since: number; inCycle: number } | undefined;
      if (row === undefined) {
        const nobody = { userId: null, token, peerId: null, inCycle: true };
        owner = { before: nobody, now: nobody, sinceMs: 0 };
      } else {
        const before = { userId: row.userId, token, peerId: null, inCycle: row.inCycle === 1 };
        const now = { userId: row.userId, token: null, peerId: null, inCycle: true };
        owner = { before, now, sinceMs: row.since };
      }
      this.#owners.set(token, owner);
    }
    return owner;
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

function prepare(db: Database) {
  return {
    addKey: db.prepare('INSERT INTO report_key (hash, body, day) VALUES (?, ?, ?)'),
    findOwner: db.prepare(
      'SELECT user_id AS userId, since, in_cycle AS inCycle FROM user_token WHERE token = ? AND released_at IS NULL',
    ),
    saveStream: db.prepare(
      `INSERT INTO stream (series_id, sender, name, epoch, rx, tx, period_end, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET epoch = excluded.epoch, rx = excluded.rx, tx = excluded.tx,
         period_end = excluded.period_end, at = excluded.at`,
    ),
    quarantine: db.prepare('INSERT INTO quarantine (at, reason, report, rx, tx) VALUES (?, ?, ?, ?, ?)'),
  };
}
