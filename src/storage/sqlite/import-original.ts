import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { LedgerFailure } from '../../core/errors.ts';
import { canonicalServer } from '../../core/metering/ingest.ts';
import { type Calendar, parseDay } from '../../core/units/calendar.ts';
import { type Database, Sqlite } from '../../lib/sqlite.ts';
import { Attribution } from '../sql/writer/attribution.ts';
import { openForWriting } from './database.ts';

/** What was taken over from a file of the original Xpert. */
export interface OriginalImport {
  readonly rows: number;
  readonly tokens: number;
  readonly rx: bigint;
  readonly tx: bigint;
  /** Rows that no ledger can hold (no date, no port): kept in quarantine as they were. */
  readonly quarantined: number;
  /** Untouched copy of the file. */
  readonly backup: string;
}

/** A row of `traffic_usage`; the original checked none of it. */
interface OriginalRow {
  readonly user_token: unknown;
  readonly config_server: unknown;
  readonly config_port: unknown;
  readonly protocol: unknown;
  readonly bytes_uploaded: unknown;
  readonly bytes_downloaded: unknown;
  readonly date_collected: unknown;
  readonly timestamp: unknown;
}

/**
 * Turns a file of the original Xpert into a ledger, once: copies it beside itself, builds the ledger in a third file and
 * puts that in its place. Breaking off at any point leaves either the original file or the finished ledger.
 *
 * Its rows are sums per day (UTC) and become day rows of that date; it kept nothing finer. Every token is unclaimed until
 * a user with it is made.
 */
export function importOriginal(path: string, calendar: Calendar, nowMs: number): OriginalImport {
  foldWriteAheadLog(path);
  const backup = freeName(`${path}.original`);
  copyFileSync(path, backup);
  sync(backup);
  const making = `${path}.importing`;
  for (const rest of [making, `${making}-wal`, `${making}-shm`]) rmSync(rest, { force: true });
  const source = new Sqlite(path, { readonly: true });
  const ledger = openForWriting(making);
  let summary: OriginalImport;
  try {
    summary = ledger.transaction(() => ({ ...new OriginalRows(ledger, calendar, nowMs).take(source), backup }))();
    saveSummary(ledger, summary, nowMs);
  } finally {
    source.close();
    ledger.close();
  }
  renameSync(making, path);
  sync(dirname(path));
  return summary;
}

/** Afterwards the file alone holds everything. Refuses while another program has it open. */
function foldWriteAheadLog(path: string): void {
  const db = new Sqlite(path);
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
  const log = `${path}-wal`;
  if (!existsSync(log) || statSync(log).size === 0) return;
  throw new LedgerFailure('ledger-locked', `Another program has ${path} open.`, {
    hint: 'Stop the original Xpert (it must not write to the file any more), then start again.',
  });
}

function freeName(wanted: string): string {
  let name = wanted;
  for (let n = 2; existsSync(name); n++) name = `${wanted}-${n}`;
  return name;
}

function sync(path: string): void {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
}

function saveSummary(db: Database, { rx, tx, ...counts }: OriginalImport, nowMs: number): void {
  const value = { ...counts, rx: String(rx), tx: String(tx), at: new Date(nowMs).toISOString() };
  db.prepare("INSERT INTO meta (name, value) VALUES ('imported-original', ?)").run(JSON.stringify(value));
}

class OriginalRows {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #attribution: Attribution;
  readonly #calendar: Calendar;
  readonly #nowMs: number;

  constructor(db: Database, calendar: Calendar, nowMs: number) {
    this.#sql = prepare(db);
    this.#attribution = new Attribution(db);
    this.#calendar = calendar;
    this.#nowMs = nowMs;
  }

