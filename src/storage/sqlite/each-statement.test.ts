import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Database, Sqlite } from '../../lib/sqlite.ts';
import { EachStatement, selectForEach } from './each-statement.ts';

let db: Database;

beforeEach(() => {
  db = new Sqlite(':memory:');
  db.exec(`CREATE TABLE thing (id INTEGER PRIMARY KEY, key TEXT NOT NULL, value INTEGER, big INTEGER NOT NULL) STRICT;
    CREATE INDEX thing_key ON thing (key);
    CREATE TABLE part (thing_id INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
    CREATE INDEX part_thing ON part (thing_id)`);
});

afterEach(() => db.close());

const keys = fc.oneof(
  fc.constantFrom('a', 'b', "it's", '?', '"', '\\u0061', 'a\u0000b', '\ud800', '\u2028', ''),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const values = fc.option(fc.integer({ min: -3, max: 3 }));
const things = fc.array(fc.record({ key: keys, value: values, big: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n) }));

const ofKey = 'SELECT id, key, big FROM thing WHERE key = ? AND +value IS ? ORDER BY id DESC';
const newest = `${ofKey} LIMIT 1`;
const sums =
  'SELECT (SELECT sum(p.bytes) FROM part p WHERE p.thing_id = t.id AND p.bytes > ?) FROM thing t WHERE t.key = ?';
const joined = 'SELECT t.id, p.bytes FROM thing t LEFT JOIN part p ON p.thing_id = t.id WHERE t.key = ? AND t.id > ?';

it('answers for each what it answers for it alone, in every shape of rows', () => {
  const asked = fc.array(fc.tuple(keys, values), { maxLength: 40 });
  fc.assert(
    fc.property(things, asked, (rows, params) => {
      db.exec('DELETE FROM thing; DELETE FROM part');
      const add = db.prepare('INSERT INTO thing (key, value, big) VALUES (?, ?, ?)');
      for (const { key, value, big } of rows) add.run(key, value, big);
      db.exec('INSERT INTO part SELECT id, id FROM thing WHERE id % 2 = 0; INSERT INTO part SELECT id, 9 FROM thing');
      const numbered = params.map(([key, value]) => [key, value ?? 0] as const);
      for (const [sql, given] of [
        [ofKey, params],
        [newest, params],
        [joined, numbered],
        [sums, numbered.map(([key, value]) => [value, key])],
      ] as const) {
        for (const shaped of [
          (statement: EachStatement) => statement.safeIntegers(),
          (statement: EachStatement) => statement.raw().safeIntegers(),
          (statement: EachStatement) => statement.pluck(),
        ]) {
          const statement = shaped(new EachStatement(db, sql));
          expect(statement.allEach(given)).toEqual(given.map((each) => statement.all(...each)));
          expect(statement.getEach(given)).toEqual(given.map((each) => statement.get(...each)));
        }
      }
    }),
    { numRuns: 300 },
  );
});

it('goes from what is asked for on, by the indexes that one question takes', () => {
  const plan = (sql: string) =>
    (db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(0, 'a', 0, 1, 'b', 0) as { detail: string }[]).map(
      ({ detail }) => detail,
    );
  expect(plan(selectForEach(joined, 2)).slice(-3)).toEqual([
    expect.stringMatching(/^SCAN given_values/),
    expect.stringMatching(/^SEARCH t USING (?:COVERING )?INDEX thing_key/),
    expect.stringMatching(/^SEARCH p USING INDEX part_thing/),
  ]);
});

it.each([
  'SELECT count(*) FROM thing WHERE key = ?',
  'SELECT key FROM thing GROUP BY key',
  'SELECT id FROM thing WHERE key = ? LIMIT 2',
  'SELECT DISTINCT key FROM thing',
  "SELECT id FROM thing WHERE key = 'a' AND value = ?",
  'SELECT 1',
])('refuses what would be answered otherwise: %s', (sql) => {
  expect(() => selectForEach(sql, 2)).toThrow('cannot be asked for each');
});
