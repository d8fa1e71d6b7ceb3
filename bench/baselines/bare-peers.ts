import type { Database } from 'better-sqlite3';
import { openLikeTheProduct } from './bare-reports.ts';

/** Readings per commit, as the product cuts large polls. */
const readingsPerCommit = 2_000;

interface Row {
  readonly counterId: number;
  readonly tallyId: number;
  readonly carrierId: number;
  readonly endpoint: string | null;
}

/**
 * Frozen baseline of wg-commit: the upserts of one poll in which every peer moved, into the product's own tables, as a
 * script would do that knows the row of every peer. Nothing is metered or compared, no second thread.
 */
export class BarePeers {
  readonly #db: Database;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #rows: readonly Row[];

  constructor(file: string) {
    this.#db = openLikeTheProduct(file);
    this.#sql = prepare(this.#db);
    this.#rows = this.#db
      .prepare(
        `SELECT c.id AS counterId, t.id AS tallyId, s.carrier_id AS carrierId, c.endpoint
         FROM counter c JOIN series s ON s.peer_id = c.peer_id JOIN tally t ON t.series_id = s.id ORDER BY c.id`,
      )
      .all() as Row[];
  }

  get peers(): number {
    return this.#rows.length;
  }

  /** One poll at the wall instant `at`: every counter moves by these bytes. */
  poll(at: number, rx: number, tx: number): void {
    for (let n = 0; n < this.#rows.length; n += readingsPerCommit) {
      this.#commit(this.#rows.slice(n, n + readingsPerCommit), at, rx, tx);
    }
  }

  #commit(rows: readonly Row[], at: number, rx: number, tx: number): void {
    const sql = this.#sql;
    const quarter = Math.floor(at / 900_000);
    const day = Math.floor(at / 86_400_000);
    sql.begin.run();
    for (const { counterId, tallyId, endpoint } of rows) {
      sql.counter.run(rx, tx, rx + tx, at % 1_000_000_000, at, endpoint, at, counterId);
      sql.record.run(quarter, tallyId, rx, tx);
      sql.day.run(day, tallyId, rx, tx);
      sql.tally.run(rx, tx, at, tallyId);
    }
    const carrierId = rows[0]?.carrierId ?? 0;
    sql.carrierDay.run(day, carrierId, rx * rows.length, tx * rows.length);
    sql.carrierQuarter.run(quarter, carrierId, rx * rows.length, tx * rows.length);
    sql.commit.run();
  }

  close(): void {
    this.#db.close();
  }
}

function prepare(db: Database) {
  const add = 'ON CONFLICT DO UPDATE SET rx = rx + excluded.rx, tx = tx + excluded.tx';
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    counter: db.prepare(
      `UPDATE counter SET epoch = epoch, rx = rx + ?, tx = tx + ?, total = total + ?, start_id = start_id,
         boot_id = boot_id, uptime_ms = ?, at = ?, endpoint = ?, last_handshake_at = ?, ended = 0 WHERE id = ?`,
    ),
    record: db.prepare(`INSERT INTO record (quarter, tally_id, flags, lag, rx, tx) VALUES (?, ?, 0, 0, ?, ?) ${add}`),
    day: db.prepare(`INSERT INTO day (day, tally_id, rx, tx, hours, connections) VALUES (?, ?, ?, ?, 1, 1) ${add}`),
    tally: db.prepare('UPDATE tally SET rx = rx + ?, tx = tx + ?, last_at = ? WHERE id = ?'),
    carrierDay: db.prepare(
      `INSERT INTO carrier_day (day, all_mark, carrier_id, rx, tx, connections) VALUES (?, 0, ?, ?, ?, 1) ${add}`,
    ),
    carrierQuarter: db.prepare(
      `INSERT INTO carrier_quarter (quarter, carrier_id, rx, tx, active, flags) VALUES (?, ?, ?, ?, 1, 0) ${add}`,
    ),
  };
}
