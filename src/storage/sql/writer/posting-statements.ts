import type { Database } from '../database.ts';
import { ADD_SUMS } from './sums.ts';

/** Statements of `Postings`. */
export function preparePostings(db: Database) {
  const big = (sql: string) => db.prepare(sql).safeIntegers();
  return {
    day: big('SELECT rx, tx, undirected, hours FROM day WHERE day = ? AND tally_id = ?'),
    tally: big('SELECT rx, tx, undirected FROM tally WHERE id = ?'),
    quarter: big(
      `SELECT sum(rx) AS rx, sum(tx) AS tx, sum(undirected) AS undirected FROM record
       WHERE quarter = ? AND tally_id = ?`,
    ),
    ofSeries: big(
      `SELECT ifnull(sum(r.total), 0) FROM tally t CROSS JOIN record r ON r.quarter = ? AND r.tally_id = t.id
       WHERE t.series_id = ?`,
    ).pluck(),
    place: db.prepare(
      `SELECT t.series_id AS seriesId, g.id AS segmentId, g.all_mark AS allMark, g.hidden, c.id AS carrierId, c.place,
         c.node_id AS nodeId, c.service_id AS serviceId, ifnull(v.basis, '') = 'weighted' AS isWeighted
       FROM tally t JOIN segment g ON g.id = t.segment_id JOIN series s ON s.id = t.series_id
       JOIN carrier c ON c.id = s.carrier_id LEFT JOIN vpn_service v ON v.id = c.service_id WHERE t.id = ?`,
    ),
    addToTally: db.prepare(
      'UPDATE tally SET rx = rx + ?, tx = tx + ?, undirected = undirected + ?, markup = markup + ? WHERE id = ?',
    ),
    record: big(
      `SELECT rx, tx, undirected, markup FROM record WHERE quarter = ? AND tally_id = ? AND flags = ? AND lag = ?`,
    ),
    seen: db.prepare('UPDATE tally SET first_at = min(first_at, ?), last_at = max(last_at, ?) WHERE id = ?'),
    calendarDay: db.prepare('INSERT OR IGNORE INTO calendar_day (day, from_at, to_at) VALUES (?, ?, ?)'),
    addToDay: db.prepare(
      `INSERT INTO day (day, tally_id, rx, tx, undirected, markup, hours, connections) VALUES (?, ?, ?, ?, ?, ?, 0, 0)
       ON CONFLICT DO UPDATE SET ${ADD_SUMS}`,
    ),
    addToCarrierDay: db.prepare(
      `INSERT INTO carrier_day (day, all_mark, carrier_id, rx, tx, undirected, markup, connections, last_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?) ON CONFLICT DO UPDATE SET ${ADD_SUMS}, last_at = max(last_at, excluded.last_at)`,
    ),
    addToRecord: db.prepare(
      `INSERT INTO record (quarter, tally_id, flags, lag, rx, tx, undirected, markup) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET ${ADD_SUMS}`,
    ),
    addToCarrierQuarter: db.prepare(
      `INSERT INTO carrier_quarter (quarter, carrier_id, rx, tx, undirected, markup, active, flags)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET ${ADD_SUMS}, active = active + excluded.active, flags = flags | excluded.flags`,
    ),
    setHours: db.prepare('UPDATE day SET hours = ? WHERE day = ? AND tally_id = ?'),
    atPlace: db.prepare(
      `SELECT d.tally_id AS tallyId, s.carrier_id AS carrierId, d.hours, d.connections FROM tally t
       JOIN series s ON s.id = t.series_id JOIN carrier c ON c.id = s.carrier_id
       CROSS JOIN day d ON d.day = ? AND d.tally_id = t.id
       WHERE t.segment_id = ? AND c.place = ? ORDER BY d.tally_id`,
    ),
    setConnections: db.prepare('UPDATE day SET connections = ? WHERE day = ? AND tally_id = ?'),
    addConnections: db.prepare(
      'UPDATE carrier_day SET connections = connections + ? WHERE day = ? AND all_mark = ? AND carrier_id = ?',
    ),
    addPosting: db.prepare(
      `INSERT INTO posting (entry_id, tally_id, day, quarter, flags, lag, rx, tx, undirected, markup, hours)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET ${ADD_SUMS}, hours = (hours | excluded.hours) - (hours & excluded.hours)`,
    ),
    postings: big(
      `SELECT tally_id AS tallyId, day, quarter, flags, lag, rx, tx, undirected, markup, hours FROM posting
       WHERE entry_id = ? ORDER BY tally_id, day, quarter`,
    ),
  };
}
