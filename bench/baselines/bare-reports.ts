import { randomFillSync } from 'node:crypto';
import { type Database, Sqlite } from '../../src/lib/sqlite.ts';

/**
 * Frozen baseline of webhook-batch: writes the rows that reports become into the product's own tables, one statement
 * after the other, as a script would that is told which rows. No HTTP, no JSON, nothing checked, nobody looked up, no
 * second thread; durable commits as the product makes them.
 */
export class BareReports {
  readonly #db: Database;
  readonly #sql: ReturnType<typeof prepare>;
  /** Tally id and the carrier of its series. */
  readonly #tallies: readonly { readonly id: number; readonly carrierId: number }[];

  constructor(file: string) {
    this.#db = openLikeTheProduct(file);
    this.#sql = prepare(this.#db);
    this.#tallies = this.#db
      .prepare('SELECT t.id, s.carrier_id AS carrierId FROM tally t JOIN series s ON s.id = t.series_id')
      .all() as { id: number; carrierId: number }[];
  }

  /** One durable commit of `count` records of random tallies. */
  commit(count: number): void {
    const sql = this.#sql;
    const now = Date.now();
    const quarter = Math.floor(now / 900_000);
    const day = Math.floor(now / 86_400_000);
    const hashes = randomFillSync(Buffer.allocUnsafe(12 * count));
    const carriers = new Map<number, { rx: number; tx: number }>();
    sql.begin.run();
    for (let n = 0; n < count; n++) {
      const tally = this.#tallies[Math.floor(Math.random() * this.#tallies.length)] ?? { id: 0, carrierId: 0 };
      const rx = 1_000 + Math.floor(Math.random() * 1_000_000);
      const tx = 10_000 + Math.floor(Math.random() * 50_000_000);
      sql.key.run(hashes.subarray(12 * n, 12 * n + 12), rx, day);
      sql.record.run(quarter, tally.id, rx, tx);
      sql.day.run(day, tally.id, rx, tx);
      sql.tally.run(rx, tx, now, tally.id);
      const sums = carriers.get(tally.carrierId) ?? { rx: 0, tx: 0 };
      carriers.set(tally.carrierId, { rx: sums.rx + rx, tx: sums.tx + tx });
    }
    for (const [carrierId, { rx, tx }] of carriers) {
      sql.carrierDay.run(day, carrierId, rx, tx);
      sql.carrierQuarter.run(quarter, carrierId, rx, tx);
    }
    sql.commit.run();
  }

  close(): void {
    this.#db.close();
  }
}

/** The pragmas of the product's writer. */
export function openLikeTheProduct(file: string): Database {
  const db = new Sqlite(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('wal_autocheckpoint = 4000');
  db.pragma('cache_size = -32768');
  db.pragma('temp_store = MEMORY');
  return db;
}

function prepare(db: Database) {
  const add = 'ON CONFLICT DO UPDATE SET rx = rx + excluded.rx, tx = tx + excluded.tx';
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    key: db.prepare('INSERT INTO report_key (hash, body, day) VALUES (?, ?, ?)'),
    record: db.prepare(`INSERT INTO record (quarter, tally_id, flags, lag, rx, tx) VALUES (?, ?, 64, 0, ?, ?) ${add}`),
    day: db.prepare(`INSERT INTO day (day, tally_id, rx, tx, hours, connections) VALUES (?, ?, ?, ?, 1, 1) ${add}`),
    tally: db.prepare('UPDATE tally SET rx = rx + ?, tx = tx + ?, last_at = ? WHERE id = ?'),
    carrierDay: db.prepare(
      `INSERT INTO carrier_day (day, all_mark, carrier_id, rx, tx, connections) VALUES (?, 0, ?, ?, ?, 1) ${add}`,
    ),
    carrierQuarter: db.prepare(
      `INSERT INTO carrier_quarter (quarter, carrier_id, rx, tx, active, flags) VALUES (?, ?, ?, ?, 1, 64) ${add}`,
    ),
  };
}
