import { PostgresDeparture } from '../../storage/postgres/departure.ts';
import type { MoveTable } from '../../storage/sql/moving.ts';
import { SqliteArrival } from '../../storage/sqlite/arrival.ts';
import { type Config, ledgerPlace } from '../config.ts';
import { rememberCommit, settleDepartures, socketWorker } from '../store.ts';
import { Copying, isChunked, ofDay, whole } from './copying.ts';
import {
  type AskServer,
  folderFromServer,
  type MovedLedger,
  type MoveWatcher,
  newMove,
  nothingToMove,
  tryFolder,
} from './move.ts';

/**
 * Moves the ledger from the database into the file of the data folder. Renaming decides: before it only the database can be
 * opened from here, after it only the file, wherever this breaks off. A server that runs waits meanwhile.
 * @throws LedgerFailure, ExpectedError `nothing-to-move`, `data-folder-in-use`
 */
export async function moveToSqlite(
  config: Config & { readonly databaseUrl: string },
  watcher: MoveWatcher,
  askServer: AskServer,
): Promise<MovedLedger> {
  const startedMs = performance.now();
  const path = config.databasePath;
  const address = { url: config.databaseUrl, socket: socketWorker() };
  const id = newMove('').id;
  let folder = tryFolder(config);
  let from: PostgresDeparture | null = null;
  let to: SqliteArrival | null = null;
  try {
    if (folder === null) {
      SqliteArrival.refuseOccupied(path);
      watcher.say('The server is asked to wait: senders are told to try again.');
      await askServer({ move: id, databaseUrl: config.databaseUrl });
      folder = await folderFromServer(config);
      watcher.step('handed-over');
    }
    await settleDepartures(address, path);
    from = PostgresDeparture.begin(address);
    if (from === null) throw nothingToMove(ledgerPlace(config));
    const move = { ...newMove(from.incarnation), id };
    to = SqliteArrival.begin(path, move);
    watcher.step('begun');
    const tables = to.tablesOf(from.tables);
    const copying = new Copying(from, to);
    for (const table of tables) copyTable(copying, table, watcher);
    watcher.step('copied');
    const rows = copying.prove(tables);
    to.settle();
    watcher.say('Everything is there, to the byte.');
    watcher.step('proved');
    const { sequence } = from;
    const moved = { ...move, place: path };
    from.leave(moved);
    watcher.step('leaving');
    const keptAside = to.takePlace(move);
    watcher.step('left');
    from.finish(moved);
    rememberCommit(config.dataDir, { incarnation: move.incarnation, sequence });
    watcher.step('finished');
    const seconds = (performance.now() - startedMs) / 1000;
    return { place: path, rows, seconds, pausedSeconds: seconds, keptAside };
  } finally {
    to?.close();
    from?.close();
    folder?.release();
  }
}

function copyTable(copying: Copying, table: MoveTable, watcher: MoveWatcher): void {
  let rows = 0;
  if (!isChunked(table)) rows = copying.copy(whole(table));
  else for (const day of copying.days(table)) rows += copying.copy(ofDay(table, day));
  if (rows > 0) watcher.say(`${table.name}: ${rows} rows`);
}
