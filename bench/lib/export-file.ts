import path from 'node:path';
import { openForWriting } from '../../src/storage/sqlite/database.ts';
import { BenchLedger, deltaReport } from './bench-ledger.ts';
import { prepared } from './workspace.ts';

/** Fewer for trying it out: XPERT_BENCH_EXPORT_QUARTERS. */
const QUARTERS = Number(process.env.XPERT_BENCH_EXPORT_QUARTERS ?? 500);
const users = 20_000;
const START_MS = Date.UTC(2026, 0, 1);
const FIRST = START_MS / 900_000;

/** A record for each of 20,000 users in each quarter of an hour: ten million in all. */
export const exportModel = {
  records: users * QUARTERS,
  fromMs: START_MS,
  toMs: START_MS + QUARTERS * 900_000,
} as const;

/** `apart`: how many quarters one that has records is from the next. Users and their first records come by the product's writer, the other records and days as it would have written them. */
export async function exportFile(quarters = QUARTERS, apart = 1): Promise<string> {
  const dir = await prepared(
    `export-${quarters}-${apart}`,
    ['src/storage', 'src/core', 'bench/lib'],
    async (making) => {
      const file = path.join(making, 'ledger.db');
      const ledger = new BenchLedger(file, START_MS);
      const tokens = Array.from({ length: users }, (_, n) => `token-${n}`);
      ledger.addUsers(tokens, START_MS);
      for (let n = 0; n < users; n += 1000) {
        const some = tokens.slice(n, n + 1000).map((userToken, i) => {
          const bytes = { rx: 1000 + n + i, tx: 90_000 + n + i };
          return deltaReport({ userToken, server: `server-${i % 7}`, eventId: `event-${n + i}`, ...bytes });
        });
        ledger.report(some, START_MS);
      }
      ledger.close();
      const db = openForWriting(file);
      db.transaction(() => {
        const copy = db.prepare(
          `INSERT INTO record (quarter, tally_id, flags, lag, rx, tx)
         SELECT @quarter, tally_id, flags, lag, rx + @quarter % 97, tx FROM record WHERE quarter = ${FIRST}`,
        );
        for (let n = 1; n < quarters; n++) copy.run({ quarter: FIRST + n * apart });
        db.exec(DAYS);
      })();
      db.close();
    },
  );
  return path.join(dir, 'ledger.db');
}

const DAYS = `
  DELETE FROM day; DELETE FROM carrier_day; DELETE FROM carrier_quarter;
  INSERT OR IGNORE INTO calendar_day SELECT DISTINCT quarter / 96, quarter / 96 * 86400000, (quarter / 96 + 1) * 86400000
    FROM record;
  INSERT INTO day (day, tally_id, rx, tx, hours, connections)
    SELECT quarter / 96, tally_id, sum(rx), sum(tx), 1, 1 FROM record GROUP BY 1, 2;
  UPDATE tally SET (rx, tx, last_at) =
    (SELECT sum(rx), sum(tx), max(day + 1) * 86400000 - 1 FROM day WHERE day.tally_id = tally.id);`;