  take(source: Database): Omit<OriginalImport, 'backup'> {
    const tokens = new Set<string>();
    const sum = { rows: 0, quarantined: 0, rx: 0n, tx: 0n };
    const rows = source
      .prepare(
        `SELECT user_token, config_server, config_port, protocol, bytes_uploaded, bytes_downloaded, date_collected,
           timestamp FROM traffic_usage ORDER BY date_collected`,
      )
      .safeIntegers();
    for (const row of rows.iterate()) {
      const original = row as OriginalRow;
      const rx = toBytes(original.bytes_uploaded);
      const tx = toBytes(original.bytes_downloaded);
      sum.rows++;
      if (rx === null || tx === null || !this.#book(original, rx, tx)) {
        sum.quarantined++;
        this.#sql.quarantine.run(this.#nowMs, JSON.stringify(asReport(original)), rx ?? 0n, tx ?? 0n);
        continue;
      }
      tokens.add(String(original.user_token));
      sum.rx += rx;
      sum.tx += tx;
    }
    return { ...sum, tokens: tokens.size };
  }

  /** @returns false if the row names no day, port, server or token */
  #book(row: OriginalRow, rx: bigint, tx: bigint): boolean {
    const day = typeof row.date_collected === 'string' ? parseDay(row.date_collected.slice(0, 10)) : null;
    const port = Number(row.config_port);
    const token = String(row.user_token ?? '');
    const server = canonicalServer(String(row.config_server ?? ''));
    if (day === null || !Number.isInteger(port) || port < 0 || port > 65_535 || token === '' || server === '')
      return false;
    const { fromMs, toMs } = this.#calendar.day(day);
    // The original writes UTC without saying so.
    const lastMs = Math.min(Math.max(Date.parse(`${row.timestamp}Z`) || fromMs, fromMs), toMs - 1);
    const carrier = this.#attribution.carrier(server, port, String(row.protocol ?? '').toLowerCase() || 'unknown');
    const series = this.#attribution.seriesOfToken(token, carrier);
    const nobody = { userId: null, token, peerId: null, inCycle: true };
    const { tallyId } = this.#attribution.line(series, nobody, lastMs, lastMs, this.#nowMs);
    this.#sql.calendarDay.run(day, fromMs, toMs);
    this.#sql.day.run(day, tallyId, rx, tx, 1 << this.#calendar.hourOf(lastMs));
    this.#sql.tally.run(rx, tx, lastMs, lastMs, tallyId);
    this.#sql.carrierDay.run(day, carrier.id, rx, tx, lastMs);
    return true;
  }
}

/** The original took negative numbers and texts, too: what is a whole number counts as it stands. */
function toBytes(value: unknown): bigint | null {
  if (value === null) return 0n;
  if (typeof value === 'bigint') return value;
  const number = Number(value);
  return Number.isFinite(number) ? BigInt(Math.trunc(number)) : null;
}

/** As people look at it in the quarantine, with the row as it was. */
function asReport(row: OriginalRow): Readonly<Record<string, unknown>> {
  const original = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)]));
  return {
    userToken: original.user_token,
    server: original.config_server,
    port: Number(row.config_port) || 0,
    protocol: original.protocol,
    ...{ mode: 'delta', stream: '', eventId: null, periodStart: null, periodEnd: null, original },
  };
}

function prepare(db: Database) {
  const add = 'rx = rx + excluded.rx, tx = tx + excluded.tx';
  return {
    calendarDay: db.prepare('INSERT OR IGNORE INTO calendar_day (day, from_at, to_at) VALUES (?, ?, ?)'),
    day: db.prepare(
      `INSERT INTO day (day, tally_id, rx, tx, hours, connections) VALUES (?, ?, ?, ?, ?, 1)
       ON CONFLICT DO UPDATE SET ${add}, hours = hours | excluded.hours, connections = connections + 1`,
    ),
    tally: db.prepare(
      `UPDATE tally SET rx = rx + ?, tx = tx + ?, first_at = min(first_at, ?), last_at = max(last_at, ?) WHERE id = ?`,
    ),
    carrierDay: db.prepare(
      `INSERT INTO carrier_day (day, all_mark, carrier_id, rx, tx, connections, last_at) VALUES (?, 0, ?, ?, ?, 1, ?)
       ON CONFLICT DO UPDATE SET ${add}, connections = connections + 1, last_at = max(last_at, excluded.last_at)`,
    ),
    quarantine: db.prepare("INSERT INTO quarantine (at, reason, report, rx, tx) VALUES (?, 'original-row', ?, ?, ?)"),
  };
}
