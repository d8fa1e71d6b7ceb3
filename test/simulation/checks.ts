import type { Machine } from './machine.ts';
import { statementOf, tablesOf } from './statements.ts';

/** What must be true of the file by itself; each query gives the rows that break it. `@cleaned`: records before are gone. */
const LAWS: Readonly<Record<string, string>> = {
  'a total is the sum of its days': `
    SELECT t.id, t.rx, t.tx, sum(d.rx) AS rx_of_days, sum(d.tx) AS tx_of_days FROM tally t
    LEFT JOIN day d ON d.tally_id = t.id GROUP BY t.id
    HAVING t.rx <> ifnull(sum(d.rx), 0) OR t.tx <> ifnull(sum(d.tx), 0)`,
  'a day holds the bytes, the billed bytes and the hours of its records': `
    WITH of_quarters AS (
      SELECT b.day, r.tally_id, sum(r.rx) AS rx, sum(r.tx) AS tx, sum(r.markup) AS markup,
        iif(sum(r.total) = 0, 0, 1 << min(24, (r.quarter * 900000 - b.from_at) / 3600000)) AS hour
      FROM calendar_day b JOIN record r ON r.quarter >= b.from_at / 900000 AND r.quarter < b.to_at / 900000
      WHERE b.from_at >= @cleaned GROUP BY r.quarter, r.tally_id)
    SELECT day, tally_id, sum(rx), sum(tx), sum(markup), sum(hours), sum(days) FROM (
      SELECT day, tally_id, rx, tx, markup, hours, 1 AS days FROM day
      WHERE day IN (SELECT day FROM calendar_day WHERE from_at >= @cleaned)
      UNION ALL
      SELECT day, tally_id, -sum(rx), -sum(tx), -sum(markup), -sum(DISTINCT hour), 0 FROM of_quarters GROUP BY 1, 2)
    GROUP BY 1, 2
    HAVING sum(rx) <> 0 OR sum(tx) <> 0 OR sum(markup) <> 0 OR sum(hours) <> 0 OR sum(days) <> 1`,
  'billed bytes of a total are those of its days': `
    SELECT t.id, t.markup, sum(d.markup) AS markup_of_days FROM tally t LEFT JOIN day d ON d.tally_id = t.id
    GROUP BY t.id HAVING t.markup <> ifnull(sum(d.markup), 0)`,
  'a record is billed by the rule that held in its quarter': `
    WITH rule AS MATERIALIZED (
      SELECT node_id, direction, thousandths, from_quarter,
        lead(from_quarter, 1, 1 << 40) OVER (PARTITION BY node_id ORDER BY from_quarter) AS to_quarter FROM billing_rule)
    SELECT r.quarter, r.tally_id, r.rx, r.tx, r.markup, b.direction, b.thousandths FROM record r
    JOIN tally t ON t.id = r.tally_id JOIN series s ON s.id = t.series_id JOIN carrier c ON c.id = s.carrier_id
    LEFT JOIN rule b ON b.node_id = c.node_id AND r.quarter >= b.from_quarter AND r.quarter < b.to_quarter
    WHERE r.total + r.markup <> CASE ifnull(b.direction, 'both') WHEN 'both' THEN r.total WHEN 'up' THEN r.rx
      WHEN 'down' THEN r.tx ELSE iif(abs(r.rx) > abs(r.tx), r.rx, r.tx) END * ifnull(b.thousandths, 1000) / 1000`,
  'a quarter with records lies in a day': `
    SELECT q.quarter FROM (SELECT DISTINCT quarter FROM record WHERE quarter >= @cleaned / 900000) q
    WHERE NOT EXISTS (
      SELECT 1 FROM calendar_day b WHERE q.quarter * 900000 >= b.from_at AND q.quarter * 900000 < b.to_at)`,
  'days do not overlap': `
    SELECT a.day, b.day FROM calendar_day a JOIN calendar_day b ON b.day > a.day AND b.from_at < a.to_at`,
  'each hour of a holder at a place is one connection': `
    WITH RECURSIVE hour(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM hour WHERE n < 24),
    place AS (
      SELECT d.day, t.segment_id, c.server, c.port, sum(d.connections) AS connections, count(DISTINCT h.n) AS hours
      FROM day d JOIN tally t ON t.id = d.tally_id JOIN series s ON s.id = t.series_id JOIN carrier c ON c.id = s.carrier_id
      JOIN hour h ON d.hours & (1 << h.n)
      GROUP BY d.day, t.segment_id, c.server, c.port)
    SELECT p.day, p.segment_id, p.server, p.port, p.hours, (
      SELECT sum(d.connections) FROM day d JOIN tally t ON t.id = d.tally_id JOIN series s ON s.id = t.series_id
      JOIN carrier c ON c.id = s.carrier_id
      WHERE d.day = p.day AND t.segment_id = p.segment_id AND c.server = p.server AND c.port = p.port) AS counted
    FROM place p WHERE p.hours <> counted`,
  'a segment is hidden by the marks on its user': `
    SELECT g.id, g.hidden FROM segment g WHERE g.hidden <> (g.mark < ifnull((
      SELECT max(r.id) FROM reset r JOIN reset_target x ON x.reset_id = r.id
      WHERE x.user_id = g.user_id AND r.undone_at IS NULL AND ifnull(r.half, g.half) = g.half), 0))`,
  'sums of a carrier and day are those of its visible day rows': `
    SELECT day, all_mark, carrier_id, sum(rx), sum(tx), sum(markup), sum(connections) FROM (
      SELECT day, all_mark, carrier_id, rx, tx, markup, connections FROM carrier_day
      UNION ALL
      SELECT d.day, g.all_mark, s.carrier_id, -d.rx, -d.tx, -d.markup, -d.connections
      FROM day d JOIN tally t ON t.id = d.tally_id JOIN segment g ON g.id = t.segment_id
      JOIN series s ON s.id = t.series_id WHERE g.hidden = 0)
    GROUP BY 1, 2, 3 HAVING sum(rx) <> 0 OR sum(tx) <> 0 OR sum(markup) <> 0 OR sum(connections) <> 0`,
  'sums of a carrier and quarter are those of its records': `
    SELECT quarter, carrier_id, sum(rx), sum(tx), sum(markup), sum(active) FROM (
      SELECT quarter, carrier_id, rx, tx, markup, active FROM carrier_quarter WHERE quarter * 900000 >= @cleaned
      UNION ALL
      SELECT quarter, carrier_id, -sum(rx), -sum(tx), -sum(markup), -count(iif(total = 0, NULL, 1)) FROM (
        SELECT r.quarter, s.carrier_id, sum(r.rx) AS rx, sum(r.tx) AS tx, sum(r.markup) AS markup,
          sum(r.total) AS total
        FROM record r JOIN tally t ON t.id = r.tally_id JOIN series s ON s.id = t.series_id
        WHERE r.quarter * 900000 >= @cleaned GROUP BY r.quarter, s.id) GROUP BY 1, 2)
    GROUP BY 1, 2 HAVING sum(rx) <> 0 OR sum(tx) <> 0 OR sum(markup) <> 0 OR sum(active) <> 0`,
  'nothing is negative': `
    SELECT 'tally' AS place, id FROM tally WHERE rx < 0 OR tx < 0 OR undirected < 0
    UNION ALL SELECT 'day', tally_id FROM day WHERE rx < 0 OR tx < 0
    UNION ALL SELECT 'quarter', tally_id FROM (
      SELECT tally_id, sum(rx) AS rx, sum(tx) AS tx FROM record GROUP BY quarter, tally_id) WHERE rx < 0 OR tx < 0
    UNION ALL SELECT 'carrier_day', carrier_id FROM carrier_day WHERE rx < 0 OR tx < 0 OR connections < 0`,
  'what was taken or added is in an entry': `
    SELECT t.id, sum(r.rx), sum(r.tx) FROM tally t JOIN record r ON r.tally_id = t.id
    WHERE r.flags & 128 AND r.quarter * 900000 >= @cleaned GROUP BY t.id
    HAVING sum(r.rx) <> (SELECT ifnull(sum(p.rx), 0) FROM posting p
        WHERE p.tally_id = t.id AND p.flags & 128 AND p.quarter * 900000 >= @cleaned)
      OR sum(r.tx) <> (SELECT ifnull(sum(p.tx), 0) FROM posting p
        WHERE p.tally_id = t.id AND p.flags & 128 AND p.quarter * 900000 >= @cleaned)`,
  'what one holder gave by a move another one got': `
    SELECT e.id, sum(p.rx), sum(p.tx) FROM entry e JOIN posting p ON p.entry_id = e.id JOIN tally t ON t.id = p.tally_id
    WHERE e.kind = 'rebinding' GROUP BY e.id, t.series_id HAVING sum(p.rx) <> 0 OR sum(p.tx) <> 0`,
  'nobody shares a peer with anybody': `
    SELECT a.id, b.id FROM binding a JOIN binding b ON b.peer_id = a.peer_id AND b.id <> a.id
      AND b.from_at < ifnull(a.to_at, 1e15) AND ifnull(b.to_at, 1e15) > a.from_at
    WHERE a.voided_by IS NULL AND b.voided_by IS NULL AND a.from_at < ifnull(a.to_at, 1e15)
      AND b.from_at < ifnull(b.to_at, 1e15) AND a.from_at <= b.from_at`,
  'a segment holds bytes of one half': `
    SELECT g.id FROM segment g JOIN tally t ON t.segment_id = g.id JOIN series s ON s.id = t.series_id
    JOIN carrier c ON c.id = s.carrier_id WHERE g.half <> iif(c.service_id IS NULL, 'reports', 'services')`,
  'what was signed of a day is some of it': `
    SELECT s.day, s.tally_id FROM signed_day s LEFT JOIN day d ON d.day = s.day AND d.tally_id = s.tally_id
    WHERE d.day IS NULL OR s.rx > d.rx OR s.tx > d.tx`,
  'a late record says so': `SELECT quarter, tally_id, flags, lag FROM record WHERE (lag > 0) <> (flags & 1)`,
};

