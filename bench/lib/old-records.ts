import { cpSync } from 'node:fs';
import path from 'node:path';
import { type Database, Sqlite } from '../../src/lib/sqlite.ts';
import { dataDirWithUsers } from './users.ts';
import { prepared } from './workspace.ts';

const DAY_MS = 86_400_000;
/** Records per user: four quarters of an hour on each of 25 days. */
const DAYS = 25;
const QUARTERS_PER_DAY = 4;

/**
 * A data folder whose ledger has `users` users and, for each of them, 100 records of 15 minutes that are older than
 * yesterday, with days, totals and sums of carriers that agree with them. Written by SQL: by the product's writer it would
 * take half an hour.
 */
export async function dataDirWithOldRecords(users: number, dataDir: string): Promise<string> {
  const sources = ['src/storage', 'src/core', 'bench/lib'];
  const kept = await prepared(`old-records-${users}`, sources, async (making) => {
    await dataDirWithUsers(users, making);
    const db = new Sqlite(path.join(making, 'traffic_stats.db'));
    try {
      addRecords(db);
    } finally {
      db.close();
    }
  });
  cpSync(kept, dataDir, { recursive: true });
  return dataDir;
}

/** Records of a user; all of them go in a cleanup that keeps one day. */
export const recordsPerUser = DAYS * QUARTERS_PER_DAY;

function addRecords(db: Database): void {
  db.pragma('synchronous = OFF');
  const today = Math.floor(Date.now() / DAY_MS);
  db.transaction(() => {
    db.exec('CREATE TEMP TABLE slot (quarter INTEGER PRIMARY KEY, day INTEGER NOT NULL, bit INTEGER NOT NULL)');
    const slot = db.prepare('INSERT INTO slot VALUES (?, ?, ?)');
    const calendarDay = db.prepare('INSERT OR IGNORE INTO calendar_day (day, from_at, to_at) VALUES (?, ?, ?)');
    for (let day = today - DAYS - 2; day < today - 2; day++) {
      calendarDay.run(day, day * DAY_MS, (day + 1) * DAY_MS);
      for (let n = 0; n < QUARTERS_PER_DAY; n++) slot.run(day * 96 + n * 20, day, 1 << (n * 5));
    }
    db.exec(`
      INSERT INTO record (quarter, tally_id, flags, lag, rx, tx)
        SELECT s.quarter, t.id, 0, 0, 1000 + t.id, 20000 + 3 * t.id FROM slot s, tally t ORDER BY 1, 2;
      INSERT INTO day (day, tally_id, rx, tx, hours, connections)
        SELECT s.day, t.id, sum(1000 + t.id), sum(20000 + 3 * t.id), sum(s.bit), count(*)
        FROM slot s, tally t GROUP BY s.day, t.id ORDER BY 1, 2;
      UPDATE tally SET rx = rx + (SELECT count(*) FROM slot) * (1000 + id),
        tx = tx + (SELECT count(*) FROM slot) * (20000 + 3 * id);
      INSERT INTO carrier_quarter (quarter, carrier_id, rx, tx, active, flags)
        SELECT r.quarter, s.carrier_id, sum(r.rx), sum(r.tx), count(*), 0 FROM record r JOIN tally t ON t.id = r.tally_id
        JOIN series s ON s.id = t.series_id WHERE r.quarter IN (SELECT quarter FROM slot) GROUP BY 1, 2;
      INSERT INTO carrier_day (day, all_mark, carrier_id, rx, tx, connections, last_at)
        SELECT d.day, 0, s.carrier_id, sum(d.rx), sum(d.tx), sum(d.connections), 0 FROM day d
        JOIN tally t ON t.id = d.tally_id JOIN series s ON s.id = t.series_id
        WHERE d.day IN (SELECT day FROM slot) GROUP BY 1, 3`);
  })();
  db.pragma('wal_checkpoint(TRUNCATE)');
}
