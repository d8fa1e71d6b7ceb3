import { expect, test } from 'vitest';
import { migrations } from '../../src/storage/postgres/migrations/migrate.ts';
import { openForWriting } from '../../src/storage/sqlite/database.ts';

/** `table.column` of every table as SQLite has it after all migrations, without views. */
function columnsOfSqlite(): string[] {
  const db = openForWriting(':memory:');
  try {
    const sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    const tables = db.prepare(sql).pluck().all() as string[];
    return tables.flatMap((table) =>
      (db.pragma(`table_xinfo(${table})`) as { name: string }[]).map(({ name }) => `${table}.${name}`),
    );
  } finally {
    db.close();
  }
}

/** The same as PostgreSQL's migrations declare it, from their text: no server is needed to ask. */
function columnsOfPostgres(): string[] {
  const columns = new Set<string>();
  const unquoted = (name = '') => name.replaceAll('"', '');
  for (const [, create, body = '', alter, change = ''] of migrations
    .join('\n')
    .matchAll(/^CREATE TABLE ("?\w+"?) \(\n([\s\S]*?)^\)|^ALTER TABLE ("?\w+"?) ([^;]*);/gm)) {
    for (const [, column] of body.matchAll(/^ {2}("?[a-z]\w*"?) [a-z]/gm))
      columns.add(`${unquoted(create)}.${unquoted(column)}`);
    for (const [, column] of change.matchAll(/ADD COLUMN ("?\w+"?)/g))
      columns.add(`${unquoted(alter)}.${unquoted(column)}`);
    for (const [, column] of change.matchAll(/DROP COLUMN ("?\w+"?)/g))
      columns.delete(`${unquoted(alter)}.${unquoted(column)}`);
  }
  // SQLite has row ids by itself. A mirror of its history is not kept, so it has no outbox for one.
  return [...columns].filter((column) => !column.endsWith('.rowid') && !column.startsWith('history_'));
}

test('a migration of SQLite has its counterpart in PostgreSQL', () => {
  expect(columnsOfPostgres().sort()).toEqual(columnsOfSqlite().sort());
});
