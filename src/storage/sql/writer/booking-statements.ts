import { type Database, prepareEach } from '../database.ts';
import { RowBatch } from './row-batch.ts';
import { ADD_PLAIN_SUMS, ADD_SUMS } from './sums.ts';

/** Statements of `Booking`. */
export function prepareBooking(db: Database) {
  return {
    plainTallies: plainTallies(db),
    tallies: tallies(db),
    plainRecords: plainRecords(db),
    records: records(db),
    plainDays: plainDays(db),
    days: days(db),
    storedRecord: prepareEach(
      db,
      'SELECT rx, tx, undirected, markup FROM record WHERE quarter = ? AND tally_id = ? AND flags = ? AND lag = ?',
    ).safeIntegers(),
    tally: db.prepare(
      `UPDATE tally SET rx = rx + ?, tx = tx + ?, undirected = undirected + ?, markup = markup + ?,
         first_at = min(first_at, ?), last_at = max(last_at, ?) WHERE id = ?`,
    ),
    quarantine: db.prepare(
      `INSERT INTO quarantine (at, reason, report, peer_id, rx, tx, undirected)
       SELECT ?, 'total-too-large',
         iif(s.token IS NULL, NULL, json_object('userToken', s.token, 'server', c.server, 'port', c.port,
           'protocol', c.protocol, 'mode', 'delta', 'stream', '', 'eventId', NULL, 'periodStart', NULL,
           'periodEnd', NULL)), s.peer_id, ?, ?, ?
       FROM tally t JOIN series s ON s.id = t.series_id JOIN carrier c ON c.id = s.carrier_id WHERE t.id = ?`,
    ),
    calendarDay: db.prepare('INSERT OR IGNORE INTO calendar_day (day, from_at, to_at) VALUES (?, ?, ?)'),
    // CROSS JOIN: from the segment on; never through all rows of the day, or all series of the place, however few there were
    // when the plan was made. Null: nothing on that day.
    placeHours: prepareEach(
      db,
      `SELECT (SELECT d.hours FROM day d WHERE d.day = ? AND d.tally_id = t.id) FROM tally t
       CROSS JOIN series s ON s.id = t.series_id CROSS JOIN carrier c ON c.id = s.carrier_id
       WHERE t.segment_id = ? AND c.place = ?`,
    ).pluck(),
  };
}

function plainTallies(db: Database): RowBatch {
  return new RowBatch(
    db,
    5,
    (rows) => `WITH added (id, rx, tx, first_at, last_at) AS (VALUES ${rows})
      UPDATE tally SET rx = tally.rx + added.rx, tx = tally.tx + added.tx,
        first_at = min(tally.first_at, added.first_at), last_at = max(tally.last_at, added.last_at)
      FROM added WHERE tally.id = added.id`,
  );
}

function tallies(db: Database): RowBatch {
  return new RowBatch(
    db,
    7,
    (rows) => `WITH added (id, rx, tx, undirected, markup, first_at, last_at) AS (VALUES ${rows})
      UPDATE tally SET rx = tally.rx + added.rx, tx = tally.tx + added.tx,
        undirected = tally.undirected + added.undirected, markup = tally.markup + added.markup,
        first_at = min(tally.first_at, added.first_at), last_at = max(tally.last_at, added.last_at)
      FROM added WHERE tally.id = added.id`,
  );
}

function records(db: Database): RowBatch {
  return new RowBatch(
    db,
    8,
    (rows) => `INSERT INTO record (quarter, tally_id, flags, lag, rx, tx, undirected, markup) VALUES ${rows}
      ON CONFLICT DO UPDATE SET ${ADD_SUMS}`,
  );
}

function days(db: Database): RowBatch {
  return new RowBatch(
    db,
    8,
    (rows) => `INSERT INTO day (day, tally_id, rx, tx, undirected, markup, hours, connections) VALUES ${rows}
      ON CONFLICT DO UPDATE SET ${ADD_SUMS},
        hours = hours | excluded.hours, connections = connections + excluded.connections`,
  );
}

function plainRecords(db: Database): RowBatch {
  return new RowBatch(
    db,
    6,
    (rows) => `INSERT INTO record (quarter, tally_id, flags, lag, rx, tx) VALUES ${rows}
      ON CONFLICT DO UPDATE SET ${ADD_PLAIN_SUMS}`,
  );
}

function plainDays(db: Database): RowBatch {
  return new RowBatch(
    db,
    6,
    (rows) => `INSERT INTO day (day, tally_id, rx, tx, hours, connections) VALUES ${rows}
      ON CONFLICT DO UPDATE SET ${ADD_PLAIN_SUMS},
        hours = hours | excluded.hours, connections = connections + excluded.connections`,
  );
}
