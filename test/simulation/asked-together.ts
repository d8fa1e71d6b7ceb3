import type { Database } from '../../src/lib/sqlite.ts';
import { EachStatement } from '../../src/storage/sqlite/each-statement.ts';
import { ledgerStatement } from './late-statements.ts';

interface SqliteStatement {
  readonly database: Database;
  run(...args: unknown[]): unknown;
  get(...args: unknown[]): unknown;
  all(...args: unknown[]): unknown[];
  getEach?(params: readonly (readonly unknown[])[]): unknown[];
  allEach?(params: readonly (readonly unknown[])[]): unknown[][];
  runColumns?(columns: readonly (readonly unknown[])[]): void;
}

const prototype: SqliteStatement = ledgerStatement;

const { getEach, allEach } = EachStatement.prototype;

/** Whether the writer over SQLite asks for many at once where that is quicker, as it does; or for each alone. */
export function askEach(each: boolean): void {
  const may = EachStatement.prototype as Partial<EachStatement>;
  if (each) Object.assign(may, { getEach, allEach });
  else {
    delete may.getEach;
    delete may.allEach;
  }
}

/**
 * Lets the writer look ahead and write many rows at once as it does over PostgreSQL, by a driver that does each of them after
 * the other: what is simulated is when things are asked and written, and that rows of a statement are there together or not at all.
 */
export function askTogether(together: boolean): void {
  if (!together) {
    delete prototype.getEach;
    delete prototype.allEach;
    delete prototype.runColumns;
    return;
  }
  prototype.getEach = function (params) {
    return params.map((each) => this.get(...each));
  };
  prototype.allEach = function (params) {
    return params.map((each) => this.all(...each));
  };
  prototype.runColumns = function (columns) {
    this.database.exec('SAVEPOINT many');
    try {
      for (const [i] of columns[0]?.entries() ?? []) this.run(...columns.map((column) => column[i]));
      this.database.exec('RELEASE many');
    } catch (error) {
      if (this.database.inTransaction) this.database.exec('ROLLBACK TO many; RELEASE many');
      throw error;
    }
  };
}
