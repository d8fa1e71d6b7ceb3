import { PostgresArrival } from '../../storage/postgres/arrival.ts';
import type { MoveTable } from '../../storage/sql/moving.ts';
import { SqliteDeparture } from '../../storage/sqlite/departure.ts';
import { type Config, ledgerPlace } from '../config.ts';
import { rememberCommit, socketWorker } from '../store.ts';
import { Copying, isChunked, ofDay, since, whole } from './copying.ts';
import {
  type AskServer,
  folderFromServer,
  type MovedLedger,
  type MoveWatcher,
  newMove,
  nothingToMove,
  tryFolder,
} from './move.ts';
import { Rounds } from './rounds.ts';

export interface MovedToPostgres extends MovedLedger {
  /** Number of the first day that has usage; null: none has. */
  readonly firstDay: number | null;
}

/**
 * Moves the ledger from the file into an empty database. One commit decides: the mark in the file. Before it only the file can
 * be opened, after it only the database, wherever this breaks off. While a server runs, closed days are copied next to it;
 * then it is asked to wait, and the rest is.
 * @throws LedgerFailure, ExpectedError `nothing-to-move`, `data-folder-in-use`
 */
export async function moveToPostgres(
  config: Config,
  url: string,
  watcher: MoveWatcher,
  askServer: AskServer,
): Promise<MovedToPostgres> {
  const startedMs = performance.now();
  let folder = tryFolder(config);
  let from: SqliteDeparture | null = null;
  let to: PostgresArrival | null = null;
  try {
    from = SqliteDeparture.begin(config.databasePath, { isServed: folder === null });
    if (from === null) throw nothingToMove(config.databasePath);
    const move = newMove(from.incarnation);
    to = PostgresArrival.begin({ url, socket: socketWorker() }, move, from.cameBy);
    watcher.step('begun');
    const tables = from.tablesOf(to.tables);
    const copying = new Copying(from, to);
    let rounds: Rounds | null = null;
    let pausedMs = startedMs;
    if (folder === null) {
      rounds = new Rounds({ from, copying, move, tables: tables.filter(isChunked), watcher });
      rounds.run();
      watcher.say('The server is asked to wait: senders are told to try again.');
      pausedMs = performance.now();
      await askServer({ move: move.id, databaseUrl: url });
      folder = await folderFromServer(config);
      watcher.step('handed-over');
    }
    for (const table of tables) copyRest(copying, table, rounds, watcher);
    watcher.step('copied');
    to.settle();
    const rows = copying.prove(tables);
    watcher.say('Everything is there, to the byte.');
    watcher.step('proved');
    const { sequence } = from;
    const firstDay = copying.firstDay();
    from.endWatch();
    const place = ledgerPlace({ ...config, databaseUrl: url });
    from.leave({ ...move, place });
    watcher.step('left');
    to.finish();
    rememberCommit(config.dataDir, { incarnation: move.incarnation, sequence });
    watcher.step('finished');
    const seconds = (sinceMs: number) => (performance.now() - sinceMs) / 1000;
    return { place, rows, firstDay, seconds: seconds(startedMs), pausedSeconds: seconds(pausedMs), keptAside: null };
  } finally {
    to?.close();
    from?.close();
    folder?.release();
  }
}

/** Nobody writes any more: what no round brought, or what changed since. */
function copyRest(copying: Copying, table: MoveTable, rounds: Rounds | null, watcher: MoveWatcher): void {
  let rows = 0;
  if (!isChunked(table)) rows = copying.copy(whole(table));
  else if (rounds === null || !rounds.isWatched) {
    copying.forget(table);
    for (const day of copying.days(table)) rows += copying.copy(ofDay(table, day));
  } else {
    for (const day of rounds.changedOf(table)) rows += copying.copy(ofDay(table, day));
    rows += copying.copy(since(table, rounds.closedBefore(table)));
  }
  if (rows > 0) watcher.say(`${table.name}: ${rows} rows`);
}
