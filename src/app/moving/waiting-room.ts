import { createServer, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Handover } from '../../core/settings/operations.ts';
import { filesOfMove } from '../../storage/sqlite/arrival.ts';
import { whereMoved } from '../../storage/sqlite/database.ts';
import type { Config } from '../config.ts';
import { DataFolderInUse, holdDataFolder, isHeldByCommand } from '../data-folder.ts';

const STEP_MS = 100;
/** A command that asked for the ledger takes it at once; one that was killed never does. */
const LONGEST_UNTAKEN_MS = 10_000;
/** A move takes seconds or minutes. */
const RETRY_AFTER_SECONDS = 2;

/**
 * Answers 503 while a move has the ledger: senders try again, nodes are not read. However the move ends, the ledger is served
 * again where it is then.
 * @returns the configuration to go on with; null if the process was asked to stop
 */
export async function waitForMove(config: Config, handover: Handover, stopping: Promise<void>): Promise<Config | null> {
  const room = await openRoom(config);
  try {
    let isStopping = false;
    void stopping.then(() => {
      isStopping = true;
    });
    for (let waitedMs = 0; waitedMs < LONGEST_UNTAKEN_MS && !isHeldByCommand(config.dataDir); waitedMs += STEP_MS) {
      if (isStopping) return null;
      await delay(STEP_MS);
    }
    while (!isFree(config.dataDir)) {
      if (isStopping) return null;
      await delay(STEP_MS);
    }
    return isStopping ? null : { ...config, ...whereItIs(config, handover) };
  } finally {
    await new Promise((resolve) => {
      room.close(resolve);
      room.closeAllConnections();
    });
  }
}

/** The files of the folder tell whether this very move took the ledger. */
function whereItIs(
  { databaseUrl, databasePath }: Config,
  { move, databaseUrl: other, mirror }: Handover,
): Partial<Config> {
  if (databaseUrl !== null) return filesOfMove(databasePath).arrived?.id === move ? { databaseUrl: null } : {};
  if (whereMoved(databasePath)?.id !== move) return {};
  if (mirror === null) return { databaseUrl: other };
  return { databaseUrl: other, clickhouseUrl: mirror.url, clickhouseCluster: mirror.cluster };
}

function isFree(dataDir: string): boolean {
  try {
    holdDataFolder(dataDir, 'server').release();
    return true;
  } catch (error) {
    if (error instanceof DataFolderInUse) return false;
    throw error;
  }
}

async function openRoom({ host, port }: Config): Promise<Server> {
  const body = JSON.stringify({
    ...{ type: 'about:blank', title: 'The ledger is being moved', status: 503, code: 'ledger-moving' },
    ...{ detail: 'The ledger is being moved to another place.', hint: 'Try again in a moment: nothing is lost.' },
  });
  const room = createServer((request, response) => {
    // What arrives is not read: the connection ends with the answer.
    response.setHeader('connection', 'close');
    if (request.url?.endsWith('/healthz') === true) response.end('{"status":"ok"}');
    else {
      const headers = { 'content-type': 'application/problem+json', 'retry-after': String(RETRY_AFTER_SECONDS) };
      response.writeHead(503, headers).end(body);
    }
  });
  await new Promise<void>((resolve, reject) => {
    room.once('error', reject);
    room.listen(port, host, resolve);
  });
  return room;
}
