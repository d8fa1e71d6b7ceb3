import { createRequire } from 'node:module';
import type BetterSqlite from 'better-sqlite3';

/**
 * The SQLite driver that fits the running Node.js. better-sqlite3 12 is the last one for Node.js 20, but it aborts the process
 * when it was compiled with the headers of Node.js 24.19 or later (nodejs/node#65446); 13 speaks Node-API and needs 22.
 */
export const driverPackage =
  Number.parseInt(process.versions.node, 10) >= 22 ? 'better-sqlite3-napi' : 'better-sqlite3';

export const Sqlite: typeof BetterSqlite = createRequire(import.meta.url)(driverPackage);
export const { SqliteError } = Sqlite;
export type { Database, Statement } from 'better-sqlite3';
