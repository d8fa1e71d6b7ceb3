import { createHash } from 'node:crypto';
import { ExpectedError, LedgerFailure } from '../core/errors.ts';
import type { Database } from '../lib/sqlite.ts';
import type { Arrival, ArrivalTable, ArrivalValue } from '../storage/postgres/arrival.ts';
import { readIncarnation } from '../storage/sql/incarnation.ts';
import { openForWriting } from '../storage/sqlite/database.ts';
import { markMoved } from '../storage/sqlite/moved.ts';
import { type Config, ledgerPlace } from './config.ts';
import { holdDataFolder } from './data-folder.ts';
import { socketWorker } from './store.ts';

/** Rows per statement: some hundred KB. */
const ROWS = 2_000;

export interface MovedLedger {
  /** Without its password. */
  readonly place: string;
  readonly rows: number;
  readonly seconds: number;
}

/**
 * Moves the SQLite ledger into an empty PostgreSQL database while no server runs. One commit decides: the mark in the file.
 * Before it only the file can be opened, after it only the database, wherever this breaks off.
 * @throws DataFolderInUse while a server runs; LedgerFailure
 */
export async function moveLedger(config: Config, url: string, say: (line: string) => void): Promise<MovedLedger> {
  const folder = holdDataFolder(config.dataDir, 'command');
  const { Arrival } = await import('../storage/postgres/arrival.ts');
  const place = ledgerPlace({ ...config, databaseUrl: url });
  const startedMs = performance.now();
  let db: Database | null = null;
  let arrival: Arrival | null = null;
  try {
    db = openForWriting(config.databasePath);
    const incarnation = readIncarnation(db);
    if (incarnation === null)
      throw new ExpectedError('nothing-to-move', `There is no ledger in ${config.databasePath} yet.`, {
        hint: 'Start Xpert with XPERT_DATABASE_URL: it begins there.',
      });
    arrival = Arrival.begin({ url, socket: socketWorker() });
    let rows = 0;
    for (const table of arrival.tables) rows += copyTable(db, arrival, table, say);
    arrival.settle();
    verify(db, arrival);
    say('Everything is there, to the byte.');
    markMoved(db, { place, incarnation: incarnation.id, atMs: Date.now() });
    arrival.finish();
    return { place, rows, seconds: (performance.now() - startedMs) / 1000 };
  } finally {
    arrival?.close();
    db?.close();
    folder.release();
  }
}

function copyTable(db: Database, arrival: Arrival, table: ArrivalTable, say: (line: string) => void): number {
  const names = table.columns.map(({ name }) => `"${name}"`).join(', ');
  const statement = db.prepare(`SELECT ${names} FROM "${table.name}"`).raw().safeIntegers();
  let rows: ArrivalValue[][] = [];
  let count = 0;
  const write = () => {
    if (rows.length > 0) arrival.write(table, rows);
    count += rows.length;
    rows = [];
  };
  for (const row of statement.iterate()) if (rows.push(row as ArrivalValue[]) === ROWS) write();
  write();
  if (count > 0) say(`${table.name}: ${count} rows`);
  return count;
}

/** Rows of every table, and usage by holder, day and carrier. */
function verify(db: Database, arrival: Arrival): void {
  for (const { name } of arrival.tables) {
    const here = Number(db.prepare(`SELECT count(*) FROM "${name}"`).pluck().get());
    // What it arrives with: the mark that keeps it closed.
    const there = arrival.count(name) - (name === 'meta' ? 1 : 0);
    if (here !== there) throw differs(`${name} has ${there} of ${here} rows`);
  }
  for (const sql of SUMS) {
    const here = db.prepare(sql).raw().safeIntegers().all();
    if (digest(here) !== digest(arrival.rows(sql))) throw differs('sums of users, days and services differ');
  }
}

const TRAFFIC = 'sum(x.rx), sum(x.tx), sum(x.undirected), sum(x.markup), count(*)';
const SUMS = [
  `SELECT x.day, t.segment_id, s.carrier_id, ${TRAFFIC} FROM day x JOIN tally t ON t.id = x.tally_id
   JOIN series s ON s.id = t.series_id GROUP BY x.day, t.segment_id, s.carrier_id ORDER BY x.day, t.segment_id, s.carrier_id`,
  `SELECT x.quarter / 96, ${TRAFFIC} FROM record x GROUP BY x.quarter / 96 ORDER BY x.quarter / 96`,
];

function digest(rows: readonly unknown[]): string {
  const hash = createHash('sha256');
  for (const row of rows) hash.update((row as unknown[]).join(' ')).update('\n');
  return hash.digest('hex');
}

function differs(what: string): LedgerFailure {
  return new LedgerFailure('move-differs', `The copy is not the same: ${what}.`, {
    hint: 'Nothing was moved: the file is the ledger as before. Try again, and report it if it happens again.',
  });
}
