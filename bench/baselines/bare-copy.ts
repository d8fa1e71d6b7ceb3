import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import type { PostgresServer } from '../../test/support/postgres.ts';

export interface TextOfTables {
  readonly tables: readonly { readonly name: string; readonly columns: string; readonly file: string }[];
  readonly rows: number;
  readonly megabytes: number;
}

/** Every table of a ledger that has rows, as COPY writes it. `psql`: runs a text in that database. */
export function writeTables(server: PostgresServer, database: string, dir: string): TextOfTables {
  const names = server
    .sql(database, "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'xpert' AND n_live_tup > 0")
    .split('\n');
  const tables = names.map((name) => {
    const columns = server.sql(
      database,
      `SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) FROM information_schema.columns
       WHERE table_schema = 'xpert' AND table_name = '${name}' AND is_generated = 'NEVER'`,
    );
    const file = path.join(dir, `${name}.copy`);
    psql(server, database, `\\copy xpert."${name}" (${columns}) TO '${file}'`);
    return { name, columns, file };
  });
  const rows = tables.reduce(
    (sum, { name }) => sum + Number(server.sql(database, `SELECT count(*) FROM xpert."${name}"`)),
    0,
  );
  const megabytes = tables.reduce((sum, { file }) => sum + statSync(file).size / 1e6, 0);
  return { tables, rows, megabytes };
}

/** The same rows from their texts into tables of the same columns, keys and indexes, and nothing else. @returns seconds */
export function copyTables(server: PostgresServer, database: string, { tables }: TextOfTables): number {
  const make = tables.map(({ name }) => `CREATE TABLE bare."${name}" (LIKE xpert."${name}" INCLUDING ALL);`);
  server.sql(
    database,
    `SET client_min_messages = error; DROP SCHEMA IF EXISTS bare CASCADE; CREATE SCHEMA bare; ${make.join(' ')}`,
  );
  const startedMs = performance.now();
  for (const { name, columns, file } of tables)
    psql(server, database, `\\copy bare."${name}" (${columns}) FROM '${file}'`);
  return (performance.now() - startedMs) / 1000;
}

function psql(server: PostgresServer, database: string, command: string): void {
  execFileSync('psql', ['-h', server.folder, '-U', 'xpert', '-d', database, '-qc', command], { stdio: 'pipe' });
}
