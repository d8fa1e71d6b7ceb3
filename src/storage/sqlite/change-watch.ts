import type { Database } from '../../lib/sqlite.ts';
import { chunked } from '../sql/moving.ts';

/** What a chunk is called: its table and the day of the table's own reckoning. */
export interface Chunk {
  readonly table: string;
  readonly day: number;
}

/** Closed days of each chunked table: those before. */
export type ClosedBefore = Readonly<Record<string, number>>;

const TABLE = 'move_change';

/**
 * Writes down which closed days of the large tables are changed, in the very commits that change them: what was copied of the
 * others is still the same. Open days are copied when nobody writes any more; to them it costs a comparison.
 */
export function beginWatch(db: Database, moveId: string, closed: ClosedBefore): void {
  db.transaction(() => {
    endWatch(db);
    db.exec(`CREATE TABLE ${TABLE} (name TEXT, day INTEGER, PRIMARY KEY (name, day)) STRICT, WITHOUT ROWID`);
    db.prepare(`INSERT INTO ${TABLE} VALUES (?, 0)`).run(moveId);
    for (const [table, { column, per }] of Object.entries(chunked)) {
      const before = closed[table] ?? 0;
      // Not OR IGNORE: the statement that fires the trigger would overrule it (SQLite's documentation, CREATE TRIGGER).
      const note = (row: 'new' | 'old') => {
        const day = `${row}.${column} / ${per}`;
        const isNoted = `SELECT 1 FROM ${TABLE} WHERE name = '${table}' AND day = ${day}`;
        return `INSERT INTO ${TABLE} SELECT '${table}', ${day} WHERE ${day} < ${before} AND NOT EXISTS (${isNoted});`;
      };
      const on = (what: string, when: string, notes: string) =>
        db.exec(`CREATE TRIGGER move_${table}_${what} AFTER ${what} ON ${table} WHEN ${when} BEGIN ${notes} END`);
      const isClosed = (row: 'new' | 'old') => `${row}.${column} < ${before * per}`;
      on('insert', isClosed('new'), note('new'));
      on('delete', isClosed('old'), note('old'));
      on('update', `${isClosed('new')} OR ${isClosed('old')}`, note('new') + note('old'));
    }
  }).immediate();
}

/** What changed since it was asked last; null: nobody watched all the time, so anything may have. */
export function takeChanges(db: Database, moveId: string): Chunk[] | null {
  return db
    .transaction(() => {
      if (!isWatched(db)) return null;
      if (db.prepare(`SELECT 1 FROM ${TABLE} WHERE name = ?`).get(moveId) === undefined) return null;
      const changed = db.prepare(`SELECT name AS "table", day FROM ${TABLE} WHERE name <> ?`).all(moveId) as Chunk[];
      if (changed.length > 0) db.prepare(`DELETE FROM ${TABLE} WHERE name <> ?`).run(moveId);
      return changed;
    })
    .immediate();
}

/** Also what a move that broke off left: it costs little, but nobody asks for it any more. */
export function endWatch(db: Database): void {
  if (!isWatched(db)) return;
  db.transaction(() => {
    for (const table of Object.keys(chunked))
      for (const what of ['insert', 'delete', 'update']) db.exec(`DROP TRIGGER IF EXISTS move_${table}_${what}`);
    db.exec(`DROP TABLE IF EXISTS ${TABLE}`);
  })();
}

function isWatched(db: Database): boolean {
  return db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(TABLE) !== undefined;
}
