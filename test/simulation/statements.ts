import type { Database, Statement } from 'better-sqlite3';

const MODES = {
  rows: (statement: Statement) => statement,
  column: (statement: Statement) => statement.pluck(),
  big: (statement: Statement) => statement.safeIntegers(),
};

type Mode = keyof typeof MODES;

const prepared = new WeakMap<Database, Map<string, Statement>>();

/** A statement of that connection, prepared once: whole rows, their first column, or rows whose integers are bigints. */
export function statementOf(db: Database, sql: string, mode: Mode = 'rows'): Statement {
  let known = prepared.get(db);
  if (known === undefined) {
    known = new Map();
    prepared.set(db, known);
  }
  const key = `${mode} ${sql}`;
  let statement = known.get(key);
  if (statement === undefined) {
    statement = MODES[mode](db.prepare(sql));
    known.set(key, statement);
  }
  return statement;
}

const tables = new Map<string, readonly string[]>();

/** Tables that a statement reads. */
export function tablesOf(sql: string): readonly string[] {
  let found = tables.get(sql);
  if (found === undefined) {
    found = [...new Set([...sql.matchAll(/\b(?:FROM|JOIN)\s+(\w+)/g)].map(([, table = '']) => table))];
    tables.set(sql, found);
  }
  return found;
}