const SOUND: Readonly<Record<string, string>> = {
  'foreign keys hold': 'PRAGMA foreign_key_check',
  'the file is whole': "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
};

export const LAW_NAMES = Object.keys(LAWS);

/** Holds a file to its own laws. One that was kept is looked at again when a table of it was written to. */
export class Laws {
  readonly #kept = new Map<string, string>();

  /** Breaches of that law, or of all and of the file's integrity; none if it is sound. Records from before `cleanedMs` are gone. */
  breaches(machine: Pick<Machine, 'look' | 'changes'>, cleanedMs: number, wanted: string | 'all'): string[] {
    const laws = Object.entries({ ...LAWS, ...SOUND }).filter(([law]) => wanted === 'all' || law === wanted);
    return laws.flatMap(([law, sql]) => {
      const tables = tablesOf(sql);
      const state = `${machine.changes(tables)} ${cleanedMs}`;
      if (law in LAWS && this.#kept.get(law) === state) return [];
      const statement = statementOf(machine.look, sql);
      const rows = sql.includes('@cleaned') ? statement.all({ cleaned: cleanedMs }) : statement.all();
      if (rows.length > 0) return [`${law}; not here: ${JSON.stringify(rows.slice(0, 3))}`];
      this.#kept.set(law, state);
      return [];
    });
  }
}
