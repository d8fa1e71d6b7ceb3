import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../lib/sqlite.ts';
import { beginWatch, endWatch, takeChanges } from './change-watch.ts';
import { openForWriting } from './database.ts';

let db: Database;

const closed = { record: 10, carrier_quarter: 10, day: 10, carrier_day: 10, report_key: 10 };
const names = () =>
  takeChanges(db, 'm')
    ?.map(({ table, day }) => `${table} ${day}`)
    .sort();

beforeEach(() => {
  db = openForWriting(':memory:');
  db.pragma('foreign_keys = OFF');
});

afterEach(() => db.close());

const record = (quarter: number, rx = 1) =>
  db
    .prepare(
      'INSERT INTO record (quarter, tally_id, flags, lag, rx, tx) VALUES (?, 1, 0, 0, ?, 2) ON CONFLICT DO UPDATE SET rx = excluded.rx',
    )
    .run(quarter, rx);

test('what is added to, changed in and removed from closed days is told once; open days are not', () => {
  record(3 * 96);
  record(9 * 96 + 95);
  beginWatch(db, 'm', closed);
  expect(names()).toEqual([]);
  record(3 * 96, 5);
  record(4 * 96 + 1);
  record(10 * 96);
  expect(names()).toEqual(['record 3', 'record 4']);
  expect(names()).toEqual([]);
  db.prepare('DELETE FROM record WHERE quarter = ?').run(9 * 96 + 95);
  db.prepare('INSERT INTO report_key (hash, body, day) VALUES (?, 1, 7)').run(Buffer.alloc(12));
  db.prepare('INSERT INTO report_key (hash, body, day) VALUES (?, 1, 10)').run(Buffer.alloc(12, 1));
  expect(names()).toEqual(['record 9', 'report_key 7']);
});

test('a row that goes from one day to another changes both, also out of an open one', () => {
  record(3 * 96);
  record(12 * 96);
  beginWatch(db, 'm', closed);
  db.prepare('UPDATE record SET quarter = ? WHERE quarter = ?').run(5 * 96, 3 * 96);
  expect(names()).toEqual(['record 3', 'record 5']);
  db.prepare('UPDATE record SET quarter = ? WHERE quarter = ?').run(6 * 96, 12 * 96);
  expect(names()).toEqual(['record 6']);
});

test('all rows removed at once are told, too', () => {
  record(3 * 96);
  record(7 * 96);
  beginWatch(db, 'm', closed);
  db.prepare('DELETE FROM record').run();
  expect(names()).toEqual(['record 3', 'record 7']);
});

test('a change that is undone with its transaction is not told', () => {
  beginWatch(db, 'm', closed);
  expect(() =>
    db.transaction(() => {
      record(3 * 96);
      throw new Error('undone');
    })(),
  ).toThrow('undone');
  expect(names()).toEqual([]);
});

test('after a watch that ended, or another that began, nobody knows what changed', () => {
  expect(names()).toBeUndefined();
  beginWatch(db, 'm', closed);
  beginWatch(db, 'n', closed);
  expect(names()).toBeUndefined();
  endWatch(db);
  expect(takeChanges(db, 'n')).toBeNull();
  const left = db.prepare("SELECT name FROM sqlite_schema WHERE name LIKE 'move_%'").all();
  expect(left).toEqual([]);
});
