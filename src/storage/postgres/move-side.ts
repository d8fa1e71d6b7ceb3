import type { MoveTable, MoveValue } from '../sql/moving.ts';
import type { PostgresDatabase } from './database.ts';

export const quoted = (name: string): string => `"${name}"`;

/** Rows that come together: some hundred KB. */
const ROWS = 5_000;

/** All rows of a cursor are asked for, so that the plan is the one that is through first. */
export function readSession(db: PostgresDatabase): void {
  db.exec('SET cursor_tuple_fraction = 1.0');
}

/** Rows of a statement in SQLite's words, some at a time, of one instant. A transaction that is open already is used. */
export function* rowsOf(db: PostgresDatabase, sql: string, isOpen = false): Generator<readonly MoveValue[]> {
  if (!isOpen) db.exec('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    db.exec(`DECLARE moving NO SCROLL CURSOR FOR ${db.said(sql)}`);
    // Its columns are those of this cursor.
    const fetch = db.prepareAnew(`FETCH ${ROWS} FROM moving`).raw().safeIntegers();
    for (;;) {
      const rows = fetch.all() as MoveValue[][];
      yield* rows;
      if (rows.length < ROWS) break;
    }
    db.exec('CLOSE moving');
  } finally {
    if (!isOpen) db.exec('ROLLBACK');
  }
}

/** Tables of the ledger as PostgreSQL has them; SQLite has the same ones. Parts of a table are none of their own. */
export function moveTables(db: PostgresDatabase): MoveTable[] {
  const tables = new Map<string, { name: string; columns: { name: string; type: string }[]; key: string[] }>();
  for (const row of db.prepare(COLUMNS).all()) {
    const { name, column, type } = row as { name: string; column: string; type: string };
    const table = tables.get(name) ?? { name, columns: [], key: [] };
    table.columns.push({ name: column, type });
    tables.set(name, table);
  }
  for (const row of db.prepare(KEYS).all()) {
    const { name, column } = row as { name: string; column: string };
    tables.get(name)?.key.push(column);
  }
  return [...tables.values()];
}

const COLUMNS = `SELECT c.table_name AS name, c.column_name AS column, c.data_type AS type
  FROM information_schema.columns c
    JOIN pg_class t ON t.relname = c.table_name JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'xpert'
  WHERE c.table_schema = 'xpert' AND t.relkind IN ('r', 'p') AND NOT t.relispartition AND c.is_generated = 'NEVER'
    AND c.table_name <> 'schema_version' ORDER BY c.table_name, c.ordinal_position`;

const KEYS = `SELECT k.table_name AS name, k.column_name AS column
  FROM information_schema.key_column_usage k
    JOIN information_schema.table_constraints t
      ON t.constraint_schema = k.constraint_schema AND t.constraint_name = k.constraint_name
  WHERE k.constraint_schema = 'xpert' AND t.constraint_type = 'PRIMARY KEY' ORDER BY k.table_name, k.ordinal_position`;
